/** Layers that the policy and the critic are built of. */
import { add, div, elu, matmul, relu, silu, sub, type Tensor, tanh } from "../graph/index.ts";
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

/** Layers `first`, … of widths `widths` after an input of `inputs` values. */
export function mlpParameters(prefix: string, first: number, inputs: number, widths: readonly number[]): Parameter[] {
  return widths.flatMap((width, i) => denseParameters(prefix, first + i, i === 0 ? inputs : widths[i - 1], width));
}

/** x·W + b of layer `index`. x [rows, inputs] → [rows, outputs] */
export function dense(x: Tensor, weights: Readonly<Record<string, Tensor>>, prefix: string, index: number): Tensor {
  return add(matmul(x, weights[`${prefix}/${index}/kernel`]), weights[`${prefix}/${index}/bias`]);
}

/** Layers `first` … `last`, an activation between them and none after the last. */
export function mlp(
  x: Tensor,
  weights: Readonly<Record<string, Tensor>>,
  prefix: string,
  layers: { first: number; last: number },
  activation: Activation,
): Tensor {
  let out = x;
  for (let index = layers.first; index <= layers.last; index++) {
    out = dense(out, weights, prefix, index);
    if (index < layers.last) out = activations[activation](out);
  }
  return out;
}

/** (obs − mean)/std, without clipping. obs [rows, size]; mean and std [size] */
export function normalise(obs: Tensor, mean: Tensor, std: Tensor): Tensor {
  return div(sub(obs, mean), std);
}
