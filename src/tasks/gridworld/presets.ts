/**
 * Starting points for the GridWorld tasks. `paper` is the released GridWorld configuration of FPO as far as settings exist: networks of two
 * layers of 64, 50 pairs of continuous flow times, returns that end at the time limit, whole-batch advantages, learning rates that fall to 0
 * over 200 M steps. There, a batch is at least 2,048 steps of whole episodes, the flow time enters the network as it is, observations are not
 * normalised, and the Gaussian's variance is fixed at 0.5 and its update stops early; here a batch is 24 environments by 100 steps.
 */
import type { AlgorithmConfig, AlgorithmName } from "../../config/algorithm-config.ts";
import type { PartialTrainConfig } from "../../config/config.ts";
import type { TaskPresets } from "../../config/presets.ts";

type SettingsOf<Name extends AlgorithmName> = Partial<Extract<AlgorithmConfig, { name: Name }>>;
/** Settings that both algorithms have. */
type UpdateSettings = SettingsOf<"fpo"> & SettingsOf<"ppo">;
type FlowSettings = SettingsOf<"fpo">;

const paperBatch = {
  steps: 200_000_000,
  envs: 24,
  horizon: 100,
  shards: 8,
  normaliserFloor: 0,
  evaluation: { everySteps: 2_000_000 },
} as const satisfies PartialTrainConfig;

const paperUpdate = {
  policyHidden: [64, 64],
  criticHidden: [64, 64],
  activation: "relu",
  gamma: 0.99,
  lambda: 0.98,
  gae: "textbook",
  advantages: "iteration",
  bootstrapTimeLimits: false,
  rewardScale: 1,
  valueCoefficient: 1,
  learningRate: "0.0003..0 over 200M",
  gradientNorm: 0.5,
  epochs: 10,
  minibatches: 6,
  clip: 0.2,
} satisfies UpdateSettings;

const paperFlow = {
  pairs: 50,
  flowSteps: 10,
  loss: "velocity",
  time: "continuous",
  ratio: "averaged",
  logRatioClamp: 3,
  policyOutputScale: 1,
} satisfies FlowSettings;

/** Values of order 1, fewer pairs and epochs, larger steps. */
const laptopBatch = {
  steps: 1_000_000,
  envs: 64,
  horizon: 48,
  shards: 8,
  evaluation: { everySteps: 100_000, episodes: 64, noise: "random" },
} as const satisfies PartialTrainConfig;

const laptopUpdate = {
  ...paperUpdate,
  learningRate: 1e-3,
  rewardScale: 0.1,
  epochs: 6,
} satisfies UpdateSettings;

/** For both boards. */
export const gridworldPresets: TaskPresets = {
  laptop: {
    fpo: { ...laptopBatch, algorithm: { name: "fpo", ...laptopUpdate, ...paperFlow, pairs: 8 } },
    ppo: { ...laptopBatch, algorithm: { name: "ppo", ...laptopUpdate, entropyCoefficient: 0 } },
  },
  paper: {
    fpo: { ...paperBatch, algorithm: { name: "fpo", ...paperUpdate, ...paperFlow } },
    ppo: { ...paperBatch, algorithm: { name: "ppo", ...paperUpdate, entropyCoefficient: 0 } },
  },
};
