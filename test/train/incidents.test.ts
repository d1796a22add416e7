import { describe, expect, it } from "vitest";
import { beginClip, clipSteps, stepClip } from "../../src/drive/drive-clip.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import type { Incident } from "../../src/train/incidents.ts";
import { Training } from "../../src/train/training.ts";
import { scratchFolder } from "./scratch-folder.ts";

const TASK = "HumanoidJoystick";

/** Trains a humanoid that knows nothing until one of its environments has fallen, late enough for the history to have been shifted. */
async function firstFall(): Promise<Incident> {
  const config = resolveTrainConfig({
    task: TASK,
    algorithm: "fpo",
    overrides: {
      ...{ seed: 5, envs: 8, shards: 2, horizon: 32, workers: 1, steps: 8 * 32 * 9, mirror: false },
      evaluation: { everySteps: 0, episodes: 1 },
      algorithm: { policyHidden: [8], criticHidden: [8], epochs: 1, minibatches: 2 },
    },
  });
  const training = await Training.create({ config, runFolder: scratchFolder(), sinks: [] });
  const stop = new AbortController();
  const run = training.run(stop.signal);
  await run;
  const { fall } = training.incidents.last;
  await training.close();
  if (!fall) throw new Error("no fall was kept");
  return fall;
}

describe("the fall that training keeps", () => {
  it("is reached again by its state and its actions, in the last step and no earlier", async () => {
    const { clip, kind, environment } = await firstFall();
    const env = await Environment.create({ ...(await resolveTask(TASK)), episodeSteps: clip.episodeSteps });
    beginClip(clip, env);
    const steps = clipSteps(clip, env.actionSize);
    const ends: number[] = [];
    for (let step = 0; step < steps; step++) {
      stepClip(clip, env, step);
      if (env.terminated || env.truncated) ends.push(step);
    }
    env.delete();
    expect({ kind, environment, ends }).toEqual({ kind: "fall", environment: clip.environment, ends: [steps - 1] });
    expect(steps).toBeGreaterThan(20);
  });
});
