/** The velocities that advice pulls a flow to, and the distance of a Gaussian from it. */
import { describe, expect, it } from "vitest";
import { advisedVelocity } from "../../src/algorithms/flow-matching.ts";
import { constant, graphFunction, input, interpret } from "../../src/graph/index.ts";
import { gaussianDivergence } from "../../src/policy/gaussian-policy.ts";

const ADVICE = [0.8, -0.3, -2, 0.1];
/** Three noises of each of two rows */
const NOISE = [1.3, -0.4, 0, 2.1, -1.7, 0.6, 0.2, -0.9, -0.1, 0, 1, -2.5];
const [ROWS, PAIRS, SIZE] = [2, 3, 2];

/** The advised velocity at points that all have the same time, by the deviation of the actions. */
function velocityOf(spread: number): (points: Float64Array, t: number) => Float64Array {
  const advice = constant(ADVICE, [ROWS, SIZE]);
  const places = input("points", [ROWS * PAIRS, SIZE]);
  const velocity = advisedVelocity(places, advice, input("time", [ROWS, PAIRS]), spread);
  const compiled = graphFunction("velocity", { velocity });
  const time = new Float64Array(ROWS * PAIRS);
  return (points, t) => interpret(compiled, { points, time: time.fill(t) }).velocity as Float64Array;
}

describe("the velocity that advice pulls to", () => {
  it.each([0.2, 1.5])("integrated makes advice + %s times the noise of the noise", (spread) => {
    const velocity = velocityOf(spread);
    const steps = 250;
    let x = Float64Array.from(NOISE);
    for (let k = 0; k < steps; k++) {
      const t = 1 - k / steps;
      const half = velocity(x, t).map((v, i) => x[i] - v / (2 * steps));
      const v = velocity(half, t - 1 / (2 * steps));
      x = x.map((value, i) => value - v[i] / steps);
    }
    NOISE.forEach((noise, i) => {
      const row = Math.floor(i / (PAIRS * SIZE));
      expect(x[i]).toBeCloseTo(ADVICE[row * SIZE + (i % SIZE)] + spread * noise, 3);
    });
  });

  it("is the mean of noise minus action over actions around the advice that lead through the point", () => {
    // By the law of conditional expectations on a grid of noises: a = (x − t·ε)/(1 − t), weighted by both densities.
    const [x, t, spread] = [0.35, 0.6, 0.4];
    let [weights, mean] = [0, 0];
    for (let noise = -8; noise <= 8; noise += 1e-3) {
      const action = (x - t * noise) / (1 - t);
      const weight = Math.exp(-0.5 * (noise ** 2 + ((action - ADVICE[0]) / spread) ** 2));
      weights += weight;
      mean += weight * (noise - action);
    }
    expect(velocityOf(spread)(new Float64Array(NOISE.length).fill(x), t)[0]).toBeCloseTo(mean / weights, 5);
  });
});

describe("a Gaussian's distance from advice", () => {
  /** KL(N(centre, deviation²) ‖ N(mean, std²)) by integrating the densities on a fine grid */
  function divergence(centre: number, deviation: number, mean: number, std: number): number {
    const step = 1e-3;
    let sum = 0;
    for (let z = -9; z < 9; z += step) {
      const x = centre + deviation * z;
      const logs = [-0.5 * z * z - Math.log(deviation), -0.5 * ((x - mean) / std) ** 2 - Math.log(std)];
      sum += (step * Math.exp(-0.5 * z * z) * (logs[0] - logs[1])) / Math.sqrt(2 * Math.PI);
    }
    return sum;
  }

  it("is the integrated KL divergence's mean over the action's values, less a constant of the spread", () => {
    const spread = 0.2;
    const [means, stds] = [
      [0.5, -1, 0.1, 3],
      [0.3, 1.5, 0.2, 0.7],
    ];
    const head = { mean: constant(means, [2, 2]), std: constant(stds, [2, 2]) };
    const out = gaussianDivergence(head, constant(ADVICE, [2, 2]), spread);
    const { out: rows } = interpret(graphFunction("divergence", { out }), {});
    const constantPart = -Math.log(spread) - 0.5;
    [0, 1].forEach((row) => {
      const each = [2 * row, 2 * row + 1].map((i) => divergence(ADVICE[i], spread, means[i], stds[i]));
      expect(rows[row] + constantPart).toBeCloseTo((each[0] + each[1]) / 2, 4);
    });
  });
});
