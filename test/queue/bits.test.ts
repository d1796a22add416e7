import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { RedisServer } from "../../bench/queue/redis-server.ts";
import { openQueue } from "../../src/queue/connection.ts";
import { parseQueueUrl } from "../../src/queue/queue-url.ts";
import { checkpointSteps, latestCheckpoint, listCheckpoints } from "../../src/runs/checkpoint.ts";
import { prepareNewRun } from "../../src/studio/prepared-run.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { type Running, startCli } from "../cli/cli-process.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { type Learner, SMALL, startLearner, withThreads } from "./learner.ts";
import { flippedBit, otherUnit, otherWeights, tellLies } from "./liar.ts";
import { nappingTask } from "./napping-task.ts";

/** A checkpoint without what it says of itself. */
function tensorsOf(bytes: Buffer): Buffer {
  return bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
}

/** Resolves once a checkpoint of so many steps is there. */
async function newest(run: string, steps: number): Promise<void> {
  const isThere = async () => (await listCheckpoints(run)).some((path) => checkpointSteps(path) >= steps);
  while (!(await isThere().catch(() => false))) await sleep(5);
}

describe("a training whose shards are computed by other processes", () => {
  let server: RedisServer;
  let task = "";
  let expected: Buffer;
  const workers = new Map<string, Running>();
  const learners: Learner[] = [];

  beforeAll(async () => {
    server = await RedisServer.start();
    task = nappingTask(server.folder, 1);
    expected = await withThreads(server.folder, SMALL, task);
  });
  afterEach(async () => {
    for (const learner of learners.splice(0)) await learner.close();
  });
  afterAll(async () => {
    for (const name of workers.keys()) kill(name);
    await server.end();
  });

  function addWorker(name: string): Running {
    const flags = ["--queue", server.url, "--threads", "1", "--name", name, "--task", task];
    const worker = startCli(["worker", ...flags], server.folder);
    workers.set(name, worker);
    return worker;
  }

  function kill(name: string): void {
    workers.get(name)!.child.kill("SIGKILL");
    workers.delete(name);
  }

  /** Exactly these are there afterwards. */
  function workersAre(...names: string[]): void {
    for (const name of workers.keys()) if (!names.includes(name)) kill(name);
    for (const name of names) if (!workers.has(name)) addWorker(name);
  }

  /** Announced, with all workers there. */
  async function readyLearner(): Promise<Learner> {
    const started = await startLearner(server.url, SMALL, task);
    learners.push(started);
    await Promise.all([...workers.keys()].map((name) => started.told(new RegExp(`worker ${name} joined`))));
    return started;
  }

  /** Resolves while some worker, or the one of that name, computes something. */
  async function busy(learner: Learner, name?: string): Promise<void> {
    const isBusy = () =>
      learner.crew.machines.present.some((worker) => worker.doing.length > 0 && worker.name === (name ?? worker.name));
    while (!isBusy()) await sleep(5);
  }

  it.each([8, 2, 1])("has the checkpoint of one machine with %i of them", async (count) => {
    workersAre(...Array.from({ length: count }, (_, at) => `w${at}`));
    const learner = await readyLearner();
    expect((await learner.run()).equals(expected)).toBe(true);
  });

  it("a worker that joins late helps from the next shard on", async () => {
    workersAre();
    const tired = join(server.folder, "tired");
    task = nappingTask(server.folder, 40, tired);
    const rested = await withThreads(server.folder, SMALL, task);
    writeFileSync(tired, "");
    workersAre("w0");
    const learner = await readyLearner();
    const done = learner.run();
    await busy(learner, "w0");
    addWorker("w1");
    await learner.told(/worker w1 joined/);
    await busy(learner, "w1");
    // Still the first iteration, which w0 alone would take long for.
    expect(learner.training.steps).toBe(0);
    rmSync(tired);
    expect((await done).equals(rested)).toBe(true);
    workersAre();
    task = nappingTask(server.folder, 1);
  });

  it("has it after a worker stopped answering and came back", async () => {
    workersAre("w0");
    const stopped = workers.get("w0")!.child;
    const learner = await readyLearner();
    const done = learner.run();
    await busy(learner);
    stopped.kill("SIGSTOP");
    addWorker("w1");
    await learner.told(/worker w0 is silent/);
    stopped.kill("SIGCONT");
    expect((await done).equals(expected)).toBe(true);
  });

  it("has it after the server was shut down without saving and started again", async () => {
    workersAre("w0", "w1");
    const learner = await readyLearner();
    const done = learner.run();
    while ((await learner.connection.redis.keys("*:input:*")).length < 4) await sleep(5);
    await server.shutDown();
    await learner.told(/the connection to .* is lost/);
    await server.begin();
    expect((await done).equals(expected)).toBe(true);
    expect(learner.events.join("\n")).toMatch(/lost \d+ of \d+ open units; they are handed out again/);
  });

  it("has it after a worker sent a flipped bit, a result of other weights and one of another shard: refused, named, recomputed", async () => {
    workersAre();
    const learner = await readyLearner();
    const done = learner.run();
    const jobBytes = await tellLies(server.url, task, [flippedBit, otherWeights, otherUnit]);
    expect(Math.max(...jobBytes)).toBeLessThan(1000);
    workersAre("w0");
    expect((await done).equals(expected)).toBe(true);
    const refused = learner.events.filter((event) => event.includes("refused"));
    expect(refused).toEqual([
      expect.stringMatching(
        /^shard \d at 0 steps of worker liar was refused: bytes that do not match their checksum; it is computed again$/,
      ),
      expect.stringMatching(/^shard \d at 0 steps of worker liar was refused: the result of other weights; /),
      expect.stringMatching(/^shard \d at 0 steps of worker liar was refused: the result of another unit; /),
    ]);
  });

  it("a worker's Ctrl-C hands its shard back at once; nothing is left on the server when all are gone", async () => {
    workersAre("w0", "w1");
    const learner = await readyLearner();
    const done = learner.run();
    await busy(learner, "w0");
    kill("w1");
    const { child, finished } = workers.get("w0")!;
    child.kill("SIGINT");
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([0, expect.stringMatching(/stopped; \d+ units were computed here/)]);
    workers.delete("w0");
    workersAre("w2");
    expect((await done).equals(expected)).toBe(true);
    await learner.close();
    const last = workers.get("w2")!;
    last.child.kill("SIGINT");
    await last.finished;
    workers.delete("w2");
    const { redis, close } = await openQueue(parseQueueUrl(server.url, "--queue"), () => {});
    const lasting = async () =>
      (await Promise.all((await redis.keys("*")).map((key) => redis.pttl(key)))).filter((ms) => ms === -1);
    expect(await lasting()).toEqual([]);
    while ((await redis.dbsize()) > 0) await sleep(50); // locks and checks, which expire
    close();
  });

  it("Ctrl-C on the learner ends it without any worker: its own threads finish the iteration, or the run", async () => {
    workersAre();
    const learner = await readyLearner();
    const stop = new AbortController();
    const done = learner.run(stop.signal);
    await learner.told(/no worker takes work from unix:.*; try on any machine: flowgait worker --queue <url>/);
    stop.abort();
    await done;
    expect(learner.training.steps).toBe(512);
    expect((await learner.run()).equals(expected)).toBe(true);
  });

  it("has it after the learner was killed and resumed, with workers left running and without", async () => {
    workersAre("w0");
    const overrides = { ...SMALL, checkpoint: { everySeconds: 0 }, run: join(scratchFolder(), "run") };
    const { folder: run, lock } = await prepareNewRun(resolveTrainConfig({ task, algorithm: "fpo", overrides }));
    lock.release();
    const learn = () => startCli(["train", "--resume", run, "--queue", server.url], server.folder);
    const first = learn();
    await newest(run, 512);
    first.child.kill("SIGKILL");
    const second = learn();
    await newest(run, 1024);
    second.child.kill("SIGKILL");
    workersAre();
    workersAre("w1");
    const last = await learn().finished;
    expect(last.stderr).toContain("done: 1,536 steps");
    expect(tensorsOf(readFileSync(await latestCheckpoint(run))).equals(tensorsOf(expected))).toBe(true);
  });
});
