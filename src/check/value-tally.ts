/** What the values of an observation do while a robot moves: how far they spread, within episodes and between them, and whether they count steps. */

/** Statistics of every value of an observation. */
export class ValueTally {
  readonly size: number;
  readonly least: Float64Array;
  readonly most: Float64Array;
  /** [size] largest change within one episode */
  readonly within: Float64Array;
  #rows = 0;
  /** Sums for the deviation and for the line through (step, value). */
  readonly #sum: Float64Array;
  readonly #squares: Float64Array;
  readonly #byStep: Float64Array;
  #steps = 0;
  #stepSquares = 0;
  /** [episodes][size] extremes of the episode */
  readonly #low: Float64Array[];
  readonly #high: Float64Array[];

  constructor(size: number, episodes: number) {
    const filled = (value: number) => new Float64Array(size).fill(value);
    this.size = size;
    this.least = filled(Infinity);
    this.most = filled(-Infinity);
    this.within = filled(0);
    this.#sum = filled(0);
    this.#squares = filled(0);
    this.#byStep = filled(0);
    this.#low = Array.from({ length: episodes }, () => filled(Infinity));
    this.#high = Array.from({ length: episodes }, () => filled(-Infinity));
  }

  /** Takes in the observations of one step. @param obs [episodes, size] @param done [episodes] 1 for rows to omit */
  add(step: number, obs: Float32Array, done: Uint8Array): void {
    for (let n = 0; n < done.length; n++) if (done[n] === 0) this.#addRow(step, n, obs);
  }

  #addRow(step: number, n: number, obs: Float32Array): void {
    const [low, high] = [this.#low[n]!, this.#high[n]!];
    this.#rows++;
    this.#steps += step;
    this.#stepSquares += step * step;
    for (let i = 0; i < this.size; i++) {
      const value = obs[n * this.size + i]!;
      low[i] = Math.min(low[i]!, value);
      high[i] = Math.max(high[i]!, value);
      this.least[i] = Math.min(this.least[i]!, value);
      this.most[i] = Math.max(this.most[i]!, value);
      this.within[i] = Math.max(this.within[i]!, high[i]! - low[i]!);
      this.#sum[i]! += value;
      this.#squares[i]! += value * value;
      this.#byStep[i]! += step * value;
    }
  }

  /** Standard deviation of one value. */
  deviation(i: number): number {
    return Math.sqrt(Math.max(0, this.#variance(i)));
  }

  /** Correlation of one value with the number of the step: ±1 where it counts steps. */
  stepCorrelation(i: number): number {
    const rows = this.#rows;
    const together = this.#byStep[i]! / rows - (this.#sum[i]! / rows) * (this.#steps / rows);
    const steps = this.#stepSquares / rows - (this.#steps / rows) ** 2;
    const spread = Math.sqrt(Math.max(0, this.#variance(i)) * steps);
    return spread > 0 ? together / spread : 0;
  }

  #variance(i: number): number {
    return this.#squares[i]! / this.#rows - (this.#sum[i]! / this.#rows) ** 2;
  }
}

/** The smallest and the largest of one value over several tallies, and the largest change within an episode. */
export function extremes(tallies: readonly ValueTally[], i: number) {
  return {
    least: Math.min(...tallies.map(({ least }) => least[i]!)),
    most: Math.max(...tallies.map(({ most }) => most[i]!)),
    within: Math.max(...tallies.map(({ within }) => within[i]!)),
  };
}
