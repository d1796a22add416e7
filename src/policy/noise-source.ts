/**
 * The noise that a policy acts with, standard normal at every step. It may last: then it turns from one draw into the next over some control
 * steps. Noise drawn afresh at every step cancels itself out before a body has moved; noise that lasts swings a ball up, spins a finger,
 * crosses a room. At every single step it is a standard normal draw, so each action still is one of the policy's own (Hollenstein et al.,
 * "Colored Noise in PPO", AAAI 2024, add such noise to a Gaussian; here it is also what a flow starts from).
 * A pure function of the row's place: nothing is remembered between steps. Acting and the losses that replay an action draw from the same
 * source, so that a replay cannot differ from what was executed.
 */
import { Rng } from "../math/rng.ts";
import type { Schedule } from "../math/schedule.ts";
import type { RowPlace, RunMoment } from "./run-clock.ts";

/** How long noise lasts. */
export interface NoiseSchedule {
  /** Control steps from one draw to the next; 1 draws afresh at every step */
  readonly period: Schedule;
  /** Number of environments, which converts control steps to the schedule's environment steps */
  readonly envs: number;
}

/** Draws noise for rows of one size from one stream. Allocates nothing after construction. */
export class NoiseSource {
  /** Values per row */
  readonly size: number;
  readonly #stream: number;
  readonly #schedule: NoiseSchedule;
  readonly #rng = new Rng();
  readonly #next: Float32Array;

  /**
   * @param stream one of `STREAM`
   * @param size values per row
   */
  constructor(stream: number, schedule: NoiseSchedule, size: number) {
    this.size = size;
    this.#stream = stream;
    this.#schedule = schedule;
    this.#next = new Float32Array(size);
  }

  /** Writes the noise of one row into `out` from `offset` on. */
  draw({ seed, env, tick, origin }: RowPlace, out: Float32Array, offset: number): void {
    const next = this.#next;
    const passed = drawsUntil(this.#schedule, origin, tick);
    const knot = Math.floor(passed);
    const angle = (passed - knot) * (Math.PI / 2);
    this.#rng.seek(seed, this.#stream, env, knot).fillNormal(out, offset, next.length);
    if (angle === 0) return;
    this.#rng.seek(seed, this.#stream, env, knot + 1).fillNormal(next);
    const [from, to] = [Math.cos(angle), Math.sin(angle)];
    for (let i = 0; i < next.length; i++) out[offset + i] = from * out[offset + i] + to * next[i];
  }
}

/**
 * Draws that lie before a tick: one per tick before the run's origin, then the integral of 1 / period. Since no period is below 1, a fork
 * draws nothing that an earlier part of the run has drawn.
 */
function drawsUntil({ period, envs }: NoiseSchedule, origin: RunMoment, tick: number): number {
  const from = Math.round(origin.envSteps / envs);
  return origin.ticks + drawsBetween(period, period.over / envs, from, from + tick - origin.ticks);
}

/** ∫ dt / period(t), t in control steps; a whole number once the period has fallen to 1. @param over control steps of the fall */
function drawsBetween({ start, end }: Schedule, over: number, from: number, to: number): number {
  if (over === 0 || start === end) return (to - from) / start;
  const fall = start - end;
  const until = (t: number) => (-over / fall) * Math.log1p((-fall / start) * (Math.min(t, over) / over));
  const during = until(to) - until(from);
  const after = Math.max(to, over) - Math.max(from, over);
  return end === 1 && to >= over ? Math.ceil(during) + Math.floor(after) : during + after / end;
}
