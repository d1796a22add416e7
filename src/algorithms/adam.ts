/** Adam and AdamW (arXiv 1412.6980, 1711.05101) on one flat weight vector, with a limit on the gradient's norm. */
import {
  add,
  constant,
  div,
  type GraphFunction,
  graphFunction,
  input,
  maximum,
  mul,
  reshape,
  slice,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
} from "../graph/index.ts";

/** Optimiser settings that stay fixed during a run. */
export interface AdamSettings {
  readonly adamBeta1: number;
  readonly adamBeta2: number;
  readonly adamEps: number;
  /** Decoupled, times the learning rate */
  readonly weightDecay: number;
  /** Largest Euclidean norm of the gradient; 0: none */
  readonly gradientNorm: number;
}

/**
 * One step. Inputs: `weights`, `mean`, `square` [size], `gradients` [parts, size] whose sum is the gradient, and `rates` [3] from
 * `adamRates`. Outputs: the same three after the step, and `norm` [1], the gradient's norm before the limit.
 */
export function adamFunction(name: string, size: number, parts: number, settings: AdamSettings): GraphFunction {
  const { adamBeta1: beta1, adamBeta2: beta2, adamEps, weightDecay, gradientNorm } = settings;
  const [weights, mean, squares] = ["weights", "mean", "square"].map((key) => input(key, [size]));
  const rates = input("rates", [3]);
  const total = sum(input("gradients", [parts, size]), 0);
  const norm = sqrt(sum(square(total)));
  const gradient = gradientNorm > 0 ? mul(total, div(constant(gradientNorm), maximum(norm, gradientNorm))) : total;
  // m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,  θ ← θ − α·m̂/(√v̂ + ε) − α·decay·θ
  const nextMean = add(mul(mean, beta1), mul(gradient, 1 - beta1));
  const nextSquare = add(mul(squares, beta2), mul(square(gradient), 1 - beta2));
  const step = div(mul(nextMean, at(rates, 0)), add(mul(sqrt(nextSquare), at(rates, 1)), adamEps));
  const decayed = weightDecay > 0 ? sub(weights, mul(weights, mul(at(rates, 2), weightDecay))) : weights;
  return graphFunction(name, {
    weights: sub(decayed, step),
    mean: nextMean,
    square: nextSquare,
    norm: reshape(norm, [1]),
  });
}

/** Writes α/(1 − β₁ᵏ), 1/√(1 − β₂ᵏ) and α for the k-th step, counted from 1. */
export function adamRates(settings: AdamSettings, learningRate: number, k: number, out: Float32Array): void {
  out[0] = learningRate / (1 - settings.adamBeta1 ** k);
  out[1] = 1 / Math.sqrt(1 - settings.adamBeta2 ** k);
  out[2] = learningRate;
}

function at(x: Tensor, index: number): Tensor {
  return reshape(slice(x, 0, index, index + 1), []);
}
