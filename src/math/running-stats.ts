import { assertSize } from "./assert-size.ts";

/**
 * How the running variance takes in a new batch.
 * "correct" adds the batch's squared deviations to the earlier sum (Chan et al. 1979). "released" is what the released FPO code
 * does: it divides the newest batch's squared deviations by the cumulative count, so that the deviation shrinks like 1/√updates
 * (reference: akanazawa/fpo playground, RunningStats.update).
 */
export type StatsRule = "correct" | "released";

const LEAST_STD = 1e-6;

/** Running mean and standard deviation of `size` quantities; float64 inside. */
export class RunningStats {
  readonly size: number;
  readonly rule: StatsRule;
  count = 0;
  readonly mean: Float64Array;
  /** Sum of squared deviations from the mean. */
  readonly squares: Float64Array;
  readonly #batchMean: Float64Array;
  readonly #batchSquares: Float64Array;

  constructor(size: number, rule: StatsRule = "correct") {
    this.size = size;
    this.rule = rule;
    this.mean = new Float64Array(size);
    this.squares = new Float64Array(size);
    this.#batchMean = new Float64Array(size);
    this.#batchSquares = new Float64Array(size);
  }

  /**
   * Takes in whole rows.
   * @param batches arrays [rows, size] each; read in the order given, so the result depends on nothing else
   */
  update(batches: readonly Float32Array[]): void {
    const rows = this.#measureBatch(batches);
    if (rows === 0) return;
    const total = this.count + rows;
    for (let i = 0; i < this.size; i++) {
      const delta = this.#batchMean[i] - this.mean[i];
      if (this.rule === "correct") {
        // M₂ = M₂ + M₂' + δ²·n·n'/(n+n')
        this.squares[i] += this.#batchSquares[i] + (delta * delta * this.count * rows) / total;
      } else {
        const mean = this.mean[i] + (delta * rows) / total;
        // Σ (x − old mean)(x − new mean), the earlier sum dropped
        this.squares[i] = this.#batchSquares[i] + rows * delta * (this.#batchMean[i] - mean);
      }
      this.mean[i] += (delta * rows) / total;
    }
    this.count = total;
  }

  /** Writes the mean and the standard deviation plus `floor`, at least 1e-6, [size] each; (0, 1) before the first update. */
  write(mean: Float32Array, std: Float32Array, floor = 0): void {
    assertSize(mean, this.size, "running stats: mean [size]");
    assertSize(std, this.size, "running stats: std [size]");
    for (let i = 0; i < this.size; i++) {
      mean[i] = this.mean[i];
      std[i] = this.count === 0 ? 1 : Math.max(Math.sqrt(this.squares[i] / this.count) + floor, LEAST_STD);
    }
  }

  #measureBatch(batches: readonly Float32Array[]): number {
    let rows = 0;
    this.#batchMean.fill(0);
    this.#batchSquares.fill(0);
    for (const batch of batches) rows += this.#addSums(batch);
    if (rows === 0) return 0;
    for (let i = 0; i < this.size; i++) this.#batchMean[i] /= rows;
    for (const batch of batches) this.#addSquares(batch);
    return rows;
  }

  #addSums(batch: Float32Array): number {
    const rows = batch.length / this.size;
    if (!Number.isInteger(rows)) {
      throw new RangeError(`running stats: a batch must hold rows of ${this.size} values, got ${batch.length}`);
    }
    const sums = this.#batchMean;
    for (let row = 0, o = 0; row < rows; row++) for (let i = 0; i < this.size; i++, o++) sums[i] += batch[o];
    return rows;
  }

  #addSquares(batch: Float32Array): void {
    const { size } = this;
    const mean = this.#batchMean;
    const squares = this.#batchSquares;
    for (let o = 0; o < batch.length; ) {
      for (let i = 0; i < size; i++, o++) {
        const deviation = batch[o] - mean[i];
        squares[i] += deviation * deviation;
      }
    }
  }
}
