/** Likelihoods by flow matching: every row keeps a few noise–time pairs, and their losses stand in for its log-probability (FPO, FPO++). */
import { add, input, mul, reshape, slice, square, sub, sum, type Tensor } from "../graph/index.ts";
import { type Rng, STREAM } from "../math/rng.ts";
import { isEverAbove0, type Schedule, valueAt } from "../math/schedule.ts";
import {
  type FlowPolicySpec,
  flowPolicyLayout,
  observationShare,
  pairVelocities,
  TIME_SIZE,
} from "../policy/flow-policy.ts";
import type { NoiseSource } from "../policy/noise-source.ts";
import type { RowPlace } from "../policy/run-clock.ts";
import { ADVICE_MEASURE, ADVICE_WEIGHT, type AdviceSettings } from "./advice.ts";
import {
  advisedVelocity,
  type FlowLoss,
  type FlowPairs,
  type FlowTimes,
  flowMatchingLoss,
  flowPairs,
  flowTime,
  type LossReduction,
  normalPull,
} from "./flow-matching.ts";
import { FLOW_MEASURES, type FlowLossInputs } from "./flow-policy-loss.ts";
import { type PolicyLoss, withMeasure } from "./policy-loss.ts";
import type { LossBlock, Surrogate } from "./surrogate.ts";

/** Of the pull, row by row, since it changes as training continues. */
const PULL_WEIGHT = { name: "pullWeight", size: 1, mirrored: "same" } as const;

/** Of the pair that an action was made of. */
const FLOW_TIME = { name: "flowTimes", size: 1, mirrored: "same" } as const;

/** How pairs are drawn and what is measured of them. */
export interface FlowMatchingSettings extends FlowTimes, AdviceSettings {
  readonly pairs: number;
  /** Each pair drawn on its own; or in twos of opposite noises at one time, times spread evenly over the interval */
  readonly pairing: "independent" | "antithetic";
  readonly loss: FlowLoss;
  readonly lossReduction: LossReduction;
  /** Weight of the pull towards a standard normal distribution of actions; 0: none */
  readonly normalPull: Schedule;
  /** Weight of the flow's own loss on the actions it drew, whatever they brought; 0: none */
  readonly consistency: number;
  /** Weight of the squared change of every pair's loss since the data were collected; 0: none */
  readonly driftPenalty: number;
  /** Weight of the loss of one pair per row whose noise is the one that the action was made of; 0: none (reflow) */
  readonly reflow: number;
  /** Weight of the distance of every pair's velocity from the one when the data were collected, in the units of the loss; 0: none */
  readonly velocityPenalty: number;
}

/** @param policyLoss the algorithm's loss of one block */
export function flowMatchingSurrogate(
  policy: FlowPolicySpec,
  settings: FlowMatchingSettings,
  policyLoss: (inputs: FlowLossInputs) => PolicyLoss,
): Surrogate {
  const { pairs, consistency, driftPenalty, velocityPenalty, reflow } = settings;
  const { actionSize } = policy;
  const pulls = isEverAbove0(settings.normalPull);
  const heeds = isEverAbove0(settings.advicePull);
  const holds = velocityPenalty > 0;
  const straightens = reflow > 0;
  const actedNoise = new ActedNoise(actionSize);
  /** Σ of the weighted distances from the velocities that make normal actions. */
  const pulled = (kept: LossBlock["kept"], velocity: Tensor, points: Tensor, weight: Tensor) => {
    const [count] = points.shape;
    const target = mul(reshape(kept("pull", [count]), [count, 1]), slice(points, 1, 0, actionSize));
    const rows = count / pairs;
    const distances = flowMatchingLoss(velocity, { target, weight }, rows);
    return sum(mul(distances, reshape(kept("pullWeight", [rows]), [rows, 1])));
  };
  return {
    layout: flowPolicyLayout(policy),
    drawn: [
      { name: "noise", size: pairs * actionSize, mirrored: actionSize },
      { name: "time", size: pairs, mirrored: "same" },
      ...(pulls ? [PULL_WEIGHT] : []),
      ...(heeds ? [ADVICE_WEIGHT] : []),
      ...(straightens ? ([{ name: "flowNoise", size: actionSize, mirrored: actionSize }, FLOW_TIME] as const) : []),
    ],
    heedsAdvice: heeds,
    draw: ({ rng, acted }, place, { noise, time, pullWeight, adviceWeight, flowNoise, flowTimes }, row) => {
      const { seed, env, tick, envSteps } = place;
      if (pulls) pullWeight[row] = valueAt(settings.normalPull, envSteps);
      if (heeds) adviceWeight[row] = valueAt(settings.advicePull, envSteps);
      rng.seek(seed, STREAM.pairs, env, tick);
      if (settings.pairing === "antithetic") drawTwins(rng, settings, actionSize, noise, time, row);
      else {
        rng.fillNormal(noise, row * pairs * actionSize, pairs * actionSize);
        for (let k = 0; k < pairs; k++) time[row * pairs + k] = flowTime(rng.uniform(), settings);
      }
      if (!straightens) return;
      flowTimes[row] = flowTime(rng.uniform(), settings);
      actedNoise.draw(acted, place, flowNoise, row * actionSize);
    },
    replay: null,
    kept: [
      { name: "points", size: pairs * (actionSize + TIME_SIZE), mirrored: actionSize + TIME_SIZE },
      { name: "target", size: pairs * actionSize, mirrored: actionSize },
      { name: "weight", size: pairs, mirrored: "same" },
      { name: "oldLosses", size: pairs, mirrored: "measured" },
      ...(pulls ? [{ name: "pull", size: pairs, mirrored: "same" } as const, PULL_WEIGHT] : []),
      ...(heeds ? [{ name: "advised", size: pairs * actionSize, mirrored: actionSize } as const, ADVICE_WEIGHT] : []),
      ...(straightens ? straightPair(actionSize) : []),
      ...(holds ? [{ name: "oldVelocity", size: pairs * actionSize, mirrored: "measured" } as const] : []),
    ],
    prepare: ({ rows, obs, weights }) => {
      const noise = input("noise", [rows, pairs, actionSize]);
      const time = input("time", [rows, pairs]);
      const action = input("action", [rows, actionSize]);
      const placed = flowPairs(action, noise, time, settings);
      const velocity = pairVelocities(policy, weights, observationShare(policy, weights, obs), placed.points);
      const prepared = { ...placed, oldLosses: flowMatchingLoss(velocity, placed, rows) };
      const advice = () =>
        advisedVelocity(placed.points, input("advice", [rows, actionSize]), time, settings.adviceSpread);
      const straight = () => {
        const [acted, at] = [input("flowNoise", [rows, 1, actionSize]), input("flowTimes", [rows, 1])];
        return flowPairs(action, acted, at, { ...settings, loss: "velocity" });
      };
      return {
        ...prepared,
        ...(straightens && prefixed(straight())),
        ...(pulls && { pull: reshape(normalPull(time), [rows * pairs]) }),
        ...(heeds && { advised: advice() }),
        ...(holds && { oldVelocity: velocity }),
      };
    },
    measures: heeds ? [...FLOW_MEASURES, ADVICE_MEASURE] : FLOW_MEASURES,
    loss: ({ rows, obs, weights, kept }, scale) => {
      const count = rows * pairs;
      const points = kept("points", [count, actionSize + TIME_SIZE]);
      const share = observationShare(policy, weights, obs);
      const velocity = pairVelocities(policy, weights, share, points);
      const placed = { target: kept("target", [count, actionSize]), weight: kept("weight", [count]) };
      const losses = flowMatchingLoss(velocity, placed, rows);
      const oldLosses = kept("oldLosses", [rows, pairs]);
      const learned = policyLoss({ losses, oldLosses, advantage: input("advantage", [rows]), scale });
      const pairScale = scale / pairs;
      const terms = [learned.loss];
      if (consistency > 0) terms.push(mul(sum(losses), pairScale * consistency));
      if (driftPenalty > 0) terms.push(mul(sum(square(sub(losses, oldLosses))), pairScale * driftPenalty));
      if (pulls) terms.push(mul(pulled(kept, velocity, points, placed.weight), pairScale));
      if (straightens) {
        const straight = pairVelocities(policy, weights, share, kept("flowPoints", [rows, actionSize + TIME_SIZE]));
        const ends = { target: kept("flowTarget", [rows, actionSize]), weight: kept("flowWeight", [rows]) };
        terms.push(mul(sum(flowMatchingLoss(straight, ends, rows)), scale * reflow));
      }
      if (holds) {
        const before = { target: kept("oldVelocity", [count, actionSize]), weight: placed.weight };
        terms.push(mul(sum(flowMatchingLoss(velocity, before, rows)), pairScale * velocityPenalty));
      }
      if (!heeds) return { ...learned, loss: terms.reduce(add) };
      const advised = { target: kept("advised", [count, actionSize]), weight: placed.weight };
      const distances = flowMatchingLoss(velocity, advised, rows);
      terms.push(mul(sum(mul(distances, reshape(kept("adviceWeight", [rows]), [rows, 1]))), pairScale));
      return withMeasure({ ...learned, loss: terms.reduce(add) }, mul(sum(distances), pairScale));
    },
  };
}

/** Of the pair that an action was made of, as it is kept. */
function straightPair(actionSize: number) {
  return [
    { name: "flowPoints", size: actionSize + TIME_SIZE, mirrored: actionSize + TIME_SIZE },
    { name: "flowTarget", size: actionSize, mirrored: actionSize },
    { name: "flowWeight", size: 1, mirrored: "same" },
  ] as const;
}

function prefixed({ points, target, weight }: FlowPairs): Record<string, Tensor> {
  return { flowPoints: points, flowTarget: target, flowWeight: weight };
}

/** The noise that a row's action started from. A stochastic sampler draws more, which comes after it. */
class ActedNoise {
  readonly #size: number;
  #all = new Float32Array(0);

  /** @param size of an action */
  constructor(size: number) {
    this.#size = size;
  }

  draw(acted: NoiseSource, place: RowPlace, out: Float32Array, offset: number): void {
    if (this.#all.length !== acted.size) this.#all = new Float32Array(acted.size);
    acted.draw(place, this.#all, 0);
    for (let i = 0; i < this.#size; i++) out[offset + i] = this.#all[i];
  }
}

/** Every second pair of a row is the opposite of the one before it: −ε at the same t; the times are spread evenly over the interval. */
function drawTwins(
  rng: Rng,
  settings: FlowMatchingSettings,
  actionSize: number,
  noise: Float32Array,
  time: Float32Array,
  row: number,
): void {
  const { pairs } = settings;
  const first = row * pairs;
  for (let k = 0; k < pairs; k += 2) {
    const from = (first + k) * actionSize;
    rng.fillNormal(noise, from, actionSize);
    rng.skipNormal(actionSize);
    for (let i = from; i < from + actionSize; i++) noise[i + actionSize] = -noise[i];
  }
  for (let k = 0; k < pairs; k += 2) {
    const at = first + k;
    time[at] = flowTime((k + 2 * rng.uniform()) / pairs, settings);
    time[at + 1] = time[at];
  }
}
