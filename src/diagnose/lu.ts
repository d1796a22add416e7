/** One small dense matrix, factorised: its determinant and the solutions of its equations. For sizes of a few, in float64. */

type Numbers = Float64Array | Float32Array;

/** P·M = L·U with partial pivoting; holds one factorisation at a time and allocates nothing after construction. */
export class Lu {
  readonly size: number;
  /** Sign of the determinant of the last matrix: −1, 0 or 1. */
  sign = 0;
  /** ln|det| of the last matrix; −Infinity where it is singular. */
  logAbsDeterminant = Number.NEGATIVE_INFINITY;
  readonly #factors: Float64Array;
  readonly #order: Int32Array;
  readonly #permuted: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.#factors = new Float64Array(size * size);
    this.#order = new Int32Array(size);
    this.#permuted = new Float64Array(size);
  }

  /** Factorises the row-major matrix at `offset` of `matrix` [size, size]. */
  factorise(matrix: Numbers, offset = 0): void {
    const { size } = this;
    const m = this.#factors;
    for (let i = 0; i < m.length; i++) m[i] = matrix[offset + i];
    for (let row = 0; row < size; row++) this.#order[row] = row;
    this.sign = 1;
    this.logAbsDeterminant = 0;
    for (let column = 0; column < size; column++) {
      this.#pivot(column);
      const pivot = m[column * size + column];
      this.sign *= Math.sign(pivot);
      this.logAbsDeterminant += Math.log(Math.abs(pivot));
      for (let row = column + 1; row < size; row++) this.#eliminate(row, column, pivot);
    }
  }

  #pivot(column: number): void {
    const { size } = this;
    const m = this.#factors;
    let best = column;
    for (let row = column + 1; row < size; row++) {
      if (Math.abs(m[row * size + column]) > Math.abs(m[best * size + column])) best = row;
    }
    if (best === column) return;
    this.sign = -this.sign;
    [this.#order[column], this.#order[best]] = [this.#order[best], this.#order[column]];
    for (let k = 0; k < size; k++) {
      const value = m[column * size + k];
      m[column * size + k] = m[best * size + k];
      m[best * size + k] = value;
    }
  }

  #eliminate(row: number, column: number, pivot: number): void {
    const { size } = this;
    const m = this.#factors;
    const factor = pivot === 0 ? 0 : m[row * size + column] / pivot;
    m[row * size + column] = factor;
    for (let k = column + 1; k < size; k++) m[row * size + k] -= factor * m[column * size + k];
  }

  /** Replaces the `size` values of `vector` at `offset`, b, by the solution x of M·x = b; not finite where M is singular. */
  solve(vector: Float64Array, offset = 0): void {
    const { size } = this;
    const m = this.#factors;
    const x = this.#permuted;
    for (let row = 0; row < size; row++) {
      let value = vector[offset + this.#order[row]];
      for (let k = 0; k < row; k++) value -= m[row * size + k] * x[k];
      x[row] = value;
    }
    for (let row = size - 1; row >= 0; row--) {
      for (let k = row + 1; k < size; k++) x[row] -= m[row * size + k] * x[k];
      x[row] /= m[row * size + row];
    }
    for (let row = 0; row < size; row++) vector[offset + row] = x[row];
  }
}
