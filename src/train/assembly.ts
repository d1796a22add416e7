/** Puts a run's moving parts together: simulation, shared memory, threads, learner. Not here: what is done with them, and when. */
import { availableParallelism } from "node:os";
import type { AdvantageScale } from "../algorithms/advantages.ts";
import { surrogateOf } from "../algorithms/update-functions.ts";
import { rowsPerIteration, type TrainConfig } from "../config/config.ts";
import { scheduleOf } from "../config/schedule-field.ts";
import { createEngine, type Engine } from "../graph/index.ts";
import { DescentBoard } from "../learner/descent-board.ts";
import { iterationLayout } from "../learner/iteration-layout.ts";
import { iterationSizes, policySpec, updatePlan, updateSpec } from "../learner/networks.ts";
import type { UpdatePlan } from "../learner/update-plan.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { UserError } from "../math/user-error.ts";
import { criticLayout } from "../policy/critic.ts";
import { initialise } from "../policy/parameters.ts";
import { policyLayout } from "../policy/policy.ts";
import { Environment, mirrorOf, resolveTask, variantOf } from "../tasks/index.ts";
import { byteLengthOf, sharedViews } from "../threads/shared-layout.ts";
import { type SharedMemory, shareableMemory } from "../threads/shared-memory.ts";
import type { ThreadSetup, TrainingSetup } from "./jobs.ts";
import { Learner } from "./learner.ts";
import { initialLoopState, type TrainingParts } from "./training-state.ts";
import { WorkerPool } from "./worker-pool.ts";

/** The parts of a run. */
export interface Assembly {
  /** A simulation of the task for names, sizes and scene; no training step uses it */
  readonly env: Environment;
  /** Of the form that is trained on: the same one, or the lesson's */
  readonly trainedEnv: Environment;
  readonly engine: Engine;
  readonly pool: WorkerPool;
  /** What the threads were started with */
  readonly setup: ThreadSetup;
  readonly parts: TrainingParts;
}

/**
 * Loads the task, starts the threads and sets the weights to their start.
 * @param onWorkerLost receives one sentence when a thread died and was replaced
 * @param plan how minibatches are cut, which decides the order of sums
 * @throws UserError where task, scene or engine are at fault
 */
export async function assemble(
  config: TrainConfig,
  onWorkerLost: (message: string) => void,
  plan: UpdatePlan = updatePlan(config),
): Promise<Assembly> {
  const env = await Environment.create(await resolveTask(config.task, config));
  if (env.actionSize === 0) throw new UserError(`${env.task.name}: has no actions, expected at least one`);
  const trainedEnv = env.task.lesson ? await Environment.create(env.task.lesson.training) : env;
  const engine = await createEngine(config.engine);
  const sizes = iterationSizes(config, trainedEnv, plan);
  const memory = sharedMemory(config, byteLengthOf(iterationLayout(sizes)));
  const views = sharedViews(iterationLayout(sizes), memory);
  const threads = config.workers || availableParallelism();
  const board = new DescentBoard(views.board);
  const policy = policySpec(config, trainedEnv);
  const setup = setupOf(config, trainedEnv, { plan, sizes, memory, policy });
  const pool = await WorkerPool.create(threads, setup, (message) => {
    board.breakOff(); // no thread shall wait for its share
    onWorkerLost(message);
  });
  const spec = updateSpec(config, trainedEnv);
  const { measures } = surrogateOf(spec.algorithm);
  const learner = new Learner({ config, plan, sizes, views, pool, board, measures, symmetry: policy.symmetry });
  const layouts = { actorLayout: policyLayout(policy), criticLayout: criticLayout(spec.critic) };
  const average = new Float32Array(sizes.actorSize);
  const parts: TrainingParts = { loop: initialLoopState(), views, sizes, learner, average, policy, ...layouts };
  startWeights(config, parts);
  return { env, trainedEnv, engine, pool, setup, parts };
}

/** Ends the threads and frees the simulation. */
export async function disassemble({ env, trainedEnv, engine, pool }: Assembly): Promise<void> {
  await pool.close();
  await engine.dispose();
  trainedEnv.delete();
  env.delete();
}

/** @throws UserError where the machine does not give so much */
function sharedMemory(config: TrainConfig, bytes: number): SharedMemory {
  try {
    return shareableMemory(bytes);
  } catch (error) {
    const rows = rowsPerIteration(config).toLocaleString("en");
    const found = `an iteration of ${rows} rows needs ${(bytes / 2 ** 30).toFixed(1)} GiB`;
    throw new UserError(`--envs: ${found}, expected less; try: a smaller --envs, --horizon or --algorithm.pairs`, {
      cause: error,
    });
  }
}

function setupOf(
  config: TrainConfig,
  env: Environment,
  { plan, sizes, memory, policy }: Pick<TrainingSetup, "plan" | "sizes" | "memory" | "policy">,
): ThreadSetup {
  return {
    task: config.task,
    ...variantOf(config),
    engine: config.engine,
    training: {
      seed: config.seed,
      episodeSteps: config.episodeSteps,
      noise: { period: scheduleOf(config.noisePeriod), envs: config.envs },
      staggered: config.stagger,
      sizes,
      memory,
      policy,
      spec: updateSpec(config, env),
      plan,
      adam: config.algorithm,
      minibatchScale: minibatchScale(config, plan),
      mirror: config.mirror ? mirrorOf(env) : null,
    },
  };
}

function minibatchScale({ algorithm }: TrainConfig, plan: UpdatePlan): AdvantageScale | null {
  return plan.advantages === "minibatch" && algorithm.normaliseAdvantage ? algorithm : null;
}

function startWeights(config: TrainConfig, parts: TrainingParts): void {
  const rng = new Rng();
  initialise(parts.actorLayout, rng.seek(config.seed, STREAM.weights, 0), parts.views.actor);
  initialise(parts.criticLayout, rng.seek(config.seed, STREAM.weights, 1), parts.views.critic);
  parts.average.set(parts.views.actor);
}
