/** What of a task's command people can steer. */
import type { Environment } from "./index.ts";

/** Ranges of vx, vy (m/s) and yaw rate (rad/s); empty where the task follows no such command. */
export function commandRangesOf({ task, commandSize }: Environment): readonly (readonly [number, number])[] {
  return commandSize === 3 ? (task.command?.ranges ?? []) : [];
}
