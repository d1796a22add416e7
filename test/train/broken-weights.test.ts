/** A training whose weights are no numbers: every report says so, and its policy is never the best. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { EvaluationMetrics, LogEvent } from "../../src/runs/metrics.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { type ResumePoint, Training } from "../../src/train/training.ts";
import { scratchFolder } from "./scratch-folder.ts";

const config = resolveTrainConfig({
  task: "CartpoleBalance",
  algorithm: "ppo",
  overrides: {
    ...{ envs: 4, shards: 2, horizon: 8, workers: 1, steps: 4 * 8 },
    evaluation: { everySteps: 0, episodes: 2 },
    algorithm: { policyHidden: [8], criticHidden: [8], epochs: 1, minibatches: 1, averaging: 0 },
  },
});

it("a training's evaluation names actions that are not finite, and is not taken for the best", async () => {
  const fresh = await Training.create({ config, runFolder: scratchFolder(), sinks: [] });
  const checkpoint = fresh.checkpoint();
  await fresh.close();
  for (const [name, { data }] of Object.entries(checkpoint.tensors))
    if (name.startsWith("weights/")) data.fill(Number.NaN as never);
  const [events, evaluations]: [LogEvent[], EvaluationMetrics[]] = [[], []];
  const sink = {
    iteration: () => {},
    evaluation: (metrics: EvaluationMetrics) => void evaluations.push(metrics),
    event: (event: LogEvent) => void events.push(event),
    close: async () => {},
  };
  const runFolder = scratchFolder();
  const resume: ResumePoint = { checkpoint, source: "broken", seconds: 0 };
  const training = await Training.create({ config, runFolder, sinks: [sink], resume });
  await training.run(new AbortController().signal);
  await training.close();
  const told = events.filter(({ kind }) => kind === "nan").map(({ message }) => message);
  expect(told.slice(0, 2)).toEqual(
    [0, 1].map(
      (env) => `CartpoleBalance: action "slide" of environment ${env} was not finite at control step 0; it was reset`,
    ),
  );
  expect(told.slice(-2)).toEqual([
    "CartpoleBalance: 24 more values were not finite in this iteration",
    'evaluation: non-finite action "slide" ended 2 of 2 episodes, first episode 0 at control step 1',
  ]);
  expect(told).toHaveLength(10);
  expect(evaluations.map(({ nonFinite }) => nonFinite.length)).toEqual([2]);
  expect(existsSync(join(runFolder, "checkpoints", "best.safetensors"))).toBe(false);
});
