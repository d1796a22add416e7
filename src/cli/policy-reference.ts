/** What `<policy>` may be on the command line, found and loaded: a run folder, a checkpoint file, `zero` or `random`. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { suggestion } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import type { PolicyData, StartNoise } from "../rollout/jobs.ts";
import type { Environment } from "../tasks/index.ts";
import { type Checkpoint, type CheckpointMetadata, latestCheckpoint, loadCheckpoint } from "../train/checkpoint.ts";
import { RUNS_FOLDER } from "../train/run-folder.ts";
import { storedConfig, storedPolicy } from "../train/stored-policy.ts";

/** A policy that was found but does not know its task's sizes yet. */
export interface FoundPolicy {
  /** As given by the user. */
  readonly reference: string;
  /** What the checkpoint says of itself; null for policies that were not trained and fit any task. */
  readonly trained: CheckpointMetadata | null;
  /** What the training's own evaluations draw actions from; null for policies that were not trained. */
  readonly noise: StartNoise | null;
  /** @throws UserError when the checkpoint does not fit the task */
  bind(env: Environment): PolicyData;
}

/**
 * Finds what the reference means; of a run folder, the newest checkpoint.
 * @throws UserError when there is no such thing, or it is damaged
 */
export async function findPolicy(reference: string): Promise<FoundPolicy> {
  if (reference === "zero" || reference === "random")
    return { reference, trained: null, noise: null, bind: () => ({ kind: reference }) };
  if (!existsSync(reference)) throw unknownPolicy(reference);
  const isFolder = statSync(reference).isDirectory();
  if (!isFolder && extname(reference) !== ".safetensors") throw unknownPolicy(reference);
  const path = isFolder ? await latestCheckpoint(reference) : reference;
  const checkpoint = await loadCheckpoint(path);
  const { evaluation } = storedConfig(checkpoint, path);
  return {
    reference,
    trained: checkpoint.metadata,
    noise: evaluation.noise,
    bind: (env) => storedPolicy(forTask(checkpoint, env, path), env, path),
  };
}

function forTask(checkpoint: Checkpoint, { task }: Environment, path: string): Checkpoint {
  const { task: trained } = checkpoint.metadata;
  if (trained === task.name || extname(trained) !== "") return checkpoint;
  throw new UserError(`${path}: task is ${trained}, expected ${task.name}`);
}

function unknownPolicy(reference: string): UserError {
  const runs = existsSync(RUNS_FOLDER) ? readdirSync(RUNS_FOLDER).map((name) => join(RUNS_FOLDER, name)) : [];
  const found = existsSync(reference) ? "is no policy" : "does not exist";
  const expected = "expected a run folder, a checkpoint (.safetensors), zero or random";
  return new UserError(`${reference}: ${found}, ${expected}${suggestion(reference, runs)}`, { exitCode: 2 });
}
