/** Every algorithm's side of the update through the functions that training compiles: replay, prepare, gradient. */
import { describe, expect, it } from "vitest";
import { DENOISING_MEASURES, denoisingMdpLoss } from "../../src/algorithms/denoising-mdp.ts";
import { stepLogProb } from "../../src/algorithms/denoising-surrogate.ts";
import { PPO_MEASURES, ppoLoss } from "../../src/algorithms/ppo.ts";
import {
  type AlgorithmSpec,
  actorGradientFunction,
  GRADIENT_PREFIX,
  prepareFunction,
  replayFunction,
  surrogateOf,
  type UpdateSpec,
} from "../../src/algorithms/update-functions.ts";
import { constant, gradients, graphFunction, input, interpret, type ReferenceFeeds } from "../../src/graph/index.ts";
import { Rng, STREAM } from "../../src/math/rng.ts";
import { constantly } from "../../src/math/schedule.ts";
import { NoiseSource } from "../../src/policy/noise-source.ts";
import { initialise, parameterInputs, parameterViews } from "../../src/policy/parameters.ts";
import { emptyPlace } from "../../src/policy/run-clock.ts";
import { samplerFunction } from "../../src/policy/sampler.ts";

const ROWS = 4;
const unadvised = { advicePull: constantly(0), adviceSpread: 0.2 } as const;
const network = { obsSize: 5, actionSize: 2, hidden: [8, 8], activation: "silu" } as const;
const flow = { ...network, outputScale: 1 } as const;
const pairs = {
  pairs: 3,
  pairing: "independent",
  normalPull: constantly(0),
  ...unadvised,
  consistency: 0,
  driftPenalty: 0,
  reflow: 0,
  velocityPenalty: 0,
  flowSteps: 4,
  timeMargin: 0.01,
} as const;
const denoising = { clip: 0.2, flowSteps: 3, stepNoise: 0.5 } as const;
const fpo: AlgorithmSpec = {
  name: "fpo",
  policy: flow,
  settings: {
    ...pairs,
    loss: "epsilon",
    lossReduction: "mean",
    time: "discrete",
    ratio: "averaged",
    clip: 0.05,
    logRatioClamp: 0,
    lossClamp: 0,
  },
};
const plus: AlgorithmSpec = {
  name: "fpo++",
  policy: flow,
  settings: {
    ...pairs,
    loss: "velocity",
    lossReduction: "sqrt",
    time: "continuous",
    trustRegion: "aspo",
    clip: 0.05,
    logRatioClamp: 10,
    clampGradient: "masked",
    lossClamp: 20,
  },
};
const orw: AlgorithmSpec = {
  name: "orw",
  policy: flow,
  settings: {
    ...pairs,
    velocityPenalty: 0.6,
    loss: "velocity",
    lossReduction: "sqrt",
    time: "continuous",
    temperature: 1.2,
    weightClamp: 20,
    clip: 0.2,
  },
};
const ppo = {
  name: "ppo",
  policy: network,
  settings: { ...unadvised, clip: 0.1, dualClip: 0, entropyCoefficient: 0.3 },
} as const;
const advised = { advicePull: constantly(0.7), adviceSpread: 0.4 } as const;
const advisedCases: [string, AlgorithmSpec, AlgorithmSpec][] = [
  ["fpo", fpo, { ...fpo, settings: { ...fpo.settings, ...advised } }],
  ["fpo++", plus, { ...plus, settings: { ...plus.settings, ...advised } }],
  ["ppo", { ...ppo, squashed: true }, { ...ppo, settings: { ...ppo.settings, ...advised }, squashed: true }],
];
const symmetry = { obs: [2, 1, -3, 5, 4], action: [-2, -1] } as const;
const symmetric = { ...flow, symmetry };
const cases: [string, AlgorithmSpec][] = [
  ["fpo", fpo],
  ["fpo++", plus],
  ["fpo++ held to its own actions", { ...plus, settings: { ...plus.settings, consistency: 0.4 } }],
  ["fpo that straightens its paths", { ...fpo, settings: { ...fpo.settings, reflow: 0.3 } }],
  ["fpo++ with a pull", { ...plus, settings: { ...plus.settings, normalPull: constantly(0.7) } }],
  ["orw", orw],
  ["ppo after tanh", { ...ppo, squashed: true }],
  ["ppo without squash", { ...ppo, squashed: false }],
  ["denoising-mdp", { name: "denoising-mdp", policy: flow, settings: denoising }],
  ["fpo++, symmetric", { ...plus, policy: symmetric }],
  ["ppo, symmetric", { ...ppo, policy: { ...network, symmetry }, squashed: true }],
  ["denoising-mdp, symmetric", { name: "denoising-mdp", policy: symmetric, settings: denoising }],
  ...advisedCases.map(([name, , heeding]): [string, AlgorithmSpec] => [`${name} with advice`, heeding]),
];

/** Drawn afresh at every step. @param size values per row */
function noiseOf(size: number): NoiseSource {
  return new NoiseSource(STREAM.policy, { period: constantly(1), envs: 1 }, size);
}

it("pulls weaken with an environment's steps, whatever its row", () => {
  const pull = { start: 0.5, end: 0.1, over: 100 };
  const settings = { ...plus.settings, normalPull: pull, advicePull: { ...pull, end: 0 } };
  const { draw, drawn } = surrogateOf({ ...plus, settings });
  const arrays = Object.fromEntries(drawn.map(({ name, size }) => [name, new Float32Array(3 * size)]));
  [0, 50, 700].forEach((tick, row) => {
    draw({ acted: noiseOf(0), rng: new Rng() }, { ...emptyPlace(1), env: row, tick, envSteps: tick }, arrays, row);
  });
  expect(Array.from(arrays.pullWeight)).toEqual([0.5, 0.3, 0.1].map(Math.fround));
  expect(Array.from(arrays.adviceWeight)).toEqual([0.5, 0.25, 0]);
});

/** An algorithm with data that its own policy collected, prepared at the weights `flat`. */
function collected(algorithm: AlgorithmSpec) {
  const spec: UpdateSpec = {
    algorithm,
    critic: { inputSize: 5, hidden: [4], activation: "silu", norm: "none", bins: null },
    obsSize: 5,
    privilegedSize: 0,
    settings: {
      gae: "textbook",
      gamma: 0.99,
      lambda: 0.95,
      valueCoefficient: 1,
      rewardScale: 1,
      bootstrapTimeLimits: true,
    },
  };
  const surrogate = surrogateOf(algorithm);
  const rng = new Rng().seek(2, 1);
  const flat = new Float32Array(surrogate.layout.size);
  initialise(surrogate.layout, rng, flat);
  const normals = (count: number) => Float32Array.from({ length: count }, () => rng.normal());
  const seen = { obs: normals(ROWS * 5), mean: new Float32Array(5), std: new Float32Array(5).fill(1) };
  const feeds: Record<string, Float32Array> = { ...seen, action: normals(ROWS * 2) };
  if (surrogate.heedsAdvice) feeds.advice = Float32Array.from(feeds.action, (value) => Math.sin(2 * value));
  for (const { name, size } of surrogate.drawn) feeds[name] = new Float32Array(ROWS * size);
  const size = surrogate.drawn.find(({ name }) => name === "noise")?.size ?? 0;
  const sources = { acted: noiseOf(size), rng };
  for (let row = 0; row < ROWS; row++)
    surrogate.draw(sources, { ...emptyPlace(11), env: row, tick: 7, envSteps: 7 }, feeds, row);
  Object.assign(feeds, parameterViews(surrogate.layout, flat));
  const replay = replayFunction(spec, ROWS);
  if (replay !== null) Object.assign(feeds, rounded(interpret(replay, feeds)));
  const prepared = { ...feeds, ...rounded(interpret(prepareFunction(spec, ROWS), feeds)) };
  const kept = Object.fromEntries(surrogate.kept.map(({ name }) => [name, prepared[name]]));
  const advantage = Float32Array.of(1, -1, 2, -0.5);
  return { spec, surrogate, flat, feeds, kept, data: { ...seen, ...kept, advantage } };
}

function rounded(values: Record<string, Float64Array>): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(values).map(([name, array]) => [name, Float32Array.from(array)]));
}

/** The weights' feeds at float64, so that central differences are sharp. */
function weightsAt(surrogate: ReturnType<typeof surrogateOf>, flat: Float64Array): ReferenceFeeds {
  return Object.fromEntries(
    surrogate.layout.parameters.map(({ name, offset, size }) => [name, flat.subarray(offset, offset + size)]),
  );
}

describe("surrogates", () => {
  it.each(cases)("%s: the ratio is 1 at the parameters that collected the data", (_name, algorithm) => {
    const { spec, surrogate, flat, data } = collected(algorithm);
    const fn = actorGradientFunction(spec, ROWS, 1 / ROWS);
    const { measures } = interpret(fn, { ...data, ...parameterViews(surrogate.layout, flat) });
    expect(measures).toHaveLength(surrogate.measures.length);
    const [, clipFraction, ratioMean, ratioSquareMean] = measures;
    expect(ratioMean).toBeCloseTo(1, 5);
    expect(ratioSquareMean).toBeCloseTo(1, 5);
    expect(clipFraction).toBe(0);
  });

  it.each(cases)("%s: the gradient agrees with central differences", (_name, algorithm) => {
    const { spec, surrogate, flat, data } = collected(algorithm);
    const shifted = Float64Array.from(flat, (value, i) => value + 0.03 * Math.sin(i));
    const fn = actorGradientFunction(spec, ROWS, 1 / ROWS);
    const analytic = interpret(fn, { ...data, ...weightsAt(surrogate, shifted) });
    const block = { rows: ROWS, obs: input("obs", [ROWS, 5]), weights: parameterInputs(surrogate.layout), kept: input };
    const loss = graphFunction("loss", { loss: surrogate.loss(block, 1 / ROWS).loss });
    const needed = new Set(loss.inputs.map((node) => (node.op === "input" ? node.attributes.name : "")));
    const valueAt = (index: number, step: number) => {
      const moved = shifted.slice();
      moved[index] += step;
      const feeds = Object.entries({ ...data, ...weightsAt(surrogate, moved) }).filter(([name]) => needed.has(name));
      return interpret(loss, Object.fromEntries(feeds)).loss[0];
    };
    for (const { name, offset, size } of surrogate.layout.parameters) {
      for (let i = 0; i < size; i += 7) {
        const numeric = (valueAt(offset + i, 1e-5) - valueAt(offset + i, -1e-5)) / 2e-5;
        const difference = Math.abs(analytic[GRADIENT_PREFIX + name][i] - numeric);
        expect(difference, name).toBeLessThan(1e-3 * Math.max(1e-2, Math.abs(numeric)));
      }
    }
  });

  it.each(advisedCases)("%s: advice adds its weight times the measured distance", (_name, plain, heeding) => {
    const lossOf = (algorithm: AlgorithmSpec) => {
      const { spec, surrogate, flat, data } = collected(algorithm);
      const weights = parameterViews(surrogate.layout, flat);
      const { measures } = interpret(actorGradientFunction(spec, ROWS, 1 / ROWS), { ...data, ...weights });
      const block = { rows: ROWS, obs: constant(data.obs, [ROWS, 5]), weights: parameterInputs(surrogate.layout) };
      const kept = (name: string, shape: readonly number[]) => constant(data[name as "obs"], shape);
      const { loss } = surrogate.loss({ ...block, kept }, 1 / ROWS);
      const out = interpret(graphFunction("loss", { loss }), { ...weights, advantage: data.advantage });
      return { loss: out.loss[0], distance: measures[surrogate.measures.indexOf("adviceLoss")] };
    };
    const [without, heeded] = [lossOf(plain), lossOf(heeding)];
    expect(without.distance).toBeUndefined();
    expect(Math.abs(heeded.distance)).toBeGreaterThan(0.1);
    expect(heeded.loss).toBeCloseTo(without.loss + 0.7 * heeded.distance, 5);
  });

  it("a denoising step's log-probability matches the formula by hand", () => {
    // dt = −1/4: x' − x − dt·v = 0.1 + 0.25·2 = 0.6 and −0.2 + 0.25·1 = 0.05, over σ = 0.1
    const velocity = constant([2, 1], [1, 2]);
    const logProb = stepLogProb(velocity, constant([0.1, -0.2], [1, 2]), { clip: 0.2, flowSteps: 4, stepNoise: 0.1 });
    const { out } = interpret(graphFunction("test", { out: logProb }), {});
    expect(out[0]).toBeCloseTo(-0.5 * (36 + 0.25) - Math.log(2 * Math.PI), 2);
  });

  it("the replayed path is the one that acting took, from the draws that acting made", () => {
    const { feeds, surrogate, kept } = collected({ name: "denoising-mdp", policy: flow, settings: denoising });
    const policy = { kind: "flow", ...flow, ...denoising, sampler: "noisy-euler" } as const;
    const noise = new Float32Array(ROWS * 8);
    const acting = new Rng();
    for (let row = 0; row < ROWS; row++) acting.seek(11, 6, row, 7).fillNormal(noise, row * 8, 8);
    const names = samplerFunction(policy, ROWS).inputs.map((node) => (node.op === "input" ? node.attributes.name : ""));
    const { action } = interpret(
      samplerFunction(policy, ROWS),
      Object.fromEntries(names.map((name) => [name, name === "noise" ? noise : feeds[name]])),
    );
    const { size } = surrogate.kept.find(({ name }) => name === "move")!;
    for (let row = 0; row < ROWS; row++) {
      for (let i = 0; i < 2; i++) {
        let x = noise[row * 8 + i];
        for (let step = 0; step < 3; step++) x += kept.move[row * size + step * 2 + i];
        expect(x).toBeCloseTo(action[row * 2 + i], 5);
      }
    }
  });
});

it("reflow pairs every action with the noise that acting made it of, whatever a stochastic sampler draws besides", () => {
  const { feeds, kept } = collected({ ...fpo, settings: { ...fpo.settings, reflow: 0.3 } });
  const noise = new Float32Array(2);
  for (let row = 0; row < ROWS; row++) {
    new Rng().seek(11, STREAM.policy, row, 7).fillNormal(noise, 0, 2);
    const t = feeds.flowTimes[row];
    for (let i = 0; i < 2; i++) {
      const action = feeds.action[row * 2 + i];
      expect(kept.flowTarget[row * 2 + i]).toBeCloseTo(noise[i] - action, 5);
      expect(kept.flowPoints[row * (kept.flowPoints.length / ROWS) + i]).toBeCloseTo(
        t * noise[i] + (1 - t) * action,
        5,
      );
    }
  }
});

describe("the losses of policies with a likelihood", () => {
  const value = (tensor: ReturnType<typeof constant>) => interpret(graphFunction("v", { out: tensor }), {}).out;

  it("ppo clips the ratio, adds the entropy, and measures both", () => {
    // ρ = 1.5 with A = 1 is worth 1.1; ρ = 0.5 with A = −1 is worth max(−0.5, −0.9) = −0.9
    const { loss, measures } = ppoLoss(
      { clip: 0.1, dualClip: 0, entropyCoefficient: 0.01 },
      {
        logProb: constant([Math.log(1.5), Math.log(0.5)]),
        oldLogProb: constant([0, 0]),
        entropy: constant([2, 4]),
        advantage: constant([1, -1]),
        scale: 0.5,
      },
    );
    expect(value(loss)[0]).toBeCloseTo(-(1.1 - 0.9) / 2 - 0.01 * 3, 6);
    const named = Object.fromEntries(PPO_MEASURES.map((name, k) => [name, value(measures)[k]]));
    expect(named.policyLoss).toBeCloseTo(-0.1, 6);
    expect(named).toMatchObject({ clipFraction: 1, ratioMean: 1 });
    expect(named.entropy).toBeCloseTo(3, 6);
    expect(named.divergence).toBeCloseTo((0.5 - Math.log(1.5) - 0.5 - Math.log(0.5)) / 2, 6);
  });

  it("ppo's dual clip keeps a ratio that is far too large from drowning the others, only where the advantage is negative", () => {
    const logProb = input("logProb", [3]);
    const { loss } = ppoLoss(
      { clip: 0.1, dualClip: 3, entropyCoefficient: 0 },
      {
        logProb,
        oldLogProb: constant([0, 0, 0]),
        entropy: constant([0, 0, 0]),
        advantage: constant([-1, -1, 1]),
        scale: 1 / 3,
      },
    );
    const [gradient] = gradients(loss, [logProb]);
    const feeds = { logProb: Float64Array.of(Math.log(1000), Math.log(2), Math.log(0.5)) };
    const out = interpret(graphFunction("g", { loss, gradient }), feeds);
    // worth 3·(−1) instead of −1000, then −2 and 0.5
    expect(out.loss[0]).toBeCloseTo((3 + 2 - 0.5) / 3, 6);
    expect(out.gradient[0]).toBe(0);
    expect(out.gradient[1]).toBeCloseTo(2 / 3, 6);
    expect(out.gradient[2]).toBeCloseTo(-0.5 / 3, 6);
  });

  it("denoising-mdp clips every step on its own with the action's advantage", () => {
    // One action with A = 1: steps with ρ = 2 and ρ = 1 are worth 1.2 and 1; averaged before the clip they would be worth 1.2.
    const { loss, measures } = denoisingMdpLoss(
      { clip: 0.2 },
      {
        logProbs: constant([Math.log(2), 0], [1, 2]),
        oldLogProbs: constant([0, 0], [1, 2]),
        advantage: constant([1]),
        scale: 1,
      },
    );
    expect(value(loss)[0]).toBeCloseTo(-1.1, 6);
    const named = Object.fromEntries(DENOISING_MEASURES.map((name, k) => [name, value(measures)[k]]));
    expect(named).toMatchObject({ clipFraction: 0.5, ratioMean: 1.5 });
  });

  it("a log-ratio beyond float32's range keeps loss and gradient finite", () => {
    const logProb = input("logProb", [2]);
    const { loss } = ppoLoss(
      { clip: 0.1, dualClip: 0, entropyCoefficient: 0 },
      { logProb, oldLogProb: constant([0, 0]), entropy: constant([0, 0]), advantage: constant([1, -1]), scale: 0.5 },
    );
    const [gradient] = gradients(loss, [logProb]);
    const out = interpret(graphFunction("g", { loss, gradient }), { logProb: Float64Array.of(1000, 1000) });
    expect([...out.loss, ...out.gradient].every(Number.isFinite)).toBe(true);
  });
});
