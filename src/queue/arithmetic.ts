/**
 * Whether two machines compute the same bits. The physics is WebAssembly and does everywhere; an engine picks other instructions on other
 * processors, and JavaScript's functions may be another version's. A hash of both tells them apart before a shard is computed.
 */
import { createHash } from "node:crypto";
import type { Engine } from "../graph/index.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { parameterViews } from "../policy/parameters.ts";
import { noiseSize, policyLayout } from "../policy/policy.ts";
import { samplerFunction } from "../policy/sampler.ts";
import type { CollectSetup } from "../train/shard-collector.ts";

const FUNCTIONS = ["sin", "cos", "tan", "atan", "exp", "log", "log1p", "expm1", "tanh", "sqrt", "cbrt"] as const;
const ARGUMENTS = 200;
/** Standard deviation of the weights that the sampler is tried with */
const SPREAD = 0.2;

/** @returns sha256 of sampled actions and of JavaScript's functions */
export async function arithmeticHash(
  engine: Engine,
  { policy, sizes }: Pick<CollectSetup, "policy" | "sizes">,
): Promise<string> {
  const { envs, obsSize, actorSize } = sizes;
  const rng = new Rng().seek(0, STREAM.weights, 0);
  const normal = (size: number) => {
    const values = new Float32Array(size);
    rng.fillNormal(values);
    return values;
  };
  const weights = normal(actorSize).map((value) => SPREAD * value);
  const sampler = await engine.compile(samplerFunction(policy, envs));
  const feeds = {
    ...parameterViews(policyLayout(policy), weights),
    mean: new Float32Array(obsSize),
    std: new Float32Array(obsSize).fill(1),
    obs: normal(envs * obsSize),
    noise: normal(envs * noiseSize(policy)),
  };
  const { action } = await sampler.run(feeds);
  return createHash("sha256").update(action!).update(functionValues()).digest("hex");
}

function functionValues(): Float64Array {
  const values = FUNCTIONS.flatMap((name) => Array.from({ length: ARGUMENTS }, (_, i) => Math[name](0.37 * (i + 1))));
  const powers = Array.from(
    { length: ARGUMENTS },
    (_, i) => (1 + 0.01 * i) ** (0.1 * i) + Math.atan2(i, ARGUMENTS - i),
  );
  return Float64Array.from([...values, ...powers]);
}
