/**
 * Whole training iterations, collection and update, without evaluations and files: as they are run, against the same configuration on one
 * worker, and against one worker whose minibatches are not cut into parts and blocks. All three take turns in one process. Beside it, where
 * the time of the first goes, from a CPU profile of a process of its own.
 */
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { rowsPerIteration, type TrainConfig } from "../src/config/config.ts";
import { temporaryFolder } from "../src/files/atomic-file.ts";
import { updatePlan } from "../src/learner/networks.ts";
import { median } from "../src/math/median.ts";
import { advanced } from "../src/policy/run-clock.ts";
import { resolveTrainConfig } from "../src/tasks/requested-config.ts";
import { type Assembly, assemble, disassemble } from "../src/train/assembly.ts";
import { collectIteration } from "../src/train/collection.ts";
import type { Crew } from "../src/train/jobs.ts";
import { threadSeconds } from "./cpu-profile.ts";
import { measureJobs, parallelShare } from "./parallel.ts";
import type { ProfiledRun } from "./training-process.ts";

/** Rates of one task on this machine. */
export interface TrainingRates {
  /** Environment steps per second with a worker per core */
  readonly stepsPerSecond: number;
  /** The same with one worker, and with one worker that takes every minibatch whole, in one session: no gradient shards */
  readonly oneWorkerStepsPerSecond: number;
  readonly uncutStepsPerSecond: number;
  /** stepsPerSecond over each of these; asked of the second for CheetahRun: 2.5 */
  readonly overOneWorker: number;
  readonly overUncut: number;
  /** What overUncut could be at most here: as many cores as there are times one worker's gain by cutting */
  readonly mostOverUncut: number;
  /** Shares of the workers' time; JavaScript counts the main thread's too, and garbage collection; asked of that: at most 0.1 */
  readonly engineShare: number;
  readonly physicsShare: number;
  readonly javascriptShare: number;
  readonly waitingShare: number;
  /**
   * For each number of threads: the share of their time that would be work, from job lengths measured on one thread and a simulated schedule,
   * and the speed-up over one thread
   */
  readonly parallelShareAt2: number;
  readonly parallelShareAt4: number;
  readonly parallelShareAt8: number;
  readonly parallelShareAt16: number;
  readonly speedUpAt16: number;
}

const TURNS = 5;

/** Measures the laptop preset of one task by name. */
export async function benchTraining(task: string): Promise<TrainingRates> {
  return { ...(await turns(task)), ...(await shares(task)), ...(await parallel(task)) };
}

/** One iteration as training does it. @param crew who collects */
export async function iterate({ pool, parts }: Assembly, config: TrainConfig, crew: Crew = pool): Promise<void> {
  await collectIteration(crew, config, parts);
  await parts.learner.update(parts.loop);
  parts.loop.iteration++;
  parts.loop.clock = advanced(parts.loop.clock, config.horizon, config.envs);
}

async function turns(task: string) {
  const config = resolveTrainConfig({ task });
  const single = { ...config, workers: 1 };
  const sides = [
    { config, assembly: await assemble(config, () => {}) },
    { config: single, assembly: await assemble(single, () => {}) },
    { config: single, assembly: await assemble(single, () => {}, updatePlan(config, "whole")) },
  ];
  const times: number[][] = [];
  for (let turn = 0; turn <= TURNS; turn++) {
    const seconds: number[] = [];
    for (const side of sides) seconds.push(await secondsOf(() => iterate(side.assembly, side.config)));
    if (turn > 0) times.push(seconds); // the first one warmed up
  }
  for (const { assembly } of sides) await disassemble(assembly);
  const rate = (side: number) => rowsPerIteration(config) / median(times.map((seconds) => seconds[side]));
  const ratio = (side: number, over: number) => median(times.map((seconds) => seconds[over] / seconds[side]));
  return {
    stepsPerSecond: rate(0),
    oneWorkerStepsPerSecond: rate(1),
    uncutStepsPerSecond: rate(2),
    overOneWorker: ratio(0, 1),
    overUncut: ratio(0, 2),
    mostOverUncut: availableParallelism() * ratio(1, 2),
  };
}

async function parallel(task: string) {
  const jobs = await measureJobs(resolveTrainConfig({ task }));
  return {
    parallelShareAt2: parallelShare(jobs, 2),
    parallelShareAt4: parallelShare(jobs, 4),
    parallelShareAt8: parallelShare(jobs, 8),
    parallelShareAt16: parallelShare(jobs, 16),
    speedUpAt16: 16 * parallelShare(jobs, 16),
  };
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

async function shares(task: string) {
  const folder = await temporaryFolder("flowgait-bench");
  try {
    const script = fileURLToPath(new URL("./training-process.js", import.meta.url));
    const flags = ["--cpu-prof", "--cpu-prof-dir", folder];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, task]);
    const { begin, end, workers } = JSON.parse(stdout) as ProfiledRun;
    const threads = await threadSeconds(folder, begin, end);
    const whole = (workers * (end - begin)) / 1e6;
    const main = threads.reduce((idlest, thread) => (thread.waiting > idlest.waiting ? thread : idlest));
    const share = (...seconds: number[]) => seconds.reduce((sum, one) => sum + one, 0) / whole;
    const others = threads.filter((thread) => thread !== main);
    return {
      engineShare: share(...others.map(({ engine }) => engine)),
      physicsShare: share(...others.map(({ physics }) => physics)),
      javascriptShare: share(main.javascript, ...others.map(({ javascript }) => javascript)),
      waitingShare: share(...others.map(({ waiting }) => waiting)),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
