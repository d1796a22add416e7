/** Poses of watched environments over one iteration, in shared memory: written by the stepping threads, read by the viewer's server. */
import type { Environment } from "../tasks/index.ts";
import { byteLengthOf, type SharedLayout, type SharedViews, sharedViews } from "../threads/shared-layout.ts";
import { type SharedMemory, shareableMemory } from "../threads/shared-memory.ts";

/** Values per body: position in metres, then quaternion w-x-y-z. */
const BODY_SIZE = 7;

/** Counts that decide the tape's size. */
export interface TapeSizes {
  readonly steps: number;
  /** Moments of a control step that are recorded, the last of them after it */
  readonly looks: number;
  /** Recorded environments */
  readonly slots: number;
  readonly bodies: number;
  /** Vertices of flexes, and the first of the slots that have room for them */
  readonly points: number;
  readonly pointSlots: number;
  /** Reward terms */
  readonly terms: number;
}

/** Bytes of flex vertices on a tape, beyond which the slots after the first record none. */
const MOST_POINTS_BYTES = 1 << 26;

/** Of a training's tape: a look after every control step, and one midway where it is several physics steps. */
export function tapeSizes({ decimation, sim, rewardNames }: Environment, steps: number, slots: number): TapeSizes {
  const looks = decimation > 1 ? 2 : 1;
  const points = sim.nflexvert;
  const room = Math.max(1, Math.floor(MOST_POINTS_BYTES / (12 * points * steps * looks)));
  const pointSlots = points === 0 ? 0 : Math.min(slots, room);
  return { steps, looks, slots, bodies: sim.nbody, points, pointSlots, terms: rewardNames.length };
}

function tapeLayout({ steps, looks, slots, bodies, points, pointSlots, terms }: TapeSizes) {
  const rows = steps * looks * slots;
  return {
    /** [steps, looks, slots, bodies, 7] */
    poses: ["float32", rows * bodies * BODY_SIZE],
    /** [steps, looks, pointSlots, points, 3] m */
    points: ["float32", steps * looks * pointSlots * points * 3],
    /** (vx, vy, yaw rate) commanded and measured [steps, looks, slots, 3] */
    commands: ["float32", rows * 3],
    twists: ["float32", rows * 3],
    /** Weighted reward of the step [steps, looks, slots, terms] */
    terms: ["float32", rows * terms],
    /** 1 on the first look at an episode [steps, looks, slots] */
    starts: ["uint8", rows],
  } as const satisfies SharedLayout;
}

/** Where the bodies of an environment are now, [bodies, 7], to a tenth of a millimetre. */
export function posesNow(env: Environment): number[] {
  const sizes = { ...tapeSizes(env, 1, 1), looks: 1 };
  const tape = new PoseTape(PoseTape.allocate(sizes), sizes);
  tape.record(0, 0, env);
  return Array.from(tape.views.poses, (value) => Math.round(1e4 * value) / 1e4);
}

/** A recording of `slots` environments. */
export class PoseTape {
  readonly sizes: TapeSizes;
  readonly views: SharedViews<ReturnType<typeof tapeLayout>>;
  readonly #twist = new Float64Array(3);

  constructor(memory: SharedMemory, sizes: TapeSizes) {
    this.sizes = sizes;
    this.views = sharedViews(tapeLayout(sizes), memory);
  }

  /** Memory for a tape. */
  static allocate(sizes: TapeSizes): SharedMemory {
    return shareableMemory(byteLengthOf(tapeLayout(sizes)));
  }

  /** Writes what the environment looks like after a control step, or midway through it. */
  record(step: number, slot: number, env: Environment, when: "midway" | "after" = "after"): void {
    const { looks, slots, pointSlots } = this.sizes;
    const first = step * looks * slots + slot;
    const row = when === "midway" ? first : first + (looks - 1) * slots;
    this.#recordPoses(row, env);
    if (slot < pointSlots)
      this.#recordPoints((step * looks + (when === "midway" ? 0 : looks - 1)) * pointSlots + slot, env);
    this.#recordMotion(row, env);
    this.views.starts[row] = row === first && env.episodeStep === 1 ? 1 : 0;
    if (when === "after") for (let look = 0; look < looks; look++) this.#recordTerms(first + look * slots, env);
  }

  #recordMotion(row: number, env: Environment): void {
    const { commands, twists } = this.views;
    env.measuredTwist(this.#twist);
    for (let i = 0; i < 3; i++) {
      commands[3 * row + i] = env.command ? env.command[i] : 0;
      twists[3 * row + i] = this.#twist[i];
    }
  }

  #recordTerms(row: number, env: Environment): void {
    const { terms } = this.sizes;
    for (let k = 0; k < terms; k++) this.views.terms[row * terms + k] = env.rewardTerms[k];
  }

  #recordPoints(row: number, { sim }: Environment): void {
    this.views.points.set(sim.flexvertXpos, row * this.sizes.points * 3);
  }

  #recordPoses(row: number, env: Environment): void {
    const { poses } = this.views;
    const { xpos, xquat } = env.sim;
    let o = row * this.sizes.bodies * BODY_SIZE;
    for (let body = 0; body < this.sizes.bodies; body++) {
      for (let i = 0; i < 3; i++) poses[o++] = xpos[3 * body + i];
      for (let i = 0; i < 4; i++) poses[o++] = xquat[4 * body + i];
    }
  }
}
