/** Surges: pushes that rise and fall. A tracker, like other disturbances. */
import type { Rng } from "../../math/rng.ts";
import type { Simulation } from "../../physics/simulation.ts";
import type { AnyMoment } from "../moment.ts";
import { disturbanceTuning } from "./disturbance-knobs.ts";
import type { BoundTracker, Tracker, TrackerContext } from "./tracker.ts";

type Range = readonly [number, number];

/** Settings of `surges`; the three ranges are uniform and drawn once per episode. */
export interface SurgeSettings {
  /** Body that the force acts on, at its centre of mass. */
  readonly body: string;
  /** Time from the end of one surge to the beginning of the next, s. */
  readonly everySeconds: Range;
  /** How long a surge lasts, s. */
  readonly seconds: Range;
  /** Speed v of force(t) = ½·sin(π·t/T)·M·v/T over the duration T, with the mass M of the body and all that hangs on it, m/s. */
  readonly speed: Range;
  /** False disables the surges; the readings are then zero. */
  readonly enabled: boolean;
}

/** Readings of surges. */
export interface SurgeReading {
  /** [3] N, world frame */
  readonly force: Float64Array;
  /** 1 from the moment at which a surge is due until it is over, else 0 */
  readonly due: number;
}

/** Slots: settings of the episode, state of the waiting and of the surge, direction, force. */
const WAIT_STEPS = 0;
const SECONDS = 1;
const SPEED = 2;
const WAITED = 3;
const SURGED = 4;
const DIRECTION = 5;
const FORCE = 7;
const SIZE = 10;

/** A horizontal half-sine force in a random direction, again and again. Source: MuJoCo Playground, kicks of the Go1 joystick. */
export function surges(settings: SurgeSettings): Tracker<SurgeReading> {
  return {
    size: SIZE,
    description: { kind: "surges", ...settings },
    tuning: disturbanceTuning(settings, surges),
    bind: (context) => new Surges(settings, context),
  };
}

class Surges implements BoundTracker<SurgeReading> {
  readonly reading: SurgeReading;
  readonly #settings: SurgeSettings;
  readonly #sim: Simulation;
  readonly #dt: number;
  readonly #slots: Float64Array;
  readonly #body: number;
  /** kg, of the compiled model */
  readonly #mass: number;

  constructor(settings: SurgeSettings, { sim, dt, slots }: TrackerContext) {
    this.#settings = settings;
    this.#sim = sim;
    this.#dt = dt;
    this.#slots = slots;
    this.#body = sim.bodyId(settings.body);
    this.#mass = sim.modelFields.body_subtreemass[this.#body];
    this.reading = {
      force: slots.subarray(FORCE, FORCE + 3),
      get due() {
        return settings.enabled && slots[WAITED] >= slots[WAIT_STEPS] ? 1 : 0;
      },
    };
  }

  reset(_moment: AnyMoment, rng: Rng): void {
    const { everySeconds, seconds, speed } = this.#settings;
    const slots = this.#slots;
    slots.fill(0);
    slots[WAIT_STEPS] = Math.round(rng.uniform(...everySeconds) / this.#dt);
    slots[SECONDS] = rng.uniform(...seconds);
    slots[SPEED] = rng.uniform(...speed);
  }

  beforePhysics(_moment: AnyMoment, rng: Rng): void {
    if (!this.#settings.enabled) return;
    if (this.reading.due === 1) this.#surge();
    else this.#wait(rng);
    this.#sim.applyForce(this.#body, this.reading.force);
  }

  #wait(rng: Rng): void {
    const slots = this.#slots;
    this.reading.force.fill(0);
    if (++slots[WAITED] < slots[WAIT_STEPS]) return;
    const angle = rng.uniform(0, 2 * Math.PI);
    slots[DIRECTION] = Math.cos(angle);
    slots[DIRECTION + 1] = Math.sin(angle);
    slots[SURGED] = 0;
  }

  #surge(): void {
    const slots = this.#slots;
    const duration = slots[SECONDS];
    const swell = Math.sin((Math.PI * slots[SURGED] * this.#dt) / duration);
    const size = (0.5 * swell * this.#mass * slots[SPEED]) / duration;
    slots[FORCE] = size * slots[DIRECTION];
    slots[FORCE + 1] = size * slots[DIRECTION + 1];
    if (++slots[SURGED] >= Math.round(duration / this.#dt)) slots[WAITED] = 0;
  }
}
