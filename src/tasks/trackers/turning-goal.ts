/**
 * An orientation to bring something to, which turns away as soon as it is reached and comes to rest elsewhere. It is that of the scene's
 * mocap body. Source: MuJoCo Playground, LEAP cube reorientation.
 */
import { multiply, rotateBy } from "../../math/quat.ts";
import type { Rng } from "../../math/rng.ts";
import { UserError } from "../../math/user-error.ts";
import type { Simulation } from "../../physics/simulation.ts";
import type { BoundTracker, Tracker, TrackerContext } from "./tracker.ts";

/** Settings of the goal. */
export interface TurningGoalSettings {
  /** Sensor of the orientation that is to become the goal's: a quaternion, world frame. */
  readonly orientation: string;
  /** The goal is reached within this angle, rad. */
  readonly within: number;
  /** Angular velocity about each axis of the goal with which it turns away, uniform, rad/s. */
  readonly speed: readonly [number, number];
  /** What the velocity is multiplied by in every step in which the goal is not reached. */
  readonly slowing: number;
}

/** What terms may know. After the rewards of a step the goal moves; observations see it where it is to be reached next. */
export interface TurningGoalReading {
  /** rad, 0 … π, from the goal to the orientation */
  readonly angle: number;
  /** Whether the angle is small enough. */
  readonly reached: boolean;
  /** rad by which the angle became smaller in this step; how the goal moves does not count */
  readonly nearer: number;
  /** [6] second and third row of the matrix that turns the goal into the orientation, world frame */
  readonly rows: Float64Array;
}

/** A goal that turns. An episode begins with it at rest, where the task's reset has put it. */
export function turningGoal(settings: TurningGoalSettings): Tracker<TurningGoalReading> {
  return {
    size: 4,
    description: { kind: "turning-goal", ...settings },
    bind: (context) => new TurningGoal(settings, context),
  };
}

class TurningGoal implements BoundTracker<TurningGoalReading> {
  readonly reading: { angle: number; reached: boolean; nearer: number; rows: Float64Array };
  readonly #settings: TurningGoalSettings;
  readonly #sim: Simulation;
  readonly #dt: number;
  readonly #address: number;
  /** [3] rad/s, frame of the goal */
  readonly #velocity: Float64Array;
  /** [1] rad, at the end of the step before */
  readonly #angleBefore: Float64Array;
  /** [3] velocity with which the goal turns away if it is reached in this step */
  readonly #next = new Float64Array(3);
  /** [4] from goal to orientation */
  readonly #between = new Float64Array(4);
  readonly #inverse = new Float64Array(4);

  constructor(settings: TurningGoalSettings, { sim, dt, slots }: TrackerContext) {
    if (sim.nmocap !== 1)
      throw new UserError(`scene ${sim.scene}: turningGoal: has ${sim.nmocap} mocap bodies, expected one`);
    this.#settings = settings;
    this.#sim = sim;
    this.#dt = dt;
    this.#address = sim.sensor(settings.orientation).address;
    this.#velocity = slots.subarray(0, 3);
    this.#angleBefore = slots.subarray(3);
    this.reading = { angle: 0, reached: false, nearer: 0, rows: new Float64Array(6) };
  }

  reset(): void {
    this.#velocity.fill(0);
    this.#read();
    this.reading.nearer = 0;
    this.#angleBefore[0] = this.reading.angle;
  }

  beforePhysics(_moment: unknown, rng: Rng): void {
    for (let i = 0; i < 3; i++) this.#next[i] = rng.uniform(...this.#settings.speed);
  }

  afterPhysics(): void {
    this.#read();
    this.reading.nearer = this.#angleBefore[0] - this.reading.angle;
  }

  afterReward(): void {
    const velocity = this.#velocity;
    for (let i = 0; i < 3; i++) {
      velocity[i] = this.reading.reached ? this.#next[i] : this.#settings.slowing * velocity[i];
    }
    rotateBy(this.#sim.mocapQuat, 0, velocity, this.#dt);
    this.#read();
    this.#angleBefore[0] = this.reading.angle;
  }

  #read(): void {
    const { mocapQuat, sensordata } = this.#sim;
    const { reading } = this;
    const between = this.#between;
    this.#inverse[0] = mocapQuat[0];
    for (let i = 1; i < 4; i++) this.#inverse[i] = -mocapQuat[i];
    multiply(between, 0, sensordata, this.#address, this.#inverse, 0);
    const [w, x, y, z] = [between[0], between[1], between[2], between[3]];
    reading.angle = 2 * Math.asin(Math.min(1, Math.sqrt(x * x + y * y + z * z)));
    reading.reached = reading.angle < this.#settings.within;
    reading.rows[0] = 2 * (x * y + w * z);
    reading.rows[1] = 1 - 2 * (x * x + z * z);
    reading.rows[2] = 2 * (y * z - w * x);
    reading.rows[3] = 2 * (x * z - w * y);
    reading.rows[4] = 2 * (y * z + w * x);
    reading.rows[5] = 1 - 2 * (x * x + y * y);
  }
}
