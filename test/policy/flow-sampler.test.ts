/** The samplers on a flow that is known exactly: from N(0, 1) to a mixture of two narrow Gaussians. */
import { describe, expect, it } from "vitest";
import {
  add,
  div,
  exp,
  graphFunction,
  input,
  interpret,
  mul,
  square,
  sub,
  type Tensor,
} from "../../src/graph/index.ts";
import { Rng } from "../../src/math/rng.ts";
import { type FlowSampling, flowNoiseSize, flowPath } from "../../src/policy/flow-sampler.ts";

const ROWS = 4000;
const modes = [
  { weight: 0.3, mean: -1, std: 0.2 },
  { weight: 0.7, mean: 1, std: 0.4 },
];

/** v(x, t) = E[ε − a | x_t = x] of x_t = tε + (1 − t)a with a from the mixture. */
function velocity(x: Tensor, t: number): Tensor {
  const parts = modes.map(({ weight, mean, std }) => {
    const variance = (1 - t) ** 2 * std ** 2 + t ** 2;
    const centred = sub(x, (1 - t) * mean);
    const density = mul(exp(mul(square(centred), -0.5 / variance)), weight / Math.sqrt(variance));
    // Given the mode, ε − a is Gaussian with x: −mean + Cov(ε − a, x)/Var(x)·(x − E x)
    const drift = add(mul(centred, (t - (1 - t) * std ** 2) / variance), -mean);
    return { density, flux: mul(density, drift) };
  });
  const [first, second] = parts;
  return div(add(first.flux, second.flux), add(first.density, second.density));
}

function sample(sampling: FlowSampling, rows = ROWS): { path: Float64Array[]; noise: Float64Array } {
  const width = flowNoiseSize(1, sampling);
  const noise = new Float64Array(rows * width);
  new Rng().seek(7, 1).fillNormal(noise);
  const states = flowPath(velocity, input("noise", [rows, width]), 1, sampling);
  const results = interpret(graphFunction("path", Object.fromEntries(states.map((x, k) => [`x${k}`, x]))), { noise });
  return { path: states.map((_, k) => results[`x${k}`] as Float64Array), noise };
}

const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values: Float64Array) => Math.sqrt(mean(values.map((value) => value ** 2)) - mean(values) ** 2);
const shareAbove = (values: Float64Array, limit: number) =>
  values.filter((value) => value > limit).length / values.length;

describe("flow samplers", () => {
  const exact = { mean: 0.4, std: Math.sqrt(0.3 * (1 + 0.04) + 0.7 * (1 + 0.16) - 0.16) };

  it.each([
    ["euler", 100, 0],
    ["midpoint", 30, 0],
    ["heun", 30, 0],
    ["sde", 100, 1],
    ["sde", 100, 0.2],
    ["sde", 100, 3],
  ] as const)("%s with %s steps (noise %s) arrives at the data's distribution", (sampler, flowSteps, stepNoise) => {
    const actions = sample({ sampler, flowSteps, stepNoise }).path[flowSteps];
    expect(Math.abs(mean(actions) - exact.mean)).toBeLessThan(0.05);
    expect(Math.abs(deviation(actions) - exact.std)).toBeLessThan(0.04);
    expect(Math.abs(shareAbove(actions, 0) - 0.7 * 0.9938)).toBeLessThan(0.03);
  });

  it("the SDE has the flow's distribution on the way, too", () => {
    const flowed = sample({ sampler: "heun", flowSteps: 100, stepNoise: 0 }).path;
    const wandered = sample({ sampler: "sde", flowSteps: 100, stepNoise: 1 }).path;
    for (const step of [25, 50, 75]) {
      expect(Math.abs(mean(wandered[step]) - mean(flowed[step]))).toBeLessThan(0.06);
      expect(Math.abs(deviation(wandered[step]) - deviation(flowed[step]))).toBeLessThan(0.04);
    }
  });

  it("a strong SDE forgets where it started, the flow does not", () => {
    const correlation = (sampling: FlowSampling) => {
      const { path } = sample(sampling);
      const [start, end] = [path[0], path[sampling.flowSteps]];
      const centre = mean(end);
      return mean(start.map((x, i) => x * (end[i] - centre))) / deviation(end);
    };
    expect(correlation({ sampler: "euler", flowSteps: 100, stepNoise: 0 })).toBeGreaterThan(0.75);
    expect(Math.abs(correlation({ sampler: "sde", flowSteps: 100, stepNoise: 10 }))).toBeLessThan(0.15);
  });

  it("the SDE without noise is Euler's, and draws nothing on its last step", () => {
    const euler = sample({ sampler: "euler", flowSteps: 6, stepNoise: 0 }, 5);
    const width = flowNoiseSize(1, { sampler: "sde", flowSteps: 6, stepNoise: 0 });
    expect(width).toBe(6);
    const states = flowPath(velocity, input("noise", [5, width]), 1, { sampler: "sde", flowSteps: 6, stepNoise: 0 });
    const noise = new Float64Array(5 * width).fill(9);
    for (let n = 0; n < 5; n++) noise[n * width] = euler.path[0][n];
    const { action } = interpret(graphFunction("sde", { action: states[6] }), { noise });
    for (let n = 0; n < 5; n++) expect(action[n]).toBeCloseTo(euler.path[6][n], 6);
  });

  it("noisy Euler steps are Euler's plus σ times a fresh draw each, the last one included", () => {
    const sampling = { sampler: "noisy-euler", flowSteps: 4, stepNoise: 0.05 } as const;
    const { path, noise } = sample(sampling, 3);
    const x = input("x", [3, 1]);
    for (let step = 0; step < 4; step++) {
      const { v } = interpret(graphFunction("v", { v: velocity(x, 1 - step / 4) }), { x: path[step] });
      for (let n = 0; n < 3; n++) {
        const expected = path[step][n] - v[n] / 4 + 0.05 * noise[n * 5 + step + 1];
        expect(path[step + 1][n]).toBeCloseTo(expected, 6);
      }
    }
  });
});
