/** Learning from a lesson's scripted controller: a ball's task whose script says the action from the observed position, so that rows can be told. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { surrogateOf } from "../../src/algorithms/update-functions.ts";
import type { TrainConfig } from "../../src/config/config.ts";
import { changeConfig } from "../../src/config/presets.ts";
import { diagnoseRatio } from "../../src/diagnose/ratio-diagnosis.ts";
import { updateSpec } from "../../src/learner/networks.ts";
import { keptLayout } from "../../src/learner/rows.ts";
import { TIME_SIZE } from "../../src/policy/flow-policy.ts";
import { type Checkpoint, encodeCheckpoint } from "../../src/runs/checkpoint.ts";
import type { MetricSink } from "../../src/runs/metrics.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { assemble, disassemble } from "../../src/train/assembly.ts";
import { collectIteration } from "../../src/train/collection.ts";
import { type ResumePoint, Training } from "../../src/train/training.ts";
import { callCli } from "../cli/cli-process.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const task = join(folder, "told.ts");
writeFileSync(
  task,
  `import { registry } from "flowgait";
const base = registry.get("PointMass");
const seen = { speed: { of: (s) => s.sim.qvel } };
export default {
  ...base,
  name: "Told",
  lessons: {
    shown: { about: "goes to the middle", critic: seen, advise: ({ sim }) => [-3 * sim.qpos[0], 3 * sim.qpos[1]] },
    short: { about: "says too little", advise: ({ sim }) => [sim.qpos[0]] },
    alone: { about: "has no script", critic: seen },
  },
};
`,
);

const ITERATIONS = 12;
const EACH = 6 * 8; // rows of an iteration
const update = { epochs: 2, minibatches: 2, unroll: 4, policyHidden: [16, 16], criticHidden: [8] };
const pairs = { ...update, pairs: 2, flowSteps: 3 };
const heeding = { advicePull: "10..5 over 500", adviceSpread: 0.3, learningRate: 5e-3 };
const algorithms = [
  { name: "fpo", ...pairs, ...heeding },
  { name: "fpo++", ...pairs, ...heeding },
  { name: "ppo", ...update, ...heeding },
] as const;
const cases = algorithms.map((algorithm) => [algorithm.name, configOf(algorithm)] as const);

function configOf(algorithm: (typeof algorithms)[number]): TrainConfig {
  const places = { lesson: "shown", envs: 6, shards: 3, horizon: 8, workers: 1 };
  const evaluation = { everySteps: 0, episodes: 1 };
  const overrides = { ...places, episodeSteps: 40, steps: ITERATIONS * EACH, evaluation, algorithm };
  return resolveTrainConfig({ task, algorithm: algorithm.name, overrides });
}

/** Trains, and returns the run's end and what it measured at every iteration. */
async function trained(config: TrainConfig, resume?: ResumePoint) {
  const distances: number[] = [];
  const sink: MetricSink = {
    iteration: ({ losses }) => distances.push(losses.adviceLoss),
    evaluation: () => {},
    event: () => {},
    close: async () => {},
  };
  const runFolder = mkdtempSync(join(folder, "run-"));
  const training = await Training.create({ config, runFolder, sinks: [sink], ...(resume && { resume }) });
  try {
    await training.run(new AbortController().signal);
    return { checkpoint: training.checkpoint(), distances };
  } finally {
    await training.close();
  }
}

describe("a run by advice", () => {
  const runs = new Map<TrainConfig, ReturnType<typeof trained>>();
  /** Trained once, by one thread without a break. */
  const whole = (config: TrainConfig) => {
    const run = runs.get(config) ?? trained(config);
    runs.set(config, run);
    return run;
  };

  it.each(cases)(
    "%s: every row is advised by what the script says where the row was observed",
    async (_name, config) => {
      const assembly = await assemble(config, () => {});
      const { pool, parts, trainedEnv } = assembly;
      await collectIteration(pool, config, parts);
      await parts.learner.prepare(parts.loop.clock);
      const { views, sizes } = parts;
      const rows = sizes.shards * sizes.steps * sizes.envs;
      const { places } = keptLayout(surrogateOf(updateSpec(config, trainedEnv).algorithm).kept, rows, 1);
      const place = (name: string) => places.find((one) => one.name === name)!;
      const kept = (name: string, row: number) => views.kept.subarray(place(name).offset + row * place(name).size);
      for (let row = 0; row < rows; row++) {
        // every shard observes once more than it acts
        const seen = (row + Math.floor(row / (sizes.steps * sizes.envs)) * sizes.envs) * sizes.obsSize;
        const told = [-3 * views.obs[seen], 3 * views.obs[seen + 1]];
        expect(Math.hypot(...told)).toBeGreaterThan(0);
        const isFlow = config.algorithm.name !== "ppo";
        const stored = [...kept(isFlow ? "advised" : "advice", row).subarray(0, 2)];
        const expected = isFlow ? velocityTo(told, kept("points", row)) : told;
        expect(stored).toEqual(expected.map((value) => expect.closeTo(value, 4)));
      }
      await disassemble(assembly);
    },
  );

  it.each(cases)("%s: comes nearer to the script", async (_name, config) => {
    const { distances } = await whole(config);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(distances.slice(-3))).toBeLessThan(mean(distances.slice(0, 3)) - 0.2);
  });

  it.each(cases)("%s: has the same bits on more threads and after a resumption", async (_name, config) => {
    const more = changeConfig(config, { workers: 3 });
    const half = await trained(changeConfig(more, { steps: (ITERATIONS / 2) * EACH }));
    const resume = { checkpoint: half.checkpoint, source: "test", seconds: 0, newRun: true };
    const rest = await trained(more, resume);
    const undisturbed = await whole(config);
    expect([...half.distances, ...rest.distances]).toEqual(undisturbed.distances);
    expect(bytesOf(rest)).toEqual(bytesOf(undisturbed));
  });

  it("can be diagnosed like any other", async () => {
    const { checkpoint } = await whole(cases[1][1]);
    const request = { checkpoint, source: "test", workers: 1, rows: 32, odeSteps: 8 };
    const { epochs } = await diagnoseRatio(request, () => {});
    expect(epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
  });
});

describe("advice that nobody gives", () => {
  const refusal = async (...flags: string[]) => {
    const run = join(folder, "refused");
    const { code, stderr } = await callCli("train", ...flags, "--algorithm.advice-pull", "1..0 over 2M", "--run", run);
    expect(code).toBe(2);
    expect(existsSync(run)).toBe(false);
    return stderr.trim().split("\n").at(-1);
  };

  it("is refused in one line that names the lessons that have a script", async () => {
    expect(await refusal(task)).toBe(
      "flowgait: --algorithm.advice-pull: Told without a lesson has no scripted controller, expected --lesson shown or --lesson short",
    );
    expect(await refusal(task, "--lesson", "alone")).toBe(
      'flowgait: --algorithm.advice-pull: lesson "alone" of Told has no scripted controller, expected --lesson shown or --lesson short',
    );
    expect(await refusal("CheetahRun")).toBe(
      "flowgait: --algorithm.advice-pull: CheetahRun without a lesson has no scripted controller, expected no pull; omit this flag",
    );
  });

  it("is refused where it is not one value for each of the action", async () => {
    expect(await refusal(task, "--lesson", "short")).toBe(
      'flowgait: task Told: lesson "short" advises 1 value, expected 2, one for each value of the action',
    );
  });
});

/** v = c(t)·(x − (1 − t)·advice) − advice at the first of a row's points: x, then cos and sin of t, 2t, 4t and so on. */
function velocityTo(advice: readonly number[], points: Float32Array): number[] {
  const t = Math.atan2(points[2 + TIME_SIZE / 2], points[2]);
  const spread = heeding.adviceSpread ** 2;
  const c = (t - spread * (1 - t)) / (t ** 2 + spread * (1 - t) ** 2);
  return advice.map((value, i) => c * (points[i] - (1 - t) * value) - value);
}

/** What a checkpoint holds but for where its steps end, which is part of the configuration. */
function bytesOf({ checkpoint }: { readonly checkpoint: Checkpoint }): Buffer {
  const metadata = { ...checkpoint.metadata, config: "", configHash: "" };
  return Buffer.from(encodeCheckpoint({ ...checkpoint, metadata }));
}
