/** A second opinion: the episodes of a policy under other physics than its own, measured as evaluations measure them. */
import { availableParallelism } from "node:os";
import { UserError } from "../../math/user-error.ts";
import { engineVersion } from "../../physics/engine.ts";
import { type NonFinite, nonFiniteText } from "../../rollout/non-finite.ts";
import type { PolicyData, StartNoise } from "../../rollout/policy-data.ts";
import {
  Environment,
  ownPhysicsWords,
  PHYSICS_NAMES,
  type PhysicsName,
  physicsEngine,
  physicsObstacle,
  physicsWords,
  resolveTask,
  type TaskVariant,
} from "../../tasks/index.ts";
import { evaluateOn } from "../../train/evaluate.ts";
import { WorkerPool } from "../../train/worker-pool.ts";
import type { Progress } from "../measure/measuring-threads.ts";
import { relativeLoss } from "../report/closed-loop.ts";
import { worstFirst } from "./physics-check.ts";

/** Whose episodes are run, and where. */
export interface OpinionSubject {
  readonly policy: PolicyData;
  /** What its actions are drawn from. */
  readonly noise: StartNoise;
  /** A registered task's name, or the path of a user's task file */
  readonly task: string;
  readonly variant: TaskVariant;
}

/** How much is run. */
export interface OpinionSizes {
  readonly physics: readonly PhysicsName[];
  /** Whole episodes of the task under each, with its disturbances. */
  readonly episodes: number;
  readonly seed: number;
}

/** What came of the episodes under one physics. The episodes' starts, commands and disturbances are the same under all. */
export interface PhysicsResult {
  /** What differs, in words. */
  readonly about: string;
  /** Share of episodes that no termination ended. */
  readonly survived: number;
  readonly returnMean: number;
  /** m/s and rad/s, as in evaluations; null where the task commands no velocity. */
  readonly linVelError: number | null;
  readonly yawRateError: number | null;
  /** Share of episodes that were a success; null where the task declares none. */
  readonly successRate: number | null;
  /** What MuJoCo warned of or refused, and values that were not finite. */
  readonly notes: readonly string[];
}

/** The result under other physics. */
export interface OtherResult extends PhysicsResult {
  readonly name: PhysicsName;
  /** Share of what it keeps least of. */
  readonly kept: number;
  /** What that is: its own survival, or its own successes. */
  readonly keptOf: "survival" | "successes";
  /** Share of its own return; negative where it gained some. */
  readonly returnLoss: number;
}

/** Results side by side. */
export interface SecondOpinion {
  readonly sizes: OpinionSizes;
  /** Under the task's own physics. */
  readonly own: PhysicsResult;
  readonly others: readonly OtherResult[];
  /** The one with the worst verdict, of several the one that keeps least; null where there are no others. */
  readonly worst: PhysicsName | null;
  /** Physics that were not run, and why. */
  readonly skipped: readonly { readonly name: PhysicsName; readonly reason: string }[];
}

/**
 * Runs the episodes under the task's own physics and under each other one. The same for any number of threads.
 * @param workers threads; 0 takes one per core
 * @throws UserError where task or policy are at fault
 */
export async function secondOpinion(
  subject: OpinionSubject,
  sizes: OpinionSizes,
  workers: number,
  tell: Progress,
): Promise<SecondOpinion> {
  const { task, variant } = subject;
  const env = await Environment.create(await resolveTask(task, variant));
  const pool = await WorkerPool.create(
    Math.min(workers || availableParallelism(), sizes.physics.length + 1),
    { ...variant, task, engine: "ort" },
    (reason) => tell(reason),
  );
  try {
    return await withPool(pool, env, subject, sizes, tell);
  } finally {
    await pool.close();
    env.delete();
  }
}

async function withPool(
  pool: WorkerPool,
  env: Environment,
  subject: OpinionSubject,
  sizes: OpinionSizes,
  tell: Progress,
): Promise<SecondOpinion> {
  const skipped: SecondOpinion["skipped"][number][] = [];
  const planned: { name: PhysicsName; about: string }[] = [];
  for (const name of PHYSICS_NAMES.filter((known) => sizes.physics.includes(known))) {
    const [about, reason] = await plan(name, env);
    if (reason === null) planned.push({ name, about });
    else skipped.push({ name, reason });
  }
  let done = 0;
  const told = <T>(result: T): T => {
    tell("running episodes under other physics", ++done, planned.length + 1);
    return result;
  };
  tell("running episodes under other physics", 0, planned.length + 1);
  const about = `MuJoCo ${await engineVersion()}, ${ownPhysicsWords(env)}`;
  // All at once, so that no thread waits for the last episode of each.
  const [own, ...others] = await Promise.all([
    run(pool, env, subject, sizes).then((result) => told({ about, ...result })),
    ...planned.map(({ name }) => attempt(run(pool, env, subject, sizes, name)).then(told)),
  ]);
  const found: OtherResult[] = [];
  planned.forEach(({ name, about: words }, i) => {
    const result = others[i]!;
    if (result instanceof UserError) skipped.push({ name, reason: result.message });
    else found.push({ name, about: words, ...result, ...compared(own, result) });
  });
  return { sizes, own, others: found, worst: worstFirst(found)[0]?.name ?? null, skipped };
}

/** What differs, in words, and the reason why it cannot be run, or null. */
async function plan(name: PhysicsName, env: Environment): Promise<[string, string | null]> {
  const reason = physicsObstacle(name, env);
  if (reason !== null) return ["", reason];
  const engine = physicsEngine(name);
  if (engine === undefined) return [physicsWords(name, env.task), null];
  const version = await attempt(engineVersion(engine));
  return version instanceof UserError ? ["", version.message] : [`MuJoCo ${version} (${engine})`, null];
}

/** The result, or what the user or an installation is at fault of. */
function attempt<T>(work: Promise<T>): Promise<T | UserError> {
  return work.catch((error: unknown) => {
    if (error instanceof UserError) return error;
    throw error;
  });
}

async function run(
  pool: WorkerPool,
  env: Environment,
  { policy, noise }: OpinionSubject,
  { episodes, seed }: OpinionSizes,
  physics?: PhysicsName,
): Promise<Omit<PhysicsResult, "about">> {
  const notes: string[] = [];
  const note = (words: string) => void notes.push(words);
  const request = { policy, noise, seed, episodes, command: null, ...(physics && { physics }) };
  const result = await evaluateOn(pool, request, env, { refused: note, warned: note });
  const { fallRate, returnMean, linVelError, yawRateError, successRate, nonFinite } = result;
  return {
    survived: 1 - fallRate,
    returnMean,
    linVelError,
    yawRateError,
    successRate,
    notes: [...notes, ...brokenNotes(nonFinite, episodes)],
  };
}

function brokenNotes(nonFinite: readonly NonFinite[], episodes: number): string[] {
  return nonFinite.length === 0 ? [] : [nonFiniteText(nonFinite, episodes)];
}

function compared(
  own: PhysicsResult,
  other: Omit<PhysicsResult, "about">,
): Pick<OtherResult, "kept" | "keptOf" | "returnLoss"> {
  const survival = shareOf(own.survived, other.survived);
  const successes = shareOf(own.successRate, other.successRate);
  const keptOf = successes < survival ? "successes" : "survival";
  const returnLoss = relativeLoss(own.returnMean, other.returnMean);
  return { kept: Math.min(survival, successes), keptOf, returnLoss };
}

/** Where there was nothing to keep, all of it was kept. */
function shareOf(own: number | null, other: number | null): number {
  return own === null || other === null || own === 0 ? 1 : other / own;
}
