/** Disturbances at random times: a kick changes the base's velocity at once, a shove presses on a body for a while. Both are trackers. */
import type { Rng } from "../../math/rng.ts";
import type { Simulation } from "../../physics/simulation.ts";
import type { AnyMoment } from "../moment.ts";
import { disturbanceTuning } from "./disturbance-knobs.ts";
import type { BoundTracker, Tracker, TrackerContext } from "./tracker.ts";

type Range = readonly [number, number];

/** Readings of disturbances. */
export interface PushReading {
  /** World x and y of the last disturbance, fading to nothing within about a second: m/s of a kick, N of a shove. */
  readonly push: Float64Array;
}

/** Settings of `kicks`. */
export interface KickSettings {
  /** Free or planar joint whose velocity changes. */
  readonly joint: string;
  /** Time between kicks, uniform, s; the first comes after a time uniform in [0, the larger]. */
  readonly everySeconds: Range;
  /** True: the time is drawn once per episode and also passes before the first kick. Default false. */
  readonly steady?: boolean;
  /** Size of the change of horizontal velocity, uniform, m/s; its direction is uniform. */
  readonly speed: Range;
  /** True: sizes grow from nothing with the curriculum of commands. Default false. */
  readonly growing?: boolean;
}

/** Kicks: qvel of the joint's first two (horizontal) degrees of freedom += speed·(cos θ, sin θ). Source: MuJoCo Playground, G1 joystick. */
export function kicks(settings: KickSettings): Tracker<PushReading> {
  const { everySeconds, speed, steady = false, growing = false } = settings;
  return {
    size: steady ? 4 : 3,
    description: { kind: "kicks", ...settings },
    tuning: disturbanceTuning(settings, kicks),
    bind: (context) => {
      const dof = context.sim.joint(settings.joint).dofAddress;
      return new Disturbance(context, { every: everySeconds, size: speed, steady, growing }, (sim, push) => {
        sim.qvel[dof] += push[0];
        sim.qvel[dof + 1] += push[1];
      });
    },
  };
}

/** Settings of `shoves`. */
export interface ShoveSettings {
  /** Body that the force acts on, at its centre of mass. */
  readonly body: string;
  /** Time between shoves, uniform, s; the first comes after a time uniform in [0, the larger]. */
  readonly everySeconds: Range;
  /** Horizontal force, uniform, N; its direction is uniform. */
  readonly newtons: Range;
  /** How long a shove lasts, s. */
  readonly seconds: number;
}

/** Shoves: a constant horizontal force on a body for a while. */
export function shoves(settings: ShoveSettings): Tracker<PushReading> {
  return {
    size: 4,
    description: { kind: "shoves", ...settings },
    tuning: disturbanceTuning(settings, shoves),
    bind: (context) => new Shove(context, settings),
  };
}

/** When and how strongly a disturbance acts: settings of `kicks` and `shoves`. */
interface Schedule {
  readonly every: Range;
  readonly size: Range;
  readonly steady: boolean;
  readonly growing: boolean;
}

/** Waits, then draws a size and direction. Slots: [steps until the next, push x, push y, where steady: steps between]. */
class Disturbance implements BoundTracker<PushReading> {
  readonly reading: PushReading;
  readonly #slots: Float64Array;
  readonly #sim: Simulation;
  readonly #dt: number;
  readonly #schedule: Schedule;
  readonly #act: (sim: Simulation, push: Float64Array) => void;

  constructor(
    { sim, dt, slots }: TrackerContext,
    schedule: Schedule,
    act: (sim: Simulation, push: Float64Array) => void,
  ) {
    this.#sim = sim;
    this.#dt = dt;
    this.#slots = slots;
    this.#schedule = schedule;
    this.#act = act;
    this.reading = { push: slots.subarray(1, 3) };
  }

  reset(_moment: AnyMoment, rng: Rng): void {
    const { every, steady } = this.#schedule;
    const slots = this.#slots;
    slots.fill(0);
    if (steady) slots[3] = this.#steps(rng, every[0], every[1]);
    // a kick comes in the step in which the count has run out
    slots[0] = steady ? slots[3] - 1 : this.#steps(rng, 0, every[1]);
  }

  beforePhysics({ progress }: AnyMoment, rng: Rng): void {
    const { push } = this.reading;
    // e^(−dt/0.3 s): below 4 % after a second
    const fade = Math.exp(-this.#dt / 0.3);
    push[0] *= fade;
    push[1] *= fade;
    if (this.#slots[0]-- > 0) return;
    const { every, size, steady, growing } = this.#schedule;
    const angle = rng.uniform(0, 2 * Math.PI);
    const drawn = rng.uniform(...size) * (growing ? progress : 1);
    push[0] = drawn * Math.cos(angle);
    push[1] = drawn * Math.sin(angle);
    this.#slots[0] = steady ? this.#slots[3] - 1 : this.#steps(rng, every[0], every[1]);
    this.#act(this.#sim, push);
  }

  /** A time uniform between the two, s, in control steps. */
  #steps(rng: Rng, least: number, most: number): number {
    return Math.round(rng.uniform(least, most) / this.#dt);
  }
}

/** A disturbance that holds a force and releases it. Slot 3: steps the force still lasts. */
class Shove implements BoundTracker<PushReading> {
  readonly reading: PushReading;
  readonly #timer: Disturbance;
  readonly #slots: Float64Array;
  readonly #sim: Simulation;
  readonly #body: number;

  constructor(context: TrackerContext, { body, everySeconds, newtons, seconds }: ShoveSettings) {
    const { sim, dt, slots } = context;
    this.#sim = sim;
    this.#slots = slots;
    this.#body = sim.bodyId(body);
    this.#timer = new Disturbance(
      context,
      { every: everySeconds, size: newtons, steady: false, growing: false },
      (_, push) => {
        slots[3] = Math.max(1, Math.round(seconds / dt));
        sim.applyForce(this.#body, [push[0], push[1], 0]);
      },
    );
    this.reading = this.#timer.reading;
  }

  reset(moment: AnyMoment, rng: Rng): void {
    this.#timer.reset(moment, rng);
  }

  beforePhysics(moment: AnyMoment, rng: Rng): void {
    if (this.#slots[3] > 0 && --this.#slots[3] === 0) this.#sim.applyForce(this.#body, [0, 0, 0]);
    this.#timer.beforePhysics(moment, rng);
  }
}
