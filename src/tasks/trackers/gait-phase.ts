/**
 * A clock for walking: one phase per foot at a steady rate, optionally faded out while the command is zero.
 * Phases lie in [−π, π). Which part of the cycle is the swing is up to the terms that read it: (0, π) in `swingHeight`, all of it with
 * the top at 0 in `bezierHeight`.
 */
import type { Rng } from "../../math/rng.ts";
import type { AnyMoment } from "../moment.ts";
import { twistOf } from "./mean-twist.ts";
import type { BoundTracker, Tracker, TrackerContext } from "./tracker.ts";

const TWO_PI = 2 * Math.PI;

/** Settings of the clock. */
export interface GaitSettings {
  /** Steps of one foot per second; a range is uniform and drawn once per episode. */
  readonly hz: number | readonly [number, number];
  /** Phase of each foot relative to the clock, rad: (0, π) walks, (0, 0) hops. */
  readonly offsets: readonly number[];
  /** Phase of the clock when an episode starts, rad; random if absent. */
  readonly start?: number;
  /** The gait fades out while the command's norm is at most this; if absent, the gait never stops. */
  readonly standBelow?: number;
  /** The gait starts or continues while the base is faster than this over the ground, m/s, whatever the command, so that a pushed robot steps. Default: never. */
  readonly stepAbove?: number;
  /** Time from no gait to the full one, s; default at once. */
  readonly fadeSeconds?: number;
  /** Time from the full gait to standing, s: a braking robot takes another step or two. Default: the fade-in time. */
  readonly fadeOutSeconds?: number;
  /** Steps quicker while the base moves otherwise than commanded, so that a pushed robot puts its foot down sooner. Default: never. */
  readonly hurry?: Hurry;
  /** Amplitude when an episode begins, 0 stand … 1 walk, from where it fades; default: according to the first command. */
  readonly startAmplitude?: number;
}

/** How a clock hurries: the rate grows linearly with the planar velocity's distance from the command. */
export interface Hurry {
  /** m/s off the command: where the rate begins to grow, and where it is full */
  readonly between: readonly [from: number, full: number];
  /** Full rate over the clock's own. */
  readonly times: number;
}

/** Readings of the clock. */
export interface GaitReading {
  /** [feet] rad, in [−π, π) */
  readonly phase: Float64Array;
  /** 0 stand … 1 walk */
  readonly amplitude: number;
  /** [2 · feet] amplitude·cos(phase) of every foot, then amplitude·sin(phase) */
  readonly signals: Float64Array;
}

/** A gait clock. */
export function gaitPhase(settings: GaitSettings): Tracker<GaitReading> {
  return {
    size: typeof settings.hz === "number" ? 2 : 3,
    isOwn: true,
    description: { kind: "gait-phase", ...settings },
    bind: (context) => new GaitPhase(settings, context),
  };
}

class GaitPhase implements BoundTracker<GaitReading> {
  readonly reading: GaitReading;
  readonly #settings: GaitSettings;
  readonly #dt: number;
  /** [clock, amplitude, and where each episode draws its own: rate in Hz] */
  readonly #slots: Float64Array;

  constructor(settings: GaitSettings, { dt, slots }: TrackerContext) {
    const feet = settings.offsets.length;
    this.#settings = settings;
    this.#dt = dt;
    this.#slots = slots;
    this.reading = {
      phase: new Float64Array(feet),
      signals: new Float64Array(2 * feet),
      get amplitude() {
        return slots[1];
      },
    };
  }

  reset(moment: AnyMoment, rng: Rng): void {
    const { hz, start = rng.uniform(-Math.PI, Math.PI), startAmplitude = this.#wanted(moment) } = this.#settings;
    this.#slots[0] = start;
    this.#slots[1] = startAmplitude;
    if (typeof hz !== "number") this.#slots[2] = rng.uniform(...hz);
    this.#read();
  }

  /** Readings follow the slots, which another environment's step may have replaced since. */
  beforePhysics(): void {
    this.#read();
  }

  afterReward(moment: AnyMoment): void {
    const slots = this.#slots;
    const { hz, hurry, fadeSeconds = 0, fadeOutSeconds = fadeSeconds } = this.#settings;
    const rate = (typeof hz === "number" ? hz : slots[2]) * (hurry === undefined ? 1 : quickening(hurry, moment));
    slots[0] = wrapPhase(slots[0] + TWO_PI * rate * this.#dt);
    const missing = this.#wanted(moment) - slots[1];
    slots[1] += Math.max(-this.#dt / fadeOutSeconds, Math.min(this.#dt / fadeSeconds, missing));
    this.#read();
  }

  #wanted(moment: AnyMoment): number {
    const { standBelow, stepAbove } = this.#settings;
    if (standBelow === undefined) return 1;
    if (stepAbove !== undefined && planarSpeed(moment) > stepAbove) return 1;
    const { command } = moment;
    let squares = 0;
    for (let i = 0; i < command.length; i++) squares += command[i] * command[i];
    return Math.sqrt(squares) > standBelow ? 1 : 0;
  }

  #read(): void {
    const { phase, signals } = this.reading;
    const [clock, amplitude] = [this.#slots[0], this.#slots[1]];
    const feet = phase.length;
    for (let i = 0; i < feet; i++) {
      phase[i] = wrapPhase(clock + this.#settings.offsets[i]);
      signals[i] = amplitude * Math.cos(phase[i]);
      signals[feet + i] = amplitude * Math.sin(phase[i]);
    }
  }
}

/** Factor of the clock's rate. */
function quickening({ between: [from, full], times }: Hurry, moment: AnyMoment): number {
  const twist = twistOf(moment, "gaitPhase");
  const off = Math.hypot(twist[0] - moment.command[0], twist[1] - moment.command[1]);
  return 1 + (times - 1) * Math.max(0, Math.min(1, (off - from) / (full - from)));
}

function planarSpeed(moment: AnyMoment): number {
  const twist = twistOf(moment, "gaitPhase");
  return Math.hypot(twist[0], twist[1]);
}

/** The same angle in [−π, π). */
export function wrapPhase(angle: number): number {
  const turned = (angle + Math.PI) % TWO_PI;
  return (turned < 0 ? turned + TWO_PI : turned) - Math.PI;
}
