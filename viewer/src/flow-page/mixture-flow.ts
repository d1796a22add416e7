/**
 * The flow of a one-dimensional Gaussian mixture, in closed form. Time runs from noise, t = 0, to data, t = 1: x_t = t·x₁ + (1 − t)·ε with ε ~ N(0, 1),
 * as the FPO blog draws it. The controllers of this package count the other way, t = 1 is noise; there v has the other sign.
 */

/** A Gaussian of the mixture. */
export interface Mode {
  readonly mean: number;
  /** Standard deviation. */
  readonly deviation: number;
  /** Not negative; only shares matter. */
  readonly weight: number;
}

/** Variance at time t of what belongs to a mode: t²s² + (1 − t)². */
export function variance({ deviation }: Mode, t: number): number {
  return (t * deviation) ** 2 + (1 - t) ** 2;
}

function normal(x: number, mean: number, squared: number): number {
  return Math.exp(-0.5 * ((x - mean) ** 2 / squared)) / Math.sqrt(2 * Math.PI * squared);
}

/** p_t(x) = Σ_k w_k N(x; t·m_k, V_k), with weights as shares. */
export function density(modes: readonly Mode[], x: number, t: number): number {
  let sum = 0;
  for (const mode of modes) sum += mode.weight * normal(x, t * mode.mean, variance(mode, t));
  return sum / totalWeight(modes);
}

/** Sum of the modes' weights. */
export function totalWeight(modes: readonly Mode[]): number {
  let sum = 0;
  for (const { weight } of modes) sum += weight;
  return sum;
}

/**
 * The marginal velocity v(x, t) = Σ_k r_k [m_k + (t·s_k² − (1 − t))/V_k · (x − t·m_k)], r_k the share of mode k in the density at x.
 * Logarithms keep it right far from all modes.
 */
export function velocity(modes: readonly Mode[], x: number, t: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const mode of modes) most = Math.max(most, logShare(mode, x, t));
  let [sum, total] = [0, 0];
  for (const mode of modes) {
    const share = Math.exp(logShare(mode, x, t) - most);
    const { mean, deviation } = mode;
    const slope = (t * deviation ** 2 - (1 - t)) / variance(mode, t);
    sum += share * (mean + slope * (x - t * mean));
    total += share;
  }
  return sum / total;
}

function logShare(mode: Mode, x: number, t: number): number {
  const squared = variance(mode, t);
  return Math.log(mode.weight) - 0.5 * ((x - t * mode.mean) ** 2 / squared + Math.log(squared));
}

/** ∂ log p_t(x)/∂x = (t·v − x)/(1 − t), for t < 1. */
export function score(modes: readonly Mode[], x: number, t: number): number {
  return (t * velocity(modes, x, t) - x) / (1 - t);
}

/** Strength of the noise per step, g = √(2η·(1 − t)); in the other direction of time √(2ηt). */
export function noiseStrength(eta: number, t: number): number {
  return Math.sqrt(2 * eta * (1 - t));
}

/** Drift of dx = (v + ½g²·score)dt + g·dW, whose density is the flow's at every t: v + η(t·v − x). */
export function drift(modes: readonly Mode[], x: number, t: number, eta: number): number {
  const v = velocity(modes, x, t);
  return v + eta * (t * v - x);
}

/**
 * The mixture that flow matching fits where each mode's samples count with a weight: a loss weight of two is the same as every sample twice.
 * @param advantages one per mode, not negative
 */
export function reweighted(modes: readonly Mode[], advantages: readonly number[]): Mode[] {
  const total = modes.reduce((sum, { weight }, k) => sum + weight * advantages[k], 0);
  if (total <= 0) return [...modes];
  return modes.map((mode, k) => ({ ...mode, weight: (mode.weight * advantages[k]) / total }));
}
