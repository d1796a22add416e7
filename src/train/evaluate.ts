/** Evaluations: episodes spread over threads, summed up in the order of the episodes. */
import { availableParallelism } from "node:os";
import { UserError } from "../math/user-error.ts";
import type { Simulation } from "../physics/simulation.ts";
import type { CommandVector, EpisodeResults } from "../rollout/evaluation.ts";
import { swingAsymmetry } from "../rollout/gait-measures.ts";
import { summariseGoal } from "../rollout/goal-measures.ts";
import type { PolicyData, StartNoise } from "../rollout/policy-data.ts";
import { summariseSmoothness } from "../rollout/smoothness.ts";
import type { TrackingSums } from "../rollout/tracking-error.ts";
import type { EvaluationSummary } from "../runs/metrics.ts";
import { Environment, type PhysicsName, resolveTask, type Task } from "../tasks/index.ts";
import type { Crew, ThreadSetup } from "./jobs.ts";
import { WorkerPool } from "./worker-pool.ts";

/** What is evaluated, and how. */
export interface EvaluationRequest {
  readonly policy: PolicyData;
  readonly noise: StartNoise;
  readonly seed: number;
  readonly episodes: number;
  /** A command held for all episodes; null draws commands as in training */
  readonly command: CommandVector | null;
  /** Other physics than the task's own */
  readonly physics?: PhysicsName;
}

/** Names and rates of the evaluated task, for its results. */
export interface EvaluatedTask {
  readonly rewardNames: readonly string[];
  readonly controlHz: number;
  readonly task: Pick<Task, "goal">;
  readonly sim: Pick<Simulation, "warningWords">;
}

/** Told of what MuJoCo says during an evaluation. */
export interface PhysicsEvents {
  /** The first episode that could not be stepped to its end, and why; such ones count as ended early */
  refused(words: string): void;
  /** One kind of warning: in how many steps, and which */
  warned(words: string): void;
}

/** Episodes that one job runs side by side: fixed, so that results do not depend on the number of threads. */
const EPISODES_PER_JOB = 4;

/** Runs an evaluation with a crew that is already there. */
export async function evaluateOn(
  crew: Crew,
  request: EvaluationRequest,
  task: EvaluatedTask,
  events: PhysicsEvents,
): Promise<EvaluationSummary> {
  const jobs = [];
  for (let first = 0; first < request.episodes; first += EPISODES_PER_JOB) {
    const episodes = Math.min(EPISODES_PER_JOB, request.episodes - first);
    jobs.push({ ...request, kind: "evaluate" as const, firstEpisode: first, episodes });
  }
  const parts = await crew.run<"evaluate">(jobs);
  const [first] = parts.flatMap((part) => part.refusals);
  if (first !== undefined) events.refused(first);
  const steps = total(parts.flatMap((part) => part.lengths));
  parts[0]!.warnings.forEach((_, kind) => {
    const count = total(parts.map((part) => part.warnings[kind]!));
    if (count > 0) events.warned(`in ${count} of ${steps} control steps: ${task.sim.warningWords(kind)}`);
  });
  return summarise(parts, task);
}

/**
 * Evaluates on threads of its own.
 * @throws UserError where task or policy are at fault, or MuJoCo refuses to step the model
 * @param options.workers threads; 0 takes one per core
 * @param options.warned receives MuJoCo's warnings
 */
export async function evaluatePolicy(
  request: EvaluationRequest,
  options: Omit<ThreadSetup, "training"> & { readonly workers: number; readonly warned?: (words: string) => void },
): Promise<EvaluationSummary> {
  const { workers, warned = () => {}, ...setup } = options;
  const env = await Environment.create(await resolveTask(setup.task, setup));
  const threads = Math.min(workers || availableParallelism(), Math.ceil(request.episodes / EPISODES_PER_JOB));
  const pool = await WorkerPool.create(threads, setup, () => {});
  try {
    const refused = (words: string) => {
      throw new UserError(`scene ${env.sim.scene}, ${words}`);
    };
    const told = (words: string) => warned(`scene ${env.sim.scene}, ${words}`);
    return await evaluateOn(pool, request, env, { refused, warned: told });
  } finally {
    await pool.close();
    env.delete();
  }
}

/**
 * What the best of several evaluations has the most of: the return; of robots that follow commands, whose episodes end only by a fall, as if a
 * negative return had continued at its rate to the time limit. Otherwise, where costs dominate, a policy that falls at once would score best.
 * @param followsCommands whether the task measures how a command is followed
 * @param episodeSteps the time limit
 */
export function evaluationScore(
  { returnMean, episodeLengthMean }: Pick<EvaluationSummary, "returnMean" | "episodeLengthMean">,
  { followsCommands, episodeSteps }: { readonly followsCommands: boolean; readonly episodeSteps: number },
): number {
  return followsCommands ? Math.min(returnMean, (returnMean * episodeSteps) / episodeLengthMean) : returnMean;
}

function summarise(parts: readonly EpisodeResults[], task: EvaluatedTask): EvaluationSummary {
  const returns = parts.flatMap((part) => part.returns);
  const lengths = parts.flatMap((part) => part.lengths);
  const tracking = parts.flatMap((part) => part.tracking);
  const gait = parts.flatMap((part) => part.gait);
  const meanError = (of: Exclude<keyof TrackingSums, "counted">) => ratio(tracking, of, "counted");
  const seconds = total(lengths) / task.controlHz;
  const returnMean = total(returns) / returns.length;
  const terms = task.rewardNames.map((name, k) => {
    return [name, total(parts.flatMap((part) => part.terms.map((sums) => sums[k]))) / seconds] as const;
  });
  return {
    episodes: returns.length,
    returnMean,
    returnStd: Math.sqrt(total(returns.map((value) => (value - returnMean) ** 2)) / returns.length),
    episodeLengthMean: total(lengths) / lengths.length,
    fallRate: parts.flatMap((part) => part.terminated).filter(Boolean).length / returns.length,
    linVelError: meanError("linVel"),
    yawRateError: meanError("yawRate"),
    linVelErrorUnaveraged: meanError("linVelUnaveraged"),
    yawRateErrorUnaveraged: meanError("yawRateUnaveraged"),
    footClearance: ratio(gait, "clearance", "swings"),
    footClearanceStd: deviation(gait, "clearance", "clearanceSquares", "swings"),
    swingSeconds: ratio(gait, "swingSeconds", "swings"),
    swingSecondsStd: deviation(gait, "swingSeconds", "swingSecondsSquares", "swings"),
    swingAsymmetry: swingAsymmetry(gait),
    ...summariseSmoothness(parts.flatMap((part) => part.smoothness)),
    standingDrift: ratio(gait, "drift", "stands"),
    ...summariseGoal(
      task.task.goal,
      parts.flatMap((part) => part.goals),
      seconds,
    ),
    terms: Object.fromEntries(terms),
    nonFinite: parts.flatMap((part) => part.nonFinite).sort((a, b) => a.episode - b.episode),
  };
}

/** A sum over all episodes by a count over all episodes; null where nothing was counted. */
function ratio<Sums>(episodes: readonly Sums[], sum: keyof Sums, count: keyof Sums): number | null {
  const over = (key: keyof Sums) => total(episodes.map((sums) => sums[key] as number));
  return over(count) === 0 ? null : over(sum) / over(count);
}

/** Population deviation of what was summed; null where nothing was counted. */
function deviation<Sums>(
  episodes: readonly Sums[],
  sum: keyof Sums,
  squares: keyof Sums,
  count: keyof Sums,
): number | null {
  const mean = ratio(episodes, sum, count);
  const meanSquare = ratio(episodes, squares, count);
  return mean === null || meanSquare === null ? null : Math.sqrt(Math.max(0, meanSquare - mean * mean));
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
