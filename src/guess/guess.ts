/** Finds the layout of a policy file that another program made: which walks the task's robot longest, and how sure that is. */
import { availableParallelism } from "node:os";
import type { Adapter } from "../export/adapter.ts";
import type { Progress } from "../export/measure/measuring-threads.ts";
import { type InputNormaliser, inputNormaliser } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import type { FilePolicy } from "../rollout/policy-data.ts";
import { describeTask, type Environment } from "../tasks/index.ts";
import { JobThreads } from "../threads/job-threads.ts";
import type { GuessJob, GuessSetup } from "./guess-jobs.ts";
import { LayoutSpace } from "./layouts.ts";
import { type Found, mean, Search, TIE, type Tried } from "./search.ts";
import { type Walk, walkCommands } from "./walk.ts";

/** The longer episodes of the best layouts. */
export interface GuessSizes {
  /** Under each command. */
  readonly episodes: number;
  /** Time limit of each, s */
  readonly seconds: number;
  readonly seed: number;
}

/** A layout that was walked for longer. */
export interface GuessedLayout {
  /** What differs from the task's own layout, one phrase each; empty for that one. */
  readonly differs: readonly string[];
  /** s walked as commanded, mean of the episodes */
  readonly walked: number;
  /** s until it fell, mean */
  readonly up: number;
  /** Reward of a control step, mean */
  readonly reward: number;
}

/** How sure: the layout walks longer than all others; or others walk as long and earn less reward; or it does not walk. */
export type Certainty = "sure" | "by reward" | "none";

/** The result. */
export interface Guess {
  readonly task: string;
  readonly sizes: GuessSizes;
  /** Layouts that were walked. */
  readonly tries: number;
  /** Whether a normaliser was found at the file's input. */
  readonly normaliser: boolean;
  /** s that action 0 counts as walked in the same episodes */
  readonly standing: number;
  /** Best first. */
  readonly ranking: readonly GuessedLayout[];
  readonly certainty: Certainty;
  /** s that the best walks longer than the second, mean of the episodes, and its standard error; null without a second */
  readonly margin: { readonly seconds: number; readonly error: number } | null;
}

/** The result, and what a controller is made from. */
export interface GuessedFile {
  readonly guess: Guess;
  readonly adapter: Adapter;
  readonly normaliser: InputNormaliser | null;
}

/** Share of the time limit by which a walk must be longer than standing. */
const LEAST_WALKED = 0.2;
/** Standard errors of a difference that is no chance. */
const CLEAR_ERRORS = 2;

/**
 * The same for any number of threads.
 * @param env of the task, with a policy that is bound to it
 * @param workers threads; 0: one per core
 * @throws UserError where the task commands no velocities
 */
export async function guessLayout(
  setup: GuessSetup,
  env: Environment,
  sizes: GuessSizes,
  workers: number,
  tell: Progress,
): Promise<GuessedFile> {
  const commands = walkCommands(env);
  if (commands.length === 0)
    throw new UserError(
      `--guess: ${env.task.name} commands no velocities; expected a task in which a robot walks where it is commanded to`,
      { exitCode: 2 },
    );
  const space = new LayoutSpace(describeTask(env), env.sim);
  const normaliser = normaliserOf(setup.policy);
  const threads = new JobThreads<GuessJob>(new URL("./guess-worker.js", import.meta.url), setup, (reason) =>
    tell(reason),
  );
  let [done, total] = [0, 0];
  const walked = async (job: GuessJob) => {
    total++;
    const walk = (await threads.answer(job)) as Walk;
    tell("walking under layouts", ++done, total);
    return walk;
  };
  await threads.start(workers || availableParallelism());
  try {
    const search = new Search(space, normaliser, sizes.seed, (all, plan) =>
      Promise.all(all.map((who) => walked({ kind: "walk", who, plan }))),
    );
    const found = await search.run(sizes);
    return {
      guess: report(found, space, normaliser !== null, sizes, env),
      adapter: found.finalists[0].adapter,
      normaliser,
    };
  } finally {
    await threads.close();
  }
}

function normaliserOf({ bytes, obsSize, source }: FilePolicy): InputNormaliser | null {
  return inputNormaliser(bytes, obsSize, source);
}

function report(
  { finalists, standing, tries }: Found,
  space: LayoutSpace,
  normaliser: boolean,
  sizes: GuessSizes,
  { task }: Environment,
): Guess {
  const [best, second] = finalists;
  const stood = mean(standing.seconds);
  const walks = best.walked - stood >= LEAST_WALKED * sizes.seconds;
  const margin = second === undefined ? null : difference(best, second);
  return {
    task: task.name,
    sizes,
    tries,
    normaliser,
    standing: stood,
    ranking: finalists.map(({ layout, walked, walk: { up, reward } }) => ({
      differs: space.words(layout),
      walked,
      up,
      reward,
    })),
    certainty: walks ? certaintyOf(best, finalists.slice(1)) : "none",
    margin,
  };
}

function certaintyOf(best: Tried, others: readonly Tried[]): Certainty {
  const isClear = (other: Tried) => {
    const { seconds, error } = difference(best, other);
    return seconds > CLEAR_ERRORS * error && other.walked < (1 - TIE) * best.walked;
  };
  return others.every(isClear) ? "sure" : "by reward";
}

/** Of the same episodes, s. */
function difference(a: Tried, b: Tried): { seconds: number; error: number } {
  const each = a.walk.seconds.map((seconds, i) => seconds - b.walk.seconds[i]);
  const seconds = mean(each);
  const variance = each.reduce((sum, one) => sum + (one - seconds) ** 2, 0) / Math.max(1, each.length - 1);
  return { seconds, error: Math.sqrt(variance / each.length) };
}
