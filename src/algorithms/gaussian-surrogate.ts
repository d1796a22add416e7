/** Likelihoods of a Gaussian policy: every row keeps its action, its log-probability, and a draw that the entropy is measured at (PPO). */
import { add, input, mul, sum } from "../graph/index.ts";
import { STREAM } from "../math/rng.ts";
import { isEverAbove0, valueAt } from "../math/schedule.ts";
import {
  type GaussianPolicySpec,
  gaussianDivergence,
  gaussianEntropy,
  gaussianHead,
  gaussianLogProb,
  gaussianPolicyLayout,
  gaussianSample,
  tanhLogDet,
} from "../policy/gaussian-policy.ts";
import { ADVICE_MEASURE, ADVICE_WEIGHT, type AdviceSettings } from "./advice.ts";
import { withMeasure } from "./policy-loss.ts";
import { PPO_MEASURES, type PpoSettings, ppoLoss } from "./ppo.ts";
import type { Surrogate } from "./surrogate.ts";

/**
 * @param squashed whether the environment sees tanh of the action; then the entropy is that of the squashed one, estimated at a fresh
 *   sample (drawn once per row and iteration), else the Gaussian's own
 */
export function gaussianSurrogate(
  policy: GaussianPolicySpec,
  settings: PpoSettings & AdviceSettings,
  squashed: boolean,
): Surrogate {
  const { actionSize } = policy;
  const heeds = isEverAbove0(settings.advicePull);
  const advice = { name: "advice", size: actionSize, mirrored: actionSize };
  const entropyNoise = { name: "entropyNoise", size: actionSize, mirrored: actionSize };
  return {
    layout: gaussianPolicyLayout(policy),
    drawn: [...(squashed ? [entropyNoise] : []), ...(heeds ? [ADVICE_WEIGHT] : [])],
    heedsAdvice: heeds,
    draw: ({ rng }, { seed, env, tick, envSteps }, feeds, row) => {
      if (heeds) feeds.adviceWeight[row] = valueAt(settings.advicePull, envSteps);
      if (squashed)
        rng.seek(seed, STREAM.pairs, env, tick).fillNormal(feeds.entropyNoise, row * actionSize, actionSize);
    },
    replay: null,
    kept: [
      { name: "action", size: actionSize, mirrored: actionSize },
      ...(squashed ? [entropyNoise] : []),
      { name: "oldLogProb", size: 1, mirrored: "measured" },
      ...(heeds ? [advice, ADVICE_WEIGHT] : []),
    ],
    prepare: ({ rows, obs, weights }) => {
      const action = input("action", [rows, actionSize]);
      return { oldLogProb: gaussianLogProb(gaussianHead(policy, weights, obs), action) };
    },
    measures: heeds ? [...PPO_MEASURES, ADVICE_MEASURE] : PPO_MEASURES,
    loss: ({ rows, obs, weights, kept }, scale) => {
      const head = gaussianHead(policy, weights, obs);
      const plain = gaussianEntropy(head);
      const sample = () => gaussianSample(head, kept("entropyNoise", [rows, actionSize]));
      const learned = ppoLoss(settings, {
        logProb: gaussianLogProb(head, kept("action", [rows, actionSize])),
        oldLogProb: kept("oldLogProb", [rows]),
        entropy: squashed ? add(plain, tanhLogDet(sample())) : plain,
        advantage: input("advantage", [rows]),
        scale,
      });
      if (!heeds) return learned;
      const distances = gaussianDivergence(head, kept("advice", [rows, actionSize]), settings.adviceSpread);
      const pull = mul(sum(mul(distances, kept("adviceWeight", [rows]))), scale);
      return withMeasure({ ...learned, loss: add(learned.loss, pull) }, mul(sum(distances), scale));
    },
  };
}
