import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import {
  add,
  BATCH,
  broadcastTo,
  concat,
  countFlops,
  createOrtEngine,
  exp,
  gradients,
  graphFunction,
  input,
  interpret,
  matmul,
  mean,
  minimum,
  mul,
  OPS,
  silu,
  slice,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
} from "../../src/graph/index.ts";
import { buildCase, caseFeeds, OP_CASES, type OpCase, relativeDifference, spread } from "./op-cases.ts";

/** A scalar in which every element of the result counts with another weight. */
function weighted(result: Tensor): Tensor {
  const weights = input("weights", result.shape);
  return sum(mul(result, weights));
}

function lossFeeds(opCase: OpCase, result: Tensor): Record<string, Float64Array | BigInt64Array> {
  const count = result.shape.reduce((a, b) => a * b, 1);
  const { indices, ...floats } = caseFeeds(opCase) as Record<string, Float32Array> & { indices: BigInt64Array };
  const entries = Object.entries({ ...floats, weights: spread(count, [0.5, 1.5], 5) });
  return { ...Object.fromEntries(entries.map(([name, values]) => [name, Float64Array.from(values)])), indices };
}

/** (f(x + h) − f(x − h)) / 2h for every element of one input, in float64. */
function centralDifferences(
  loss: Tensor,
  feeds: Record<string, Float64Array | BigInt64Array>,
  name: string,
): Float64Array {
  const fn = graphFunction("loss", { loss });
  const values = feeds[name] as Float64Array;
  const h = 1e-5;
  return values.map((value, i) => {
    const at = (x: number) => interpret(fn, { ...feeds, [name]: values.with(i, x) }).loss[0];
    return (at(value + h) - at(value - h)) / (2 * h);
  });
}

describe("gradients", () => {
  it.each(OPS)("of %s agree with central differences", (op) => {
    for (const opCase of OP_CASES[op]) {
      const { inputs, result } = buildCase(opCase);
      const loss = weighted(result);
      const feeds = lossFeeds(opCase, result);
      const names = Object.keys(inputs).filter((name) => name !== "m");
      const wrt = names.map((name) => inputs[name]);
      const found = interpret(
        graphFunction("gradients", Object.fromEntries(gradients(loss, wrt).map((g, i) => [`d/${names[i]}`, g]))),
        feeds,
      );
      for (const name of names)
        expect(relativeDifference(found[`d/${name}`], centralDifferences(loss, feeds, name))).toBeLessThan(1e-7);
    }
  });

  it("of gradients are second derivatives", () => {
    const x = input("x", [3]);
    const [first] = gradients(sum(exp(mul(x, 2))), [x]);
    const [second] = gradients(sum(first), [x]);
    const at = Float64Array.of(-1, 0, 0.5);
    const { y } = interpret(graphFunction("second", { y: second }), { x: at });
    expect(
      relativeDifference(
        y,
        at.map((v) => 4 * Math.exp(2 * v)),
      ),
    ).toBeLessThan(1e-12);
  });

  it("do not pass stopGradient and are zero for what the loss does not use", () => {
    const [x, unused] = [input("x", [2]), input("unused", [2, 2])];
    const [dx, none] = gradients(sum(mul(x, stopGradient(x))), [x, unused]);
    const results = interpret(graphFunction("stopped", { dx, none }), { x: [3, 5] });
    expect([...results.dx]).toEqual([3, 5]);
    expect([...results.none]).toEqual([0, 0, 0, 0]);
  });

  it("at a tie of minimum go to the first operand", () => {
    const x = input("x", [1]);
    const [first, second] = [mul(x, 2), add(x, 1)];
    const fn = graphFunction("tie", { dx: gradients(sum(minimum(first, second)), [x])[0] });
    expect(interpret(fn, { x: [1] }).dx[0]).toBe(2);
  });

  it("of slices that share a tensor are joined, not padded and added", () => {
    const flat = input("flat", [10]);
    const loss = add(sum(square(slice(flat, 0, 6, 9))), sum(exp(slice(flat, 0, 1, 4))));
    const fn = graphFunction("joined", { g: gradients(loss, [flat])[0] });
    const ops = fn.nodes.map((node) => node.op);
    expect(ops).not.toContain("pad");
    expect(ops.filter((op) => op === "concat")).toHaveLength(1);
    const values = spread(10, [-1, 1]);
    const expected = values.map((v, i) => (i >= 6 && i < 9 ? 2 * v : i >= 1 && i < 4 ? Math.exp(v) : 0));
    expect(relativeDifference(interpret(fn, { flat: values }).g, expected)).toBeLessThan(1e-6);
  });

  it("of a perceptron cost twice its forward products, less the one for the data", () => {
    const { loss, weights } = perceptron();
    const forward = countFlops(graphFunction("forward", { loss }));
    const both = countFlops(
      graphFunction("both", Object.fromEntries(gradients(loss, weights).map((g, i) => [`g${i}`, g]))),
    );
    expect(forward).toBe(2 * (6 * 3 * 5 + 6 * 5 * 2));
    expect(both).toBe(3 * forward - 2 * 6 * 3 * 5);
  });

  it("of a perceptron agree with TensorFlow.js' own differentiation", async () => {
    const { loss, weights, names, feeds } = perceptron();
    const fn = graphFunction("mlp", Object.fromEntries(gradients(loss, weights).map((g, i) => [`d/${names[i]}`, g])));
    const found = await (await createOrtEngine().compile(fn)).run(feeds);
    const tensors = Object.entries(feeds).map(([name, values]) => tf.tensor(values, PERCEPTRON[name]));
    const expected = tf.grads((x, target, w1, b1, w2) => {
      const hidden = tf.add(tf.matMul(x, w1), b1);
      const y = tf.matMul(tf.mul(hidden, tf.sigmoid(hidden)), w2);
      return tf.mean(tf.square(tf.sub(y, target)));
    })(tensors);
    names.forEach((name, i) => {
      expect(relativeDifference(found[`d/${name}`], expected[i + 2].dataSync())).toBeLessThan(1e-5);
    });
  });

  it("refuse losses of several values and the symbolic batch", () => {
    const x = input("x", [2, 3]);
    expect(() => gradients(x, [x])).toThrow("gradients: loss must be a single value, got [2, 3]");
    const w = input("w", [3, 1]);
    expect(() => gradients(sum(matmul(input("x", [BATCH, 3]), w)), [w])).toThrow("symbolic batch dimension");
  });
});

const PERCEPTRON: Record<string, number[]> = { x: [6, 3], target: [6, 2], w1: [3, 5], b1: [5], w2: [5, 2] };

function perceptron() {
  const [x, target, w1, b1, w2] = Object.entries(PERCEPTRON).map(([name, shape]) => input(name, shape));
  const loss = mean(square(sub(matmul(silu(add(matmul(x, w1), b1)), w2), target)));
  const feeds = Object.fromEntries(
    Object.entries(PERCEPTRON).map(([name, shape], i) => [
      name,
      spread(
        shape.reduce((a, b) => a * b, 1),
        [-1, 1],
        11 * i,
      ),
    ]),
  );
  return { loss, weights: [w1, b1, w2], names: ["w1", "b1", "w2"], feeds };
}

it("joined ranges fall back to sums where slices overlap", () => {
  const x = input("x", [4, 2]);
  const loss = sum(mul(slice(x, 0, 0, 3), slice(x, 0, 1, 4)));
  const fn = graphFunction("overlap", {
    g: gradients(add(loss, sum(broadcastTo(concat([slice(x, 0, 0, 1)], 0), [3, 2]))), [x])[0],
  });
  const values = [1, 2, 3, 4, 5, 6, 7, 8];
  expect([...interpret(fn, { x: values }).g]).toEqual([6, 7, 6, 8, 10, 12, 5, 6]);
});
