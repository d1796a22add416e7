/** Symmetric positive definite equations, solved by Cholesky's decomposition M = L·Lᵀ, in float64. */

/**
 * The factor L, row-major, zeros above its diagonal; null where the matrix is not positive definite.
 * @param matrix [size, size] of which the lower half is read
 */
export function choleskyFactor(matrix: Float64Array, size: number): Float64Array | null {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column];
      for (let k = 0; k < column; k++) sum -= factor[row * size + k] * factor[column * size + k];
      if (row > column) factor[row * size + column] = sum / factor[column * size + column];
      else if (sum > 0) factor[row * size + row] = Math.sqrt(sum);
      else return null;
    }
  return factor;
}

/** Solves L·Lᵀ·x = right. @param factor of `choleskyFactor` @param right [size]; not changed */
export function choleskySolve(factor: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  const x = right.slice();
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++) x[row] -= factor[row * size + k] * x[k];
    x[row] /= factor[row * size + row];
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++) x[row] -= factor[k * size + row] * x[k];
    x[row] /= factor[row * size + row];
  }
  return x;
}

/** [size] the diagonal of the inverse. @param factor of `choleskyFactor` */
export function inverseDiagonal(factor: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => {
    const unit = new Float64Array(size);
    unit[i] = 1;
    return choleskySolve(factor, unit)[i];
  });
}
