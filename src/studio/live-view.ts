/**
 * Shows a training run on the stream's pages: scene, poses of watched environments, state; and lets pages pause it. The training never waits
 * for a page.
 */
import { basename } from "node:path";
import { clipSteps } from "../drive/drive-clip.ts";
import { UserError } from "../math/user-error.ts";
import { describeScene } from "../physics/looks/scene-description.ts";
import { posesNow } from "../rollout/pose-tape.ts";
import type { IterationMetrics, MetricSink } from "../runs/metrics.ts";
import type { Intent } from "../stream/intents.ts";
import { streamSink } from "../stream/metric-sink.ts";
import type { Burst } from "../stream/playback.ts";
import {
  type IncidentEntry,
  type ModelInfo,
  POSE_FLAG,
  type PortraitSubject,
  type RunInfo,
  type RunState,
  type StreamScene,
} from "../stream/protocol.ts";
import type { StreamServer } from "../stream/server.ts";
import { commandRangesOf } from "../tasks/command-ranges.ts";
import { type TaskVariant, variantOf } from "../tasks/index.ts";
import { inBackground } from "../threads/background-timer.ts";
import type { Incident } from "../train/incidents.ts";
import type { Training } from "../train/training.ts";
import type { WatchedBurst } from "../train/watch-desk.ts";
import { DriveSeat } from "./drive-seat.ts";
import type { DriveOptions } from "./drive-view.ts";
import { modelInfo } from "./model-info.ts";
import { PolicyShelf } from "./policy-shelf.ts";
import type { StoredHistory } from "./run-list.ts";

/** How often pages' requests are looked at, and how many looks pass between two reports of other machines. */
const WISH_INTERVAL_MS = 100;
const MACHINE_LOOKS = 10;
/** How often the policy in training takes over the wheel that it already has, as it is by then. */
const REFRESH_SECONDS = 10;
/** Key of the policy in training. */
const IN_TRAINING = "training";

/** One run on one server. */
export class LiveView {
  readonly #server: StreamServer;
  #training: Training | null = null;
  readonly #seat: DriveSeat;
  /** Described while the simulation is there: a run that has ended has freed it. */
  #scene: StreamScene | undefined;
  #model: ModelInfo | undefined;
  #runFolder = "";
  #refreshedSeconds = 0;
  #timer: NodeJS.Timeout | null = null;
  #state: RunState = "starting";
  #detail: string | undefined;
  #rate = 0;
  #iterationSeconds = 1;
  #looks = 0;

  /** @param note hears in one line what goes wrong in a driven simulation */
  constructor(server: StreamServer, note: (line: string) => void = () => {}) {
    this.#server = server;
    this.#seat = new DriveSeat(server, note);
  }

  /**
   * Shows a run from now on, in place of an earlier one.
   * @param past curves of an earlier part of the run
   */
  attach(training: Training, runFolder: string, past?: StoredHistory): void {
    this.#stopLooking();
    this.#training = training;
    this.#refreshedSeconds = 0;
    this.#scene = describeScene(training.env.sim);
    this.#model = modelInfo(training.env);
    this.#server.setScene(this.#scene, runInfo(training, runFolder));
    for (const point of past?.points ?? []) this.#server.pushMetrics(point);
    for (const point of past?.evaluations ?? []) this.#server.pushEvaluation(point);
    this.#server.onIntent(({ wish }) => this.#obey(wish));
    this.#timer = inBackground(setInterval(() => this.#lookAtWishes(), WISH_INTERVAL_MS));
    this.#lookAtWishes();
    this.#show("training");
    this.#runFolder = runFolder;
    this.#seat.trainingBegan(() => this.#driveOptions(training, null));
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
        if (this.#state !== "stopping") this.#show(this.#training?.paused === true ? "paused" : "training");
      },
    };
  }

  /** Poses go to the pages, spread over the time until the next ones are expected. */
  readonly onBurst = (burst: WatchedBurst): void => {
    const controlHz = this.#training?.env.controlHz;
    if (controlHz !== undefined) this.#server.pushBurst(streamBurst(burst, controlHz, this.#iterationSeconds));
  };

  /** Environment steps of the run that is shown. */
  get steps(): number {
    return this.#training?.steps ?? 0;
  }

  /** What training kept to look at. */
  get incidents(): readonly IncidentEntry[] {
    const { fall, nan } = this.#training?.incidents.last ?? { fall: null, nan: null };
    return [fall, nan].filter((incident) => incident !== null).map((incident) => this.#entryOf(incident));
  }

  #driveOptions(training: Training, incident: Incident | null): DriveOptions {
    return { ...driveOptions(training, this.#runFolder, incident), scene: this.#scene, model: this.#model };
  }

  #entryOf({ kind, environment, envSteps: steps, source, clip }: Incident): IncidentEntry {
    const { controlHz, actionSize } = this.#training!.env;
    return { kind, environment, steps, source, seconds: clipSteps(clip, actionSize) / controlHz };
  }

  /** Shows what training kept of a fall or a NaN in place of what is driven; null returns to driving. */
  async openIncident(kind: IncidentEntry["kind"] | null): Promise<void> {
    const training = this.#training;
    const incident = kind === null ? null : (training?.incidents.last[kind] ?? null);
    if (training === null || (kind !== null && incident === null))
      throw new UserError(`this training has recorded no ${kind === "nan" ? "NaN" : "fall"} yet`);
    await this.#seat.showTraining(this.#driveOptions(training, incident));
  }

  /** Drives another robot than the one in training, or, with null, that one. Throws UserError where it cannot be loaded. */
  async driveRobot(subject: PortraitSubject | null): Promise<void> {
    await this.#seat.showRobot(subject);
  }

  /** A stop was requested; the run finishes its iteration and saves. */
  stopping(): void {
    this.#show("stopping");
  }

  /** The run is over; the last picture and the curves stay. */
  end(state: Extract<RunState, "done" | "stopped" | "failed">, detail?: string): void {
    this.#stopLooking();
    this.#detail = detail;
    this.#show(state);
  }

  /** Ends what is driven. */
  async close(): Promise<void> {
    await this.#seat.close();
  }

  /** Something to say before there is a run. */
  announce(detail: string): void {
    this.#detail = detail;
    this.#show("starting");
  }

  /** Nothing is trained: a controller that ships, or what earlier runs of a task have left, can be driven. Throws UserError where the task is at fault. */
  async driveOnly(task: string, variant: TaskVariant): Promise<void> {
    this.idle();
    await this.#seat.showTask(task, variant);
  }

  /** Nothing is trained, and nothing driven until a page asks for it. */
  idle(): void {
    this.#detail = "no training was requested";
    this.#show("idle");
  }

  #stopLooking(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #lookAtWishes(): void {
    this.#server.drainIntents();
    this.#training?.watch.select(this.#server.watchedEnvironments());
    if (++this.#looks % MACHINE_LOOKS === 0 && this.#training?.machines) this.#show(this.#state);
  }

  #obey(wish: Intent["wish"]): void {
    if (this.#timer === null || this.#state === "stopping") return;
    this.#training?.setPaused(wish === "pause");
    this.#show(wish === "pause" ? "paused" : "training");
  }

  #refreshDrive(seconds: number): void {
    if (seconds - this.#refreshedSeconds < REFRESH_SECONDS) return;
    this.#refreshedSeconds = seconds;
    this.#seat.refresh();
  }

  #measure({ stepsPerSecond, timing }: IterationMetrics): void {
    this.#rate = stepsPerSecond;
    this.#iterationSeconds = timing.collectSeconds + timing.updateSeconds;
  }

  #show(state: RunState): void {
    if (state === "training") this.#detail = undefined;
    this.#state = state;
    const { steps = 0, seconds = 0, config, machines } = this.#training ?? {};
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
      ...(machines === undefined ? {} : { machines }),
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
    actionNames: env.actionDescription.names,
    keyframes: [],
    handles: [],
    goal: null,
    capabilities: ["pause-training"],
    startPoses: posesNow(env),
  };
}

/** Drives the task of a training; first on the shelf is the policy in training itself. */
function driveOptions(training: Training, runFolder: string, incident: Incident | null): DriveOptions {
  const { env, config } = training;
  const { task } = config;
  const first = {
    key: IN_TRAINING,
    label: () => `In training: ${basename(runFolder)}`,
    take: () => ({ key: IN_TRAINING, data: training.policy(), noise: config.evaluation.noise }),
  };
  const shelf = new PolicyShelf(env, { first, run: runFolder, shipped: true });
  const start = { seed: config.seed, disturbances: false, command: null };
  const variant = variantOf(config);
  if (incident === null) return { task, variant, env, shelf, start };
  const { kind, clip } = incident;
  // What follows a value that was not finite cannot be shown; the step that led to it can be gone on from.
  const steps = clipSteps(clip, env.actionSize) - (kind === "nan" ? 1 : 0);
  const setup = { task, ...variant, ...start, disturbances: true, policy: first.take(), clip };
  const course = { setup, log: [], steps, digest: "" };
  return { task, variant, env: training.trainedEnv, shelf, start, course, incident: kind };
}

/** Copies what the next collection would overwrite. */
function streamBurst({ environments, tape }: WatchedBurst, controlHz: number, expectedSeconds: number): Burst {
  const { steps, looks, pointSlots } = tape.sizes;
  const { poses, points, commands, twists, terms, starts } = tape.views;
  return {
    simulationHz: controlHz * looks,
    environments,
    steps: steps * looks,
    bodies: tape.sizes.bodies,
    poses: poses.slice(),
    ...(pointSlots > 0 ? { points: { values: points.slice(), environments: pointSlots } } : {}),
    commands: commands.slice(),
    twists: twists.slice(),
    terms: terms.slice(),
    flags: Uint8Array.from(starts, (start) => (start ? POSE_FLAG.cut : 0)),
    expectedSeconds,
  };
}
