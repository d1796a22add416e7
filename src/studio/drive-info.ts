/** A driven simulation as pages know it. */
import type { ModelInfo, RunInfo } from "../stream/protocol.ts";
import { commandRangesOf } from "../tasks/command-ranges.ts";
import { describeGoal, type Environment } from "../tasks/index.ts";
import { modelInfo } from "./model-info.ts";
import type { PolicyShelf } from "./policy-shelf.ts";

/** What is driven. */
interface Driven {
  readonly env: Environment;
  readonly shelf: PolicyShelf;
  readonly incident?: RunInfo["incident"];
  readonly isBare?: boolean;
  readonly model?: ModelInfo;
}

/** Facts about a driven simulation that a page receives once, when it opens. */
export function runInfo({ env, shelf, incident, isBare = false, model = modelInfo(env, isBare) }: Driven): RunInfo {
  const commandRanges = commandRangesOf(env);
  return {
    task: env.task.name,
    run: shelf.firstKey,
    algorithm: "",
    environments: 1,
    controlHz: env.controlHz,
    episodeSteps: env.episodeSteps,
    totalSteps: 0,
    hasCommand: commandRanges.length > 0,
    commandRanges,
    rewardNames: isBare ? [] : env.rewardNames,
    actionNames: env.actionDescription.names,
    keyframes: env.keyframes,
    handles: env.handles.all,
    goal: env.task.goal ? describeGoal(env.task.goal) : null,
    capabilities: [
      ...(commandRanges.length > 0 ? (["steer"] as const) : []),
      "simulate",
      ...(isBare ? (["pose"] as const) : []),
    ],
    model,
    ...(incident === undefined ? {} : { incident }),
  };
}
