/** When a driven simulation's control steps are due: real time, a multiple of it, or never while it is paused. Time comes in as an argument. */
import type { ClockState } from "./drive-orders.ts";

/** A simulation that is late by more than this gives up the rest. */
const LARGEST_DEBT_MS = 100;
/** The reached speed is measured over this long. */
const WINDOW_MS = 500;

/** Says how many control steps are due. */
export class DriveClock {
  readonly #stepMs: number;
  #speed = 1;
  #playing = true;
  #resting = false;
  #nextMs = Number.NaN;
  #windowMs = Number.NaN;
  #windowSteps = 0;
  #factor = 0;

  constructor(controlHz: number) {
    this.#stepMs = 1000 / controlHz;
  }

  get state(): ClockState {
    return { playing: this.#playing, speed: this.#speed, realTimeFactor: this.#runs ? this.#factor : 0 };
  }

  get #runs(): boolean {
    return this.#playing && !this.#resting;
  }

  setPlaying(playing: boolean): void {
    if (playing !== this.#playing) this.#restart();
    this.#playing = playing;
  }

  setResting(resting: boolean): void {
    if (resting !== this.#resting) this.#restart();
    this.#resting = resting;
  }

  /** @param speed multiple of real time */
  setSpeed(speed: number): void {
    this.#speed = speed;
    this.#restart();
  }

  /** Milliseconds until the next step is due, 0 when it is; Infinity while the clock stands. */
  waitMs(nowMs: number): number {
    if (!this.#runs) return Number.POSITIVE_INFINITY;
    if (Number.isNaN(this.#nextMs)) this.#nextMs = nowMs;
    return Math.max(0, this.#nextMs - nowMs);
  }

  /** Counts a step that was due and is done. */
  count(nowMs: number): void {
    this.#nextMs = Math.max(this.#nextMs + this.#stepMs / this.#speed, nowMs - LARGEST_DEBT_MS);
    this.#windowSteps++;
    if (Number.isNaN(this.#windowMs)) this.#windowMs = nowMs;
    const passedMs = nowMs - this.#windowMs;
    if (passedMs < WINDOW_MS) return;
    // The step that opens the window is its beginning.
    this.#factor = ((this.#windowSteps - 1) * this.#stepMs) / passedMs;
    this.#windowMs = nowMs;
    this.#windowSteps = 1;
  }

  #restart(): void {
    this.#nextMs = Number.NaN;
    this.#windowMs = Number.NaN;
    this.#windowSteps = 0;
    this.#factor = 0;
  }
}
