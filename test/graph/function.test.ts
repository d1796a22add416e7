import { describe, expect, it } from "vitest";
import {
  add,
  BATCH,
  broadcastTo,
  clamp,
  concat,
  constant,
  countFlops,
  exp,
  type GraphFunction,
  gather,
  graphFunction,
  input,
  interpret,
  matmul,
  mean,
  mul,
  neg,
  pad,
  reshape,
  scatterAdd,
  slice,
  sub,
  sum,
  type Tensor,
  tanh,
  where,
} from "../../src/graph/index.ts";

const x = input("x", [2, 3]);
const opsOf = (fn: GraphFunction) =>
  fn.nodes.map((node) => node.op).filter((op) => op !== "input" && op !== "constant");
const opsFor = (y: Tensor) => opsOf(graphFunction("f", { y }));

describe("a graph function", () => {
  it("computes equal expressions once", () => {
    expect(opsFor(add(exp(mul(x, 2)), tanh(mul(x, 2))))).toEqual(["mul", "exp", "tanh", "add"]);
  });

  it("keeps only what its outputs need", () => {
    const unused = exp(input("z", [1]));
    const fn = graphFunction("f", { y: neg(x) });
    expect(fn.nodes).toHaveLength(2);
    expect(fn.nodes).not.toContain(unused);
  });

  it("folds constants and neutral elements", () => {
    expect(opsFor(add(mul(x, 1), 0))).toEqual([]);
    expect(opsFor(mul(mul(x, 2), 3))).toEqual(["mul"]);
    expect(opsFor(neg(neg(x)))).toEqual([]);
    expect(opsFor(mul(x, add(constant([1, 2, 3]), 1)))).toEqual(["mul"]);
    expect(opsFor(reshape(reshape(x, [6]), [3, 2]))).toEqual(["reshape"]);
  });

  it("leaves repeating to the op that broadcasts anyway", () => {
    const row = input("row", [3]);
    expect(opsFor(mul(x, broadcastTo(row, [2, 3])))).toEqual(["mul"]);
    expect(opsFor(mul(broadcastTo(row, [2, 3]), 2))).toEqual(["mul", "broadcastTo"]);
    expect(
      graphFunction("f", { y: mul(broadcastTo(row, [2, 3]), 2) }).nodes.find((node) => node.op === "mul")?.shape,
    ).toEqual([3]);
  });

  it("keeps values apart after a neutral element gave way to an input", () => {
    // 1 − (t + 0) becomes 1 − t, whose square must not be taken for that of t.
    const t = add(input("t", [1]), 0);
    const keep = sub(1, t);
    const fn = graphFunction("f", { y: add(mul(mul(keep, keep), 0.25), mul(t, t)) });
    expect(interpret(fn, { t: Float64Array.of(3) }).y[0]).toBe(10);
  });

  it("keeps a result's shape when it drops a neutral element of higher rank", () => {
    const y = add(input("row", [3]), constant(0, [1, 1]));
    expect(graphFunction("f", { y }).outputs.y.shape).toEqual([1, 3]);
  });

  it("lists inputs in the asked order, then in order of use", () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => input(name, [1]));
    const fn = graphFunction("f", { y: add(add(a, b), c) }, { inputOrder: ["c"] });
    expect(fn.inputs.map((node) => node.op === "input" && node.attributes.name)).toEqual(["c", "a", "b"]);
  });

  it("refuses two inputs of one name, none of which is silently dropped", () => {
    expect(() => graphFunction("f", { y: add(input("a", [1]), input("a", [1])) })).toThrow(
      'f: input names must be unique, got "a" twice',
    );
    const a = input("a", [1]);
    expect(interpret(graphFunction("f", { y: add(a, a) }), { a: [4] }).y[0]).toBe(8);
  });

  it("handles graphs deeper than the call stack", () => {
    let y: Tensor = x;
    for (let i = 0; i < 20_000; i++) y = tanh(y);
    expect(graphFunction("deep", { y }).nodes).toHaveLength(20_001);
  });

  it("counts the operations of its matrix products", () => {
    const fn = graphFunction("f", { y: matmul(input("a", [BATCH, 3]), input("b", [3, 5])) });
    expect(countFlops(fn)).toBe(0);
    expect(countFlops(fn, 7)).toBe(2 * 7 * 3 * 5);
  });
});

describe("shape errors name the op, what was found and what was expected", () => {
  const batched = input("b", [BATCH, 3]);
  const indices = input("i", [2], "int64");
  it.each<[string, () => unknown]>([
    ["add: shapes must broadcast, got [2, 3] and [4]", () => add(x, input("y", [4]))],
    ["where: shapes must broadcast, got [2, 3] and [2]", () => where(x, input("y", [2]), x)],
    ["matmul: operands must be [m, k] and [k, n], got [2, 3] and [2, 3]", () => matmul(x, x)],
    [
      "matmul: operands must be [m, k] and [k, n], got [2, 3]ᵀ and [3, 1]",
      () => matmul(x, input("y", [3, 1]), { transposeA: true }),
    ],
    ["matmul: operands must have rank 2, got [2, 3] and [3]", () => matmul(x, input("y", [3]))],
    ["reshape: [2, 3] must keep its count, got [4]", () => reshape(x, [4])],
    ["reshape: [batch, 3] must keep its count, got [2, 3]", () => reshape(batched, [2, 3])],
    ["concat: shapes must agree beside axis 0, got [2, 3], [2, 4]", () => concat([x, input("y", [2, 4])], 0)],
    ["slice: range must lie within axis 1, got [1, 4) of [2, 3]", () => slice(x, 1, 1, 4)],
    ["sum: axis must lie in [-2, 1] for rank 2, got 2", () => sum(x, 2)],
    ["mean: axes must have known sizes, got the batch axis", () => mean(batched, 0)],
    ["clamp: lo must not exceed hi, got 2 and 1", () => clamp(x, 2, 1)],
    ["pad: counts must be ≥ 0 on an axis of known size, got -1 and 0 on axis 0", () => pad(x, 0, -1, 0)],
    ["gather: indices must be int64 of known shape, got float32 [2, 3]", () => gather(x, x)],
    [
      "scatterAdd: updates must start with the shape of indices, got [3] and [2]",
      () => scatterAdd(input("y", [3]), indices, 4),
    ],
    ["broadcastTo: [2, 3] must broadcast to [2, 4] of known sizes", () => broadcastTo(x, [2, 4])],
    ["exp: operands must be float32, got int64", () => exp(indices)],
    ["constant: shape [2, 2] must hold 4 values, got 3", () => constant([1, 2, 3], [2, 2])],
    ["input z: dimensions must be counts, BATCH only in front, got [2, -1]", () => input("z", [2, BATCH])],
    ["sub: shapes must broadcast, got [batch, 3] and [5, 3]", () => sub(batched, input("y", [5, 3]))],
  ])("%s", (message, build) => {
    expect(build).toThrow(message);
  });
});
