import { describe, expect, it } from "vitest";
import { graphFunction, input, interpret, type Tensor } from "../../src/graph/index.ts";
import { Rng } from "../../src/math/rng.ts";
import {
  embedTime,
  flowPolicyLayout,
  observationShare,
  pairVelocities,
  TIME_SIZE,
} from "../../src/policy/flow-policy.ts";
import { flowPolicyPath } from "../../src/policy/flow-sampler.ts";
import { initialise, parameterInputs, parameterViews } from "../../src/policy/parameters.ts";
import { samplerFunction } from "../../src/policy/sampler.ts";
import type { FlowSampler } from "../../src/policy/sampler-names.ts";

const spec = { obsSize: 4, actionSize: 2, hidden: [16, 16], activation: "silu", outputScale: 1 } as const;
const layout = flowPolicyLayout(spec);
const flat = new Float32Array(layout.size);
const rng = new Rng().seek(4, 1);
initialise(layout, rng, flat);
const obs = Float32Array.from({ length: 3 * spec.obsSize }, () => rng.normal());
const noise = Float32Array.from({ length: 3 * spec.actionSize }, () => rng.normal());

/** Integrates by hand with velocities from `pairVelocities`, which the losses use. */
function eulerByHand(flowSteps: number): Float64Array {
  const weights = parameterInputs(layout);
  const points = input("points", [3, spec.actionSize + TIME_SIZE]);
  const share = observationShare(spec, weights, input("obs", [3, spec.obsSize]));
  const fn = graphFunction("v", { v: pairVelocities(spec, weights, share, points) });
  const x = Float64Array.from(noise);
  const fed = new Float32Array(3 * (spec.actionSize + TIME_SIZE));
  for (let step = 0; step < flowSteps; step++) {
    for (let row = 0; row < 3; row++) {
      const o = row * (spec.actionSize + TIME_SIZE);
      for (let i = 0; i < spec.actionSize; i++) fed[o + i] = x[row * spec.actionSize + i];
      embedTime(1 - step / flowSteps, fed, o + spec.actionSize);
    }
    const { v } = interpret(fn, { ...parameterViews(layout, flat), obs, points: fed });
    for (let i = 0; i < x.length; i++) x[i] -= v[i] / flowSteps;
  }
  return x;
}

function sample(flowSteps: number, sampler: FlowSampler): Float64Array {
  const weights = parameterInputs(layout);
  const sampling = { flowSteps, sampler, stepNoise: 0 };
  const path = flowPolicyPath(spec, weights, input("obs", [3, 4]), input("noise", [3, 2]), sampling);
  const action: Tensor = path[flowSteps];
  return interpret(graphFunction("s", { action }), { ...parameterViews(layout, flat), obs, noise })
    .action as Float64Array;
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
}

describe("flow policy", () => {
  it("the sampler follows the velocity field that the losses train", () => {
    expect(distance(sample(10, "euler"), eulerByHand(10))).toBeLessThan(1e-5);
  });

  it("all integrators approach the same action, and the second-order ones sooner", () => {
    const exact = sample(256, "heun");
    const error = (sampler: FlowSampler) => distance(sample(8, sampler), exact);
    expect(error("euler")).toBeGreaterThan(4 * error("midpoint"));
    expect(error("euler")).toBeGreaterThan(4 * error("heun"));
    expect(error("euler")).toBeLessThan(0.2);
  });

  it("observations are normalised inside the sampler", () => {
    const fn = samplerFunction({ kind: "flow", ...spec, flowSteps: 4, sampler: "euler", stepNoise: 0 }, 3);
    const run = (values: Float32Array, mean: number, std: number) => {
      const stats = { mean: new Float32Array(4).fill(mean), std: new Float32Array(4).fill(std) };
      return interpret(fn, { ...parameterViews(layout, flat), obs: values, noise, ...stats }).action;
    };
    const moved = obs.map((value) => 5 + 3 * value);
    expect(distance(run(moved, 5, 3), run(obs, 0, 1))).toBeLessThan(1e-5);
  });

  it("weights start LeCun-uniform with the whole first layer's inputs as fan-in, biases at zero", () => {
    const views = parameterViews(layout, flat);
    const bound = Math.sqrt(3 / (spec.obsSize + spec.actionSize + TIME_SIZE));
    for (const name of ["actor/0/obs", "actor/0/flow"]) {
      expect(Math.max(...views[name].map(Math.abs))).toBeLessThanOrEqual(bound);
      expect(Math.max(...views[name].map(Math.abs))).toBeGreaterThan(0.7 * bound);
    }
    expect(views["actor/0/bias"].every((value) => value === 0)).toBe(true);
  });
});
