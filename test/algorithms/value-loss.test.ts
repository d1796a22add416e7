/** The categorical critic: its loss, its gradient, and the value that its distribution stands for. */
import { describe, expect, it } from "vitest";
import { gae } from "../../src/algorithms/advantages.ts";
import {
  criticGradientFunction,
  GRADIENT_PREFIX,
  segmentGradientFunction,
  type UpdateSpec,
  valueFunction,
} from "../../src/algorithms/update-functions.ts";
import { binTargets, valueLoss } from "../../src/algorithms/value-loss.ts";
import {
  createLoopEngine,
  createOrtEngine,
  gradients,
  graphFunction,
  input,
  interpret,
} from "../../src/graph/index.ts";
import { Optimiser } from "../../src/learner/optimiser.ts";
import { Rng } from "../../src/math/rng.ts";
import { type CriticSpec, criticLayout, criticValue } from "../../src/policy/critic.ts";
import { initialise, parameterViews } from "../../src/policy/parameters.ts";
import { type BinsSpec, binReturns, fewestBins, priorLogits } from "../../src/policy/value-bins.ts";

const usual: BinsSpec = { bins: 101, support: 10_000 };
const small: BinsSpec = { bins: 21, support: 100 };
const rng = new Rng().seek(5, 1);
const normals = (count: number, scale = 1) => Float32Array.from({ length: count }, () => scale * rng.normal());

/** Φ(x) by Simpson's rule from 0. */
function normalCdf(x: number): number {
  const limit = Math.min(Math.abs(x), 9);
  const step = limit / 400;
  let area = 0;
  for (let i = 0; i < 400; i++) {
    const density = [i, i + 0.5, i + 1].map((k) => Math.exp(-((k * step) ** 2) / 2));
    area += (step / 6) * (density[0]! + 4 * density[1]! + density[2]!);
  }
  return 0.5 + (Math.sign(x) * area) / Math.sqrt(2 * Math.PI);
}

/** Shares of the bins in the Gaussian around one return, by the definition. */
function referenceTarget({ bins, support }: BinsSpec, value: number): number[] {
  const limit = Math.asinh(support);
  const width = (2 * limit) / (bins - 1);
  const centre = Math.asinh(Math.min(Math.max(value, -support), support));
  return Array.from({ length: bins }, (_, i) => {
    const middle = i * width - limit;
    const upTo = (edge: number) => normalCdf((edge - centre) / (0.75 * width));
    const below = i === 0 ? 0 : upTo(middle - width / 2);
    return (i === bins - 1 ? 1 : upTo(middle + width / 2)) - below;
  });
}

/** −Σ target·log softmax(logits) */
function referenceLoss(target: readonly number[], logits: readonly number[]): number {
  const most = Math.max(...logits);
  const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0)) + most;
  return -target.reduce((sum, share, i) => sum + share * (logits[i]! - total), 0);
}

function targetsOf(spec: BinsSpec, returns: readonly number[]): number[][] {
  const fn = graphFunction("targets", { y: binTargets(spec, input("returns", [returns.length])) });
  const { y } = interpret(fn, { returns: Float32Array.from(returns) });
  return returns.map((_, row) => [...y!.slice(row * spec.bins, (row + 1) * spec.bins)]);
}

const expectation = (spec: BinsSpec, shares: readonly number[]) =>
  binReturns(spec).reduce((sum, value, i) => sum + value * shares[i]!, 0);

describe("targets of a categorical critic", () => {
  const returns = [0, 1e-3, 0.3, -1, 7, 99.5, -100, 4000, 2e4, -1e9, 1e30];

  it.each([usual, small])("are the shares of bins in a Gaussian ($bins bins to $support)", (spec) => {
    targetsOf(spec, returns).forEach((target, row) => {
      const expected = referenceTarget(spec, returns[row]!);
      for (const [i, share] of target.entries()) expect(Math.abs(share - expected[i]!)).toBeLessThan(3e-4);
      expect(target.reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
      expect(Math.min(...target)).toBeGreaterThanOrEqual(0);
    });
  });

  it("have the return as their expectation", () => {
    const within = [1e-3, 0.02, 0.5, 1, 2.5, 10, 33, 100, 777, 5000].flatMap((value) => [value, -value]);
    targetsOf(usual, within).forEach((target, row) => {
      expect(Math.abs(expectation(usual, target) / within[row]! - 1)).toBeLessThan(2e-4);
    });
  });

  it.each([1, 10, 1e4, 1e6])("have it within 1 % with the fewest bins for %d", (support) => {
    const spec = { bins: Math.max(11, fewestBins(support)), support };
    const within = Array.from({ length: 50 }, (_, i) => (support / 2) * ((i + 1) / 50));
    targetsOf(spec, within).forEach((target, row) => {
      expect(Math.abs(expectation(spec, target) / within[row]! - 1)).toBeLessThan(0.01);
    });
  });

  it("of returns beyond the support are those of its limit, and stay finite", () => {
    const [limit, beyond, far] = targetsOf(usual, [1e4, 1e5, 1e30]);
    expect(beyond).toEqual(limit);
    expect(far).toEqual(limit);
    expect(expectation(usual, limit!)).toBeGreaterThan(9000);
    expect(expectation(usual, limit!)).toBeLessThan(1e4);
  });
});

describe("the loss of a categorical critic", () => {
  const returns = [0.4, -1, 99, -100, 3e5];
  const rows = returns.length;
  const mask = Float32Array.of(1, 1, 0, 1, 1);
  const logits = normals(rows * small.bins, 30);
  const feeds = { logits, targets: Float32Array.from(returns), mask };
  const critic = { bins: small };
  const seen = input("logits", [rows, small.bins]);
  const loss = valueLoss(critic, seen, input("targets", [rows]), input("mask", [rows]), {
    coefficient: 0.5,
    scale: 0.2,
  });

  it("is the cross-entropy of the rows that count, in float32 too", async () => {
    const expected = returns.reduce((sum, value, row) => {
      const own = [...logits.subarray(row * small.bins, (row + 1) * small.bins)];
      return sum + 0.1 * mask[row]! * referenceLoss(referenceTarget(small, value), own);
    }, 0);
    const fn = graphFunction("loss", { loss });
    const exact = interpret(fn, feeds).loss![0]!;
    // Shares are within 3e-4 of the Gaussian's, logits within 100 of each other.
    expect(Math.abs(exact / expected - 1)).toBeLessThan(1e-3);
    for (const engine of [createOrtEngine(), createLoopEngine()]) {
      const executable = await engine.compile(fn);
      expect((await executable.run(feeds)).loss![0]! / exact).toBeCloseTo(1, 5);
      await engine.dispose();
    }
  });

  it("stays finite for logits whose exponentials overflow float32", async () => {
    const wide = logits.map((logit) => logit * 100);
    const engine = createOrtEngine();
    const executable = await engine.compile(graphFunction("loss", { loss }));
    const { loss: found } = await executable.run({ ...feeds, logits: wide });
    expect(Number.isFinite(found![0])).toBe(true);
    await engine.dispose();
  });

  it("is least where the distribution is the target", () => {
    const [slope] = gradients(loss, [seen]);
    const ideal = targetsOf(small, returns).flatMap((target) => target.map((share) => Math.log(share + 1e-30)));
    const { g } = interpret(graphFunction("slope", { g: slope! }), { ...feeds, logits: Float32Array.from(ideal) });
    for (const value of g!) expect(Math.abs(value)).toBeLessThan(1e-6);
  });
});

const settings: UpdateSpec["settings"] = {
  gae: "textbook",
  gamma: 0.9,
  lambda: 0.8,
  valueCoefficient: 0.5,
  rewardScale: 1,
  bootstrapTimeLimits: true,
};

function updateSpec(critic: Partial<CriticSpec>): UpdateSpec {
  const policy = { obsSize: 3, actionSize: 1, hidden: [4], activation: "silu" } as const;
  const ppo = { clip: 0.2, dualClip: 0, entropyCoefficient: 0, advicePull: { start: 0, end: 0, over: 0 } };
  return {
    algorithm: { name: "ppo", policy, settings: { ...ppo, adviceSpread: 1 }, squashed: false },
    critic: { inputSize: 3, hidden: [6, 5], activation: "silu", norm: "none", bins: small, ...critic },
    obsSize: 3,
    privilegedSize: 0,
    settings,
  };
}

const normaliser = { mean: new Float32Array(3), std: new Float32Array(3).fill(1) };

function startWeights(critic: CriticSpec): Float32Array {
  const flat = new Float32Array(criticLayout(critic).size);
  initialise(criticLayout(critic), new Rng().seek(2, 1), flat);
  return flat;
}

describe.each([
  ["hl-gauss", { bins: small }],
  ["hl-gauss with layer norm", { bins: small, norm: "layer" }],
  ["hl-gauss with rms norm", { bins: small, norm: "rms" }],
  ["squared with layer norm", { bins: null, norm: "layer" }],
] as const)("the critic's graph, %s", (_name, critic) => {
  const spec = updateSpec(critic);
  const layout = criticLayout(spec.critic);
  const flat = startWeights(spec.critic).map((value, i) => value + 0.05 * Math.sin(i));

  it("has the gradient of central differences", () => {
    const rows = 4;
    const fn = criticGradientFunction(spec, rows, 1 / rows);
    const data = {
      obs: normals(rows * 3),
      target: normals(rows, 20),
      mask: Float32Array.of(1, 1, 0, 1),
      ...normaliser,
    };
    const run = (weights: Float64Array | Float32Array) =>
      interpret(fn, { ...data, ...viewsOf(layout, weights) } as Record<string, Float32Array>);
    const analytic = run(flat);
    for (const { name, offset, size } of layout.parameters) {
      for (let i = 0; i < size; i += 7) {
        const lossAt = (step: number) => {
          const moved = Float64Array.from(flat);
          moved[offset + i]! += step;
          return run(moved).measures![0]!;
        };
        const numeric = (lossAt(1e-5) - lossAt(-1e-5)) / 2e-5;
        const found = analytic[GRADIENT_PREFIX + name]![i]!;
        expect(Math.abs(found - numeric), `${name} ${i}`).toBeLessThan(1e-3 * Math.max(1e-2, Math.abs(numeric)));
      }
    }
  });

  it("gives segments the advantages of its values", () => {
    const [unroll, segments] = [5, 2];
    const rows = (unroll + 1) * segments;
    const obs = normals(rows * 3);
    const reward = normals(unroll * segments, 3);
    const terminated = Float32Array.from(reward, (_, i) => (i === 4 ? 1 : 0));
    const truncated = Float32Array.from(reward, (_, i) => (i === 7 ? 1 : 0));
    const shared = { obs, ...normaliser, ...viewsOf(layout, flat) };
    const { advantage } = interpret(segmentGradientFunction(spec, { unroll, segments }, 0.1), {
      ...{ ...shared, reward, terminated, truncated },
    });
    const values = Float32Array.from(interpret(valueFunction(spec, rows), shared).value!);
    const expected = new Float32Array(unroll * segments);
    const flags = { terminated: Uint8Array.from(terminated), truncated: Uint8Array.from(truncated) };
    gae(settings, { steps: unroll, envs: segments, reward, values, ...flags }, expected, new Float32Array(10));
    for (const [i, value] of expected.entries()) expect(advantage![i]).toBeCloseTo(value, 4);
  });
});

function viewsOf(layout: ReturnType<typeof criticLayout>, flat: Float32Array | Float64Array) {
  return Object.fromEntries(
    layout.parameters.map(({ name, offset, size }) => [name, flat.subarray(offset, offset + size) as Float32Array]),
  );
}

describe("a categorical critic", () => {
  it("expects returns near 0 before it has learned, far bins or not", () => {
    const spec = updateSpec({ bins: usual, hidden: [64, 64] });
    const obs = normals(50 * 3, 2);
    const feeds = { obs, ...normaliser, ...viewsOf(criticLayout(spec.critic), startWeights(spec.critic)) };
    const { value } = interpret(valueFunction(spec, 50), feeds);
    for (const one of value!) expect(Math.abs(one)).toBeLessThan(1);
    const untouched = graphFunction("v", { v: criticValue({ bins: usual }, input("logits", [1, 101])) });
    const { v } = interpret(untouched, { logits: Float32Array.from(priorLogits(usual)) });
    expect(v![0]).toBeCloseTo(0, 5);
  });

  it.each(["none", "layer", "rms"] as const)("learns means of returns of ±1 and ±100 (norm %s)", async (norm) => {
    const spec = updateSpec({ bins: usual, hidden: [32], norm });
    const rows = 100;
    // Two states: returns of 1 or −1 with mean 0.2, and of 100 or −100 with mean 40.
    const target = Float32Array.from({ length: rows }, (_, i) => (i < 50 ? (i < 30 ? 1 : -1) : i < 85 ? 100 : -100));
    const obs = Float32Array.from({ length: rows * 3 }, (_, i) => (i % 3 === 0 ? (i < 150 ? -1 : 1) : 0));
    const layout = criticLayout(spec.critic);
    const [weights, gradient] = [startWeights(spec.critic), new Float32Array(layout.size)];
    const engine = createOrtEngine();
    const step = await engine.compile(criticGradientFunction(spec, rows, 1 / rows));
    const value = await engine.compile(valueFunction(spec, rows));
    const adam = { adamBeta1: 0.9, adamBeta2: 0.999, adamEps: 1e-8, weightDecay: 0, gradientNorm: 1 };
    const optimiser = await Optimiser.create(engine, "adam", { weights, gradients: gradient }, adam);
    const feeds = { obs, target, mask: new Float32Array(rows).fill(1), ...normaliser, ...viewsOf(layout, weights) };
    const out = { ...parameterViews(layout, gradient, GRADIENT_PREFIX), measures: new Float32Array(2) };
    for (let k = 0; k < 600; k++) {
      await step.run(feeds, out);
      await optimiser.step(0.02 * (1 - k / 600));
    }
    const { target: _target, mask: _mask, ...seen } = feeds;
    const { value: learned } = await value.run(seen);
    expect(learned![0]).toBeCloseTo(0.2, 1);
    expect(learned![99]).toBeGreaterThan(38);
    expect(learned![99]).toBeLessThan(42);
    await engine.dispose();
  });
});
