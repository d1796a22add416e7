/** A stretch of a training that a driven simulation goes through again: from a state of one of its environments, with the actions it took. */
import type { Environment } from "../tasks/index.ts";

/** Everything that the stretch follows from. */
export interface DriveClip {
  /** Of the training, and the environment's number in it */
  readonly seed: number;
  readonly environment: number;
  /** Time limit of the training's episodes, control steps; it decides where one of them ends */
  readonly episodeSteps: number;
  /** [stateSize]; null begins with the environment's first episode, so many control steps after its start */
  readonly state: Float64Array | null;
  readonly usedSteps: number;
  /** [count, actionSize] before the squash */
  readonly actions: Float32Array;
  /** Actions at the beginning that are gone through unseen */
  readonly lead: number;
}

/** Control steps that are seen of a clip. */
export function clipSteps({ actions, lead }: DriveClip, actionSize: number): number {
  return actions.length / actionSize - lead;
}

/** Brings the environment to the first moment that is seen, as training had it: no command is held. */
export function beginClip(clip: DriveClip, env: Environment): void {
  if (env.commandSize > 0) env.holdCommand(null);
  if (clip.state === null) env.start(clip.seed, clip.environment, true, clip.usedSteps);
  else env.load(clip.state, 0);
  for (let k = 0; k < clip.lead; k++) {
    stepClip(clip, env, k - clip.lead);
    if (env.terminated || env.truncated) env.reset(clip.seed, clip.environment);
  }
}

/** One control step with the clip's own action; `step` counts from the first one that is seen. */
export function stepClip({ seed, environment, actions, lead }: DriveClip, env: Environment, step: number): void {
  env.step(seed, environment, actions, (lead + step) * env.actionSize);
}
