/**
 * Estimates how much of an iteration could run in parallel on a machine with more cores than this one. Job lengths are measured on one thread
 * at a time. The schedule for a given number of threads is then simulated by the rules that threads follow (src/learner/descender.ts). Limits
 * of memory bandwidth, and clock rates that fall with the number of busy cores, are not modelled.
 */
import type { TrainConfig } from "../src/config/config.ts";
import { scheduleOf } from "../src/config/schedule-field.ts";
import { createEngine } from "../src/graph/index.ts";
import type { Network } from "../src/learner/descent-board.ts";
import { adamState } from "../src/learner/iteration-layout.ts";
import { policySpec, updatePlan, updateSpec } from "../src/learner/networks.ts";
import { Optimiser } from "../src/learner/optimiser.ts";
import type { UpdatePlan } from "../src/learner/update-plan.ts";
import { Updater } from "../src/learner/updater.ts";
import { median } from "../src/math/median.ts";
import { STREAM } from "../src/math/rng.ts";
import { NoiseSource } from "../src/policy/noise-source.ts";
import { noiseSize } from "../src/policy/policy.ts";
import { mirrorOf } from "../src/tasks/index.ts";
import { type Assembly, assemble, disassemble } from "../src/train/assembly.ts";
import { collectIteration } from "../src/train/collection.ts";

/** Seconds that the jobs of one iteration take on one thread. */
export interface JobSeconds {
  readonly shards: number;
  /** Of one shard */
  readonly collect: number;
  readonly prepare: number;
  /** What the main thread does alone between preparing and descending */
  readonly serial: number;
  /** Minibatches of all epochs */
  readonly minibatches: number;
  /** Gradient parts of one minibatch, for each network */
  readonly parts: number;
  /** Of one part */
  readonly gradient: Readonly<Record<Network, number>>;
  /** Of one optimiser step */
  readonly step: Readonly<Record<Network, number>>;
  /** Whether the policy waits for the critic's step, which computes its advantages */
  readonly criticFirst: boolean;
}

const NETWORKS: readonly Network[] = ["critic", "actor"];
const TURNS = 5;

/** Measures the jobs of one iteration of `config`. */
export async function measureJobs(config: TrainConfig): Promise<JobSeconds> {
  const single = { ...config, workers: 1 };
  const plan = updatePlan(single);
  const assembly = await assemble(single, () => {}, plan);
  try {
    const { pool, parts } = assembly;
    const { sizes, loop, learner } = parts;
    const shards = Array.from({ length: sizes.shards }, (_, shard) => shard);
    const collect = await medianSeconds(() => collectIteration(pool, single, parts));
    const jobs = shards.map((shard) => ({ kind: "prepare", shard, clock: loop.clock }) as const);
    const prepare = await medianSeconds(() => pool.run<"prepare">(jobs));
    const whole = await medianSeconds(() => learner.prepare(loop.clock));
    await learner.descend(loop); // fills the order of rows
    return {
      shards: sizes.shards,
      collect: collect / sizes.shards,
      prepare: prepare / sizes.shards,
      serial: Math.max(0, whole - prepare),
      minibatches: plan.minibatches * single.algorithm.epochs,
      parts: plan.parts,
      criticFirst: plan.advantages === "minibatch",
      ...(await measureDescent(single, assembly, plan)),
    };
  } finally {
    await disassemble(assembly);
  }
}

async function measureDescent(
  config: TrainConfig,
  { trainedEnv, parts }: Assembly,
  plan: UpdatePlan,
): Promise<Pick<JobSeconds, "gradient" | "step">> {
  const { views, sizes } = parts;
  const spec = updateSpec(config, trainedEnv);
  const engine = await createEngine(config.engine);
  const lasting = { period: scheduleOf(config.noisePeriod), envs: config.envs };
  const noise = new NoiseSource(STREAM.policy, lasting, noiseSize(policySpec(config, trainedEnv)));
  const mirror = config.mirror ? mirrorOf(trainedEnv) : null;
  const updater = await Updater.create({ engine, spec, plan, sizes, views, seed: config.seed, noise, mirror });
  const gradientOf = (network: Network) =>
    medianSeconds(() => updater.gradient({ network, iteration: 0, minibatch: 0, firstPart: 0, parts: 1 }));
  const arrays = {
    actor: { weights: views.actor, gradients: views.actorGradient, state: adamState(views.actorMoments) },
    critic: { weights: views.critic, gradients: views.criticGradient, state: adamState(views.criticMoments) },
  };
  const stepOf = async (network: Network) => {
    const optimiser = await Optimiser.create(engine, network, arrays[network], config.algorithm);
    return medianSeconds(() => optimiser.step(0));
  };
  const gradient = { critic: await gradientOf("critic"), actor: await gradientOf("actor") };
  const step = { critic: await stepOf("critic"), actor: await stepOf("actor") };
  await engine.dispose();
  return { gradient, step };
}

async function medianSeconds(work: () => Promise<unknown>): Promise<number> {
  await work(); // warms up
  const seconds: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    const started = performance.now();
    await work();
    seconds.push((performance.now() - started) / 1000);
  }
  return median(seconds);
}

/** Simulated seconds of one iteration on this number of threads. */
export function iterationSeconds(jobs: JobSeconds, threads: number): number {
  const rounds = Math.ceil(jobs.shards / threads);
  return rounds * (jobs.collect + jobs.prepare) + jobs.serial + descentSeconds(jobs, threads);
}

/** Share of the threads' time that is work and not waiting: 1 if all of an iteration runs in parallel. */
export function parallelShare(jobs: JobSeconds, threads: number): number {
  return iterationSeconds(jobs, 1) / (threads * iterationSeconds(jobs, threads));
}

/** One network's progress through the descent. */
interface Progress {
  /** Parts of each minibatch that threads have taken */
  readonly taken: Int32Array;
  /** When the last part of a minibatch that was taken so far is done */
  readonly done: Float64Array;
  /** When the step on a minibatch is made; infinite before */
  readonly stepped: Float64Array;
}

/** All threads go through the minibatches, critic first, and take parts in order. The thread that ends the last part of a gradient steps. */
function descentSeconds(jobs: JobSeconds, threads: number): number {
  const { minibatches, parts } = jobs;
  const progress: Record<Network, Progress> = { actor: noProgress(minibatches), critic: noProgress(minibatches) };
  const at = Array.from({ length: threads }, () => ({ clock: 0, stage: 0 }));
  const stages = 2 * minibatches;
  for (;;) {
    const thread = at.filter(({ stage }) => stage < stages).sort((a, b) => a.clock - b.clock || a.stage - b.stage)[0];
    if (thread === undefined) break;
    const minibatch = thread.stage >> 1;
    const network = NETWORKS[thread.stage & 1];
    const { taken, done, stepped } = progress[network];
    if (taken[minibatch] === parts) {
      thread.stage++;
      continue;
    }
    const begin = Math.max(thread.clock, mayBegin(jobs, progress, network, minibatch));
    thread.clock = begin + jobs.gradient[network];
    done[minibatch] = Math.max(done[minibatch], thread.clock);
    taken[minibatch]++;
    if (taken[minibatch] < parts) continue;
    // the last thread to finish steps; the others continue
    thread.clock = done[minibatch] + jobs.step[network];
    stepped[minibatch] = thread.clock;
  }
  return Math.max(...at.map(({ clock }) => clock));
}

function mayBegin(
  { criticFirst }: JobSeconds,
  progress: Readonly<Record<Network, Progress>>,
  network: Network,
  minibatch: number,
): number {
  const own = minibatch === 0 ? 0 : progress[network].stepped[minibatch - 1];
  return criticFirst && network === "actor" ? Math.max(own, progress.critic.stepped[minibatch]) : own;
}

function noProgress(minibatches: number): Progress {
  return {
    taken: new Int32Array(minibatches),
    done: new Float64Array(minibatches),
    stepped: new Float64Array(minibatches).fill(Number.POSITIVE_INFINITY),
  };
}
