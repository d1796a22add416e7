/** What of a run's configuration makes its task. */
import type { TaskSettings } from "../config/task-setting-text.ts";

/** What may differ between runs of one task. */
export interface TaskVariant {
  /** Seed of the ground, for tasks whose ground is made from one; default the task's own. */
  readonly terrainSeed?: number;
  /** Folder of a description of the robot to use in place of the package's own; empty or absent for none. */
  readonly modelDir?: string;
  /** The lesson that a policy learns or learned by; empty or absent for none. */
  readonly lesson?: string;
  /** Weights, ranges and other values in place of the declared ones, by name (`reward.trackLinVel`); absent for none. */
  readonly taskSettings?: TaskSettings;
}

/** The part of a run's configuration that makes its task. */
export function variantOf({ terrainSeed, modelDir, lesson, taskSettings }: TaskVariant): TaskVariant {
  return { terrainSeed, modelDir, lesson, ...(taskSettings && { taskSettings }) };
}
