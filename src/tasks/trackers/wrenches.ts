/** Forces and torques in any direction that swell and ebb: surges of something that may turn. A tracker, as other disturbances are. */
import type { Rng } from "../../math/rng.ts";
import type { Simulation } from "../../physics/simulation.ts";
import type { AnyMoment } from "../moment.ts";
import { disturbanceTuning } from "./disturbance-knobs.ts";
import type { BoundTracker, Tracker, TrackerContext } from "./tracker.ts";

type Range = readonly [number, number];

/** Settings of `wrenches`; the four ranges are uniform and drawn once per episode. */
export interface WrenchSettings {
  /** Body that is pressed on, at its centre of mass. */
  readonly body: string;
  /** Control steps from the beginning of one to the beginning of the next; the first comes after as many. */
  readonly everySteps: Range;
  /** How many control steps T one lasts, at most. */
  readonly steps: Range;
  /** Speed v of force(i) = ½·sin(π·i/T)·m·v/(T·dt) in control step i, with the mass m of the body, m/s. */
  readonly speed: Range;
  /** The same of the torque, published with the mass too, rad/s. */
  readonly spin: Range;
  /** False leaves the body in peace; the readings are then zero. */
  readonly enabled: boolean;
}

/** What terms may know. */
export interface WrenchReading {
  /** [6] unit vector of the latest one: of the force, then of the torque */
  readonly direction: Float64Array;
  /** [6] N, then N·m, world frame */
  readonly wrench: Float64Array;
}

/** Slots: settings of the episode, control steps done, control steps of the present one, direction, wrench. */
const EVERY = 0;
const STEPS = 1;
const SPEED = 2;
const SPIN = 3;
const TICK = 4;
const LASTED = 5;
const DIRECTION = 6;
const WRENCH = 12;
const SIZE = 18;

/** Wrenches on a body, again and again. Source: MuJoCo Playground, LEAP cube reorientation. */
export function wrenches(settings: WrenchSettings): Tracker<WrenchReading> {
  return {
    size: SIZE,
    description: { kind: "wrenches", ...settings },
    tuning: disturbanceTuning(settings, wrenches),
    bind: (context) => new Wrenches(settings, context),
  };
}

class Wrenches implements BoundTracker<WrenchReading> {
  readonly reading: WrenchReading;
  readonly #settings: WrenchSettings;
  readonly #sim: Simulation;
  readonly #dt: number;
  readonly #slots: Float64Array;
  readonly #body: number;
  /** kg, of the compiled model */
  readonly #mass: number;

  constructor(settings: WrenchSettings, { sim, dt, slots }: TrackerContext) {
    this.#settings = settings;
    this.#sim = sim;
    this.#dt = dt;
    this.#slots = slots;
    this.#body = sim.bodyId(settings.body);
    this.#mass = sim.modelFields.body_mass[this.#body];
    this.reading = {
      direction: slots.subarray(DIRECTION, DIRECTION + 6),
      wrench: slots.subarray(WRENCH, WRENCH + 6),
    };
  }

  reset(_moment: AnyMoment, rng: Rng): void {
    const { everySteps, steps, speed, spin } = this.#settings;
    const slots = this.#slots;
    slots.fill(0);
    slots[EVERY] = Math.floor(rng.uniform(...everySteps));
    slots[STEPS] = Math.floor(rng.uniform(...steps));
    slots[SPEED] = rng.uniform(...speed);
    slots[SPIN] = rng.uniform(...spin);
    slots[LASTED] = slots[STEPS];
  }

  beforePhysics(_moment: AnyMoment, rng: Rng): void {
    if (!this.#settings.enabled) return;
    const slots = this.#slots;
    if (slots[TICK] > 0 && slots[TICK] % slots[EVERY] === 0) this.#begin(rng);
    slots[TICK]++;
    this.#press();
  }

  #begin(rng: Rng): void {
    const { direction } = this.reading;
    this.#slots[LASTED] = 0;
    rng.fillNormal(direction);
    let squares = 0;
    for (let i = 0; i < 6; i++) squares += direction[i] * direction[i];
    for (let i = 0; i < 6; i++) direction[i] /= Math.sqrt(squares);
  }

  #press(): void {
    const slots = this.#slots;
    const { direction, wrench } = this.reading;
    const { xfrcApplied } = this.#sim;
    const isOver = slots[LASTED] >= slots[STEPS];
    const swell = isOver ? 0 : 0.5 * Math.sin((Math.PI * slots[LASTED]) / slots[STEPS]);
    const unit = (swell * this.#mass) / (slots[STEPS] * this.#dt);
    for (let i = 0; i < 6; i++) {
      wrench[i] = unit * slots[i < 3 ? SPEED : SPIN] * direction[i];
      xfrcApplied[6 * this.#body + i] = wrench[i];
    }
    if (!isOver) slots[LASTED]++;
  }
}
