/** The configuration of a run on a task. */
import type { TrainConfig } from "../config/config.ts";
import { resolvePresets, type TaskPresets, type TrainRequest } from "../config/presets.ts";
import { list } from "./registry.ts";

/**
 * The configuration that task, preset, algorithm and settings result in.
 * @param request its `presets` are those that a user's task file declares; a registered task has its own
 * @throws UserError (exit code 2) naming the setting that is unknown, wrong, or does not fit another; exit code 1 if the task's presets are
 *   invalid
 */
export function resolveTrainConfig(
  request: Omit<TrainRequest, "presets"> & { readonly presets?: TaskPresets },
): TrainConfig {
  const registered = list().find(({ name }) => name === request.task);
  return resolvePresets({ ...request, presets: request.presets ?? registered?.presets ?? {} });
}
