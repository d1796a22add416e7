// What each op is in TensorFlow.js.
import type { Tensor as TfTensor } from "@tensorflow/tfjs";
import { sizeOf } from "../shape.ts";
import type { Op, Tensor, TensorOf } from "../tensor.ts";

/** The TensorFlow.js namespace, whichever package it came from. */
export type TensorFlow = typeof import("@tensorflow/tfjs");

/** Computes a node (not an input) from its operands' values. */
export type TfKernels = (node: Tensor, operands: readonly TfTensor[]) => TfTensor;

type Kernel<O extends Op> = (operands: readonly TfTensor[], node: TensorOf<O> & Tensor) => TfTensor;

/**
 * The kernels of one TensorFlow.js.
 * @param explicitTranspose transpose matrices before multiplying: the cpu and wasm backends multiply transposed
 * operands several times slower.
 */
export function tfKernels(tf: TensorFlow, explicitTranspose: boolean): TfKernels {
  const turned = (x: TfTensor, transpose: boolean) => (transpose && explicitTranspose ? tf.transpose(x) : x);
  const flag = (transpose: boolean) => transpose && !explicitTranspose;
  const isSet = (mask: TfTensor) => tf.notEqual(mask, 0);
  const table = {
    input: (_, node) => {
      throw new RangeError(`input "${node.attributes.name}" has no value`);
    },
    constant: (_, { attributes, shape }) => tf.tensor(attributes.values.slice(), [...shape], "float32"),
    neg: ([x]) => tf.neg(x),
    exp: ([x]) => tf.exp(x),
    log: ([x]) => tf.log(x),
    sqrt: ([x]) => tf.sqrt(x),
    sin: ([x]) => tf.sin(x),
    cos: ([x]) => tf.cos(x),
    tanh: ([x]) => tf.tanh(x),
    sigmoid: ([x]) => tf.sigmoid(x),
    silu: ([x]) => tf.mul(x, tf.sigmoid(x)),
    elu: ([x]) => tf.elu(x),
    relu: ([x]) => tf.relu(x),
    softplus: ([x]) => tf.softplus(x),
    abs: ([x]) => tf.abs(x),
    clamp: ([x], { attributes: { lo, hi } }) => {
      const above = lo === null ? x : tf.maximum(x, lo);
      return hi === null ? above : tf.minimum(above, hi);
    },
    add: ([a, b]) => tf.add(a, b),
    sub: ([a, b]) => tf.sub(a, b),
    mul: ([a, b]) => tf.mul(a, b),
    div: ([a, b]) => tf.div(a, b),
    minimum: ([a, b]) => tf.minimum(a, b),
    maximum: ([a, b]) => tf.maximum(a, b),
    greater: ([a, b]) => tf.cast(tf.greater(a, b), "float32"),
    where: ([mask, a, b], { shape }) => {
      const known = shape.map((dim, axis) =>
        dim === -1
          ? ([mask, a, b].find((x) => x.shape.length === shape.length && x.shape[axis] !== 1)?.shape[axis] ?? 1)
          : dim,
      );
      return tf.where(tf.broadcastTo(isSet(mask), known), tf.broadcastTo(a, known), tf.broadcastTo(b, known));
    },
    matmul: ([a, b], { attributes: { transposeA, transposeB } }) =>
      tf.matMul(turned(a, transposeA), turned(b, transposeB), flag(transposeA), flag(transposeB)),
    sum: ([x], { attributes: { axes, keepDims } }) => tf.sum(x, [...axes], keepDims),
    reshape: ([x], { shape }) => tf.reshape(x, [...shape]),
    concat: (xs, { attributes: { axis } }) => tf.concat([...xs], axis),
    slice: ([x], { attributes: { axis, start, end } }) =>
      tf.slice(
        x,
        x.shape.map((_, i) => (i === axis ? start : 0)),
        x.shape.with(axis, end - start),
      ),
    pad: ([x], { attributes: { axis, before, after } }) =>
      tf.pad(
        x,
        x.shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0])),
      ),
    gather: ([x, indices]) => tf.gather(x, indices as ReturnType<typeof tf.tensor1d>),
    scatterAdd: ([updates, indices], { shape }) => {
      const rows = sizeOf(indices.shape);
      const flat = tf.reshape(updates, [rows, ...shape.slice(1)]);
      return tf.scatterND(tf.reshape(indices, [rows, 1]), flat, [...shape]);
    },
    broadcastTo: ([x], { shape }) => tf.broadcastTo(x, [...shape]),
    stopGradient: ([x]) => tf.clone(x),
  } satisfies { [O in Op]: Kernel<O> };
  return (node, operands) => (table[node.op] as Kernel<Op>)(operands, node);
}
