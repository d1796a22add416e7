/**
 * Likelihoods of a noisy flow's steps x' = x + dt·v + σ·z: every row keeps its way from noise to action and each step's log-probability.
 * Acting does not hand the way over; it is walked again from the same draws.
 */
import {
  broadcastTo,
  concat,
  constant,
  div,
  input,
  mul,
  neg,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Tensor,
} from "../graph/index.ts";
import {
  embedTime,
  type FlowPolicySpec,
  flowPoints,
  flowPolicyLayout,
  observationShare,
  pairVelocities,
  TIME_SIZE,
} from "../policy/flow-policy.ts";
import { type FlowSampling, flowNoiseSize, flowPolicyPath } from "../policy/flow-sampler.ts";
import { DENOISING_MEASURES, type DenoisingMdpSettings, denoisingMdpLoss } from "./denoising-mdp.ts";
import type { RowBlock, Surrogate } from "./surrogate.ts";

/** The steps that are scored. */
export interface DenoisingSettings extends DenoisingMdpSettings {
  readonly flowSteps: number;
  /** σ, the standard deviation of each step */
  readonly stepNoise: number;
}

/** Added to σ where it divides, as in FPO's Playground code. */
const SIGMA_FLOOR = 1e-6;

/** The surrogate of the denoising MDP. */
export function denoisingSurrogate(policy: FlowPolicySpec, settings: DenoisingSettings): Surrogate {
  const { actionSize } = policy;
  const { flowSteps, stepNoise } = settings;
  const sampling: FlowSampling = { flowSteps, stepNoise, sampler: "noisy-euler" };
  const noiseSize = flowNoiseSize(actionSize, sampling);
  const pathSize = (flowSteps + 1) * actionSize;
  /** [rows, flowSteps] at points and moves of [rows * flowSteps, …] */
  const logProbs = ({ rows, obs, weights }: RowBlock, points: Tensor, move: Tensor): Tensor => {
    const velocity = pairVelocities(policy, weights, observationShare(policy, weights, obs), points);
    return reshape(stepLogProb(velocity, move, settings), [rows, flowSteps]);
  };
  return {
    layout: flowPolicyLayout(policy),
    drawn: [{ name: "noise", size: noiseSize, mirrored: actionSize }],
    draw: ({ acted }, place, { noise }, row) => acted.draw(place, noise, row * noiseSize),
    replay: {
      arrays: [{ name: "path", size: pathSize, mirrored: actionSize }],
      outputs: ({ rows, obs, weights }) => {
        const noise = input("noise", [rows, noiseSize]);
        return { path: concat(flowPolicyPath(policy, weights, obs, noise, sampling), 1) };
      },
    },
    kept: [
      { name: "points", size: flowSteps * (actionSize + TIME_SIZE), mirrored: actionSize + TIME_SIZE },
      { name: "move", size: flowSteps * actionSize, mirrored: actionSize },
      { name: "oldLogProbs", size: flowSteps, mirrored: "measured" },
    ],
    prepare: (block) => {
      const { points, move } = scoredSteps(input("path", [block.rows, pathSize]), block.rows, flowSteps, actionSize);
      return { points, move, oldLogProbs: logProbs(block, points, move) };
    },
    measures: DENOISING_MEASURES,
    loss: (block, scale) => {
      const { rows, kept } = block;
      const points = kept("points", [rows * flowSteps, actionSize + TIME_SIZE]);
      const move = kept("move", [rows * flowSteps, actionSize]);
      return denoisingMdpLoss(settings, {
        logProbs: logProbs(block, points, move),
        oldLogProbs: kept("oldLogProbs", [rows, flowSteps]),
        advantage: input("advantage", [rows]),
        scale,
      });
    },
  };
}

/**
 * −½Σ_d z² − (d/2)·ln 2π with z = (x' − x − dt·v)/σ: a step's log-probability but for −d·ln σ, which cancels in ratios.
 * @param velocity v at the step's start [n, actionSize]
 * @param move x' − x [n, actionSize]
 * @returns [n]
 */
export function stepLogProb(velocity: Tensor, move: Tensor, { flowSteps, stepNoise }: DenoisingSettings): Tensor {
  const dt = -1 / flowSteps;
  const z = div(sub(move, mul(velocity, dt)), stepNoise + SIGMA_FLOOR);
  return sub(mul(neg(sum(square(z), 1)), 0.5), move.shape[1] * 0.5 * Math.log(2 * Math.PI));
}

/** Where every step starts, with its time, and where it leads. path [rows, (flowSteps + 1) * actionSize] → [rows * flowSteps, …] */
function scoredSteps(
  path: Tensor,
  rows: number,
  flowSteps: number,
  actionSize: number,
): { points: Tensor; move: Tensor } {
  const count = rows * flowSteps;
  const start = reshape(slice(path, 1, 0, flowSteps * actionSize), [count, actionSize]);
  const end = reshape(slice(path, 1, actionSize, (flowSteps + 1) * actionSize), [count, actionSize]);
  const times: number[] = [];
  for (let step = 0; step < flowSteps; step++) embedTime(1 - step / flowSteps, times, step * TIME_SIZE);
  const embedded = broadcastTo(constant(times, [1, flowSteps, TIME_SIZE]), [rows, flowSteps, TIME_SIZE]);
  return { points: flowPoints(start, reshape(embedded, [count, TIME_SIZE])), move: sub(end, start) };
}
