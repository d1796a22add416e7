import { describe, expect, it } from "vitest";
import { flowMatchingLoss, flowPairs, flowTime } from "../../src/algorithms/flow-matching.ts";
import {
  add,
  graphFunction,
  input,
  interpret,
  mean,
  mul,
  reshape,
  square,
  sub,
  type Tensor,
} from "../../src/graph/index.ts";
import { Rng } from "../../src/math/rng.ts";

const rows = 3;
const pairs = 4;
const actionSize = 5;
const rng = new Rng().seek(3, 1);
const normals = (count: number) => Float64Array.from({ length: count }, () => rng.normal());
const feeds = {
  action: normals(rows * actionSize),
  noise: normals(rows * pairs * actionSize),
  velocity: normals(rows * pairs * actionSize),
  time: Float64Array.from({ length: rows * pairs }, (_, i) => (i % pairs === 0 ? 1 : rng.uniform())),
};
const action = input("action", [rows, actionSize]);
const noise = input("noise", [rows, pairs, actionSize]);
const velocity = input("velocity", [rows * pairs, actionSize]);
const time = input("time", [rows, pairs]);

function run(tensor: Tensor): Float64Array {
  return interpret(graphFunction("test", { out: tensor }), feeds).out as Float64Array;
}

function losses(loss: "epsilon" | "velocity", lossReduction: "mean" | "sqrt" = "mean"): Float64Array {
  return run(flowMatchingLoss(velocity, flowPairs(action, noise, time, { loss, lossReduction }), rows));
}

describe("flow-matching loss", () => {
  it("ε-MSE is (1 − t)² times u-MSE", () => {
    const [epsilon, u] = [losses("epsilon"), losses("velocity")];
    epsilon.forEach((value, i) => {
      expect(value).toBeCloseTo((1 - feeds.time[i]) ** 2 * u[i], 5);
    });
  });

  it("ε-MSE compares the predicted noise x_t + (1 − t)v with the noise", () => {
    const t = reshape(time, [rows * pairs, 1]);
    const a = reshape(add(reshape(action, [rows, 1, actionSize]), mul(noise, 0)), [rows * pairs, actionSize]);
    const eps = reshape(noise, [rows * pairs, actionSize]);
    const x = add(mul(t, eps), mul(sub(1, t), a));
    const predicted = add(x, mul(sub(1, t), velocity));
    const direct = run(mean(square(sub(predicted, eps)), 1));
    losses("epsilon").forEach((value, i) => {
      expect(value).toBeCloseTo(direct[i], 5);
    });
  });

  it("the noise form is zero at t = 1, whatever the network says", () => {
    const epsilon = losses("epsilon");
    for (let row = 0; row < rows; row++) expect(epsilon[row * pairs]).toBe(0);
  });

  it("the root reduction is the mean times the root of the action size", () => {
    const [root, average] = [losses("velocity", "sqrt"), losses("velocity")];
    root.forEach((value, i) => {
      expect(value).toBeCloseTo(average[i] * Math.sqrt(actionSize), 4);
    });
  });

  it("discrete times are the sampler's start times, continuous ones keep their margin", () => {
    const discrete = { time: "discrete", flowSteps: 10, timeMargin: 0 } as const;
    const seen = new Set(Array.from({ length: 1000 }, (_, i) => flowTime(i / 1000, discrete).toFixed(6)));
    expect([...seen].map(Number).sort((a, b) => a - b)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]);
    const continuous = { time: "continuous", flowSteps: 10, timeMargin: 0.005 } as const;
    expect(flowTime(0, continuous)).toBe(0.005);
    expect(flowTime(1, continuous)).toBeCloseTo(0.995);
  });
});
