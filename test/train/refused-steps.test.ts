import { describe, expect, it } from "vitest";
import { latestCheckpoint, loadCheckpoint } from "../../src/runs/checkpoint.ts";
import type { LogEvent } from "../../src/runs/metrics.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { evaluatePolicy } from "../../src/train/evaluate.ts";
import { Training } from "../../src/train/training.ts";
import { pile } from "../physics/pile.ts";
import { scratchFolder } from "./scratch-folder.ts";

const REFUSAL = "MuJoCo: mj_stackAlloc: out of memory, stack overflow at ";

async function train(task: string, workers: number) {
  const config = resolveTrainConfig({
    task,
    algorithm: "fpo",
    overrides: {
      ...{ seed: 5, envs: 8, shards: 4, horizon: 16, workers, steps: 8 * 16 * 3, mirror: false },
      evaluation: { everySteps: 128, episodes: 2 },
      algorithm: { policyHidden: [8], criticHidden: [8], epochs: 1, minibatches: 2 },
    },
  });
  const events: LogEvent[] = [];
  const sink = {
    iteration() {},
    evaluation() {},
    event: (event: LogEvent) => void events.push(event),
    close: async () => {},
  };
  const runFolder = scratchFolder();
  const training = await Training.create({ config, runFolder, sinks: [sink] });
  const ended = await training.run(new AbortController().signal).then(
    () => null,
    (error: Error) => error,
  );
  const { metadata, tensors } = await loadCheckpoint((await latestCheckpoint(runFolder))!);
  await training.close();
  return { ended, warnings: events.map(({ message }) => message), steps: metadata.envSteps, tensors };
}

describe("steps that MuJoCo refuses in a training", () => {
  const some = pile(0.5);
  const all = pile(0);

  it("reset their environments, are told, and the training goes on to the same bits with any number of threads", async () => {
    const [one, two] = [await train(some.task, 1), await train(some.task, 2)];
    expect([one.ended, one.steps]).toEqual([null, 384]);
    expect(one.warnings[0]).toMatch(
      /^Pile: environment \d, control step \d+ and \d+ more in this iteration: MuJoCo: mj_stack/,
    );
    expect(two).toEqual(one);
  });

  it("end it, saved and in one line, when as many episodes in a row as there are environments came to no other end", async () => {
    const { ended, steps } = await train(all.task, 1);
    expect(ended?.name).toBe("UserError");
    expect(ended?.message).toContain(`scene ${all.scene}, environment `);
    expect(ended?.message).toContain(REFUSAL);
    expect(ended?.message).toMatch(/the last \d+ episodes all ended this way; the training stops and is saved$/);
    expect(steps).toBe(256);
  });

  it("end an evaluation with the scene, the episode and the step", async () => {
    const request = { policy: { kind: "zero" }, noise: "zero", seed: 1, episodes: 2, command: null } as const;
    const refused = evaluatePolicy(request, { task: all.task, engine: "ort", workers: 1 });
    await expect(refused).rejects.toThrow(`scene ${all.scene}, episode 0, control step 12: ${REFUSAL}`);
  });
});
