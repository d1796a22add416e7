/**
 * A place that an object is to be pushed to, and how it is to lie there. When it is kept there for a while, the next target is further away.
 * The target is the scene's mocap body. Source: MuJoCo Playground, Panda Robotiq push cube.
 */
import { fromAxisAngle, multiply } from "../../math/quat.ts";
import type { Rng } from "../../math/rng.ts";
import type { Simulation } from "../../physics/simulation.ts";
import type { AnyMoment } from "../moment.ts";
import type { BoundTracker, Tracker } from "./tracker.ts";

/** Words that the tracker needs of the robot. */
interface Pushing {
  /** Whether the object lies as it should. */
  readonly isInPlace: boolean;
  /** [4] of the object */
  readonly objectQuat: Float64Array;
}

/** What terms may know. After the rewards of a step in which the target was reached it moves; observations see it where it is next. */
export interface PushedTargetReading {
  readonly within: boolean;
  /** Whether the object has been within for long enough. */
  readonly reached: boolean;
}

/** Settings of `pushedTarget`. */
export interface PushedTargetSettings {
  /** Control steps in a row within the tolerance that count as reached. */
  readonly hold: number;
  /** How far from the middle targets are, m along y, and how far they turn the object, rad; by targets reached in the episode, then the last. */
  readonly levels: readonly (readonly [way: number, turn: number])[];
  readonly place: (sim: Simulation, way: number, draws: Float64Array) => void;
}

/** Random numbers in [0, 1) that a new target takes: three for its place, one for its turn. */
export const TARGET_DRAWS = 4;
/** Slots. */
const ROW = 0;
const REACHED = 1;

/** An episode begins with the target that the task's reset has put there, and with the first level. */
export function pushedTarget(settings: PushedTargetSettings): Tracker<PushedTargetReading> {
  const { hold, levels } = settings;
  return {
    size: 2,
    description: { kind: "pushed-target", hold, levels },
    bind: ({ sim, slots }) => new PushedTarget(settings, sim, slots),
  };
}

/** Turns the target by `angle` about the vertical from how the object lies. */
export function turnTarget({ mocapQuat }: Simulation, objectQuat: Float64Array, angle: number): void {
  fromAxisAngle(yaw, 0, 0, 0, 1, angle);
  multiply(mocapQuat, 0, objectQuat, 0, yaw, 0);
}
const yaw = new Float64Array(4);

class PushedTarget implements BoundTracker<PushedTargetReading> {
  readonly reading = { within: false, reached: false };
  readonly #settings: PushedTargetSettings;
  readonly #sim: Simulation;
  readonly #slots: Float64Array;
  /** Of this step, should the target be reached in it */
  readonly #draws = new Float64Array(TARGET_DRAWS);

  constructor(settings: PushedTargetSettings, sim: Simulation, slots: Float64Array) {
    this.#settings = settings;
    this.#sim = sim;
    this.#slots = slots;
  }

  reset(): void {
    this.#slots.fill(0);
    this.reading.within = false;
    this.reading.reached = false;
  }

  beforePhysics(_: AnyMoment, rng: Rng): void {
    for (let i = 0; i < TARGET_DRAWS; i++) this.#draws[i] = rng.uniform();
  }

  afterPhysics({ robot }: AnyMoment): void {
    this.reading.within = (robot as Pushing).isInPlace;
    this.#slots[ROW] = this.reading.within ? this.#slots[ROW] + 1 : 0;
    this.reading.reached = this.#slots[ROW] >= this.#settings.hold;
  }

  afterReward({ robot }: AnyMoment): void {
    if (!this.reading.reached) return;
    const { levels, place } = this.#settings;
    this.#slots[ROW] = 0;
    const [way, turn] = levels[Math.min(++this.#slots[REACHED], levels.length - 1)];
    place(this.#sim, way, this.#draws);
    turnTarget(this.#sim, (robot as Pushing).objectQuat, turn * this.#draws[TARGET_DRAWS - 1]);
  }
}
