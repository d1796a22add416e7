/**
 * The flow policy that a controller was made from, kept whole beside the controller in its file. In the graph the flow's steps are unrolled and what
 * depends on its time alone is folded into constants; from this, actions can be sampled with other settings, and their paths shown.
 */
import { z } from "zod";
import { UserError } from "../math/user-error.ts";
import { withoutStepNoise } from "../policy/flow-sampler.ts";
import { activations } from "../policy/network.ts";
import { type FlowPolicy, policyLayout } from "../policy/policy.ts";
import { FLOW_SAMPLERS } from "../policy/sampler-names.ts";
import type { TrainedFlow, TrainedPolicy } from "../rollout/policy-data.ts";
import { weightsSha256 } from "./contract/checksum.ts";
import type { Contract } from "./contract/contract-schema.ts";

/** Key of the file's metadata. */
const KEY = "flowgait_flow";

const count = z.int().min(1);
const stored = z.strictObject({
  spec: z.strictObject({
    kind: z.literal("flow"),
    obsSize: count,
    actionSize: count,
    hidden: z.array(count).min(1),
    activation: z.enum(Object.keys(activations) as [FlowPolicy["activation"]]),
    outputScale: z.number(),
    sampler: z.enum(FLOW_SAMPLERS),
    flowSteps: count,
    stepNoise: z.number(),
  }),
  /** Little-endian float32 in the layout's order, base64. */
  weights: z.base64(),
});

/** The metadata that keeps the policy; none for a policy without a flow. */
export function flowMetadata({ spec, weights }: TrainedPolicy): Record<string, string> {
  if (spec.kind !== "flow") return {};
  const { kind, obsSize, actionSize, hidden, activation, outputScale, sampler, flowSteps, stepNoise } = spec;
  const shape = { kind, obsSize, actionSize, hidden, activation, outputScale, sampler, flowSteps, stepNoise };
  const bytes = Buffer.alloc(4 * weights.length);
  weights.forEach((value, i) => {
    bytes.writeFloatLE(value, 4 * i);
  });
  return { [KEY]: JSON.stringify({ spec: shape, weights: bytes.toString("base64") }) };
}

/**
 * The policy that the controller was made from; null for a file without one: of a policy without a flow, or from before files kept it.
 * @throws UserError when what is kept is not the policy of the contract
 */
export function storedFlow(
  metadata: Readonly<Record<string, string>>,
  contract: Contract,
  source: string,
): TrainedFlow | null {
  const text = metadata[KEY];
  if (text === undefined) return null;
  const { normaliser } = contract;
  const policy = parsed(text, contract);
  const found = policy && {
    ...policy,
    mean: Float32Array.from(normaliser.mean),
    std: Float32Array.from(normaliser.std),
  };
  if (found && weightsSha256(found) === contract.weightsSha256) return found;
  throw new UserError(
    `${source}: metadata ${KEY} does not match the contract's policy, expected an unchanged exported file`,
  );
}

/** As the controller draws: without noise on the way where it has none. */
function parsed(text: string, { policy }: Contract): Pick<TrainedFlow, "kind" | "spec" | "weights"> | null {
  const result = stored.safeParse(fromJson(text));
  if (!result.success) return null;
  const spec = policy.noise === "zero" ? withoutStepNoise(result.data.spec) : result.data.spec;
  const bytes = Buffer.from(result.data.weights, "base64");
  if (bytes.length !== 4 * policyLayout(spec).size) return null;
  const weights = Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
  return { kind: "trained", spec, weights };
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
