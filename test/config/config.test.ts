import { describe, expect, it } from "vitest";
import { type AlgorithmName, algorithmNames } from "../../src/config/algorithm-config.ts";
import {
  criticLearningRate,
  type PartialTrainConfig,
  trainConfigSchema,
  trajectoryHash,
} from "../../src/config/config.ts";
import { SETTING_GROUPS } from "../../src/config/config-field.ts";
import { trainFlags } from "../../src/config/config-flags.ts";
import { parseOverrides } from "../../src/config/overrides.ts";
import { presetNames, presetOf } from "../../src/config/presets.ts";
import { registry } from "../../src/tasks/index.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";

const paper = (overrides = {}) => resolveTrainConfig({ task: "CheetahRun", preset: "paper", overrides });

describe("train config", () => {
  it("defaults to the published FPO hyperparameters", () => {
    const config = trainConfigSchema.parse({ task: "CheetahRun" });
    expect(config).toMatchObject({ envs: 2048, horizon: 480, steps: 60e6, normaliser: "correct" });
    // FPO paper, ten Playground tasks: hyperparameter table and networks.
    expect(config.algorithm).toMatchObject({
      name: "fpo",
      flowSteps: 10,
      pairs: 8,
      loss: "epsilon",
      ratio: "averaged",
      time: "discrete",
      clip: 0.05,
      learningRate: 3e-4,
      unroll: 30,
      minibatches: 32,
      epochs: 16,
      gamma: 0.995,
      lambda: 0.95,
      rewardScale: 10,
      valueCoefficient: 0.25,
      policyOutputScale: 0.25,
      gradientNorm: 0,
      policyHidden: [32, 32, 32, 32],
      criticHidden: [256, 256, 256, 256, 256],
      adamBeta1: 0.9,
      adamBeta2: 0.999,
      adamEps: 1e-8,
    });
  });

  it("gives FPO++ its own published hyperparameters", () => {
    const { algorithm } = trainConfigSchema.parse({ task: "G1", algorithm: { name: "fpo++" } });
    // FPO++ locomotion: hyperparameter table and released code.
    expect(algorithm).toMatchObject({
      trustRegion: "aspo",
      clip: 0.05,
      lossClamp: 20,
      logRatioClamp: 10,
      loss: "velocity",
      lossReduction: "sqrt",
      time: "continuous",
      timeMargin: 0.005,
      flowSteps: 64,
      pairs: 16,
      learningRate: 1e-4,
      weightDecay: 1e-4,
      gradientNorm: 1,
      gamma: 0.99,
      policyHidden: [256, 256, 256],
      criticHidden: [768, 768, 768],
    });
  });

  it("gives the two baselines of FPO the settings of its paper", () => {
    const shared = {
      learningRate: 3e-4,
      gamma: 0.995,
      lambda: 0.95,
      unroll: 30,
      minibatches: 32,
      epochs: 16,
      rewardScale: 10,
      valueCoefficient: 0.25,
      policyHidden: [32, 32, 32, 32],
      criticHidden: [256, 256, 256, 256, 256],
    };
    const branch = (name: "ppo" | "denoising-mdp") =>
      trainConfigSchema.parse({ task: "X", algorithm: { name } }).algorithm;
    expect(branch("ppo")).toMatchObject({ ...shared, clip: 0.1, entropyCoefficient: 0.01 });
    expect(branch("denoising-mdp")).toMatchObject({ ...shared, clip: 0.2, flowSteps: 10, stepNoise: 0.05 });
  });

  it("tells what FPO++'s paper says from what its code does", () => {
    const both = { envs: 4096, horizon: 24, evaluation: { noise: "zero" } };
    const [said, done] = (["paper", "released"] as const).map((preset) =>
      resolveTrainConfig({ task: "HumanoidJoystick", algorithm: "fpo++", preset }),
    );
    // FPO++ paper and code: hyperparameter tables of locomotion.
    expect(said).toMatchObject({ ...both, normaliserUpdate: "before", normaliserSamples: 0 });
    expect(said!.algorithm).toMatchObject({ pairs: 16, epochs: 32, adamBeta2: 0.95, timeMargin: 0, averaging: 0 });
    expect(done).toMatchObject({ ...both, normaliserUpdate: "after", normaliserSamples: 1e8 });
    expect(done!.algorithm).toMatchObject({
      pairs: 32,
      epochs: 32,
      adamBeta2: 0.999,
      timeMargin: 0.005,
      actionNoise: 0.02,
      averaging: 0.95,
      shuffle: "iteration",
      clampGradient: "straight-through",
    });
  });

  it("repeats the published discounts, task by task", () => {
    const gammas = (preset: "paper" | "released", task: string) =>
      (["fpo", "ppo", "denoising-mdp"] as const).map(
        (algorithm) => resolveTrainConfig({ task, preset, algorithm }).algorithm.gamma,
      );
    expect(gammas("paper", "FingerSpin")).toEqual([0.95, 0.95, 0.95]);
    expect(gammas("paper", "CheetahRun")).toEqual([0.995, 0.995, 0.995]);
    expect(gammas("released", "FingerSpin")).toEqual([0.995, 0.995, 0.995]);
  });

  it("evaluates a Gaussian at its mean unless asked otherwise", () => {
    for (const preset of ["laptop", "paper", "released"] as const)
      expect(resolveTrainConfig({ task: "CheetahRun", algorithm: "ppo", preset }).evaluation.noise).toBe("zero");
  });

  it("documents every setting with a sentence and the source of its default", () => {
    for (const flag of trainFlags) {
      expect(flag.description, flag.name).toMatch(/^[A-Z].*\.$/);
      expect(flag.source.length, flag.name).toBeGreaterThan(3);
    }
    expect(trainFlags.find((flag) => flag.name === "horizon")?.unit).toBe("control steps");
  });

  it("lets the paper preset be the schema's defaults, but for the normaliser's floor, which is ours", () => {
    expect(paper()).toEqual({ ...trainConfigSchema.parse({ task: "CheetahRun" }), normaliserFloor: 0 });
  });

  it("resolves every preset of every known task, and of an unknown one, without complaint", () => {
    for (const task of [...registry.list().map(({ name }) => name), "Mine"])
      for (const preset of presetNames)
        for (const algorithm of algorithmNames)
          expect(resolveTrainConfig({ task, preset, algorithm }).algorithm.name).toBe(algorithm);
  });

  it("takes the task's own algorithm where none is asked for", () => {
    expect(resolveTrainConfig({ task: "HumanoidJoystick" }).algorithm).toMatchObject({ name: "fpo++", clip: 0.2 });
    expect(resolveTrainConfig({ task: "ReacherEasy" }).algorithm.name).toBe("fpo");
  });

  it("learns the Go1 by a lesson on a laptop, and as published otherwise", () => {
    const task = "Go1JoystickFlatTerrain";
    const lessons = presetNames.map((preset) => resolveTrainConfig({ task, algorithm: "fpo++", preset }).lesson);
    expect(lessons).toEqual(["trot", "", ""]);
    expect(resolveTrainConfig({ task, overrides: { lesson: "" } }).lesson).toBe("");
  });

  it("learns the control suite's humanoids by a lesson on a laptop, by every algorithm, and as published otherwise", () => {
    for (const task of ["HumanoidStand", "HumanoidWalk", "HumanoidRun"])
      for (const algorithm of algorithmNames) {
        const lessons = presetNames.map((preset) => resolveTrainConfig({ task, algorithm, preset }).lesson);
        expect(lessons).toEqual(["upright", "", ""]);
      }
  });

  it("puts overrides before the task's preset, and that before the general one", () => {
    const config = resolveTrainConfig({ task: "CartpoleBalance", algorithm: "fpo", overrides: { seed: 9 } });
    expect(config).toMatchObject({ seed: 9, envs: 128, horizon: 32, algorithm: { epochs: 4, minibatches: 4 } });
  });

  it("replaces lists instead of merging them", () => {
    expect(paper({ algorithm: { policyHidden: [8] } }).algorithm.policyHidden).toEqual([8]);
  });

  it("falls back to the policy's learning rate for the critic", () => {
    expect(criticLearningRate({ learningRate: 3e-4, criticLearningRate: 0 })).toBe(3e-4);
    expect(criticLearningRate({ learningRate: 3e-4, criticLearningRate: 1e-3 })).toBe(1e-3);
  });

  it("names the group of every setting", () => {
    const titles = trainFlags.map(({ group }) => group);
    expect(trainFlags.filter(({ group }) => group === undefined).map(({ name }) => name)).toEqual([]);
    expect(new Set(titles)).toEqual(new Set(SETTING_GROUPS));
    const groupOf = (name: string) => trainFlags.find((flag) => flag.name === name)!.group;
    expect(groupOf("algorithm.clip-target")).toBe("Ratio and trust region");
    expect(groupOf("noise-period")).toBe("Exploration");
    expect(groupOf("algorithm.learning-rate")).toBe("Essentials");
  });

  it("hashes what decides results and nothing else", () => {
    const { config, configHash } = trajectoryHash(paper());
    const same = trajectoryHash(paper({ workers: 3, steps: 1, run: "x", checkpoint: { keep: 9 } }));
    expect(same).toEqual({ config, configHash });
    expect(trajectoryHash(paper({ seed: 2 })).configHash).not.toBe(configHash);
    expect(trajectoryHash(paper({ algorithm: { clip: 0.1 } })).configHash).not.toBe(configHash);
    expect(trajectoryHash(trainConfigSchema.parse(JSON.parse(config))).configHash).toBe(configHash);
  });
});

describe("train config, checked across fields", () => {
  const refusals: [string, object, string][] = [
    ["shards that do not divide the environments", { envs: 100 }, "--shards: 16 does not divide --envs 100"],
    [
      "an unroll that does not divide the horizon",
      { horizon: 100 },
      "--algorithm.unroll: 30 does not divide --horizon",
    ],
    [
      "minibatches that do not divide the segments",
      { algorithm: { minibatches: 7 } },
      "--algorithm.minibatches: 7 does not divide the 32768 segments",
    ],
    ["no pairs", { algorithm: { pairs: 0 } }, "algorithm.pairs: got 0, expected at least 1"],
    ["a negative clip", { algorithm: { clip: -0.1 } }, "algorithm.clip: got -0.1, expected more than 0"],
    ["a trust region that reaches 0", { algorithm: { clip: 1 } }, "algorithm.clip: got 1, expected less than 1"],
    ["a learning rate of 3", { algorithm: { learningRate: 3 } }, "algorithm.learningRate: got 3, expected at most 1"],
    ["a learning rate that moves no float32", { algorithm: { learningRate: 1e-30 } }, "expected at least 1e-12"],
    ["a clip that no float32 ratio leaves", { algorithm: { clip: 1e-300 } }, "algorithm.clip: got 1e-300, expected at"],
    ["a reward scale beyond float32", { algorithm: { rewardScale: 1e300 } }, "expected at most 1000000"],
    ["an eps that float32 takes for 0", { algorithm: { adamEps: 1e-50 } }, "expected at least 1e-20"],
    ["a negative gradient norm", { algorithm: { gradientNorm: -1 } }, "algorithm.gradientNorm: got -1, expected at"],
    ["a negative floor", { normaliserFloor: -1 }, "normaliserFloor: got -1, expected at least 0"],
    ["no minibatches", { algorithm: { minibatches: 0 } }, "algorithm.minibatches: got 0, expected at least 1"],
    ["half a pair", { algorithm: { pairs: 0.5 } }, "algorithm.pairs: got 0.5, expected a whole number"],
    ["a discount above 1", { algorithm: { gamma: 1.01 } }, "algorithm.gamma: got 1.01, expected at most 1"],
    ["no epochs", { algorithm: { epochs: 0 } }, "algorithm.epochs: got 0, expected at least 1"],
    ["too many flow steps", { algorithm: { flowSteps: 5000 } }, "algorithm.flowSteps: got 5000, expected at most 1000"],
    [
      "a layer without units",
      { algorithm: { policyHidden: [8, 0] } },
      "algorithm.policyHidden.1: got 0, expected at least 1",
    ],
    [
      "no layers",
      { algorithm: { criticHidden: [] } },
      "algorithm.criticHidden: got [], expected at least 1 element(s)",
    ],
    [
      "a critic of another kind",
      { algorithm: { critic: "hlgauss" } },
      'algorithm.critic: got "hlgauss", expected squared or hl-gauss',
    ],
    [
      "too few bins for any support",
      { algorithm: { criticBins: 2 } },
      "algorithm.criticBins: got 2, expected at least 11",
    ],
    [
      "bins too wide for the support",
      { algorithm: { critic: "hl-gauss", criticBins: 21 } },
      "--algorithm.critic-bins: got 21, expected at least 41 for --algorithm.critic-support 10000",
    ],
    [
      "a support below 1",
      { algorithm: { criticSupport: 0.5 } },
      "algorithm.criticSupport: got 0.5, expected at least 1",
    ],
    [
      "an unknown norm",
      { algorithm: { criticNorm: "batch" } },
      'algorithm.criticNorm: got "batch", expected none, layer or rms',
    ],
    ["a number that is none", { algorithm: { clip: Number.NaN } }, "algorithm.clip: got null, expected a number"],
    ["no flow steps", { algorithm: { flowSteps: 0 } }, "algorithm.flowSteps: got 0, expected at least 1"],
    ["a setting of another algorithm", { algorithm: { trustRegion: "clip" } }, "fpo has no such setting"],
    ["an unknown setting", { algorithm: { clipp: 1 } }, "algorithm.clipp: unknown setting; nearest: algorithm.clip"],
  ];
  for (const [what, overrides, message] of refusals)
    it(`refuses ${what}`, () => {
      expect(() => paper(overrides)).toThrow(message);
    });

  const foreign: [AlgorithmName, object, string][] = [
    [
      "ppo",
      { flowSteps: 4 },
      "--algorithm.flow-steps: ppo has no such setting, expected --algorithm fpo, fpo++, orw or denoising-mdp",
    ],
    ["ppo", { dualClip: 0.5 }, "algorithm.dualClip: got 0.5, expected 0 or above 1"],
    ["ppo", { entropyCoefficient: -1 }, "algorithm.entropyCoefficient: got -1, expected at least 0"],
    ["denoising-mdp", { stepNoise: 0 }, "algorithm.stepNoise: got 0, expected more than 0"],
    [
      "denoising-mdp",
      { pairs: 4 },
      "--algorithm.pairs: denoising-mdp has no such setting, expected --algorithm fpo, fpo++ or orw",
    ],
  ];
  for (const [algorithm, settings, message] of foreign)
    it(`refuses ${JSON.stringify(settings)} with ${algorithm}`, () => {
      const overrides = { algorithm: settings } as PartialTrainConfig;
      expect(() => resolveTrainConfig({ task: "CheetahRun", algorithm, overrides })).toThrow(message);
    });

  it("compares minibatches with rows where advantages are computed once", () => {
    const overrides = {
      envs: 64,
      shards: 8,
      horizon: 5,
      algorithm: { advantages: "iteration", minibatches: 20 },
    } as const;
    expect(paper(overrides).algorithm.minibatches).toBe(20);
  });

  it("refuses an unknown preset by name", () => {
    expect(() => presetOf("lapto")).toThrow(
      '--preset: got "lapto", expected laptop, paper or released; nearest: laptop',
    );
  });
});

describe("overrides", () => {
  it("are coerced by the type of the setting", () => {
    const pairs: [string, string][] = [
      ["envs", "512"],
      ["steps", "3_000_000"],
      ["algorithm.learning-rate", "3e-4"],
      ["algorithm.normalise-advantage", "false"],
      ["algorithm.policy-hidden", "64,64"],
      ["evaluation.noise", "zero"],
    ];
    expect(parseOverrides(pairs)).toEqual({
      envs: 512,
      steps: 3_000_000,
      algorithm: { learningRate: 3e-4, normaliseAdvantage: false, policyHidden: [64, 64] },
      evaluation: { noise: "zero" },
    });
  });

  it.each([
    ["6M", 6_000_000],
    ["2.3M", 2_300_000],
    ["500k", 500_000],
    ["6e6", 6_000_000],
  ])("take %s steps as the number that people mean", (text, steps) => {
    expect(parseOverrides([["steps", text]])).toEqual({ steps });
  });

  const refusals: [string, string, string][] = [
    ["steps", "M", '--steps: got "M", expected a whole number'],
    ["steps", "1e3M", '--steps: got "1e3M", expected a whole number'],
    ["envz", "1", "--envz: unknown flag; nearest: --envs"],
    ["learning-rate", "1", "--learning-rate: unknown flag; nearest: --algorithm.learning-rate"],
    ["algorithm.learningrate", "1", "nearest: --algorithm.learning-rate"],
    ["envs", "1.5", '--envs: got "1.5", expected a whole number'],
    ["envs", "many", '--envs: got "many", expected a whole number'],
    ["envs", "", '--envs: got "", expected a whole number'],
    ["envs", "-4", '--envs: got "-4", expected at least 1'],
    ["engine", "cuda", '--engine: got "cuda", expected ort or tfjs'],
    ["algorithm.normalise-advantage", "yes", '--algorithm.normalise-advantage: got "yes", expected true or false'],
    ["algorithm.policy-hidden", "32,a", 'got "32,a", expected whole numbers separated by commas'],
  ];
  for (const [name, text, message] of refusals)
    it(`refuse --${name} "${text}" in one line with exit code 2`, () => {
      let thrown: unknown;
      try {
        parseOverrides([[name, text]]);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ name: "UserError", exitCode: 2, message: expect.stringContaining(message) });
      expect((thrown as Error).message).not.toContain("\n");
    });
});
