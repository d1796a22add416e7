/** The configuration of a run on a task. */
import type { TrainConfig } from "../config/config.ts";
import { resolvePresets, type TaskPresets, type TrainRequest } from "../config/presets.ts";
import { list } from "./registry.ts";

/**
 * What task, preset, algorithm and settings ask for.
 * @param request of a user's own task, `presets` are those that its file declares; a registered one brings its own
 * @throws UserError (exit code 2) naming the setting that is unknown, wrong, or does not fit another; exit code 1 where the task's presets are
 *   at fault
 */
export function resolveTrainConfig(
  request: Omit<TrainRequest, "presets"> & { readonly presets?: TaskPresets },
): TrainConfig {
  const registered = list().find(({ name }) => name === request.task);
  return resolvePresets({ ...request, presets: request.presets ?? registered?.presets ?? {} });
}
