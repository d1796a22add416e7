/**
 * A training run: collect, learn, report, evaluate, save, in that order, until the steps are done or somebody stops it. All I/O but
 * checkpoints leaves through sinks; the clock is an argument. Results depend on the configuration alone.
 */

import { rowsPerIteration, type TrainConfig } from "../config/config.ts";
import type { EpisodeReport } from "../rollout/episodes.ts";
import { isAction, nonFiniteText } from "../rollout/non-finite.ts";
import type { TrainedPolicy } from "../rollout/policy-data.ts";
import { type Checkpoint, saveCheckpoint } from "../runs/checkpoint.ts";
import type { IterationMetrics, LogEvent, MetricSink } from "../runs/metrics.ts";
import type { Environment } from "../tasks/index.ts";
import { type Assembly, assemble, disassemble } from "./assembly.ts";
import { EpisodeWindow } from "./episode-window.ts";
import { evaluateOn, evaluationScore } from "./evaluate.ts";
import { IncidentDesk } from "./incidents.ts";
import { computeIteration, type IterationResult, iterationNumbers } from "./iteration.ts";
import type { Crew, Machines } from "./jobs.ts";
import { RefusedSteps } from "./refused-steps.ts";
import { checkpointOf, type RestoreOptions, restore, type TrainingParts } from "./training-state.ts";
import { WarningTally } from "./warning-tally.ts";
import { WatchDesk, type WatchedBurst } from "./watch-desk.ts";

/** Values that were not finite, of one iteration, that get a line each. */
const MOST_REPORTED = 8;

/** Where a run continues from. */
export interface ResumePoint extends RestoreOptions {
  readonly checkpoint: Checkpoint;
  readonly source: string;
  /** Training seconds spent before */
  readonly seconds: number;
}

/** Finds a crew for a run. @param report takes one sentence for the people who watch */
export type Hire = (assembly: Assembly, report: (message: string) => void) => Promise<Crew>;

/** What a run is made from. */
export interface TrainingOptions {
  readonly config: TrainConfig;
  /** The configuration as checkpoints hold it, without places of this machine; `config` where it has none */
  readonly stored?: TrainConfig;
  readonly runFolder: string;
  readonly sinks: readonly MetricSink[];
  readonly resume?: ResumePoint;
  /** Called after every checkpoint that reached the disk, with what it holds; its failure stops the run like a failed checkpoint */
  readonly onCheckpoint?: (saved: { readonly policy: TrainedPolicy; readonly envSteps: number }) => Promise<void>;
  /** Called after each collection with what the watched environments did */
  readonly onBurst?: (burst: WatchedBurst) => void;
  /** Called before every iteration and every checkpoint; what it throws ends the run */
  readonly guard?: () => void;
  /** Called once, with the state that the run begins or resumes from; its failure ends the run */
  readonly begun?: (assembly: Assembly) => Promise<void>;
  /** Finds others who collect and evaluate; without it the run's own threads do */
  readonly hire?: Hire;
  /** Milliseconds of a monotonic clock; used for reports and for the time between checkpoints only */
  readonly nowMs?: () => number;
}

/** A run in progress. */
export class Training {
  readonly config: TrainConfig;
  /** A simulation of the task for its names, sizes and scene; no training step uses it. */
  readonly env: Environment;
  /** The same for the form of the task that is trained on, a lesson where there is one. */
  readonly trainedEnv: Environment;
  readonly watch: WatchDesk;
  /** The last fall and the last NaN, to be looked at. */
  readonly incidents: IncidentDesk;
  readonly #options: TrainingOptions;
  readonly #parts: TrainingParts;
  readonly #crew: Crew;
  readonly #assembly: Assembly;
  readonly #episodes: EpisodeWindow;
  readonly #refused: RefusedSteps;
  readonly #warnings: WarningTally;
  readonly #nowMs: () => number;
  #seconds: number;
  #savedAtMs: number;
  #saving: Promise<void> = Promise.resolve();
  #saveError: unknown = null;
  #gate: Promise<void> = Promise.resolve();
  #openGate: (() => void) | null = null;

  private constructor(options: TrainingOptions, assembly: Assembly, crew: Crew) {
    const { env, trainedEnv, parts } = assembly;
    this.config = options.config;
    this.#options = options;
    this.#assembly = assembly;
    this.env = env;
    this.trainedEnv = trainedEnv;
    this.#crew = crew;
    this.#parts = parts;
    this.#episodes = new EpisodeWindow(parts.loop);
    this.#refused = new RefusedSteps(trainedEnv.sim.scene, options.config.envs);
    this.#warnings = new WarningTally(trainedEnv.sim);
    this.watch = new WatchDesk(trainedEnv, parts.sizes);
    const { seed, episodeSteps, stagger: staggered } = options.config;
    const limit = episodeSteps || trainedEnv.episodeSteps;
    this.incidents = new IncidentDesk(parts, {
      seed,
      episodeSteps: limit,
      staggered,
      controlHz: trainedEnv.controlHz,
      stateSize: trainedEnv.stateSize,
    });
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#seconds = options.resume?.seconds ?? 0;
    this.#savedAtMs = this.#nowMs();
  }

  /**
   * Loads the task, starts the threads and brings the weights to their start or the checkpoint's values.
   * @throws UserError where task, scene, engine or checkpoint are at fault
   */
  static async create(options: TrainingOptions): Promise<Training> {
    const { config, sinks, resume, begun, hire } = options;
    const report = (message: string) => {
      const steps = assembly.parts.loop.clock.envSteps;
      for (const sink of sinks) sink.event({ kind: "worker", steps, message });
    };
    const assembly: Assembly = await assemble(config, report);
    try {
      if (resume) restore(assembly.parts, resume.checkpoint, resume.source, resume);
      await begun?.(assembly);
      return new Training(options, assembly, hire ? await hire(assembly, report) : assembly.pool);
    } catch (error) {
      await disassemble(assembly);
      throw error;
    }
  }

  /** Environment steps trained so far. */
  get steps(): number {
    return this.#parts.loop.clock.envSteps;
  }

  /** Training seconds, earlier parts of a resumed run included. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Other machines that collect; undefined where the threads here do. */
  get machines(): Machines | undefined {
    return this.#crew.machines;
  }

  /** The policy that evaluation and export use: averaged where the configuration averages. */
  policy(): TrainedPolicy {
    const { views, sizes, average, policy: spec } = this.#parts;
    const { algorithm } = this.config;
    return {
      kind: "trained",
      spec,
      weights: (algorithm.averaging > 0 ? average : views.actor).slice(),
      mean: views.mean.slice(0, sizes.obsSize),
      std: views.std.slice(0, sizes.obsSize),
    };
  }

  /** Holds the run before its next iteration, or lets it continue. */
  setPaused(paused: boolean): void {
    if (paused && this.#openGate === null) {
      this.#gate = new Promise((resolve) => {
        this.#openGate = resolve;
      });
    } else if (!paused && this.#openGate !== null) {
      this.#openGate();
      this.#openGate = null;
    }
  }

  get paused(): boolean {
    return this.#openGate !== null;
  }

  /**
   * Trains until `config.steps` are done or `signal` aborts; the running iteration is finished and a checkpoint written.
   * @throws UserError when a checkpoint or a report cannot be written, and the last good checkpoint stays; after a last checkpoint when MuJoCo
   * refuses to step the model
   */
  async run(signal: AbortSignal): Promise<{ steps: number; seconds: number }> {
    const hurry = () => {
      this.setPaused(false);
      this.#crew.hurry?.();
    };
    if (signal.aborted) hurry();
    signal.addEventListener("abort", hurry, { once: true });
    while (this.steps < this.config.steps && !signal.aborted) {
      await this.#gate;
      if (signal.aborted) break;
      this.#options.guard?.();
      await this.#iterate();
      await this.#endWhereRefused();
      await this.#evaluateWhenDue(false);
      if (this.#checkpointDue()) await this.#save(false);
    }
    if (!signal.aborted) await this.#evaluateWhenDue(true);
    await this.#save(true);
    return { steps: this.steps, seconds: this.#seconds };
  }

  /** Lets the crew go, ends the threads and frees the simulation. */
  async close(): Promise<void> {
    await this.#crew.close();
    await disassemble(this.#assembly);
  }

  async #endWhereRefused(): Promise<void> {
    const verdict = this.#refused.verdict();
    if (verdict === null) return;
    await this.#save(true);
    throw verdict;
  }

  /** What ends a collection ends the run, not what it has learned: the state is that of the iteration before. */
  async #saveAndThrow(error: unknown): Promise<never> {
    await this.#save(true).catch(() => undefined); // the first error is the one to hear of
    throw error;
  }

  async #iterate(): Promise<void> {
    const started = this.#nowMs();
    let collected: number | null = null;
    const place = { crew: this.#crew, config: this.config, parts: this.#parts };
    const result = await computeIteration(place, {
      watch: (shard) => this.watch.requestFor(shard),
      collected: (report) => {
        collected = this.#nowMs();
        this.incidents.look(report);
        this.#showBurst(collected - started);
      },
    }).catch((error: unknown) => (collected === null ? this.#saveAndThrow(error) : Promise.reject(error)));
    const ended = this.#nowMs();
    this.#seconds += (ended - started) / 1000;
    this.#reportIteration(result, { collectMs: collected! - started, updateMs: ended - collected! });
  }

  #showBurst(collectMs: number): void {
    const burst = this.watch.burst(collectMs / 1000);
    if (burst !== null) this.#options.onBurst?.(burst);
  }

  #reportIteration(
    { report, measures, hashes }: IterationResult,
    { collectMs, updateMs }: { readonly collectMs: number; readonly updateMs: number },
  ): void {
    const { loop } = this.#parts;
    const metrics: IterationMetrics = {
      iteration: loop.iteration,
      steps: this.steps,
      seconds: this.#seconds,
      stepsPerSecond: (1000 * rowsPerIteration(this.config)) / (collectMs + updateMs),
      ...iterationNumbers(this.#episodes, { report, measures }, this.trainedEnv),
      timing: { collectSeconds: collectMs / 1000, updateSeconds: updateMs / 1000 },
      ...this.#queueMetrics(collectMs, updateMs),
    };
    for (const sink of this.#options.sinks) sink.iteration(metrics, hashes);
    this.#reportNans(report.nans.filter(({ refusal }) => refusal === ""));
    const refused = this.#refused.add(report);
    if (refused !== null) this.#event("warning", `${this.env.task.name}: ${refused}`);
    for (const words of this.#warnings.add(report.warnings)) this.#event("warning", `${this.env.task.name}: ${words}`);
    if (!Number.isFinite(measures.gradientNormActor + measures.gradientNormCritic)) {
      this.#event("warning", `iteration ${loop.iteration}: a gradient was not finite; its steps were skipped`);
    }
  }

  #queueMetrics(collectMs: number, updateMs: number): Pick<IterationMetrics, "queue"> {
    const { machines } = this.#crew;
    if (machines === undefined) return {};
    const workers = machines.present.length;
    const hours = (collectMs + updateMs) / 3.6e6;
    const shardsPerHour = this.#parts.sizes.shards / hours;
    return { queue: { workers, shardsPerHour, waitingShare: collectMs / (collectMs + updateMs) } };
  }

  /** Weights that broke give no finite action in any step: of many, the first ones are reported. */
  #reportNans(nans: EpisodeReport["nans"]): void {
    for (const nan of nans.slice(0, MOST_REPORTED)) this.#reportNan(nan);
    const more = nans.length - MOST_REPORTED;
    if (more > 0) this.#event("nan", `${this.env.task.name}: ${more} more values were not finite in this iteration`);
  }

  #reportNan({ env, step, source }: EpisodeReport["nans"][number]): void {
    const task = this.env.task.name;
    const message = `${task}: ${source} of environment ${env} was not finite at control step ${step}; it was reset`;
    this.#event("nan", message, { task, environment: env, step, source });
  }

  #event(kind: LogEvent["kind"], message: string, details?: LogEvent["details"]): void {
    for (const sink of this.#options.sinks)
      sink.event({ kind, steps: this.#parts.loop.clock.envSteps, message, details });
  }

  /** Evaluates when the interval is over, or, `atEnd`, when the newest weights were not evaluated yet. */
  async #evaluateWhenDue(atEnd: boolean): Promise<void> {
    const { loop } = this.#parts;
    const { evaluation } = this.config;
    const interval = evaluation.everySteps;
    const due = interval > 0 && Math.floor(this.steps / interval) > Math.floor(loop.evaluatedAt / interval);
    if (atEnd ? loop.evaluatedAt === this.steps : !due) return;
    loop.evaluatedAt = this.steps;
    const started = this.#nowMs();
    const request = { policy: this.policy(), noise: evaluation.noise, seed: evaluation.seed, command: null };
    const refused = (words: string) =>
      this.#event("warning", `evaluation: ${words}; such episodes count as early terminations`);
    const warned = () => {}; // already reported by the training
    const summary = await evaluateOn(this.#crew, { ...request, episodes: evaluation.episodes }, this.env, {
      refused,
      warned,
    });
    const evaluationSeconds = (this.#nowMs() - started) / 1000;
    const metrics = {
      ...summary,
      iteration: loop.iteration,
      steps: this.steps,
      seconds: this.#seconds,
      evaluationSeconds,
    };
    for (const sink of this.#options.sinks) sink.evaluation(metrics);
    if (summary.nonFinite.length > 0)
      this.#event("nan", `evaluation: ${nonFiniteText(summary.nonFinite, summary.episodes)}`, {
        ...summary.nonFinite[0],
      });
    const { task, episodeSteps } = this.env;
    const score = evaluationScore(summary, { followsCommands: task.measured !== undefined, episodeSteps });
    // What a policy that gives no actions returns is no measure of it.
    const acts = !summary.nonFinite.some(isAction);
    const best = acts && (loop.bestReturn === null || score > loop.bestReturn);
    if (best) loop.bestReturn = score;
    await this.#save(false, best);
  }

  #checkpointDue(): boolean {
    return this.#nowMs() - this.#savedAtMs >= 1000 * this.config.checkpoint.everySeconds;
  }

  /** Starts writing a checkpoint once the last one is on the disk; the next iteration runs meanwhile unless `wait`. */
  async #save(wait: boolean, best = false): Promise<void> {
    await this.#saving;
    if (this.#saveError !== null) throw this.#saveError;
    this.#options.guard?.();
    this.#savedAtMs = this.#nowMs();
    const contents = { policy: this.policy(), envSteps: this.steps };
    const saved = saveCheckpoint(this.#options.runFolder, this.checkpoint(), {
      ...this.config.checkpoint,
      best,
    });
    this.#saving = saved
      .then(() => this.#options.onCheckpoint?.(contents))
      .catch((error: unknown) => {
        this.#saveError = error;
      });
    if (!wait) return;
    await this.#saving;
    if (this.#saveError !== null) throw this.#saveError;
  }

  /** The whole state as of now. */
  checkpoint(): Checkpoint {
    return checkpointOf(this.#parts, this.#options.stored ?? this.config);
  }
}
