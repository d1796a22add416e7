/**
 * Shows a driven simulation on the stream's pages and lets the page that steers act on it. The simulation lives on a thread of its own, which
 * begins when the first page looks and rests while none does.
 */
import { describeScene } from "../physics/scene-description.ts";
import type { ClockState, DriveChange, DriveMoment, DriveReport, DriveSetup } from "../rollout/drive-orders.ts";
import { DriveThread } from "../rollout/drive-thread.ts";
import type { DriveHandler } from "../stream/intents.ts";
import { type DriveMessage, type DriveWish, POSE_FLAG, type PolicyChoice, type RunInfo } from "../stream/protocol.ts";
import type { StreamServer } from "../stream/server.ts";
import type { Environment } from "../tasks/index.ts";
import { commandRangesOf } from "./command-ranges.ts";
import type { PolicyShelf, ShelfPolicy } from "./policy-shelf.ts";

/** What is driven. */
export interface DriveOptions {
  /** As `resolveTask` takes it */
  readonly task: string;
  /** For names, sizes and the scene; not stepped */
  readonly env: Environment;
  readonly shelf: PolicyShelf;
  /** Already loaded, for the start; the shelf's first where it is left out */
  readonly policy?: ShelfPolicy;
  readonly start: Pick<DriveSetup, "seed" | "disturbances" | "command">;
}

/** How often pages hear how the clock stands, and whether anybody watches is looked at. */
const STATUS_MS = 250;
/** A page that steers says so again and again; without a word for this long the robot is let stand. */
const SILENCE_MS = 1500;
const STANDING: CommandChange = { kind: "command", values: [0, 0, 0] };

const LET_GO: DriveChange = { kind: "hold", grip: null };

type CommandChange = Extract<DriveChange, { kind: "command" }>;

export class DriveView implements DriveHandler {
  readonly #server: StreamServer;
  readonly #options: DriveOptions;
  #thread: DriveThread | null = null;
  #starting = false;
  #closed = false;
  #policy: string;
  #choices: readonly PolicyChoice[] = [];
  #clock: ClockState = { playing: true, speed: 1, realTimeFactor: 0 };
  #step = 0;
  #falls = 0;
  #failure: string | undefined;
  #resting = false;
  readonly #timer: NodeJS.Timeout;
  #silence: NodeJS.Timeout | undefined;

  constructor(server: StreamServer, options: DriveOptions) {
    this.#server = server;
    this.#options = options;
    this.#policy = options.shelf.firstKey;
    server.onDrive(this);
    server.setScene(describeScene(options.env.sim), runInfo(options), "drive");
    this.#timer = setInterval(() => this.#look(), STATUS_MS).unref();
    this.#tell();
    this.#look();
  }

  /** A page looks: starts the simulation when it is the first, and looks for new policies. */
  watched(): void {
    this.#rest(false);
    void this.#start();
    void this.#list();
  }

  wheelChanged(): void {
    this.#steer(STANDING);
    this.#thread?.send({ kind: "change", change: LET_GO });
    this.#tell();
  }

  wish(wish: DriveWish): void {
    const thread = this.#thread;
    if (thread === null) return;
    switch (wish.type) {
      case "command":
        this.#steer(commandOf(wish), wish.at);
        return;
      case "simulate":
        if (wish.what === "reset") thread.send({ kind: "change", change: { kind: "reset" } });
        else thread.send({ kind: wish.what });
        return;
      case "setSpeed":
        thread.send({ kind: "speed", factor: wish.factor });
        return;
      case "policy":
        void this.#exchange(wish.key);
        return;
      case "push":
        thread.send({ kind: "change", change: { kind: "push", angle: wish.angle, speed: wish.speed } });
        return;
      case "grab":
        thread.send({ kind: "change", change: gripOf(wish) });
        return;
      case "letGo":
        thread.send({ kind: "change", change: LET_GO });
        return;
      default:
        wish satisfies never;
    }
  }

  #steer(change: CommandChange, at?: number): void {
    clearTimeout(this.#silence);
    this.#thread?.send({ kind: "change", change, at });
    if (change.values.some((value) => value !== 0))
      this.#silence = setTimeout(() => this.#steer(STANDING), SILENCE_MS).unref();
  }

  /** Lets the first policy of the shelf act as it is by now, if it is the one that is driven. */
  refresh(): void {
    if (this.#thread !== null && !this.#resting && this.#policy === this.#options.shelf.firstKey)
      void this.#exchange(this.#policy);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#thread?.close();
  }

  async #start(): Promise<void> {
    if (this.#thread !== null || this.#starting || this.#closed) return;
    this.#starting = true;
    this.#failure = undefined;
    this.#tell();
    try {
      const thread = await this.#startThread();
      this.#thread = thread;
      if (this.#closed) await thread.close();
    } catch (error) {
      this.#failure = (error as Error).message;
    }
    this.#starting = false;
    this.#tell();
  }

  async #startThread(): Promise<DriveThread> {
    const { task, start, shelf, policy } = this.#options;
    const { data, noise } = policy ?? (await shelf.load(this.#policy));
    const lost = (reason: string) => {
      this.#thread = null;
      this.#failure = reason;
      this.#tell();
    };
    const setup = { task, ...start, policy: data, noise };
    return DriveThread.create(setup, { report: (report) => this.#receive(report), lost });
  }

  #receive(report: Extract<DriveReport, { kind: "moment" | "taken" }>): void {
    if (report.kind === "taken") {
      this.#server.confirmSteering(report.at);
      return;
    }
    const { moment, clock } = report;
    const changed = clock.playing !== this.#clock.playing || clock.speed !== this.#clock.speed;
    this.#clock = clock;
    this.#step = moment.step;
    this.#falls = moment.falls;
    this.#show(moment);
    if (changed) this.#tell();
  }

  #show(moment: DriveMoment): void {
    const { controlHz, sim } = this.#options.env;
    const { poses, command, twist, terms } = moment;
    const environments = [{ environment: 0, flags: flagsOf(moment, this.#clock), poses, command, twist }];
    const time = moment.step / controlHz;
    const frame = { time, speed: this.#clock.speed, bodies: sim.nbody, environments };
    this.#server.pushFrame(frame, new Map([[0, terms]]), "drive");
    this.#server.pushContacts(time, moment.contacts);
  }

  async #exchange(key: string): Promise<void> {
    try {
      const { data: policy, noise } = await this.#options.shelf.load(key);
      this.#thread?.send({ kind: "change", change: { kind: "policy", policy, noise } });
      this.#policy = key;
      this.#failure = undefined;
    } catch (error) {
      this.#failure = (error as Error).message;
    }
    this.#tell();
  }

  async #list(): Promise<void> {
    this.#choices = await this.#options.shelf.choices();
    this.#tell();
  }

  /** Rests while nobody watches, and tells those who do how it stands. */
  #look(): void {
    const watchers = this.#server.watchersOf("drive");
    if (watchers > 0 && this.#thread === null && this.#failure === undefined) this.watched();
    this.#rest(watchers === 0);
    if (watchers > 0) this.#tell();
  }

  #rest(resting: boolean): void {
    if (resting === this.#resting) return;
    this.#resting = resting;
    this.#thread?.send({ kind: "rest", resting });
  }

  #tell(): void {
    const { speed, realTimeFactor } = this.#clock;
    this.#server.pushDrive({
      state: this.#state(),
      speed,
      realTimeFactor,
      step: this.#step,
      falls: this.#falls,
      policy: this.#policy,
      policies: this.#choices,
      ...(this.#failure === undefined ? {} : { detail: this.#failure }),
    });
  }

  #state(): DriveMessage["state"] {
    if (this.#thread !== null) return this.#clock.playing ? "playing" : "paused";
    return this.#failure === undefined ? "loading" : "failed";
  }
}

function commandOf({ vx, vy, yawRate }: Extract<DriveWish, { type: "command" }>): CommandChange {
  return { kind: "command", values: [vx, vy, yawRate] };
}

function gripOf({ body, point, target }: Extract<DriveWish, { type: "grab" }>): DriveChange {
  return { kind: "hold", grip: { body, point, target } };
}

function flagsOf({ cut, terminated, nan }: DriveMoment, { playing }: ClockState): number {
  return (
    (cut ? POSE_FLAG.cut : 0) |
    (terminated ? POSE_FLAG.terminated : 0) |
    (nan ? POSE_FLAG.nan : 0) |
    (playing ? 0 : POSE_FLAG.paused)
  );
}

function runInfo({ env, shelf }: DriveOptions): RunInfo {
  const commandRanges = commandRangesOf(env);
  return {
    task: env.task.name,
    run: shelf.firstKey,
    algorithm: "",
    environments: 1,
    controlHz: env.controlHz,
    episodeSteps: env.episodeSteps,
    totalSteps: 0,
    hasCommand: commandRanges.length > 0,
    commandRanges,
    rewardNames: env.rewardNames,
    capabilities: commandRanges.length > 0 ? ["steer", "simulate"] : ["simulate"],
  };
}
