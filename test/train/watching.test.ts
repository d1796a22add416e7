import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { PartialTrainConfig } from "../../src/config/config.ts";
import { encodeCheckpoint } from "../../src/runs/checkpoint.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { Training } from "../../src/train/training.ts";
import type { WatchedBurst } from "../../src/train/watch-desk.ts";
import { scratchFolder } from "./scratch-folder.ts";

const HORIZON = 16;
const settings: PartialTrainConfig = {
  envs: 4,
  shards: 2,
  horizon: HORIZON,
  steps: 3 * 4 * HORIZON,
  evaluation: { everySteps: 0, episodes: 1 },
  algorithm: { name: "fpo", epochs: 1, minibatches: 2, unroll: 8, pairs: 2, policyHidden: [16], criticHidden: [16] },
};

/** Trains, some environments being watched; the looks at them and the final checkpoint. */
async function train(task: string, watched: readonly number[]) {
  const bursts: {
    sizes: WatchedBurst["tape"]["sizes"];
    poses: Float32Array;
    terms: Float32Array;
    starts: Uint8Array;
  }[] = [];
  const onBurst = ({ tape: { sizes, views } }: WatchedBurst) =>
    bursts.push({ sizes, poses: views.poses.slice(), terms: views.terms.slice(), starts: views.starts.slice() });
  const config = resolveTrainConfig({ task, algorithm: "fpo", overrides: settings });
  const training = await Training.create({ config, runFolder: await scratchFolder(), sinks: [], onBurst });
  training.watch.select(watched);
  try {
    await training.run(new AbortController().signal);
    return { bursts, checkpoint: Buffer.from(encodeCheckpoint(training.checkpoint())) };
  } finally {
    await training.close();
  }
}

/** Height of body 1 at every look at slot 0. */
function heights({
  sizes: { steps, looks, slots, bodies },
  poses,
}: {
  sizes: WatchedBurst["tape"]["sizes"];
  poses: Float32Array;
}) {
  return Array.from({ length: steps * looks }, (_, look) => poses[(look * slots * bodies + 1) * 7 + 2]);
}

/** Niceness of every thread of this process by its number, the main thread's being the process's. */
function niceness(): Map<number, number> {
  const threads = readdirSync("/proc/self/task").map(Number);
  return new Map(threads.flatMap((thread) => nicenessOf(thread).map((value) => [thread, value] as const)));
}

/** Nothing for a thread that has just ended. */
function nicenessOf(thread: number): number[] {
  try {
    const fields = readFileSync(`/proc/self/task/${thread}/stat`, "utf8").replace(/^.*\) /, "");
    return [Number(fields.split(" ")[16])];
  } catch {
    return [];
  }
}

describe("watching a training", () => {
  it.runIf(process.platform === "linux")("has the workers step aside for the thread that serves", async () => {
    const before = niceness();
    const config = resolveTrainConfig({
      task: "CartpoleBalance",
      algorithm: "fpo",
      overrides: { ...settings, workers: 2 },
    });
    const training = await Training.create({ config, runFolder: await scratchFolder(), sinks: [] });
    const during = niceness();
    await training.close();
    const own = before.get(process.pid)!;
    const added = [...during].filter(([thread]) => !before.has(thread)).map(([, value]) => value);
    expect(added.filter((value) => value === Math.min(19, own + 5)).length).toBeGreaterThanOrEqual(2);
    expect(during.get(process.pid)).toBe(own);
  });

  it("changes nothing", async () => {
    const [watched, alone] = [await train("HopperHop", [0, 3]), await train("HopperHop", [])];
    expect(watched.bursts).toHaveLength(3);
    expect(alone.bursts).toHaveLength(0);
    expect(watched.checkpoint.equals(alone.checkpoint)).toBe(true);
  });

  it("shows a fall twice a control step, the second look as far after the first as the first after the step before", async () => {
    const [{ sizes, poses, terms, starts }] = (await train("HopperHop", [0])).bursts;
    expect(sizes).toMatchObject({ steps: HORIZON, looks: 2, slots: 1 });
    expect([...starts].indexOf(1)).toBe(0);
    expect([...starts].filter((start) => start === 1)).toHaveLength(1);
    const seen = heights({ sizes, poses });
    expect(new Set(seen).size).toBe(2 * HORIZON);
    // In free fall three heights, evenly spaced in time, differ by g·dt² and no more.
    const changes = seen.slice(1).map((z, i) => z - seen[i]);
    for (let i = 1; i < 4; i++) expect(Math.abs(changes[i] - changes[i - 1])).toBeLessThan(Math.abs(changes[i]));
    const [first, second] = [terms.slice(0, sizes.terms), terms.slice(sizes.terms, 2 * sizes.terms)];
    expect(first).toEqual(second);
  });

  it("shows a control step once where it is one physics step", async () => {
    const [{ sizes }] = (await train("CartpoleBalance", [1])).bursts;
    expect(sizes).toMatchObject({ steps: HORIZON, looks: 1 });
  });
});
