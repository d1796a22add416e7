/**
 * Shows a driven simulation on the stream's pages and lets the page that steers act on it. The simulation lives on a thread of its own, which
 * begins when the first page looks and rests while none does.
 */

import { replayText } from "../catalogue/replay-file.ts";
import type {
  BrokenStep,
  ClockState,
  DriveCourse,
  DriveMoment,
  DriveSetup,
  FanWish,
  FlowTally,
  NamedPolicy,
  OriginalMoment,
} from "../drive/drive-orders.ts";
import { type DriveEvents, DriveThread } from "../drive/drive-thread.ts";
import { UserError } from "../math/user-error.ts";
import { describeScene } from "../physics/looks/scene-description.ts";
import type { DriveHandler } from "../stream/intents.ts";
import type { DriveMessage, DriveWish, ModelInfo, PolicyChoice, RunInfo, StreamScene } from "../stream/protocol.ts";
import type { StreamServer } from "../stream/server.ts";
import type { Environment, TaskVariant } from "../tasks/index.ts";
import { asUserFault } from "../tasks/own/user-fault.ts";
import { inBackground } from "../threads/background-timer.ts";
import { besides, branchOf, flagsOf, shownReadings } from "./drive-frames.ts";
import { runInfo } from "./drive-info.ts";
import { FallDesk } from "./fall-desk.ts";
import { type CommandChange, commandOf, LET_GO, orderOf, type PlainWish, STANDING } from "./page-wishes.ts";
import type { PolicyShelf } from "./policy-shelf.ts";

/** What is driven. */
export interface DriveOptions {
  /** As `resolveTask` takes it */
  readonly task: string;
  readonly variant?: TaskVariant;
  /** For names, sizes and the scene; not stepped */
  readonly env: Environment;
  /** The scene, where it was described before; the env may be freed then */
  readonly scene?: StreamScene;
  readonly shelf: PolicyShelf;
  /** Already loaded, for the start; the shelf's first where it is omitted */
  readonly policy?: NamedPolicy;
  /** A course to go through, instead of a new one */
  readonly course?: DriveCourse;
  /** What the course shows of a training */
  readonly incident?: RunInfo["incident"];
  /** What the model has, where it was listed before and the env may be freed. */
  readonly model?: ModelInfo;
  /** Whether it is a model without a task: joints and controls are set by hand, and the clock stands at first. */
  readonly isBare?: boolean;
  readonly start: Pick<DriveSetup, "seed" | "disturbances" | "command">;
  /** Hears in one line what the page shows too: why the simulation ended, or what was not finite. */
  readonly note?: (line: string) => void;
}

/** How often pages hear how the clock stands, and whether anybody watches is looked at. */
const STATUS_MS = 250;
/** A page that steers says so again and again; without a word for this long the robot is let stand. */
const SILENCE_MS = 1500;

/** What became of the robot. */
const HELD = "the robot is held and the simulation is stopped: choose another policy, or reset";

/** What the thread reports while it runs. */
type DriveNews = Parameters<DriveEvents["report"]>[0];

/** The drive channel of a server. */
export class DriveView implements DriveHandler {
  readonly #server: StreamServer;
  readonly #options: DriveOptions;
  #thread: DriveThread | null = null;
  #starting = false;
  #closed = false;
  #choices: readonly PolicyChoice[] = [];
  #clock: ClockState = { playing: true, speed: 1, realTimeFactor: 0 };
  /** The last one that was seen. */
  #moment: Omit<DriveMoment, "poses" | "points" | "contacts" | "terms"> | null = null;
  #branch: DriveMessage["branch"] = null;
  #failure: string | undefined;
  /** The first line that says that a policy failed. */
  #failed: string | undefined;
  /** Chosen last; what is chosen before the thread is there acts once it is. */
  #wanted: NamedPolicy | null = null;
  /** Policies requested so far; the last one acts, whichever is loaded last. */
  #asked = 0;
  /** What the courses are for that the thread was asked for, in order. */
  readonly #askedFor: ("replay" | "why")[] = [];
  readonly #falls = new FallDesk(() => this.#tell());
  /** Gone through in place of the drive that the page began. */
  #course: DriveCourse | undefined;
  /** Step from which the next thread plays; null where it begins as it does. */
  #playFrom: number | null = null;
  #fanWish: FanWish | null = null;
  #showsReadings = false;
  #tallies: readonly FlowTally[] = [];
  #resting = false;
  readonly #info: RunInfo;
  readonly #timer: NodeJS.Timeout;
  #silence: NodeJS.Timeout | undefined;

  constructor(server: StreamServer, options: DriveOptions) {
    this.#server = server;
    this.#options = options;
    server.onDrive(this);
    this.#info = runInfo(options);
    server.setScene(options.scene ?? describeScene(options.env.sim), this.#info, "drive");
    this.#timer = inBackground(setInterval(() => this.#look(), STATUS_MS));
    this.#tell();
    this.#look();
  }

  /** A page looks: starts the simulation when it is the first, and looks for new policies. */
  watched(): void {
    this.#rest(false);
    void this.#start();
    void this.#list();
  }

  fanWished(): void {
    const wish = this.#server.fanWish();
    if (wish?.ghosts === this.#fanWish?.ghosts || this.#thread === null) return;
    this.#fanWish = wish;
    this.#thread.send({ kind: "fan", wish });
  }

  readingsWished(): void {
    const look = this.#server.areReadingsWanted;
    if (look === this.#showsReadings || this.#thread === null) return;
    this.#showsReadings = look;
    this.#thread.send({ kind: "readings", look });
  }

  wheelChanged(): void {
    this.#steer(STANDING);
    this.#thread?.send({ kind: "change", change: LET_GO });
    this.#tell();
  }

  wish(wish: DriveWish): void {
    if (wish.type === "command") this.#steer(commandOf(wish), wish.at);
    else if (wish.type === "policy") void this.#exchange(wish.key);
    else if (wish.type === "saveReplay") this.#askForCourse("replay");
    else if (wish.type === "why") this.#askForCourse("why");
    else if (wish.type === "verdict") void this.#showVerdict(wish.place);
    else if (wish.type === "coordinate") this.#setCoordinate(wish.coordinate, wish.value);
    else this.#order(wish);
  }

  #askForCourse(purpose: "replay" | "why"): void {
    if (this.#thread === null || (purpose === "why" && this.#falls.isShowing)) return;
    this.#askedFor.push(purpose);
    this.#thread.send({ kind: "tell-course" });
  }

  /** Goes through a drive of the answer, or through the own one again; closes the answer where that is shown. */
  async #showVerdict(place: number | null): Promise<void> {
    if (place === null && !this.#falls.isShowing) return this.#falls.forget();
    const shown = this.#falls.show(place);
    const thread = this.#thread;
    if (shown === null || thread === null) return;
    this.#thread = null;
    this.#askedFor.length = 0;
    this.#wanted = null;
    this.#moment = null;
    this.#course = shown.course;
    this.#playFrom = shown.from;
    await thread.close();
    await this.#start();
  }

  #order(wish: PlainWish): void {
    const isReset = wish.type === "simulate" && wish.what === "reset";
    if (isReset && this.#thread !== null) this.#failure = undefined;
    if (isReset) void this.#falls.forget();
    this.#thread?.send(orderOf(wish));
  }

  #setCoordinate(coordinate: number, value: number): void {
    const found = this.#info.model?.coordinates[coordinate];
    if (found === undefined) return;
    const { qposAddress, dofAddress } = found;
    this.#thread?.send({ kind: "change", change: { kind: "coordinate", qposAddress, dofAddress, value } });
  }

  #steer(change: CommandChange, at?: number): void {
    clearTimeout(this.#silence);
    this.#thread?.send({ kind: "change", change, at });
    if (change.values.some((value) => value !== 0))
      this.#silence = inBackground(setTimeout(() => this.#steer(STANDING), SILENCE_MS));
  }

  /** Lets the first policy of the shelf act as it is by now, if it is the one that is driven, and not in the past. */
  refresh(): void {
    const { step = 0, newest = 0 } = this.#moment ?? {};
    if (this.#thread === null || this.#resting || !this.#clock.playing || step < newest || this.#branch) return;
    if (this.#falls.isShowing) return;
    if (this.#policy === this.#options.shelf.firstKey) void this.#exchange(this.#policy);
  }

  /** Why the simulation ended, or which policy gave no finite actions; undefined while neither happened. */
  get failed(): string | undefined {
    return this.#failed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await Promise.all([this.#thread?.close(), this.#falls.close()]);
  }

  async #start(): Promise<void> {
    if (this.#thread !== null || this.#starting || this.#closed) return;
    this.#starting = true;
    this.#failure = undefined;
    this.#tell();
    try {
      const thread = await this.#startThread();
      this.#thread = thread;
      this.#beginPlaying(thread);
      if (this.#wanted) thread.send({ kind: "change", change: { kind: "policy", policy: this.#wanted } });
      this.#fanWish = null;
      this.fanWished();
      this.#showsReadings = false;
      this.readingsWished();
      if (this.#closed) await thread.close();
    } catch (error) {
      this.#lose((error as Error).message);
    }
    this.#starting = false;
    this.#tell();
  }

  /** A verdict is watched from a moment before the fall. */
  #beginPlaying(thread: DriveThread): void {
    if (this.#playFrom === null) return;
    thread.send({ kind: "seek", step: this.#playFrom });
    thread.send({ kind: "play" });
    this.#playFrom = null;
  }

  async #startThread(): Promise<DriveThread> {
    const { task, variant, start, shelf, policy, isBare: isPaused } = this.#options;
    const course = this.#course ?? this.#options.course;
    const lost = (reason: string) => {
      this.#thread = null;
      this.#lose(reason);
      this.#tell();
    };
    const setup = course?.setup ?? { task, ...variant, ...start, policy: policy ?? (await shelf.load(shelf.firstKey)) };
    return DriveThread.create({ setup, course, isPaused }, { report: (report) => this.#receive(report), lost });
  }

  #lose(reason: string): void {
    this.#say(reason);
    this.#failed ??= reason;
  }

  /** Shows a line on the page, and once in a row on the terminal. */
  #say(line: string): void {
    if (line !== this.#failure) this.#options.note?.(line);
    this.#failure = line;
  }

  get #policy(): string {
    return this.#moment?.policy ?? this.#options.shelf.firstKey;
  }

  #receive(report: DriveNews): void {
    switch (report.kind) {
      case "taken":
        this.#server.confirmSteering(report.at);
        return;
      case "course":
        this.#handOver(report.course);
        return;
      case "fan":
        this.#server.pushFan({ ...report.fan, bodies: this.#options.env.sim.nbody });
        return;
      case "readings":
        this.#server.pushReadings(shownReadings(report.readings));
        return;
      case "tallies":
        this.#tallies = report.tallies;
        return;
      case "moment":
        this.#see(report);
        return;
      case "broken":
        this.#stumble(report.broken);
        return;
      case "refused":
        this.#fail(new Error(report.message));
        return;
      default:
        report satisfies never;
    }
  }

  #see({ moment, original, clock }: Extract<DriveNews, { kind: "moment" }>): void {
    const { playing, speed } = this.#clock;
    const changed =
      clock.playing !== playing ||
      clock.speed !== speed ||
      moment.policy !== this.#policy ||
      moment.complaint !== (this.#moment?.complaint ?? "") ||
      original?.start !== this.#branch?.start;
    this.#clock = clock;
    this.#moment = moment;
    this.#branch = branchOf(original);
    this.#show(moment, original);
    if (changed || !clock.playing) this.#tell();
  }

  #stumble({ source, held, policy }: BrokenStep): void {
    if (held) this.#lose(`${policy}: gave a non-finite ${source}; ${HELD}`);
    else this.#say(`${this.#options.env.task.name}: ${source} was not finite; the robot was reset`);
    this.#tell();
  }

  #handOver(course: DriveCourse | null): void {
    try {
      if (this.#askedFor.shift() === "why") {
        if (course === null)
          throw new UserError(
            "why: the beginning of this drive is forgotten, expected a shorter one; reset and try again",
          );
        void this.#falls.ask(course);
        return;
      }
      const { name, text } = replayText(course);
      this.#server.sendReplay(name, text);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure = (asUserFault(error) as Error).message;
    this.#tell();
  }

  #show(moment: DriveMoment, original: OriginalMoment | null): void {
    const { controlHz, sim } = this.#options.env;
    const { poses, points, command, twist, terms, contacts, grip, push } = moment;
    const environments = [{ environment: 0, flags: flagsOf(moment, this.#clock), poses, points, command, twist }];
    if (original) environments.push(besides(original, this.#clock));
    const time = moment.step / controlHz;
    const frame = { time, speed: this.#clock.speed, bodies: sim.nbody, environments };
    this.#server.pushFrame(frame, new Map([[0, terms]]), "drive");
    this.#server.pushContacts({ time, values: contacts, grip, push });
  }

  async #exchange(key: string): Promise<void> {
    const turn = ++this.#asked;
    try {
      const policy = await this.#options.shelf.choose(key);
      if (turn !== this.#asked) return;
      this.#failure = undefined;
      this.#wanted = policy;
      this.#thread?.send({ kind: "change", change: { kind: "policy", policy } });
    } catch (error) {
      if (turn === this.#asked) this.#fail(error);
    }
  }

  async #list(): Promise<void> {
    this.#choices = await this.#options.shelf.choices();
    this.#tell();
  }

  /** Rests without viewers, and sends viewers its state. */
  #look(): void {
    const watchers = this.#server.watchersOf("drive");
    if (watchers > 0 && this.#thread === null && this.#failure === undefined) this.watched();
    this.#rest(watchers === 0);
    this.fanWished();
    this.readingsWished();
    if (watchers > 0) this.#tell();
  }

  #rest(resting: boolean): void {
    if (resting === this.#resting) return;
    this.#resting = resting;
    this.#thread?.send({ kind: "rest", resting });
  }

  #tell(): void {
    if (this.#closed) return;
    const { speed, realTimeFactor } = this.#clock;
    this.#server.pushDrive({
      state: this.#state(),
      speed,
      realTimeFactor,
      step: this.#moment?.step ?? 0,
      oldest: this.#moment?.oldest ?? 0,
      newest: this.#moment?.newest ?? 0,
      falls: this.#moment?.falls ?? 0,
      goal: this.#moment?.goal ?? null,
      kind: this.#moment?.kind ?? "zero",
      tallies: this.#tallies,
      branch: this.#branch,
      flow: this.#moment?.flow ?? null,
      actMs: this.#moment?.actMs ?? 0,
      policy: this.#policy,
      policies: this.#choices,
      ...(this.#detail === undefined ? {} : { detail: this.#detail }),
      ...(this.#falls.state === undefined ? {} : { fall: this.#falls.state }),
    });
  }

  /** Why it failed, or what MuJoCo refused while it continued. */
  get #detail(): string | undefined {
    return this.#failure ?? (this.#moment?.complaint || undefined);
  }

  #state(): DriveMessage["state"] {
    if (this.#thread !== null) return this.#clock.playing ? "playing" : "paused";
    return this.#failure === undefined ? "loading" : "failed";
  }
}
