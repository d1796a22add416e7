import { describe, expect, it } from "vitest";
import { constant, graphFunction, input, interpret, type Tensor } from "../../src/graph/index.ts";
import { Rng } from "../../src/math/rng.ts";
import {
  type GaussianHead,
  gaussianEntropy,
  gaussianHead,
  gaussianLogProb,
  gaussianPolicyLayout,
  gaussianSample,
  tanhLogDet,
} from "../../src/policy/gaussian-policy.ts";
import { initialise, parameterInputs, parameterViews } from "../../src/policy/parameters.ts";

const spec = { obsSize: 3, actionSize: 2, hidden: [8], activation: "silu" } as const;
/** N(1, 0.5²) and N(−2, 2²) */
const head: GaussianHead = { mean: constant([1, -2], [1, 2]), std: constant([0.5, 2], [1, 2]) };

function measured(tensor: Tensor, feeds: Record<string, Float64Array> = {}): Float64Array {
  return interpret(graphFunction("test", { out: tensor }), feeds).out as Float64Array;
}

describe("Gaussian policy", () => {
  it("the log-probability of an action matches the formula by hand", () => {
    // z = (1.5 − 1)/0.5 = 1 and (−1 + 2)/2 = 0.5
    const byHand = -0.5 * (1 + 0.25) - Math.log(0.5) - Math.log(2) - Math.log(2 * Math.PI);
    expect(measured(gaussianLogProb(head, constant([1.5, -1], [1, 2])))[0]).toBeCloseTo(byHand, 6);
  });

  it("the entropy matches the formula by hand", () => {
    const byHand = Math.log(0.5) + Math.log(2) + Math.log(2 * Math.PI * Math.E);
    expect(measured(gaussianEntropy(head))[0]).toBeCloseTo(byHand, 6);
  });

  it("the logarithm of tanh's slope is ln(1 − tanh²), and stays finite far out", () => {
    const x = [0.3, -1.2];
    const byHand = x.reduce((sum, value) => sum + Math.log(1 - Math.tanh(value) ** 2), 0);
    expect(measured(tanhLogDet(constant(x, [1, 2])))[0]).toBeCloseTo(byHand, 6);
    // ln(4e^(−2|x|)) at |x| = 40, twice
    expect(measured(tanhLogDet(constant([40, -40], [1, 2])))[0]).toBeCloseTo(2 * (Math.log(4) - 80), 3);
  });

  it("the entropy after tanh is the plain one plus the slope's mean logarithm, which samples estimate", () => {
    const draws = 4000;
    const noise = new Float64Array(2 * draws);
    new Rng().seek(1, 1).fillNormal(noise);
    const wide = { mean: constant([0.2, -0.1], [1, 2]), std: constant([0.7, 0.4], [1, 2]) };
    const slopes = measured(tanhLogDet(gaussianSample(wide, input("noise", [draws, 2]))), { noise });
    const estimate = measured(gaussianEntropy(wide))[0] + slopes.reduce((sum, value) => sum + value, 0) / draws;
    const exact = squashedEntropy(0.2, 0.7) + squashedEntropy(-0.1, 0.4);
    expect(estimate).toBeCloseTo(exact, 1);
  });

  it("its network gives means and, above 1e-3, deviations", () => {
    const layout = gaussianPolicyLayout(spec);
    const flat = new Float32Array(layout.size);
    initialise(layout, new Rng().seek(5, 1), flat);
    const views = parameterViews(layout, flat);
    const { mean, std } = gaussianHead(spec, parameterInputs(layout), input("obs", [2, 3]));
    const run = () =>
      interpret(graphFunction("head", { mean, std }), { ...views, obs: Float32Array.of(1, -2, 3, 0, 0, 0) });
    const before = run();
    expect(before.mean).toHaveLength(4);
    // Biases start at zero, so an all-zero observation gives softplus(0) + 1e-3.
    expect(before.std[2]).toBeCloseTo(Math.log(2) + 1e-3, 6);
    views["actor/1/bias"].fill(-100, 2);
    const narrow = run();
    expect(narrow.mean).toEqual(before.mean);
    expect(narrow.std[2]).toBeCloseTo(1e-3, 9);
  });
});

/** Entropy of tanh(x), x ~ N(mean, std²), by integrating its density on a fine grid of x. */
function squashedEntropy(mean: number, std: number): number {
  const step = 1e-3;
  let entropy = 0;
  for (let z = -8; z < 8; z += step) {
    const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    const x = mean + std * z;
    const logSquashed = Math.log(density / std) - Math.log(1 - Math.tanh(x) ** 2);
    entropy -= density * logSquashed * step;
  }
  return entropy;
}
