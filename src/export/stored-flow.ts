/**
 * The flow policy that a controller was made from, kept whole in the controller's file. In the graph the flow's steps are unrolled and what
 * depends on its time alone is folded into constants; from this, actions can be sampled with other settings, and their paths shown. Layers
 * that the graph has unchanged are not kept twice.
 */
import { z } from "zod";
import type { OnnxConstants, OnnxInterface } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import { withoutStepNoise } from "../policy/flow-sampler.ts";
import { activations } from "../policy/network.ts";
import { type FlowPolicy, policyLayout } from "../policy/policy.ts";
import { FLOW_SAMPLERS } from "../policy/sampler-names.ts";
import { isReflection } from "../policy/symmetry.ts";
import type { TrainedFlow, TrainedPolicy } from "../rollout/policy-data.ts";
import { symmetrySchema } from "../runs/stored-policy.ts";
import { littleEndian, weightsSha256 } from "./contract/checksum.ts";
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
    symmetry: symmetrySchema.optional(),
  }),
  /** Little-endian float32 in the layout's order, base64; without those of the graph. */
  weights: z.base64(),
  /** Names of constants of the graph, by the parameters that they are. */
  graph: z.record(z.string(), z.string()).default({}),
});

/**
 * The metadata that keeps the policy; none for a policy without a flow.
 * @param constants of the graph that the file has
 */
export function flowMetadata({ spec, weights }: TrainedPolicy, constants: OnnxConstants): Record<string, string> {
  if (spec.kind !== "flow") return {};
  const { kind, obsSize, actionSize, hidden, activation, outputScale, sampler, flowSteps, stepNoise, symmetry } = spec;
  const network = { kind, obsSize, actionSize, hidden, activation, outputScale };
  const shape = { ...network, sampler, flowSteps, stepNoise, ...(symmetry && { symmetry }) };
  const bytes = littleEndian(weights);
  const graph: Record<string, string> = {};
  const apart: Uint8Array[] = [];
  for (const { name, offset, size } of policyLayout(spec).parameters) {
    const own = bytes.subarray(4 * offset, 4 * (offset + size));
    const constant = [...constants].find(([, held]) => Buffer.compare(own, held) === 0)?.[0];
    if (constant === undefined) apart.push(own);
    else graph[name] = constant;
  }
  return { [KEY]: JSON.stringify({ spec: shape, weights: Buffer.concat(apart).toString("base64"), graph }) };
}

/**
 * The policy that the controller was made from; null for a file without one: of a policy without a flow, or from before files kept it.
 * @throws UserError when what is kept is not the policy of the contract
 */
export function storedFlow(
  { metadata, constants }: Pick<OnnxInterface, "metadata" | "constants">,
  contract: Contract,
  source: string,
): TrainedFlow | null {
  const text = metadata[KEY];
  if (text === undefined) return null;
  const { normaliser } = contract;
  const policy = parsed(text, contract, constants);
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
function parsed(
  text: string,
  { policy }: Contract,
  constants: OnnxConstants,
): Pick<TrainedFlow, "kind" | "spec" | "weights"> | null {
  const result = stored.safeParse(fromJson(text));
  if (!result.success) return null;
  const { graph } = result.data;
  const { symmetry, obsSize, actionSize } = result.data.spec;
  if (symmetry && !(isReflection(symmetry.obs, obsSize) && isReflection(symmetry.action, actionSize))) return null;
  const spec = policy.noise === "zero" ? withoutStepNoise(result.data.spec) : result.data.spec;
  const apart = Buffer.from(result.data.weights, "base64");
  let read = 0;
  const next = (size: number) => {
    const start = read;
    read += size;
    return apart.subarray(start, read);
  };
  const parts = policyLayout(spec).parameters.map(({ name, size }) => {
    const constant = graph[name];
    const part = constant === undefined ? next(4 * size) : constants.get(constant);
    return part?.length === 4 * size ? part : null;
  });
  if (read !== apart.length || !parts.every((part) => part !== null)) return null;
  const bytes = Buffer.concat(parts);
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
