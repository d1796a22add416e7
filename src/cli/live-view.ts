/**
 * Shows a training run on the stream's pages: scene, poses of watched environments, state; and lets pages pause it. The training never waits
 * for a page.
 */
import { basename } from "node:path";
import { describeScene } from "../physics/scene-description.ts";
import type { Intent } from "../stream/intents.ts";
import { streamSink } from "../stream/metric-sink.ts";
import type { Burst } from "../stream/playback.ts";
import { POSE_FLAG, type RunInfo, type RunState } from "../stream/protocol.ts";
import type { StreamServer } from "../stream/server.ts";
import { Environment, resolveTask, type TaskVariant } from "../tasks/index.ts";
import type { IterationMetrics, MetricSink } from "../train/metrics.ts";
import type { Training } from "../train/training.ts";
import type { WatchedBurst } from "../train/watch-desk.ts";
import { commandRangesOf } from "./command-ranges.ts";
import { DriveView } from "./drive-view.ts";
import { newestRunOf, PolicyShelf } from "./policy-shelf.ts";
import { storedReference } from "./task-reference.ts";

/** How often pages' wishes are looked at. */
const WISH_INTERVAL_MS = 100;
/** How often the policy in training takes over the wheel that it already has, as it is by then. */
const REFRESH_SECONDS = 10;
/** Key of the policy in training. */
const IN_TRAINING = "training";

/** One run on one server. */
export class LiveView {
  readonly #server: StreamServer;
  #training: Training | null = null;
  #drive: DriveView | null = null;
  #refreshedSeconds = 0;
  #timer: NodeJS.Timeout | null = null;
  #state: RunState = "starting";
  #detail: string | undefined;
  #rate = 0;
  #iterationSeconds = 1;

  constructor(server: StreamServer) {
    this.#server = server;
  }

  /** Shows a run from now on. */
  attach(training: Training, runFolder: string): void {
    this.#training = training;
    this.#server.setScene(describeScene(training.env.sim), runInfo(training, runFolder));
    this.#server.onIntent(({ wish }) => this.#obey(wish));
    this.#timer = setInterval(() => this.#lookAtWishes(), WISH_INTERVAL_MS).unref();
    this.#lookAtWishes();
    this.#show("training");
    this.#drive = driveView(this.#server, training, runFolder);
  }

  /** Reports go to the pages. */
  sink(): MetricSink {
    const toPages = streamSink(this.#server);
    return {
      ...toPages,
      iteration: (metrics) => {
        this.#measure(metrics);
        this.#refreshDrive(metrics.seconds);
        toPages.iteration(metrics);
        this.#show(this.#training?.paused === true ? "paused" : "training");
      },
    };
  }

  /** Poses go to the pages, spread over the time until the next ones are expected. */
  readonly onBurst = (burst: WatchedBurst): void => {
    const controlHz = this.#training?.env.controlHz;
    if (controlHz !== undefined) this.#server.pushBurst(streamBurst(burst, controlHz, this.#iterationSeconds));
  };

  /** The run is over; the last picture and the curves stay. */
  end(state: Extract<RunState, "done" | "stopped" | "failed">, detail?: string): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#detail = detail;
    this.#show(state);
  }

  /** Ends what is driven. */
  async close(): Promise<void> {
    await this.#drive?.close();
  }

  /** Something to say before there is a run. */
  announce(detail: string): void {
    this.#detail = detail;
    this.#show("starting");
  }

  /** Nothing is trained: what earlier runs of a task have left can be driven. Throws UserError where the task is at fault. */
  async driveOnly(task: string, variant: TaskVariant): Promise<void> {
    this.#detail = "no training was asked for";
    this.#show("idle");
    const env = await Environment.create(await resolveTask(task, variant));
    const shelf = new PolicyShelf(env, { first: newestRunOf(env.task.name) ?? "zero" });
    const start = { seed: 0, disturbances: false, command: null };
    this.#drive = new DriveView(this.#server, { task: storedReference(task), variant, env, shelf, start });
  }

  #lookAtWishes(): void {
    this.#server.drainIntents();
    this.#training?.watch.select(this.#server.watchedEnvironments());
  }

  #obey(wish: Intent["wish"]): void {
    this.#training?.setPaused(wish === "pause");
    this.#show(wish === "pause" ? "paused" : "training");
  }

  #refreshDrive(seconds: number): void {
    if (seconds - this.#refreshedSeconds < REFRESH_SECONDS) return;
    this.#refreshedSeconds = seconds;
    this.#drive?.refresh();
  }

  #measure({ stepsPerSecond, timing }: IterationMetrics): void {
    this.#rate = stepsPerSecond;
    this.#iterationSeconds = timing.collectSeconds + timing.updateSeconds;
  }

  #show(state: RunState): void {
    if (state === "training") this.#detail = undefined;
    this.#state = state;
    const { steps = 0, seconds = 0, config } = this.#training ?? {};
    const totalSteps = config?.steps ?? 0;
    const left = Math.max(0, totalSteps - steps);
    this.#server.pushStatus({
      state: this.#state,
      steps,
      totalSteps,
      seconds,
      stepsPerSecond: this.#rate,
      etaSeconds: state === "training" && this.#rate > 0 ? left / this.#rate : null,
      ...(this.#detail === undefined ? {} : { detail: this.#detail }),
    });
  }
}

function runInfo({ config, trainedEnv: env }: Training, runFolder: string): RunInfo {
  return {
    task: env.task.name,
    run: runFolder,
    algorithm: config.algorithm.name,
    environments: config.envs,
    controlHz: env.controlHz,
    episodeSteps: env.episodeSteps,
    totalSteps: config.steps,
    hasCommand: env.command !== undefined,
    commandRanges: commandRangesOf(env),
    rewardNames: env.rewardNames,
    keyframes: [],
    capabilities: ["pause-training"],
  };
}

/** Drives the task of a training; first on the shelf is the policy in training itself. */
function driveView(server: StreamServer, training: Training, runFolder: string): DriveView {
  const { env, config } = training;
  const { task, terrainSeed, modelDir, lesson } = config;
  const first = {
    key: IN_TRAINING,
    label: () => `In training: ${basename(runFolder)}`,
    take: () => ({ key: IN_TRAINING, data: training.policy(), noise: config.evaluation.noise }),
  };
  const shelf = new PolicyShelf(env, { first, run: runFolder });
  const start = { seed: config.seed, disturbances: false, command: null };
  return new DriveView(server, { task, variant: { terrainSeed, modelDir, lesson }, env, shelf, start });
}

/** Copies what the next collection would overwrite. */
function streamBurst({ environments, tape }: WatchedBurst, simulationHz: number, expectedSeconds: number): Burst {
  const { poses, commands, twists, terms, starts } = tape.views;
  return {
    simulationHz,
    environments,
    steps: tape.sizes.steps,
    bodies: tape.sizes.bodies,
    poses: poses.slice(),
    commands: commands.slice(),
    twists: twists.slice(),
    terms: terms.slice(),
    flags: Uint8Array.from(starts, (start) => (start ? POSE_FLAG.cut : 0)),
    expectedSeconds,
  };
}
