/** Sums over vectors, for rewards and costs. Nothing is allocated. */

type Numbers = ArrayLike<number>;

/** Σ xᵢ² over the first `count` entries. */
export function normSq(x: Numbers, count = x.length): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += x[i] * x[i];
  return sum;
}

/** Σ (xᵢ − yᵢ)² over the first `count` entries. */
export function distSq(x: Numbers, y: Numbers, count = x.length): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (x[i] - y[i]) * (x[i] - y[i]);
  return sum;
}

/** Σ wᵢ·xᵢ², the weights repeated over x. */
export function weightedNormSq(x: Numbers, weights: Numbers): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += weights[i % weights.length] * x[i] * x[i];
  return sum;
}

/** Σ |xᵢ|. */
export function sumAbs(x: Numbers): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.abs(x[i]);
  return sum;
}

/** Σ xᵢ² over the entries at `indices`. */
export function normSqAt(x: Numbers, indices: Numbers): number {
  let sum = 0;
  for (let i = 0; i < indices.length; i++) sum += x[indices[i]] * x[indices[i]];
  return sum;
}

/** Σ |xᵢ| over the entries at `indices`. */
export function sumAbsAt(x: Numbers, indices: Numbers): number {
  let sum = 0;
  for (let i = 0; i < indices.length; i++) sum += Math.abs(x[indices[i]]);
  return sum;
}

/** Σ |xᵢ·yᵢ|: the mechanical power of torques and joint velocities. */
export function sumAbsProduct(x: Numbers, y: Numbers): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.abs(x[i] * y[i]);
  return sum;
}

/** Σ (xᵢ − 2yᵢ + zᵢ)²: how far the middle one of three is from between the others. */
export function bendSq(x: Numbers, y: Numbers, z: Numbers): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] - 2 * y[i] + z[i]) ** 2;
  return sum;
}

/** Σ max(0, |xᵢ| − limit)². */
export function excessSq(x: Numbers, limit: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += Math.max(0, Math.abs(x[i]) - limit) ** 2;
  return sum;
}

/** exp(−squared error / width): the kernel of the tracking rewards. */
export function kernel(squaredError: number, width: number): number {
  return Math.exp(-squaredError / width);
}

/** A wide and a narrow kernel of velocities: one gives a signal from afar, the other near the end. */
export function mixedKernel(squaredError: number): number {
  return 0.5 * kernel(squaredError, 0.25) + 0.5 * kernel(squaredError, 0.04);
}

/** Distance between the points `i` and `j` of [points, 3]. */
export function pointDistance(points: Numbers, i: number, j: number): number {
  const x = points[3 * i] - points[3 * j];
  const y = points[3 * i + 1] - points[3 * j + 1];
  const z = points[3 * i + 2] - points[3 * j + 2];
  return Math.sqrt(x * x + y * y + z * z);
}
