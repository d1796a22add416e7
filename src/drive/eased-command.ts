/** A velocity command that follows the user's without jumps: it rises within a moment and decays slightly faster. */

/** Seconds from standing to the end of a range, and back. */
const RISE_SECONDS = 0.3;
const FALL_SECONDS = 0.2;

type Ranges = readonly (readonly [number, number])[];

/** One command of a task; `values` is what the simulation shall follow now. */
export class EasedCommand {
  /** [ranges] */
  readonly values: Float64Array;
  /** [ranges] the user's command, clipped to the ranges */
  readonly target: Float64Array;
  readonly #ranges: Ranges;
  readonly #dt: number;

  /** @param dt seconds between two calls of `advance` */
  constructor(ranges: Ranges, dt: number) {
    this.#ranges = ranges;
    this.#dt = dt;
    this.values = new Float64Array(ranges.length);
    this.target = new Float64Array(ranges.length);
  }

  /** Asks for another command, [ranges]; values outside their range become its nearest end. */
  ask(values: ArrayLike<number>): void {
    this.#ranges.forEach((_, i) => {
      this.target[i] = this.#cut(values, i);
    });
  }

  /** Whether this is the user's last command. */
  isAsked(values: ArrayLike<number>): boolean {
    return this.#ranges.every((_, i) => this.target[i] === this.#cut(values, i));
  }

  #cut(values: ArrayLike<number>, i: number): number {
    const [low, high] = this.#ranges[i];
    return Math.min(high, Math.max(low, values[i]));
  }

  /** Is at once where it was asked to be. */
  arrive(): void {
    this.values.set(this.target);
  }

  /** Moves on by one control step. */
  advance(): void {
    this.#ranges.forEach(([low, high], i) => {
      const [from, to] = [this.values[i], this.target[i]];
      const shrinks = Math.abs(to) < Math.abs(from) || from * to < 0;
      const largest = (Math.max(-low, high) * this.#dt) / (shrinks ? FALL_SECONDS : RISE_SECONDS);
      this.values[i] = from + Math.min(largest, Math.max(-largest, to - from));
    });
  }

  /** [2 × ranges] values, then target. */
  save(): Float64Array {
    return Float64Array.of(...this.values, ...this.target);
  }

  load(saved: Float64Array): void {
    this.values.set(saved.subarray(0, this.values.length));
    this.target.set(saved.subarray(this.values.length));
  }
}
