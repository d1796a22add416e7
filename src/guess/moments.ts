/** Mean and deviation of observations. */

/** Of each value of an observation. */
export interface ObservationMoments {
  /** [size] */
  readonly mean: readonly number[];
  /** [size] */
  readonly std: readonly number[];
}

/** Sums them up row by row. */
export class Moments {
  readonly #sum: Float64Array;
  readonly #squares: Float64Array;
  #count = 0;

  constructor(size: number) {
    this.#sum = new Float64Array(size);
    this.#squares = new Float64Array(size);
  }

  /** @param rows [episodes, size] @param done [episodes] 1 where a row does not count */
  add(rows: Float32Array, done: Uint8Array): void {
    const size = this.#sum.length;
    for (let n = 0; n < done.length; n++) {
      if (done[n] === 1) continue;
      this.#count++;
      for (let i = 0; i < size; i++) {
        const value = rows[n * size + i];
        this.#sum[i] += value;
        this.#squares[i] += value ** 2;
      }
    }
  }

  result(): ObservationMoments {
    const count = Math.max(1, this.#count);
    const mean = [...this.#sum].map((sum) => sum / count);
    const std = mean.map((value, i) => Math.sqrt(Math.max(0, this.#squares[i] / count - value ** 2)));
    return { mean, std };
  }
}
