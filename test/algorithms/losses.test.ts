import { describe, expect, it } from "vitest";
import { flowMatchingLoss, flowPairs } from "../../src/algorithms/flow-matching.ts";
import type { FlowLossInputs } from "../../src/algorithms/flow-policy-loss.ts";
import { fpoLoss } from "../../src/algorithms/fpo.ts";
import { fpoPlusPlusLoss } from "../../src/algorithms/fpo-plus-plus.ts";
import { orwLoss } from "../../src/algorithms/orw.ts";
import type { PolicyLoss } from "../../src/algorithms/policy-loss.ts";
import { constant, gradients, graphFunction, input, interpret, type Tensor } from "../../src/graph/index.ts";
import { Rng } from "../../src/math/rng.ts";
import { flowPolicyLayout, observationShare, pairVelocities } from "../../src/policy/flow-policy.ts";
import { initialise, parameterInputs, parameterViews } from "../../src/policy/parameters.ts";

const rows = 4;
const pairs = 3;
const spec = { obsSize: 5, actionSize: 2, hidden: [8, 8], activation: "silu", outputScale: 0.25 } as const;
const layout = flowPolicyLayout(spec);
const weights = parameterInputs(layout);
const rng = new Rng().seek(2, 1);
const flat = new Float32Array(layout.size);
initialise(layout, rng, flat);
const normals = (count: number) => Float32Array.from({ length: count }, () => rng.normal());
const data = {
  obs: normals(rows * spec.obsSize),
  action: normals(rows * spec.actionSize),
  noise: normals(rows * pairs * spec.actionSize),
  time: Float32Array.from({ length: rows * pairs }, () => rng.uniform()),
  advantage: Float32Array.of(1, -1, 2, -0.5),
};

const fpo = { name: "fpo", ratio: "averaged", clip: 0.05, logRatioClamp: 0, lossClamp: 0 } as const;
const plus = {
  name: "fpo++",
  trustRegion: "aspo",
  clip: 0.05,
  logRatioClamp: 10,
  clampGradient: "masked",
  lossClamp: 20,
} as const;
type Loss = (inputs: FlowLossInputs) => PolicyLoss;
const cases: [string, Loss][] = [
  ["fpo, averaged ratio", (inputs) => fpoLoss(fpo, inputs)],
  ["fpo, ratio per pair", (inputs) => fpoLoss({ ...fpo, ratio: "per-pair", logRatioClamp: 3 }, inputs)],
  ["fpo++, aspo", (inputs) => fpoPlusPlusLoss(plus, inputs)],
  ["fpo++, clip", (inputs) => fpoPlusPlusLoss({ ...plus, trustRegion: "clip" }, inputs)],
];

/** Losses of the data under the weights that are fed. */
function losses(kind: "epsilon" | "velocity" = "epsilon"): Tensor {
  const placed = flowPairs(
    input("action", [rows, spec.actionSize]),
    input("noise", [rows, pairs, spec.actionSize]),
    input("time", [rows, pairs]),
    { loss: kind, lossReduction: "mean" },
  );
  const share = observationShare(spec, weights, input("obs", [rows, spec.obsSize]));
  return flowMatchingLoss(pairVelocities(spec, weights, share, placed.points), placed, rows);
}

function evaluate(outputs: Record<string, Tensor>, flatWeights = flat, extra: Record<string, Float32Array> = {}) {
  const fn = graphFunction("test", outputs);
  const feeds: Record<string, Float32Array> = { ...data, ...parameterViews(layout, flatWeights), ...extra };
  const needed = fn.inputs.map((node) => (node.op === "input" ? node.attributes.name : ""));
  return interpret(fn, Object.fromEntries(needed.map((name) => [name, feeds[name]])));
}

const oldLosses = Float32Array.from(evaluate({ out: losses() }).out);

function policyLoss(loss: Loss): PolicyLoss {
  return loss({
    losses: losses(),
    oldLosses: input("oldLosses", [rows, pairs]),
    advantage: input("advantage", [rows]),
    scale: 1 / rows,
  });
}

describe("losses of flow-matching policies", () => {
  it.each(cases)("%s: the ratio is 1 at the parameters that collected the data", (_name, loss) => {
    const { measures } = evaluate({ measures: policyLoss(loss).measures }, flat, { oldLosses });
    const [, clipFraction, ratioMean, ratioSquareMean] = measures;
    expect(ratioMean).toBeCloseTo(1, 5);
    expect(ratioSquareMean).toBeCloseTo(1, 5);
    expect(clipFraction).toBe(0);
  });

  it.each(cases)("%s: the gradient agrees with central differences", (_name, loss) => {
    const shifted = flat.map((value, i) => value + 0.03 * Math.sin(i));
    const scalar = policyLoss(loss).loss;
    const names = layout.parameters.map(({ name }) => name);
    const all = gradients(
      scalar,
      names.map((name) => weights[name]),
    );
    const analytic = evaluate(Object.fromEntries(names.map((name, i) => [name, all[i]])), shifted, { oldLosses });
    const valueAt = (index: number, step: number) => {
      const moved = Float64Array.from(shifted);
      moved[index] += step;
      const views = Object.fromEntries(
        layout.parameters.map(({ name, offset, size }) => [name, moved.subarray(offset, offset + size)]),
      );
      return interpret(graphFunction("loss", { loss: scalar }), { ...data, ...views, oldLosses }).loss[0];
    };
    for (const { name, offset, size } of layout.parameters) {
      for (let i = 0; i < size; i += 7) {
        const numeric = (valueAt(offset + i, 1e-5) - valueAt(offset + i, -1e-5)) / 2e-5;
        expect(Math.abs(analytic[name][i] - numeric)).toBeLessThan(1e-3 * Math.max(1e-3, Math.abs(numeric)));
      }
    }
  });

  it("the ε form gives no gradient at t = 1", () => {
    const scalar = policyLoss((inputs) => fpoLoss(fpo, inputs)).loss;
    const [kernel] = gradients(scalar, [weights["actor/1/kernel"]]);
    const time = new Float32Array(rows * pairs).fill(1);
    const { out } = evaluate({ out: kernel }, flat, { oldLosses: new Float32Array(rows * pairs), time });
    expect([...out].every((value) => value === 0)).toBe(true);
  });

  it("orw weights every loss by the exponential of its advantage, up to a limit", () => {
    const { loss } = orwLoss(
      { temperature: 2, weightClamp: 3, clip: 0.2 },
      {
        losses: constant([1, 3, 2, 2, 0.5, 0.5], [3, 2]),
        oldLosses: constant([0, 0, 0, 0, 0, 0], [3, 2]),
        advantage: constant([0, -1, 9]),
        scale: 1 / 3,
      },
    );
    const weights = [Math.exp(-1 / 8), Math.exp(-1 / 2 - 1 / 8), 3];
    const expected = (weights[0] * 2 + weights[1] * 2 + weights[2] * 0.5) / 3;
    expect(interpret(graphFunction("orw", { loss }), {}).loss[0]).toBeCloseTo(expected, 6);
  });

  it("ASPO's pull vanishes at ratio 1 − clip and turns back below it", () => {
    const gradientAt = (ratio: number) => {
      const now = input("now", [1, 1]);
      const { loss } = fpoPlusPlusLoss(plus, {
        losses: now,
        oldLosses: constant([0], [1, 1]),
        advantage: constant([-1]),
        scale: 1,
      });
      const [gradient] = gradients(loss, [now]);
      return interpret(graphFunction("g", { gradient }), { now: Float64Array.of(-Math.log(ratio)) }).gradient[0];
    };
    expect(gradientAt(0.95)).toBeCloseTo(0, 5);
    expect(gradientAt(1)).toBeLessThan(0); // descending raises the loss of a bad action
    expect(gradientAt(0.9)).toBeGreaterThan(0);
  });

  it("a clamped log-ratio gives no gradient, or passes it straight through", () => {
    const gradientWith = (clampGradient: "masked" | "straight-through") => {
      const now = input("now", [1, 1]);
      const settings = { ...plus, clampGradient, logRatioClamp: 0.5, lossClamp: 0 };
      const { loss } = fpoPlusPlusLoss(settings, {
        losses: now,
        oldLosses: constant([2], [1, 1]),
        advantage: constant([-1]),
        scale: 1,
      });
      const [gradient] = gradients(loss, [now]);
      return interpret(graphFunction("g", { gradient }), { now: Float64Array.of(1) }).gradient[0];
    };
    expect(gradientWith("masked")).toBeCloseTo(0, 12);
    // ψ = ρA − |A|/(2ε)(ρ − 1)² with ρ = e^½, A = −1: dL/dℓ = −ρ·(1 + (ρ − 1)/ε)
    const ratio = Math.exp(0.5);
    expect(gradientWith("straight-through")).toBeCloseTo(-ratio * (1 + (ratio - 1) / plus.clip), 3);
  });

  it("a loss beyond its clamp gives no gradient", () => {
    const now = input("now", [1, 2]);
    const { loss } = fpoPlusPlusLoss(plus, {
      losses: now,
      oldLosses: constant([1, 1], [1, 2]),
      advantage: constant([1]),
      scale: 1,
    });
    const [gradient] = gradients(loss, [now]);
    const out = interpret(graphFunction("g", { gradient }), { now: Float64Array.of(25, 1) }).gradient;
    expect(out[0]).toBeCloseTo(0, 12);
    expect(out[1]).not.toBe(0);
  });
});
