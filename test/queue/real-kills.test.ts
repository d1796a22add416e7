import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisServer } from "../../bench/queue/redis-server.ts";
import type { PartialTrainConfig } from "../../src/config/config.ts";
import { startCli } from "../cli/cli-process.ts";
import { SMALL, startLearner, withThreads } from "./learner.ts";

/** Of real workers; a hundred light ones are killed in kills.test.ts. */
const KILLS = 30;
/** Killed one after the other */
const SLOTS = 3;
/** Share of the workers that compute a shard when they are killed; the others may still be starting */
const AT_WORK = 0.5;
const LONGEST_LIFE_MS = 800;
const LONGEST_SHARD_MS = 30;

/** As long as the killing lasts; every iteration is over in a moment. */
const ENDLESS: PartialTrainConfig = { ...SMALL, steps: 1e9, evaluation: { everySteps: 0, episodes: 1 } };

/** A checkpoint without what it says of itself. */
function tensorsOf(bytes: Buffer): Buffer {
  return bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
}

describe("flowgait worker", () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.end());

  it("killed 30 times at random moments changes no bit of the training", async () => {
    const learner = await startLearner(server.url, ENDLESS);
    const stop = new AbortController();
    const done = learner.run(stop.signal);
    const killed = { atWork: 0, all: 0 };
    let started = 0;
    const slot = async () => {
      while (started < KILLS) {
        const name = `w${started++}`;
        const worker = startCli(["worker", "--queue", server.url, "--threads", "1", "--name", name], server.folder);
        const isAtWork = () => learner.crew.machines.present.some((one) => one.name === name && one.doing.length > 0);
        if (Math.random() < AT_WORK) while (!isAtWork()) await sleep(5);
        await sleep((isAtWork() ? LONGEST_SHARD_MS : LONGEST_LIFE_MS) * Math.random());
        killed.atWork += isAtWork() ? 1 : 0;
        killed.all += worker.child.kill("SIGKILL") ? 1 : 0;
        expect((await worker.finished).signal).toBe("SIGKILL");
      }
    };
    await Promise.all(Array.from({ length: SLOTS }, slot));
    stop.abort();
    const bytes = await done;
    const { steps } = learner.training;
    await learner.close();
    expect(killed.all).toBe(KILLS);
    expect(killed.atWork).toBeGreaterThan(1);
    expect(steps).toBeGreaterThan(512);
    const expected = await withThreads(server.folder, { ...ENDLESS, steps });
    expect(tensorsOf(bytes).equals(tensorsOf(expected))).toBe(true);
  }, 600_000);
});
