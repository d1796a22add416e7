/**
 * Settings of the learning algorithms: one schema branch per algorithm, each with its own defaults, composed from shared groups of fields.
 * Nothing is computed here. The branches are told apart by `name`, which also decides the loss file that reads them.
 * Defaults are the released configurations: FPO on ten Playground tasks, FPO++ on legged locomotion.
 */
import { z } from "zod";
import { field } from "./config-field.ts";

const OURS = "flowgait";
const FPO = "FPO, released Playground configuration";
const FPO_PLUS_PLUS = "FPO++, released locomotion configuration";

const positive = z.number().positive();
const nonNegative = z.number().nonnegative();
const fraction = z.number().min(0).max(1);
const count = z.int().min(1);
const layers = z.array(count).min(1);

interface FlowDefaults {
  pairs: number;
  flowSteps: number;
  loss: "epsilon" | "velocity";
  lossReduction: "mean" | "sqrt";
  time: "discrete" | "continuous";
  timeMargin: number;
  actionNoise: number;
}

/** How actions are drawn from the flow and how the flow-matching loss is measured. */
function flowFields(defaults: FlowDefaults, source: string) {
  return {
    pairs: field(count, defaults.pairs, "Noise and time pairs drawn per action to estimate its likelihood.", source),
    pairing: field(
      z.enum(["independent", "antithetic"]),
      "independent",
      "Pairs of an action: each drawn on its own; or in twos that share a time and have opposite noises, times spread evenly, for a less noisy estimate.",
      OURS,
    ),
    flowSteps: field(count, defaults.flowSteps, "Integration steps from noise to action while training.", source),
    sampler: field(z.enum(["euler", "midpoint", "heun"]), "euler", "Integrator of the flow while training.", source),
    loss: field(
      z.enum(["epsilon", "velocity"]),
      defaults.loss,
      "What the flow-matching loss compares: the predicted noise, or the predicted velocity (noise minus action).",
      source,
    ),
    lossReduction: field(
      z.enum(["mean", "sqrt"]),
      defaults.lossReduction,
      "Squared errors of an action: their mean, or their sum divided by the square root of the action size.",
      source,
    ),
    time: field(
      z.enum(["discrete", "continuous"]),
      defaults.time,
      "Flow times of the pairs: the sampler's own start times, or uniform over the interval.",
      source,
    ),
    timeMargin: field(
      z.number().min(0).max(0.49),
      defaults.timeMargin,
      "Continuous flow times keep this distance from 0 and from 1.",
      source,
    ),
    actionNoise: field(
      nonNegative,
      defaults.actionNoise,
      "Standard deviation of the Gaussian noise added to actions while training; 0 adds none.",
      source,
      "action",
    ),
  };
}

interface NetworkDefaults {
  policyHidden: number[];
  criticHidden: number[];
  activation: "silu" | "elu" | "relu" | "tanh";
  policyOutputScale: number;
}

/** Sizes of the two networks. */
function networkFields(defaults: NetworkDefaults, source: string) {
  return {
    policyHidden: field(layers, defaults.policyHidden, "Widths of the policy's hidden layers.", source, "units"),
    criticHidden: field(layers, defaults.criticHidden, "Widths of the critic's hidden layers.", source, "units"),
    activation: field(
      z.enum(["silu", "elu", "relu", "tanh"]),
      defaults.activation,
      "Activation of the hidden layers of both networks.",
      source,
    ),
    policyOutputScale: field(
      positive,
      defaults.policyOutputScale,
      "Factor on the policy network's output, the velocity.",
      source,
    ),
  };
}

interface OptimiserDefaults {
  learningRate: number;
  weightDecay: number;
  gradientNorm: number;
  epochs: number;
  minibatches: number;
  averaging: number;
  averagingStart: number;
}

/** Adam, the number of its steps, and the weights that acting uses. */
function optimiserFields(defaults: OptimiserDefaults, source: string) {
  return {
    learningRate: field(positive, defaults.learningRate, "Adam's step size of the policy.", source),
    criticLearningRate: field(
      nonNegative,
      0,
      "Adam's step size of the critic; 0 takes the policy's learning rate.",
      source,
    ),
    learningRateDecaySteps: field(
      z.int().min(0),
      0,
      "Environment steps over which both learning rates fall linearly to 0; 0 keeps them constant.",
      source,
      "environment steps",
    ),
    adamBeta1: field(z.number().min(0).lt(1), 0.9, "Decay of Adam's mean of gradients.", source),
    adamBeta2: field(z.number().min(0).lt(1), 0.999, "Decay of Adam's mean of squared gradients.", source),
    adamEps: field(positive, 1e-8, "Added to Adam's denominator.", source),
    weightDecay: field(
      nonNegative,
      defaults.weightDecay,
      "Decoupled weight decay (AdamW), times the learning rate.",
      source,
    ),
    gradientNorm: field(
      nonNegative,
      defaults.gradientNorm,
      "Largest Euclidean norm of a gradient, for each network on its own; 0 sets no limit.",
      source,
    ),
    epochs: field(count, defaults.epochs, "Passes over an iteration's rows.", source),
    minibatches: field(count, defaults.minibatches, "Minibatches, so Adam steps, per pass.", source),
    averaging: field(
      z.number().min(0).lt(1),
      defaults.averaging,
      "Decay per iteration of the averaged policy that is evaluated and exported; 0 uses the latest weights.",
      source,
    ),
    averagingStart: field(
      z.int().min(0),
      defaults.averagingStart,
      "Iterations before averaging begins; until then the average follows the latest weights.",
      source,
      "iterations",
    ),
  };
}

interface AdvantageDefaults {
  gamma: number;
  advantages: "minibatch" | "iteration";
  gae: "brax" | "textbook";
  unroll: number;
  advantageClamp: number;
  valueCoefficient: number;
  rewardScale: number;
}

/** Rewards, returns and advantages. */
function advantageFields(defaults: AdvantageDefaults, source: string) {
  return {
    gamma: field(fraction, defaults.gamma, "Discount per control step.", source),
    lambda: field(fraction, 0.95, "Decay of generalised advantage estimation.", source),
    gae: field(
      z.enum(["brax", "textbook"]),
      defaults.gae,
      "Form of generalised advantage estimation; Brax masks time limits and leaves out the first lambda.",
      source,
    ),
    bootstrapTimeLimits: field(
      z.boolean(),
      true,
      "Whether returns go on past a time limit with the critic's value, or a time limit ends them. Of the textbook form; Brax masks the step.",
      source,
    ),
    advantages: field(
      z.enum(["minibatch", "iteration"]),
      defaults.advantages,
      "When values and advantages are computed: inside each minibatch with the current critic, or once per iteration.",
      source,
    ),
    unroll: field(
      count,
      defaults.unroll,
      "Length of the segments that minibatches are made of when advantages are computed inside them.",
      source,
      "control steps",
    ),
    normaliseAdvantage: field(z.boolean(), true, "Advantages are brought to mean 0 and deviation 1.", source),
    advantageClamp: field(
      nonNegative,
      defaults.advantageClamp,
      "Largest magnitude of an advantage after normalising; 0 sets no limit.",
      source,
    ),
    advantageShift: field(
      z.number(),
      0,
      "Added to normalised advantages. A little above 0 keeps the flow consistent with the actions it draws and narrows it (docs/experiments.md).",
      OURS,
    ),
    valueCoefficient: field(nonNegative, defaults.valueCoefficient, "Weight of the value loss.", source),
    rewardScale: field(positive, defaults.rewardScale, "Factor on rewards before learning.", source),
  };
}

/** Flow Policy Optimization: the ratio averaged over pairs (or per pair), clipped as in PPO. */
export const fpoConfig = z.strictObject({
  name: z.literal("fpo"),
  ratio: field(
    z.enum(["averaged", "per-pair"]),
    "averaged",
    "Likelihood ratios: one per action from losses averaged over its pairs, or one per pair.",
    FPO,
  ),
  clip: field(positive, 0.05, "Half-width of the interval around 1 that the ratio is clipped to.", FPO),
  logRatioClamp: field(
    nonNegative,
    0,
    "Largest magnitude of a log-ratio, gradient masked beyond it; 0 sets no limit. The released per-pair ratio uses 3.",
    FPO,
  ),
  lossClamp: field(nonNegative, 0, "Largest flow-matching loss, gradient masked beyond it; 0 sets no limit.", FPO),
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
  ...networkFields(
    {
      policyHidden: [32, 32, 32, 32],
      criticHidden: [256, 256, 256, 256, 256],
      activation: "silu",
      policyOutputScale: 0.25,
    },
    FPO,
  ),
  ...optimiserFields(
    {
      learningRate: 3e-4,
      weightDecay: 0,
      gradientNorm: 0,
      epochs: 16,
      minibatches: 32,
      averaging: 0,
      averagingStart: 0,
    },
    FPO,
  ),
  ...advantageFields(
    {
      gamma: 0.995,
      advantages: "minibatch",
      gae: "brax",
      unroll: 30,
      advantageClamp: 0,
      valueCoefficient: 0.25,
      rewardScale: 10,
    },
    FPO,
  ),
});

/** FPO++: one ratio per pair and the asymmetric trust region. */
export const fpoPlusPlusConfig = z.strictObject({
  name: z.literal("fpo++"),
  trustRegion: field(
    z.enum(["aspo", "clip"]),
    "aspo",
    "What happens to negative advantages: a quadratic penalty that pulls the ratio back, or PPO's clip for all.",
    FPO_PLUS_PLUS,
  ),
  clip: field(positive, 0.05, "Half-width of the trust region around ratio 1.", FPO_PLUS_PLUS),
  logRatioClamp: field(
    nonNegative,
    10,
    "Largest log-ratio, from above only, gradient masked beyond it; 0 sets no limit.",
    "FPO++, released locomotion configuration; the mask is ours",
  ),
  lossClamp: field(
    nonNegative,
    20,
    "Largest flow-matching loss, old and new, gradient masked beyond it; 0 sets no limit.",
    "FPO++, released locomotion configuration; the mask is ours",
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
    { policyHidden: [256, 256, 256], criticHidden: [768, 768, 768], activation: "elu", policyOutputScale: 1 },
    FPO_PLUS_PLUS,
  ),
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
});

/** The algorithms' settings, told apart by `name`. */
export const algorithmConfig = z.discriminatedUnion("name", [fpoConfig, fpoPlusPlusConfig]);

/** Resolved settings of FPO. */
export type FpoConfig = z.infer<typeof fpoConfig>;
/** Resolved settings of FPO++. */
export type FpoPlusPlusConfig = z.infer<typeof fpoPlusPlusConfig>;
/** Resolved settings of the chosen algorithm. */
export type AlgorithmConfig = z.infer<typeof algorithmConfig>;
/** Names that `--algorithm` accepts. */
export type AlgorithmName = AlgorithmConfig["name"];
/** The schema branch of each algorithm. */
export const algorithmSchemas = { fpo: fpoConfig, "fpo++": fpoPlusPlusConfig } as const;
/** In the order of the help text. */
export const algorithmNames: readonly AlgorithmName[] = ["fpo", "fpo++"];
