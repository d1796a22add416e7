/** Policies with random weights for tasks that ship, and all that an export of one needs. */
import { Rng } from "../../src/math/rng.ts";
import { initialise } from "../../src/policy/parameters.ts";
import { type PolicySpec, policyLayout } from "../../src/policy/policy.ts";
import { evenOutStatistics } from "../../src/policy/symmetry.ts";
import type { TrainedPolicy } from "../../src/rollout/policy-data.ts";
import { describeTask, Environment, resolveTask, type TaskDescription } from "../../src/tasks/index.ts";

export const origin = { packageVersion: "0.1.0", run: "runs/a-run", envSteps: 1000, algorithm: "fpo++", seed: 1 };

const flow = { kind: "flow", outputScale: 0.5, flowSteps: 4, sampler: "heun", stepNoise: 0 } as const;
/** A flow that is integrated along other ways, and a Gaussian. */
export const kinds = {
  flow,
  sde: { ...flow, sampler: "sde", stepNoise: 1 },
  "noisy-euler": { ...flow, sampler: "noisy-euler", stepNoise: 0.05 },
  gaussian: { kind: "gaussian" },
} as const;

/** A policy whose normaliser is not the identity. */
export function policyFor(
  task: Pick<TaskDescription, "obsSize" | "actionSize">,
  kind: keyof typeof kinds = "flow",
): TrainedPolicy {
  const { obsSize, actionSize } = task;
  const spec: PolicySpec = { obsSize, actionSize, hidden: [16, 16], activation: "silu", ...kinds[kind] };
  const layout = policyLayout(spec);
  const weights = new Float32Array(layout.size);
  const rng = new Rng().seek(1, 1);
  initialise(layout, rng, weights);
  const mean = Float32Array.from({ length: obsSize }, () => rng.uniform(-1, 1));
  const std = Float32Array.from({ length: obsSize }, () => rng.uniform(0.5, 2));
  return { kind: "trained", spec, weights, mean, std };
}

/** The same with a mirror: values swap places in twos, every third with its sign changed. */
export function symmetricPolicyFor(
  task: Pick<TaskDescription, "obsSize" | "actionSize">,
  kind: keyof typeof kinds = "flow",
): TrainedPolicy {
  const policy = policyFor(task, kind);
  const symmetry = { obs: twos(task.obsSize), action: twos(task.actionSize) };
  evenOutStatistics(symmetry.obs, policy.mean, policy.std);
  return { ...policy, spec: { ...policy.spec, symmetry } };
}

function twos(size: number): number[] {
  const other = (i: number) => (i + 1 === size && i % 2 === 0 ? i : i % 2 === 0 ? i + 1 : i - 1);
  return Array.from({ length: size }, (_, i) => (Math.min(i, other(i)) % 3 === 0 ? -1 : 1) * (other(i) + 1));
}

export async function describedTask(name: string, lesson = ""): Promise<TaskDescription> {
  const env = await Environment.create(await resolveTask(name, { lesson }));
  const description = describeTask(env);
  env.delete();
  return description;
}
