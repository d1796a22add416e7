/** What a training run reports, as plain data, and the port that reports leave through. No file, stream or clock is touched here. */
import type { GoalSummary } from "../rollout/goal-measures.ts";
import type { NonFinite } from "../rollout/non-finite.ts";
import type { SmoothnessSummary } from "../rollout/smoothness.ts";
import type { IterationHashes } from "./manifest.ts";

/** One training iteration: collection and update. */
export interface IterationMetrics {
  /** Counted from 1. */
  readonly iteration: number;
  /** Environment steps since the run's beginning, resumed parts included. */
  readonly steps: number;
  /** Training time in seconds since the run's beginning, resumed parts included. */
  readonly seconds: number;
  /** Environment steps per second of this iteration. */
  readonly stepsPerSecond: number;
  /** Mean undiscounted return of recently finished episodes; NaN before the first one ends. */
  readonly returnMean: number;
  /** Mean length of recently finished episodes, in control steps; NaN before the first one ends. */
  readonly episodeLengthMean: number;
  /** Episodes that ended in this iteration. */
  readonly episodes: number;
  /** Weighted reward per second of episode, per reward term. */
  readonly terms: Readonly<Record<string, number>>;
  /** Share of this iteration's finished episodes that ended for each reason, the time limit among them. */
  readonly terminations: Readonly<Record<string, number>>;
  /** Measures of the update: clipFraction, valueLoss, policyLoss, ratioMean, cfmLoss, actionSpread, gradientNormActor, the policy's learningRate, … */
  readonly losses: Readonly<Record<string, number>>;
  readonly timing: { readonly collectSeconds: number; readonly updateSeconds: number };
  /** Environments reset in this iteration because their physics became NaN. */
  readonly nanResets: number;
  /** Absent where the threads of this process collect. */
  readonly queue?: QueueMetrics;
}

/** How the work goes on over a queue. */
export interface QueueMetrics {
  /** Worker processes that take part. */
  readonly workers: number;
  /** Shards per hour at the pace of this iteration. */
  readonly shardsPerHour: number;
  /** Share of this iteration's time in which the learner waited for shards. */
  readonly waitingShare: number;
}

/** Sums over an evaluation's episodes. */
export interface EvaluationSummary extends GoalSummary, SmoothnessSummary {
  readonly episodes: number;
  /** Mean and population deviation of the undiscounted return. */
  readonly returnMean: number;
  readonly returnStd: number;
  /** Control steps. */
  readonly episodeLengthMean: number;
  /** Share of episodes that a termination ended; the time limit is not one. */
  readonly fallRate: number;
  /** Mean error of the planar velocity, averaged over half a second, in m/s; null where the task has no command. */
  readonly linVelError: number | null;
  /** Mean error of the yaw rate, averaged likewise, in rad/s; null where the task has no command. */
  readonly yawRateError: number | null;
  /** The same errors of every control step by itself. */
  readonly linVelErrorUnaveraged: number | null;
  readonly yawRateErrorUnaveraged: number | null;
  /** Mean rise of a foot above where it stood, per swing, in m; null where the task does not say where its feet are. */
  readonly footClearance: number | null;
  /** Population deviation of it over all swings, in m: how much swings differ. */
  readonly footClearanceStd: number | null;
  /** Mean time of a swing and its population deviation, in s. */
  readonly swingSeconds: number | null;
  readonly swingSecondsStd: number | null;
  /** By how much mean swings of the feet differ in time: the longest less the shortest, over their mean. */
  readonly swingAsymmetry: number | null;
  /** Mean drift of the base in 10 s of zero command, in m; null if no episode stood that long. */
  readonly standingDrift: number | null;
  /** Weighted reward per second of episode, per reward term. */
  readonly terms: Readonly<Record<string, number>>;
  /** Values that were not finite, by episode; each ended its episode. Empty where all was well. */
  readonly nonFinite: readonly NonFinite[];
}

/** One evaluation with the evaluation's own seeds, in a run. */
export interface EvaluationMetrics extends EvaluationSummary {
  /** Iteration after which it ran. */
  readonly iteration: number;
  /** Environment steps trained before it ran. */
  readonly steps: number;
  readonly seconds: number;
  /** Time that the evaluation itself took; `seconds` counts training only. */
  readonly evaluationSeconds: number;
}

/** Something worth a line in addition to the numbers. */
export interface LogEvent {
  readonly kind: "start" | "resume" | "checkpoint" | "nan" | "worker" | "warning" | "stop";
  /** Environment steps at which it happened. */
  readonly steps: number;
  /** One sentence for people. */
  readonly message: string;
  /** Further facts, such as the task, environment and control step of a NaN. */
  readonly details?: Readonly<Record<string, string | number | boolean | null>>;
}

/** Where reports go: a file, a terminal, a socket. Calls return at once; failures surface as UserError from a later call or from `close`. */
export interface MetricSink {
  /** @param hashes what the iteration came to */
  iteration(metrics: IterationMetrics, hashes?: IterationHashes): void;
  evaluation(metrics: EvaluationMetrics): void;
  event(event: LogEvent): void;
  /** Flushes; the sink accepts nothing afterwards. */
  close(): Promise<void>;
}

/** A sink that writes into a run folder. */
export interface FileSink extends MetricSink {
  /** Writes all its reports to their place in another run folder. Throws UserError when that is not possible. */
  copyTo(runFolder: string): void;
}
