/**
 * What a queue costs, on a Redis server of its own on the loopback interface: one job with a large result; workers that only nap; the server's
 * memory over many iterations; and a training with two worker processes beside the same one with two threads.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { median } from "../src/math/median.ts";
import { openQueue, type QueueConnection } from "../src/queue/connection.ts";
import { HandOut } from "../src/queue/hand-out.ts";
import { pack } from "../src/queue/parcel.ts";
import { parseQueueUrl } from "../src/queue/queue-url.ts";
import { Round, type Unit } from "../src/queue/round.ts";
import { Session } from "../src/queue/session.ts";
import { resolveTrainConfig } from "../src/tasks/requested-config.ts";
import { assemble, disassemble } from "../src/train/assembly.ts";
import { lightWorker } from "./queue/light-worker.ts";
import { freePort, RedisServer } from "./queue/redis-server.ts";
import { iterate } from "./training.ts";

/** Costs of the queue on this machine. */
export interface QueueCosts {
  /** Time that a job of 2.5 MB takes beyond its computation, one after the other by one worker: hashes, two ways through the server */
  readonly msPerJob: number;
  /** Rate of eight workers over four times the rate of two, whose shards nap for 200 ms */
  readonly efficiency2to8: number;
  /** Most memory of the server's data over what one iteration holds, in 1,000 iterations */
  readonly memoryOverIteration: number;
  /** Keys that are left a while after the end */
  readonly keysLeft: number;
  /** CheetahRun, the laptop preset: steps per second with two worker processes, and over that of two threads */
  readonly stepsPerSecond: number;
  readonly overThreads: number;
}

/** What the project promises. */
export const QUEUE_ASKED: Readonly<Partial<Record<keyof QueueCosts, string>>> = {
  msPerJob: "at most 5",
  efficiency2to8: "at least 0.9",
  memoryOverIteration: "at most 3",
  keysLeft: "0",
  overThreads: "at least 0.93 on two real cores",
};

const JOB_BYTES = 2_500_000;
const JOB_MS = 50;
const JOBS = 20;
const NAP_MS = 200;
const NAPS = 160;
const ITERATIONS = 1000;
const SHARDS = 16;
const SHARD_BYTES = 50_000;
const TRAINED = 6;
/** Between two looks at the server's memory, many of them in each iteration */
const LOOK_MS = 3;
/** Workers leave a run that has ended, and locks expire */
const LEAVE_MS = 16_000;

/** Takes about three minutes. */
export async function benchQueue(): Promise<QueueCosts> {
  const port = await freePort();
  const server = await RedisServer.start("--port", String(port), "--bind", "127.0.0.1");
  const bench = new QueueBench(`redis://127.0.0.1:${port}`);
  try {
    const msPerJob = await bench.msPerJob();
    const [two, eight] = [await bench.napsPerSecond(2), await bench.napsPerSecond(8)];
    const memory = await bench.memory();
    return { msPerJob, efficiency2to8: eight / (4 * two), ...memory, ...(await bench.training()) };
  } finally {
    bench.end();
    await server.end();
  }
}

class QueueBench {
  readonly #url: string;
  readonly #running = new Set<ChildProcess>();

  constructor(url: string) {
    this.#url = url;
  }

  end(): void {
    for (const child of this.#running) child.kill("SIGKILL");
    this.#running.clear();
  }

  async msPerJob(): Promise<number> {
    return this.#withLight({ workers: 1, napMs: JOB_MS, bytes: JOB_BYTES }, async (round) => {
      await round(JOBS); // warm-up
      const times = [];
      for (let repeat = 0; repeat < 5; repeat++) times.push((await round(JOBS)) / JOBS);
      return median(times) - JOB_MS;
    });
  }

  async napsPerSecond(workers: number): Promise<number> {
    return this.#withLight({ workers, napMs: NAP_MS, bytes: SHARD_BYTES }, async (round) => {
      await round(workers);
      return NAPS / (await round(NAPS));
    });
  }

  async memory(): Promise<Pick<QueueCosts, "memoryOverIteration" | "keysLeft">> {
    const { connection, close } = await this.#connect();
    const used = async () => Number(/used_memory:(\d+)/.exec(await connection.redis.info("memory"))![1]);
    const empty = await used();
    let most = 0;
    await this.#withLight({ workers: 2, napMs: 0, bytes: SHARD_BYTES, leaveMs: LEAVE_MS }, async (round) => {
      let isAtWork = true;
      const looks = (async () => {
        for (; isAtWork; await sleep(LOOK_MS)) most = Math.max(most, await used());
      })();
      for (let iteration = 0; iteration < ITERATIONS; iteration++) await round(SHARDS);
      isAtWork = false;
      await looks;
    });
    const keysLeft = await connection.redis.dbsize();
    close();
    return { memoryOverIteration: Math.max(0, most - empty) / (SHARDS * SHARD_BYTES), keysLeft };
  }

  async training(): Promise<Pick<QueueCosts, "stepsPerSecond" | "overThreads">> {
    const overrides = { workers: 2, evaluation: { everySteps: 0 } };
    const config = resolveTrainConfig({ task: "CheetahRun", overrides });
    const threads = await assemble(config, () => {});
    const alone = await timed(TRAINED, () => iterate(threads, config));
    await disassemble(threads);
    const assembly = await assemble(config, () => {});
    const { connection, close } = await this.#connect();
    const run = { name: "bench", shown: { task: "CheetahRun", modelDir: "" }, files: {} };
    const crew = await HandOut.create(connection, run, assembly, () => {});
    for (let worker = 0; worker < 2; worker++)
      this.#start(mainProgram, "worker", "--queue", this.#url, "--threads", "1");
    while (crew.machines.present.length < 2) await sleep(50);
    const together = await timed(TRAINED, () => iterate(assembly, config, crew));
    await crew.close();
    close();
    await disassemble(assembly);
    this.end();
    return { stepsPerSecond: (config.envs * config.horizon) / together, overThreads: alone / together };
  }

  /** @param work is given what runs a round of so many units @returns seconds, or ms for one with large answers */
  async #withLight<T>(
    { workers, napMs, bytes, leaveMs = 0 }: { workers: number; napMs: number; bytes: number; leaveMs?: number },
    work: (round: (units: number) => Promise<number>) => Promise<T>,
  ): Promise<T> {
    const { connection, close } = await this.#connect();
    const session = await openLightSession(connection);
    for (let worker = 0; worker < workers; worker++) this.#start(lightWorker, this.#url, String(napMs), String(bytes));
    while (session.roster.workers.length < workers) await sleep(50);
    let rounds = 0;
    const round = async (count: number) => {
      const started = performance.now();
      await lightRound(session, `${++rounds}-light`, count, bytes);
      return performance.now() - started;
    };
    const result = await work(round);
    await session.close();
    await sleep(leaveMs);
    close();
    this.end();
    return result;
  }

  async #connect(): Promise<{ connection: QueueConnection; close: () => void }> {
    const connection = await openQueue(parseQueueUrl(this.#url, "--queue"), () => {});
    return { connection, close: () => connection.close() };
  }

  #start(...args: string[]): void {
    const child = spawn(process.execPath, args, { stdio: "ignore" });
    this.#running.add(child);
  }
}

const mainProgram = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));

/** A session without a run, for light workers. */
export function openLightSession(connection: QueueConnection): Promise<Session> {
  const task = { task: "none", terrainSeed: 0, lesson: "", ownTask: [], ownRobot: [] };
  const announcement = { run: "light", version: "", package: "", host: "", task };
  return Session.open(connection, { announcement, setup: pack({}), report: () => {} });
}

async function lightRound(session: Session, name: string, count: number, bytes: number): Promise<void> {
  const common = pack({ kind: "weights" }, [new Float32Array(10_000)]);
  const into = new Uint8Array(bytes);
  const units = Array.from(
    { length: count },
    (_, index): Unit<null> => ({
      name: `unit ${index}`,
      input: pack({ index }),
      take: (_answer, parcel) => {
        parcel.unpack([into]);
        return null;
      },
      here: () => Promise.reject(new Error("nothing is computed here")),
    }),
  );
  await new Round(session, { kind: "collect", name, common, units }).run();
}

/** Median seconds. */
async function timed(times: number, work: () => Promise<void>): Promise<number> {
  await work();
  const seconds = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    await work();
    seconds.push((performance.now() - started) / 1000);
  }
  return median(seconds);
}
