/**
 * Environment control steps (state swap, command, physics, observation, reward, reset) against bare mj_step loops that repeat the same
 * steps, from the same states with the same controls, in turns within one run; then the same loop on one and on two threads at once.
 */
import { Rng } from "../src/math/rng.ts";
import { Environment, resolveTask } from "../src/tasks/index.ts";
import { Thread } from "../src/threads/thread.ts";

/** Rates of one task on this machine. */
export interface PhysicsRates {
  readonly envStepsPerSecond: number;
  readonly bareStepsPerSecond: number;
  /** envStepsPerSecond / bareStepsPerSecond; asked: 0.85, but 0.7 for CheetahRun */
  readonly ratio: number;
  /** Rate of two threads together over the rate of one; asked: 1.8 */
  readonly workersSpeedup: number;
}

const ENVS = 64;
const SEED = 1;
/** Control steps before anything is timed, so that the states are those of a run and not of its first moment. */
const WARM_UP_STEPS = 50;
/** Starts before anything is timed: what a task makes at first use, such as the motions of clips, is there then. */
const WARM_UP_STARTS = 1024;
const ROUNDS = 128;

/** Many environments in one simulation, driven by small random actions. */
class SteppedBatch {
  readonly env: Environment;
  readonly #states: Float64Array;
  readonly #obs: Float32Array;
  readonly #actions: Float32Array;
  /** [ENVS, stateSize] before the latest step, and the controls of that step [ENVS, nu] */
  readonly #before: Float64Array;
  readonly #controls: Float64Array;
  readonly #rng = new Rng().seek(SEED, 1);

  constructor(env: Environment) {
    this.env = env;
    this.#states = new Float64Array(ENVS * env.stateSize);
    this.#obs = new Float32Array(ENVS * (env.obsSize + env.privilegedSize));
    this.#actions = new Float32Array(ENVS * env.actionSize);
    this.#before = new Float64Array(this.#states.length);
    this.#controls = new Float64Array(ENVS * env.sim.nu);
    for (let n = WARM_UP_STARTS - 1; n >= 0; n--) {
      env.start(SEED, n);
      if (n < ENVS) env.save(this.#states, n * env.stateSize);
    }
  }

  drawActions(): void {
    this.#rng.fillNormal(this.#actions);
    for (let i = 0; i < this.#actions.length; i++) this.#actions[i] *= 0.3;
  }

  /** One control step of every environment, as collection does it. */
  stepAll(): void {
    const { env } = this;
    for (let n = 0; n < ENVS; n++) {
      env.load(this.#states, n * env.stateSize);
      env.step(SEED, n, this.#actions, n * env.actionSize);
      this.#keepControls(n);
      if (env.terminated || env.truncated) env.reset(SEED, n);
      env.writeObservation(this.#obs, n * env.obsSize);
      env.writePrivileged(this.#obs, ENVS * env.obsSize + n * env.privilegedSize);
      env.save(this.#states, n * env.stateSize);
    }
  }

  #keepControls(n: number): void {
    const { ctrl } = this.env.sim;
    for (let i = 0; i < ctrl.length; i++) this.#controls[n * ctrl.length + i] = ctrl[i];
  }

  /** One control step of every environment, and the seconds it took; what it started from is kept for `stepBare`. */
  timeStep(): number {
    this.drawActions();
    this.#before.set(this.#states);
    const started = performance.now();
    this.stepAll();
    return (performance.now() - started) / 1000;
  }

  /** Repeats the latest step of every environment with nothing but mj_step on the clock. Returns seconds. */
  timeBareStep(): number {
    const { env } = this;
    let seconds = 0;
    for (let n = 0; n < ENVS; n++) {
      env.load(this.#before, n * env.stateSize);
      env.sim.ctrl.set(this.#controls.subarray(n * env.sim.nu, (n + 1) * env.sim.nu));
      const started = performance.now();
      env.sim.step(env.decimation);
      seconds += (performance.now() - started) / 1000;
    }
    return seconds;
  }
}

async function steppedBatch(task: string): Promise<SteppedBatch> {
  const batch = new SteppedBatch(await Environment.create(await resolveTask(task)));
  for (let i = 0; i < WARM_UP_STEPS; i++) {
    batch.drawActions();
    batch.stepAll();
  }
  return batch;
}

/** Measures one task by name. */
export async function benchPhysics(task: string): Promise<PhysicsRates> {
  const batch = await steppedBatch(task);
  let [envSeconds, bareSeconds] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    envSeconds += batch.timeStep();
    bareSeconds += batch.timeBareStep();
  }
  batch.env.delete();
  const envStepsPerSecond = (ROUNDS * ENVS) / envSeconds;
  const bareStepsPerSecond = (ROUNDS * ENVS) / bareSeconds;
  const ratio = envStepsPerSecond / bareStepsPerSecond;
  return { envStepsPerSecond, bareStepsPerSecond, ratio, workersSpeedup: await workersSpeedup(task) };
}

/** Two threads' joint rate over one thread's, the median of three turns. */
async function workersSpeedup(task: string): Promise<number> {
  const threads = await Promise.all([0, 1].map(() => startThread(task)));
  const ratios: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    const alone = await threads[0].rate();
    const both = await Promise.all(threads.map((thread) => thread.rate()));
    ratios.push((both[0] + both[1]) / alone);
  }
  await Promise.all(threads.map((thread) => thread.end()));
  return ratios.sort((a, b) => a - b)[1];
}

async function startThread(task: string) {
  const worker = new Thread(new URL("./physics-thread.js", import.meta.url), task);
  const answer = () =>
    new Promise<number>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  await answer();
  return {
    rate: () => {
      const rate = answer();
      worker.postMessage("measure");
      return rate;
    },
    end: () => worker.end(),
  };
}

/** Environment steps per second over about `seconds`, for a thread of the comparison above. */
export async function rateMeter(task: string): Promise<(seconds: number) => number> {
  const batch = await steppedBatch(task);
  return (seconds) => {
    const started = performance.now();
    let steps = 0;
    while (performance.now() - started < 1000 * seconds) {
      batch.drawActions();
      batch.stepAll();
      steps += ENVS;
    }
    return (1000 * steps) / (performance.now() - started);
  };
}
