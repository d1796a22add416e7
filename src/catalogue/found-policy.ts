/** A policy that a name stands for, before anything is known of the task that it will act in. */
import type { Contract } from "../export/contract/contract-schema.ts";
import type { PolicyData, StartNoise } from "../rollout/policy-data.ts";
import type { CheckpointMetadata } from "../runs/checkpoint.ts";
import { foundTask, type Home } from "../runs/run-places.ts";
import type { Environment, TaskVariant } from "../tasks/index.ts";

/** What differs in a policy's task, with its own ground, robot and lesson where nothing does. */
export type PlacedVariant = TaskVariant & Required<Omit<TaskVariant, "taskSettings">>;
/** A task as it is declared. */
export const PLAIN: PlacedVariant = { terrainSeed: 0, modelDir: "", lesson: "" };

/** A policy that was found but does not know its task's sizes yet. */
export interface FoundPolicy {
  /** As given by the user. */
  readonly reference: string;
  /** The task that it was made for, as `resolveTask` takes it; null where it does not say, fits any, or its file is found nowhere. */
  readonly task: string | null;
  /** Name of a user's task whose file is found nowhere. */
  readonly lost?: string;
  /** The run that it belongs to; null or absent for other policies. */
  readonly home?: Home | null;
  /** The checkpoint's own record; null for policies that are not checkpoints. */
  readonly trained: CheckpointMetadata | null;
  /** The checkpoint that was taken of a run folder; absent for other policies. */
  readonly taken?: string;
  /** What a controller that was exported says of itself; absent for other policies. */
  readonly contract?: Contract;
  /** SHA-256 of a policy file, in hexadecimal digits; absent for other policies. */
  readonly digest?: string;
  /** What the training's own evaluations draw actions from, or a controller by itself; null for other policies. */
  readonly noise: StartNoise | null;
  /** Ground, robot, lesson and settings of the task that it was trained with; the task's own for policies that are no checkpoint. */
  readonly variant: PlacedVariant;
  /** @throws UserError when it does not fit the task */
  bind(env: Environment): Promise<PolicyData>;
  /** What a file says of its robot and the task says otherwise, such as another order of joints; sizes fit nevertheless. */
  contradictions?(env: Environment): readonly string[];
}

/** What a policy says of its task: where it is, or what is lost. */
export function placedTask(stored: string, home: Home | null): Pick<FoundPolicy, "task" | "lost"> {
  const task = foundTask(stored, home);
  return task === null ? { task, lost: stored } : { task };
}
