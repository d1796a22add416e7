/**
 * Settings of the learning algorithms: one schema branch per algorithm, each with its own defaults, composed from shared groups of fields.
 * Nothing is computed here. The branches are distinguished by `name`, which also decides the loss file that reads them.
 * Defaults are the published configurations: FPO and its two baselines on ten Playground tasks, FPO++ on legged locomotion.
 */
import { z } from "zod";
import {
  advantageFields,
  adviceFields,
  flowFields,
  flowSteps,
  halfWidth,
  networkFields,
  nonNegative,
  optimiserFields,
  outputScale,
  playgroundFields,
  positive,
  rate,
} from "./algorithm-fields.ts";
import { field, inGroup } from "./config-field.ts";

const FPO = "FPO, released Playground configuration";
const FPO_PLUS_PLUS = "FPO++, released locomotion configuration";
const ORW = "flowgait; reward-weighted flow matching was published for images";
const PPO = "Gaussian PPO as tuned for the FPO paper";
const DPPO = "DPPO-style baseline of the FPO paper";

/** Flow Policy Optimization: the ratio averaged over pairs (or per pair), clipped as in PPO. */
export const fpoConfig = z.strictObject({
  name: z.literal("fpo"),
  ...inGroup("Ratio and trust region", {
    ratio: field(
      z.enum(["averaged", "per-pair"]),
      "averaged",
      "Likelihood ratios: one per action, from losses averaged over its pairs, or one per pair.",
      FPO,
    ),
    clip: field(halfWidth, 0.05, "Half-width of the interval around 1 that the ratio is clipped to.", FPO),
    logRatioClamp: field(
      nonNegative,
      0,
      "Maximum magnitude of a log-ratio; beyond it the gradient is masked. 0: no limit. The released per-pair ratio uses 3.",
      FPO,
    ),
    lossClamp: field(nonNegative, 0, "Maximum flow-matching loss; beyond it the gradient is masked. 0: no limit.", FPO),
    ...flowFields(
      {
        pairs: 8,
        flowSteps: 10,
        loss: "epsilon",
        lossReduction: "mean",
        time: "discrete",
        timeMargin: 0,
        actionNoise: 0,
      },
      FPO,
    ),
    policyOutputScale: outputScale(0.25, FPO),
    ...playgroundFields(FPO),
  }),
});

/** FPO++: one ratio per pair and the asymmetric trust region. */
export const fpoPlusPlusConfig = z.strictObject({
  name: z.literal("fpo++"),
  ...inGroup("Ratio and trust region", {
    trustRegion: field(
      z.enum(["aspo", "clip"]),
      "aspo",
      "Trust region for negative advantages: a quadratic penalty that pulls the ratio back (aspo), or PPO's clip, as for positive ones (clip).",
      FPO_PLUS_PLUS,
    ),
    clip: field(halfWidth, 0.05, "Half-width of the trust region around ratio 1.", FPO_PLUS_PLUS),
    logRatioClamp: field(
      nonNegative,
      10,
      "Upper limit of a log-ratio; 0: no limit. There is no lower limit.",
      FPO_PLUS_PLUS,
    ),
    clampGradient: field(
      z.enum(["masked", "straight-through"]),
      "masked",
      "Gradient of a clamped log-ratio: none (masked), or as if it were not clamped (straight-through), as in the released code.",
      "flowgait",
    ),
    lossClamp: field(
      nonNegative,
      20,
      "Maximum flow-matching loss, old and new; beyond it the gradient is masked. 0: no limit.",
      FPO_PLUS_PLUS,
    ),
    ...flowFields(
      {
        pairs: 16,
        flowSteps: 64,
        loss: "velocity",
        lossReduction: "sqrt",
        time: "continuous",
        timeMargin: 0.005,
        actionNoise: 0.02,
      },
      FPO_PLUS_PLUS,
    ),
    ...networkFields(
      { policyHidden: [256, 256, 256], criticHidden: [768, 768, 768], activation: "elu" },
      FPO_PLUS_PLUS,
    ),
    policyOutputScale: outputScale(1, FPO_PLUS_PLUS),
    ...optimiserFields(
      {
        learningRate: 1e-4,
        weightDecay: 1e-4,
        gradientNorm: 1,
        epochs: 16,
        minibatches: 4,
        averaging: 0.95,
        averagingStart: 500,
      },
      FPO_PLUS_PLUS,
    ),
    ...advantageFields(
      {
        gamma: 0.99,
        advantages: "iteration",
        gae: "textbook",
        unroll: 24,
        advantageClamp: 100,
        valueCoefficient: 1,
        rewardScale: 1,
      },
      FPO_PLUS_PLUS,
    ),
  }),
});

/** Reward-weighted flow matching: no ratio, weights from advantages. */
export const orwConfig = z.strictObject({
  name: z.literal("orw"),
  ...inGroup("Ratio and trust region", {
    temperature: field(
      positive.max(100),
      1.2,
      "Weights are the exponential of the advantage divided by this. 1.2 gives an effective sample size of half of the batch.",
      ORW,
    ),
    weightClamp: field(nonNegative, 20, "Maximum weight of an action; 0: no limit.", ORW),
    clip: field(
      halfWidth,
      0.2,
      "Half-width of the interval around 1 whose outside --algorithm.clip-target counts. It limits no ratio.",
      ORW,
    ),
    ...flowFields(
      {
        pairs: 8,
        flowSteps: 10,
        loss: "velocity",
        lossReduction: "sqrt",
        time: "continuous",
        timeMargin: 0.005,
        actionNoise: 0,
        velocityPenalty: 1,
      },
      ORW,
    ),
    ...networkFields({ policyHidden: [128, 128, 128], criticHidden: [256, 256, 256], activation: "silu" }, ORW),
    policyOutputScale: outputScale(1, ORW),
    ...optimiserFields(
      {
        learningRate: 7e-4,
        weightDecay: 0,
        gradientNorm: 1,
        epochs: 6,
        minibatches: 4,
        averaging: 0,
        averagingStart: 0,
      },
      ORW,
    ),
    ...advantageFields(
      {
        gamma: 0.99,
        advantages: "iteration",
        gae: "textbook",
        unroll: 24,
        advantageClamp: 0,
        valueCoefficient: 1,
        rewardScale: 1,
      },
      ORW,
    ),
  }),
});

/** PPO of a Gaussian policy. */
export const ppoConfig = z.strictObject({
  name: z.literal("ppo"),
  ...inGroup("Ratio and trust region", {
    clip: field(halfWidth, 0.1, "Half-width of the interval around 1 that the ratio is clipped to.", PPO),
    dualClip: field(
      nonNegative.refine((most) => most === 0 || most > 1, "0 or above 1"),
      0,
      "Maximum ratio that counts for a negative advantage, above 1; 0: no limit. Mirrored rows need a limit (docs/experiments.md).",
      "dual-clip PPO, arXiv 1912.09729",
    ),
    entropyCoefficient: field(
      rate.nonnegative(),
      0.01,
      "Weight of the entropy bonus, measured after tanh where the task squashes actions with tanh.",
      PPO,
    ),
    ...adviceFields(),
    ...playgroundFields(PPO),
  }),
});

/** PPO on the steps of a noisy flow, each with a likelihood of its own. */
export const denoisingMdpConfig = z.strictObject({
  name: z.literal("denoising-mdp"),
  ...inGroup("Ratio and trust region", {
    clip: field(halfWidth, 0.2, "Half-width of the interval around 1 that each flow step's ratio is clipped to.", DPPO),
    ...inGroup("Flow policy", {
      flowSteps: field(flowSteps, 10, "Integration steps from noise to action in training.", DPPO),
      stepNoise: field(
        positive.max(100),
        0.05,
        "Standard deviation of the noise added to every flow step, in training and in evaluations.",
        DPPO,
        "action",
      ),
    }),
    policyOutputScale: outputScale(0.25, DPPO),
    ...playgroundFields(DPPO),
  }),
});

/** The algorithms' settings, distinguished by `name`. */
export const algorithmConfig = z.discriminatedUnion("name", [
  fpoConfig,
  fpoPlusPlusConfig,
  orwConfig,
  ppoConfig,
  denoisingMdpConfig,
]);

/** Resolved settings of the chosen algorithm. */
export type AlgorithmConfig = z.infer<typeof algorithmConfig>;
/** Names that `--algorithm` accepts. */
export type AlgorithmName = AlgorithmConfig["name"];
/** The schema branch of each algorithm. */
export const algorithmSchemas = {
  fpo: fpoConfig,
  "fpo++": fpoPlusPlusConfig,
  orw: orwConfig,
  ppo: ppoConfig,
  "denoising-mdp": denoisingMdpConfig,
} as const;
/** In the order of the help text. */
export const algorithmNames: readonly AlgorithmName[] = ["fpo", "fpo++", "orw", "ppo", "denoising-mdp"];
