/**
 * Results stay the same, bit for bit, when code is moved and rewritten. The engine here is TensorFlow.js in plain JavaScript, whose arithmetic,
 * like that of MuJoCo's WebAssembly, is the same on every processor; ONNX Runtime picks its kernels by the processor.
 * A hash that is pinned here changes only with a commit that means to change what trainings give, and says so.
 */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { trainConfigSchema } from "../../src/config/config.ts";
import type { MetricSink } from "../../src/runs/metrics.ts";
import { Training } from "../../src/train/training.ts";
import { installStandIn } from "../graph/tensorflow-stand-in.ts";

const STEPS = 6144;
const small = { epochs: 2, minibatches: 2, unroll: 24, policyHidden: [16, 16], criticHidden: [16] };
const flow = { ...small, pairs: 2, flowSteps: 3 };

/** The engine is looked for in the project of the working directory. */
const project = mkdtempSync(join(tmpdir(), "flowgait-test-"));
const home = process.cwd();
beforeAll(() => {
  installStandIn(project);
  process.chdir(project);
});
afterAll(() => {
  process.chdir(home);
  rmSync(project, { recursive: true, force: true });
});

/** Of 8 iterations of 16 environments, with the published settings where nothing else is said. */
async function fingerprint(algorithm: object, workers: number): Promise<string> {
  const task = { task: "PointMass", engine: "tfjs", seed: 1, steps: STEPS, envs: 16, horizon: 48, shards: 2, workers };
  const config = trainConfigSchema.parse({ ...task, algorithm });
  // The evaluation at the end takes longer than the training, and changes no weight.
  const end = new AbortController();
  const sink: MetricSink = {
    iteration: ({ steps }) => steps === STEPS && end.abort(),
    evaluation: () => {},
    event: () => {},
    close: async () => {},
  };
  const training = await Training.create({ config, runFolder: mkdtempSync(join(project, "run-")), sinks: [sink] });
  try {
    const { steps } = await training.run(end.signal);
    expect(steps).toBe(STEPS);
    const { weights, mean, std } = training.policy();
    const hash = createHash("sha256");
    for (const values of [weights, mean, std]) hash.update(values);
    return hash.digest("hex").slice(0, 16);
  } finally {
    await training.close();
  }
}

describe("PointMass", () => {
  it.each([
    ["fpo", 2, flow, "54d1fdcd936f76b6"],
    ["fpo++", 1, flow, "d400fcd6ed9cb927"],
    ["ppo", 2, small, "a5ee4af2d5b4bd0c"],
    ["denoising-mdp", 1, { ...small, flowSteps: 3 }, "ba56a0afc9dd9f5f"],
  ] as const)("by %s and %i threads has the weights that it always had", async (name, threads, settings, pinned) => {
    expect(await fingerprint({ name, ...settings }, threads)).toBe(pinned);
  });
});
