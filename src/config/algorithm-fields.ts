/** Groups of settings that the algorithms' schema branches are composed of (algorithm-config.ts). Each group takes its defaults and their source. */
import { z } from "zod";
import { FLOW_SAMPLERS } from "../policy/sampler-names.ts";
import { field, inGroup } from "./config-field.ts";
import { scheduleField } from "./schedule-field.ts";

const OURS = "flowgait";
const HL_GAUSS = "HL-Gauss, arXiv 2403.03950";

/** Beyond these limits a value underflows or overflows float32 in the losses. */
const [LEAST, MOST] = [1e-6, 1e6];

/** Schemas that several fields share. */
export const positive = z.number().positive().min(LEAST).max(MOST);
export const nonNegative = z.number().nonnegative().max(MOST);
const fraction = z.number().min(0).max(1);
const count = z.int().min(1);
const layers = z.array(count.max(8192)).min(1).max(32);
export const rate = z.number().max(1);
/** A trust region around 1 that ends above 0. */
export const halfWidth = positive.lt(1);
export const flowSteps = count.max(1000);

interface FlowDefaults {
  pairs: number;
  flowSteps: number;
  loss: "epsilon" | "velocity";
  lossReduction: "mean" | "sqrt";
  time: "discrete" | "continuous";
  timeMargin: number;
  actionNoise: number;
  velocityPenalty?: number;
}

/** Learning from a scripted controller beside the reward. */
export function adviceFields() {
  return inGroup("Exploration", {
    advicePull: scheduleField(
      nonNegative.max(100),
      0,
      "Weight of a loss that pulls actions towards those of the lesson's scripted controller, such as 1..0 over 2M. Needs a lesson that has one.",
      OURS,
    ),
    adviceSpread: field(
      positive.max(10),
      0.2,
      "Standard deviation of the actions that --algorithm.advice-pull pulls to, around the scripted controller's.",
      OURS,
      "action",
    ),
  });
}

/** How actions are drawn from the flow and how the flow-matching loss is measured. */
export function flowFields(defaults: FlowDefaults, source: string) {
  return {
    ...inGroup("Flow policy", {
      pairs: field(
        count.max(4096),
        defaults.pairs,
        "Noise and time pairs drawn per action to estimate its likelihood.",
        source,
      ),
      pairing: field(
        z.enum(["independent", "antithetic"]),
        "independent",
        "How an action's pairs are drawn: each on its own, or two at a time with the same flow time and opposite noise. Antithetic pairs have evenly spread times and give a less noisy estimate.",
        OURS,
      ),
      flowSteps: field(flowSteps, defaults.flowSteps, "Integration steps from noise to action in training.", source),
      sampler: field(
        z.enum(FLOW_SAMPLERS),
        "euler",
        "How the flow is integrated in training; sde and noisy-euler add noise at every step.",
        source,
      ),
      stepNoise: field(
        nonNegative.max(100),
        1,
        "Noise that a stochastic sampler adds: the factor eta in g(t) = sqrt(2 eta t) of sde, or the standard deviation per step of noisy-euler.",
        OURS,
      ),
      loss: field(
        z.enum(["epsilon", "velocity"]),
        defaults.loss,
        "Quantity that the flow-matching loss compares: the predicted noise (epsilon), or the predicted velocity (noise minus action).",
        source,
      ),
      lossReduction: field(
        z.enum(["mean", "sqrt"]),
        defaults.lossReduction,
        "Reduction of an action's squared errors: their mean, or their sum divided by the square root of the action size.",
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
        "Minimum distance of continuous flow times from 0 and from 1.",
        source,
      ),
    }),
    ...inGroup("Exploration", {
      normalPull: scheduleField(
        nonNegative.max(100),
        0,
        "Weight of a loss that pulls the velocity towards the one that draws standard normal actions, the counterpart of a Gaussian's entropy bonus. It keeps actions from drifting outwards where the reward does not hold them (docs/experiments.md).",
        OURS,
      ),
      actionNoise: scheduleField(
        nonNegative,
        defaults.actionNoise,
        "Standard deviation of the Gaussian noise added to actions in training; 0: no noise.",
        source,
        { unit: "action" },
      ),
    }),
    ...adviceFields(),
    ...inGroup("Ratio and trust region", {
      consistency: field(
        nonNegative.max(100),
        0,
        "Weight of the flow-matching loss on the flow's own actions, whatever their advantage. It ties the velocity to the actions that the flow really draws where advantages are noise (docs/experiments.md).",
        OURS,
      ),
      reflow: field(
        nonNegative.max(100),
        0,
        "Weight of the flow-matching loss of every action and the noise that it was made of, which straightens the flow's paths, whatever the advantage.",
        "ReFPO, arXiv 2606.21086, after its abstract",
      ),
      driftPenalty: field(
        nonNegative.max(100),
        0,
        "Weight of the squared change of every pair's loss since the data were collected. A clipped or clamped ratio gives no gradient, and an averaged ratio hides changes that cancel; this penalty acts on every pair (docs/experiments.md).",
        OURS,
      ),
      velocityPenalty: field(
        nonNegative.max(100),
        defaults.velocityPenalty ?? 0,
        "Weight of the squared distance of every pair's velocity from the one that collected the data: a bound on how far the flow moves (W2).",
        "ORW-CFM-W2, arXiv 2502.06061",
      ),
    }),
  };
}

interface NetworkDefaults {
  policyHidden: number[];
  criticHidden: number[];
  activation: "silu" | "elu" | "relu" | "tanh";
}

/** What the critic puts out, and how its layers are normalised. */
function criticFields() {
  return {
    critic: field(
      z.enum(["squared", "hl-gauss"]),
      "squared",
      "What the critic learns: the return, by squared error (squared), or a distribution over bins of returns, by cross-entropy (hl-gauss). The value is its expectation.",
      OURS,
    ),
    criticBins: field(
      z.int().min(11).max(1001),
      101,
      "Bins of --algorithm.critic hl-gauss, evenly spaced in asinh(return): linear below 1, logarithmic beyond.",
      HL_GAUSS,
    ),
    criticSupport: field(
      z.number().min(1).max(MOST),
      10_000,
      "Maximum magnitude of a return, after --algorithm.reward-scale, that --algorithm.critic hl-gauss represents; larger ones count as this. A smaller support has finer bins.",
      OURS,
    ),
    criticNorm: field(
      z.enum(["none", "layer", "rms"]),
      "none",
      "Normalisation of the critic's hidden layers before the activation: none, to mean 0 and variance 1 (layer), or to mean square 1 (rms).",
      OURS,
    ),
  };
}

/** Sizes of the two networks, and what the critic learns. */
export function networkFields(defaults: NetworkDefaults, source: string) {
  return inGroup("Networks and optimiser", {
    policyHidden: field(layers, defaults.policyHidden, "Widths of the policy's hidden layers.", source, "units"),
    symmetricPolicy: field(
      z.boolean(),
      false,
      "Make the policy the mean of its network and the network's mirror image, so that it is the same left and right by construction. Every evaluation of it costs twice as much. Then --mirror is for the critic alone. Only for tasks that declare their mirror symmetry.",
      OURS,
    ),
    criticHidden: field(layers, defaults.criticHidden, "Widths of the critic's hidden layers.", source, "units"),
    activation: field(
      z.enum(["silu", "elu", "relu", "tanh"]),
      defaults.activation,
      "Activation of the hidden layers of both networks.",
      source,
    ),
    ...criticFields(),
  });
}

/** The field of a flow's output scale. */
export function outputScale(value: number, source: string) {
  const { scale } = inGroup("Flow policy", {
    scale: field(positive, value, "Factor on the policy network's output (the velocity).", source),
  });
  return scale;
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
export function optimiserFields(defaults: OptimiserDefaults, source: string) {
  return {
    ...inGroup("Essentials", {
      learningRate: scheduleField(
        rate.positive().min(1e-12),
        defaults.learningRate,
        "Adam's step size for the policy. A schedule changes the critic's step size in proportion.",
        source,
        { endBounds: rate.nonnegative() },
      ),
    }),
    ...inGroup("Ratio and trust region", {
      clipTarget: scheduleField(
        z.number().min(0).lt(1),
        0,
        "Target share of ratios outside the trust region. Every iteration adjusts the policy's learning rate towards it, between 1/50 and 4 times its value; 0: no adjustment. A decreasing target makes steps smaller once little is left to learn.",
        OURS,
      ),
    }),
    ...inGroup("Networks and optimiser", {
      criticLearningRate: field(
        rate.nonnegative(),
        0,
        "Adam's step size for the critic; 0: the policy's learning rate.",
        source,
      ),
      adamBeta1: field(z.number().min(0).lt(1), 0.9, "Decay of Adam's running mean of gradients.", source),
      adamBeta2: field(z.number().min(0).lt(1), 0.999, "Decay of Adam's running mean of squared gradients.", source),
      adamEps: field(rate.positive().min(1e-20), 1e-8, "Added to Adam's denominator.", source),
      weightDecay: field(
        rate.nonnegative(),
        defaults.weightDecay,
        "Decoupled weight decay (AdamW), multiplied by the learning rate.",
        source,
      ),
      gradientNorm: field(
        nonNegative,
        defaults.gradientNorm,
        "Maximum Euclidean norm of the gradient of each network; 0: no limit.",
        source,
      ),
      epochs: field(count.max(10_000), defaults.epochs, "Passes over an iteration's rows.", source),
      minibatches: field(count, defaults.minibatches, "Minibatches per pass, each with one Adam step.", source),
      shuffle: field(
        z.enum(["epoch", "iteration"]),
        "epoch",
        "How often rows are shuffled into minibatches: for every pass (epoch), or once per iteration.",
        "FPO; the released FPO++ shuffles once per iteration",
      ),
      averaging: field(
        z.number().min(0).lt(1),
        defaults.averaging,
        "Decay per iteration of the averaged policy that is evaluated and exported; 0: use the latest weights.",
        source,
      ),
      averagingStart: field(
        z.int().min(0),
        defaults.averagingStart,
        "Iterations before averaging begins; until then the average equals the latest weights.",
        source,
        "iterations",
      ),
    }),
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
export function advantageFields(defaults: AdvantageDefaults, source: string) {
  return inGroup("Advantages and values", {
    gamma: field(fraction, defaults.gamma, "Discount per control step.", source),
    lambda: field(fraction, 0.95, "Decay of generalised advantage estimation.", source),
    gae: field(
      z.enum(["brax", "textbook"]),
      defaults.gae,
      "Form of generalised advantage estimation; brax masks time limits and omits the first lambda.",
      source,
    ),
    bootstrapTimeLimits: field(
      z.boolean(),
      true,
      "Whether returns continue past a time limit with the critic's value (true) or end there (false). Used by the textbook form; brax masks the step.",
      source,
    ),
    advantages: field(
      z.enum(["minibatch", "iteration"]),
      defaults.advantages,
      "When values and advantages are computed: in each minibatch with the current critic, or once per iteration.",
      source,
    ),
    unroll: field(
      count,
      defaults.unroll,
      "Length of the segments that make up minibatches when advantages are computed per minibatch.",
      source,
      "control steps",
    ),
    normaliseAdvantage: field(z.boolean(), true, "Normalise advantages to mean 0 and standard deviation 1.", source),
    advantageClamp: field(
      nonNegative,
      defaults.advantageClamp,
      "Maximum magnitude of an advantage after normalisation; 0: no limit.",
      source,
    ),
    advantageShift: field(
      z.number().min(-MOST).max(MOST),
      0,
      "Added to normalised advantages. A value slightly above 0 keeps the flow consistent with the actions it draws and narrows it (docs/experiments.md).",
      OURS,
    ),
    advantageFloor: field(
      nonNegative,
      0,
      "Added to the standard deviation that advantages are divided by, as a share of the return of a constant reward equal to the batch's mean |reward|. Advantages of a nearly solved task are noise; this keeps them from being scaled up to standard deviation 1 (docs/experiments.md).",
      OURS,
    ),
    valueCoefficient: field(nonNegative, defaults.valueCoefficient, "Weight of the value loss.", source),
    rewardScale: field(positive, defaults.rewardScale, "Factor on rewards before learning.", source),
  });
}

/** Networks, optimiser and returns that the ten Playground tasks share among FPO and its baselines. */
export function playgroundFields(source: string) {
  return {
    ...networkFields(
      { policyHidden: [32, 32, 32, 32], criticHidden: [256, 256, 256, 256, 256], activation: "silu" },
      source,
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
      source,
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
      source,
    ),
  };
}
