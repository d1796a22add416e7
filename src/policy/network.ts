/** Layers that the policy and the critic are built of. */
import { add, div, elu, matmul, mean, mul, relu, silu, sqrt, square, sub, type Tensor, tanh } from "../graph/index.ts";
import type { Parameter } from "./parameters.ts";

/** Nonlinearity of hidden layers. */
export type Activation = "silu" | "elu" | "relu" | "tanh";

/** The graph op behind each name. */
export const activations: Readonly<Record<Activation, (x: Tensor) => Tensor>> = { silu, elu, relu, tanh };

/** Kernel [inputs, outputs] and bias [outputs] of layer `index` below `prefix`. */
export function denseParameters(prefix: string, index: number, inputs: number, outputs: number): Parameter[] {
  return [
    { name: `${prefix}/${index}/kernel`, shape: [inputs, outputs], fanIn: inputs },
    { name: `${prefix}/${index}/bias`, shape: [outputs], fanIn: 0 },
  ];
}

/**
 * How a hidden layer's values are brought to one size in every row, before the activation: not at all, to mean 0 and variance 1
 * (arXiv 1607.06450), or to a mean square of 1 (arXiv 1910.07467).
 */
export type LayerNorm = "none" | "layer" | "rms";

/** Added to a row's variance, so that a row of zeros stays finite. */
const NORM_EPS = 1e-6;

/**
 * Layers `first`, … of widths `widths` after an input of `inputs` values. Normalised layers, all but the last, have a gain [width] too, kept as
 * its difference from 1.
 */
export function mlpParameters(
  prefix: string,
  first: number,
  inputs: number,
  widths: readonly number[],
  norm: LayerNorm = "none",
): Parameter[] {
  return widths.flatMap((width, i) => {
    const layer = denseParameters(prefix, first + i, i === 0 ? inputs : widths[i - 1], width);
    if (norm === "none" || i === widths.length - 1) return layer;
    return [...layer, { name: `${prefix}/${first + i}/gain`, shape: [width], fanIn: 0 }];
  });
}

/** x·W + b of layer `index`. x [rows, inputs] → [rows, outputs] */
export function dense(x: Tensor, weights: Readonly<Record<string, Tensor>>, prefix: string, index: number): Tensor {
  return add(matmul(x, weights[`${prefix}/${index}/kernel`]), weights[`${prefix}/${index}/bias`]);
}

/** norm(x·W)·gain + b of layer `index`. x [rows, inputs] → [rows, outputs] */
function normalisedDense(
  x: Tensor,
  weights: Readonly<Record<string, Tensor>>,
  prefix: string,
  index: number,
  norm: "layer" | "rms",
): Tensor {
  const [kernel, bias, gain] = ["kernel", "bias", "gain"].map((name) => weights[`${prefix}/${index}/${name}`]);
  const product = matmul(x, kernel);
  const centred = norm === "layer" ? sub(product, mean(product, 1, true)) : product;
  const size = sqrt(add(mean(square(centred), 1, true), NORM_EPS));
  return add(mul(div(centred, size), add(gain, 1)), bias);
}

/** Layers `first` … `last`, an activation between them and none after the last; `norm` is of all but the last. */
export function mlp(
  x: Tensor,
  weights: Readonly<Record<string, Tensor>>,
  prefix: string,
  layers: { first: number; last: number },
  activation: Activation,
  norm: LayerNorm = "none",
): Tensor {
  let out = x;
  for (let index = layers.first; index < layers.last; index++) {
    const layer =
      norm === "none" ? dense(out, weights, prefix, index) : normalisedDense(out, weights, prefix, index, norm);
    out = activations[activation](layer);
  }
  return dense(out, weights, prefix, layers.last);
}

/** (obs − mean)/std, without clipping. obs [rows, size]; mean and std [size] */
export function normalise(obs: Tensor, mean: Tensor, std: Tensor): Tensor {
  return div(sub(obs, mean), std);
}
