/** The policy inside a checkpoint, ready to act: weights in the network's order, the normaliser, how actions are drawn. Training state stays behind. */

import { z } from "zod";
import type { TrainConfig } from "../config/config.ts";
import type { TensorData } from "../files/safetensors.ts";
import { shapedPolicy } from "../learner/networks.ts";
import { RunningStats } from "../math/running-stats.ts";
import { UserError } from "../math/user-error.ts";
import { parameterViews } from "../policy/parameters.ts";
import { policyLayout } from "../policy/policy.ts";
import { evenOutStatistics, isReflection, type PolicySymmetry } from "../policy/symmetry.ts";
import type { TrainedPolicy } from "../rollout/policy-data.ts";
import type { Environment } from "../tasks/index.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { parseTrainConfig } from "./run-folder.ts";

/** `PolicySymmetry` as files keep it. */
export const symmetrySchema = z.strictObject({ obs: z.array(z.int()), action: z.array(z.int()) });

/**
 * The settings that a checkpoint was trained with; length of the run, threads and folders are defaults.
 * @throws UserError naming `source` when they are damaged
 */
export function storedConfig(checkpoint: Checkpoint, source: string): TrainConfig {
  let config: unknown;
  try {
    config = JSON.parse(checkpoint.metadata.config);
  } catch (error) {
    throw new UserError(`${source}: damaged, its configuration is not valid JSON`, { cause: error });
  }
  return parseTrainConfig(config, source);
}

/**
 * The policy that training evaluates: the averaged weights where the configuration averages, else the latest.
 * @param env sizes of the task
 * @throws UserError naming `source` when an array is missing or has another size than the task requests
 */
export function storedPolicy(
  checkpoint: Checkpoint,
  env: Pick<Environment, "obsSize" | "privilegedSize" | "actionSize">,
  source: string,
): TrainedPolicy {
  const config = storedConfig(checkpoint, source);
  const symmetry = config.algorithm.symmetricPolicy ? storedSymmetry(checkpoint, env, source) : undefined;
  const { obsSize, actionSize } = env;
  const spec = shapedPolicy(config, { obsSize, actionSize, ...(symmetry && { symmetry }) });
  const layout = policyLayout(spec);
  const weights = new Float32Array(layout.size);
  const prefix = config.algorithm.averaging > 0 ? "average/" : "weights/";
  for (const [name, view] of Object.entries(parameterViews(layout, weights, prefix)))
    fill(checkpoint, name, view, source);
  const normaliser = storedNormaliser(checkpoint, config, env, source);
  if (symmetry) evenOutStatistics(symmetry.obs, normaliser.mean, normaliser.std);
  return { kind: "trained", spec, weights, ...normaliser };
}

/** The mirror of a symmetric policy. Throws UserError when it is missing or of another size. */
function storedSymmetry(
  { metadata }: Checkpoint,
  { obsSize, actionSize }: Pick<Environment, "obsSize" | "actionSize">,
  source: string,
): PolicySymmetry {
  const found = symmetrySchema.safeParse(fromJson(metadata.symmetry ?? ""));
  const expected = `reflections of ${obsSize} observed values and ${actionSize} actions`;
  if (!found.success || !isReflection(found.data.obs, obsSize) || !isReflection(found.data.action, actionSize))
    throw new UserError(`${source}: damaged, its symmetry does not fit; expected ${expected}`);
  return found.data;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Mean and deviation of the observation [obsSize]; those of the critic's further inputs, which a lesson may have more of, are omitted. */
function storedNormaliser(
  checkpoint: Checkpoint,
  { normaliser, normaliserFloor }: TrainConfig,
  { obsSize }: Pick<Environment, "obsSize">,
  source: string,
): { mean: Float32Array; std: Float32Array } {
  const stored = checkpoint.tensors["normaliser/mean"]?.data.length ?? obsSize;
  const stats = new RunningStats(Math.max(stored, obsSize), normaliser);
  fill(checkpoint, "normaliser/mean", stats.mean, source);
  fill(checkpoint, "normaliser/squares", stats.squares, source);
  stats.count = (JSON.parse(checkpoint.metadata.state) as { normaliserCount: number }).normaliserCount;
  const [mean, std] = [new Float32Array(stats.size), new Float32Array(stats.size)];
  stats.write(mean, std, normaliserFloor);
  return { mean: mean.slice(0, obsSize), std: std.slice(0, obsSize) };
}

function fill({ tensors }: Checkpoint, name: string, target: TensorData, source: string): void {
  const stored = tensors[name];
  if (stored === undefined)
    throw new UserError(`${source}: array "${name}" is missing, expected ${target.length} values`);
  if (stored.data.length !== target.length)
    throw new UserError(`${source}: array "${name}" has ${stored.data.length} values, expected ${target.length}`);
  target.set(stored.data);
}
