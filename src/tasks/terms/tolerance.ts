/**
 * The control suite's soft indicator: 1 inside bounds, falling to `valueAtMargin` one margin outside.
 * Source: dm_control, utils/rewards.py.
 */

/** Shapes of the fall outside the bounds. */
export type Sigmoid =
  | "gaussian"
  | "hyperbolic"
  | "long_tail"
  | "reciprocal"
  | "cosine"
  | "linear"
  | "quadratic"
  | "tanh_squared";

/** Settings of `tolerance`. */
export interface ToleranceOptions {
  /** Inclusive; default [0, 0]. */
  readonly bounds?: readonly [number, number];
  /** Distance from the bounds at which the value is `valueAtMargin`; 0 makes a hard indicator. Default 0. */
  readonly margin?: number;
  /** Default gaussian. */
  readonly sigmoid?: Sigmoid;
  /** In (0, 1), or 0 for cosine, linear and quadratic. Default 0.1. */
  readonly valueAtMargin?: number;
}

/** @returns a function of x that is 1 inside the bounds and falls to 0 outside; made once, evaluated per step */
export function tolerance(options: ToleranceOptions = {}): (x: number) => number {
  const { bounds = [0, 0], margin = 0, sigmoid = "gaussian", valueAtMargin = 0.1 } = options;
  const [low, high] = bounds;
  if (low > high) throw new RangeError(`tolerance: bounds must be in order, got [${low}, ${high}]`);
  if (margin < 0) throw new RangeError(`tolerance: margin must be at least 0, got ${margin}`);
  const fall = fallOf(sigmoid, valueAtMargin);
  return (x) => {
    if (x >= low && x <= high) return 1;
    if (margin === 0) return 0;
    return fall((x < low ? low - x : x - high) / margin);
  };
}

/** The value at distance d, in margins; the constant k puts `value` at d = 1. */
function fallOf(sigmoid: Sigmoid, value: number): (d: number) => number {
  const mayBeZero = sigmoid === "cosine" || sigmoid === "linear" || sigmoid === "quadratic";
  if (value >= 1 || value < 0 || (value === 0 && !mayBeZero)) {
    throw new RangeError(`tolerance: valueAtMargin must lie in ${mayBeZero ? "[0, 1)" : "(0, 1)"}, got ${value}`);
  }
  switch (sigmoid) {
    case "gaussian":
      return scaled(Math.sqrt(-2 * Math.log(value)), (z) => Math.exp(-0.5 * z * z));
    case "hyperbolic":
      return scaled(Math.acosh(1 / value), (z) => 1 / Math.cosh(z));
    case "long_tail":
      return scaled(Math.sqrt(1 / value - 1), (z) => 1 / (z * z + 1));
    case "reciprocal":
      return scaled(1 / value - 1, (z) => 1 / (z + 1));
    case "cosine":
      return scaled(Math.acos(2 * value - 1) / Math.PI, (z) => (z < 1 ? (1 + Math.cos(Math.PI * z)) / 2 : 0));
    case "linear":
      return scaled(1 - value, (z) => (z < 1 ? 1 - z : 0));
    case "quadratic":
      return scaled(Math.sqrt(1 - value), (z) => (z < 1 ? 1 - z * z : 0));
    case "tanh_squared":
      return scaled(Math.atanh(Math.sqrt(1 - value)), (z) => 1 - Math.tanh(z) ** 2);
    default:
      return sigmoid satisfies never;
  }
}

function scaled(k: number, shape: (z: number) => number): (d: number) => number {
  return (d) => shape(k * d);
}
