/** Poses of watched environments over one iteration, in shared memory: written by the threads that step, read by whoever shows them. */
import type { Environment } from "../tasks/index.ts";
import { byteLengthOf, type SharedLayout, type SharedViews, sharedViews } from "./shared-layout.ts";

/** Values per body: position in metres, then quaternion w-x-y-z. */
const BODY_SIZE = 7;

/** Counts that decide the tape's size. */
export interface TapeSizes {
  readonly steps: number;
  /** Recorded environments */
  readonly slots: number;
  readonly bodies: number;
  /** Reward terms */
  readonly terms: number;
}

function tapeLayout({ steps, slots, bodies, terms }: TapeSizes) {
  const moments = steps * slots;
  return {
    /** [steps, slots, bodies, 7] */
    poses: ["float32", moments * bodies * BODY_SIZE],
    /** (vx, vy, yaw rate) commanded and measured [steps, slots, 3] */
    commands: ["float32", moments * 3],
    twists: ["float32", moments * 3],
    /** Weighted reward of the step [steps, slots, terms] */
    terms: ["float32", moments * terms],
    /** 1 on the first step of an episode [steps, slots] */
    starts: ["uint8", moments],
  } as const satisfies SharedLayout;
}

/** A recording of `slots` environments over `steps` control steps. */
export class PoseTape {
  readonly sizes: TapeSizes;
  readonly views: SharedViews<ReturnType<typeof tapeLayout>>;
  readonly #twist = new Float64Array(3);

  constructor(memory: SharedArrayBuffer, sizes: TapeSizes) {
    this.sizes = sizes;
    this.views = sharedViews(tapeLayout(sizes), memory);
  }

  /** Memory for a tape. */
  static allocate(sizes: TapeSizes): SharedArrayBuffer {
    return new SharedArrayBuffer(byteLengthOf(tapeLayout(sizes)));
  }

  /** Writes what the environment looks like now. */
  record(step: number, slot: number, env: Environment): void {
    const moment = step * this.sizes.slots + slot;
    this.#recordPoses(moment, env);
    const { commands, twists, terms, starts } = this.views;
    env.measuredTwist(this.#twist);
    for (let i = 0; i < 3; i++) {
      commands[3 * moment + i] = env.command ? env.command[i] : 0;
      twists[3 * moment + i] = this.#twist[i];
    }
    for (let k = 0; k < this.sizes.terms; k++) terms[moment * this.sizes.terms + k] = env.rewardTerms[k];
    starts[moment] = env.episodeStep === 1 ? 1 : 0;
  }

  #recordPoses(moment: number, env: Environment): void {
    const { poses } = this.views;
    const { xpos, xquat } = env.sim;
    let o = moment * this.sizes.bodies * BODY_SIZE;
    for (let body = 0; body < this.sizes.bodies; body++) {
      for (let i = 0; i < 3; i++) poses[o++] = xpos[3 * body + i];
      for (let i = 0; i < 4; i++) poses[o++] = xquat[4 * body + i];
    }
  }
}
