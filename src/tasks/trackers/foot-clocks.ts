/**
 * A clock for each foot, all at one steady rate that is drawn for every episode. While the command is zero, all are set to the same
 * phase, and continue together from there until the episode ends. Source: MuJoCo Playground, T1 joystick.
 */
import type { Rng } from "../../math/rng.ts";
import type { AnyMoment } from "../moment.ts";
import { normSq } from "../terms/norms.ts";
import { wrapPhase } from "./gait-phase.ts";
import type { BoundTracker, Tracker, TrackerContext } from "./tracker.ts";

/** Settings of the clocks. */
export interface FootClockSettings {
  /** Steps of one foot per second, uniform, drawn once per episode. */
  readonly hz: readonly [number, number];
  /** Phase of each foot when an episode starts, rad. */
  readonly start: readonly number[];
  /** The clocks rest while the command's norm is at most this. */
  readonly standBelow: number;
  /** Phase of every foot at rest, rad. */
  readonly rest: number;
}

/** Readings of the clocks. */
export interface FootClockReading {
  /** [feet] rad, in [−π, π) */
  readonly phase: Float64Array;
  /** [2 · feet] cos(phase) of every foot, then sin(phase) */
  readonly signals: Float64Array;
}

/** Clocks of feet that come together while the robot stands. */
export function footClocks(settings: FootClockSettings): Tracker<FootClockReading> {
  return {
    size: settings.start.length + 1,
    isOwn: true,
    description: { kind: "foot-clocks", ...settings },
    bind: (context) => new FootClocks(settings, context),
  };
}

class FootClocks implements BoundTracker<FootClockReading> {
  readonly reading: FootClockReading;
  readonly #settings: FootClockSettings;
  readonly #dt: number;
  /** [rate in Hz] */
  readonly #rate: Float64Array;

  constructor(settings: FootClockSettings, { dt, slots }: TrackerContext) {
    const feet = settings.start.length;
    this.#settings = settings;
    this.#dt = dt;
    this.#rate = slots.subarray(feet);
    this.reading = { phase: slots.subarray(0, feet), signals: new Float64Array(2 * feet) };
  }

  reset(_moment: AnyMoment, rng: Rng): void {
    const { hz, start } = this.#settings;
    start.forEach((phase, foot) => {
      this.reading.phase[foot] = wrapPhase(phase);
    });
    this.#rate[0] = rng.uniform(...hz);
    this.#readSignals();
  }

  /** Signals follow the slots, which another environment's step may have replaced since. */
  beforePhysics(): void {
    this.#readSignals();
  }

  afterReward({ command }: AnyMoment): void {
    const { standBelow, rest } = this.#settings;
    const { phase } = this.reading;
    const stands = Math.sqrt(normSq(command)) <= standBelow;
    const advance = 2 * Math.PI * this.#rate[0] * this.#dt;
    for (let foot = 0; foot < phase.length; foot++) phase[foot] = wrapPhase(stands ? rest : phase[foot] + advance);
    this.#readSignals();
  }

  #readSignals(): void {
    const { phase, signals } = this.reading;
    for (let foot = 0; foot < phase.length; foot++) {
      signals[foot] = Math.cos(phase[foot]);
      signals[phase.length + foot] = Math.sin(phase[foot]);
    }
  }
}
