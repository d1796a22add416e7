/**
 * The stream's server: serves the built page and sends every watching page what a training process pushes here. Pushing never waits: slow
 * and dead pages cost the training nothing. What pages want is queued and handed to the owner between its steps. No simulation lives here.
 */
import { join } from "node:path";
import { packageRoot } from "../files/package-root.ts";
import { inBackground } from "../threads/background-timer.ts";
import { Gate, type GateOptions } from "./gate.ts";
import { History } from "./history.ts";
import { type DriveHandler, type Intent, IntentDesk, type RefusalCounts, type StudioHandler } from "./intents.ts";
import type { PageSocket } from "./page-socket.ts";
import type { Burst, PlaybackFrame } from "./playback.ts";
import {
  type Channel,
  type ContactsMessage,
  type DriveMessage,
  type EvaluationPoint,
  type EventMessage,
  encodeFanFrame,
  type FanFrame,
  MAX_WATCHED,
  type MetricsPoint,
  PROTOCOL_VERSION,
  type ReadingsMessage,
  type RunInfo,
  type RunsMessage,
  type ServerMessage,
  type StatusMessage,
  type StreamScene,
} from "./protocol.ts";
import { type LiveFrame, Show } from "./show.ts";
import { type FanWish, ViewerConnection } from "./viewer-connection.ts";

const MAX_VIEWERS = 128;
/** Robots that a page shows until its user chooses otherwise. */
const FIRST_SHOWN = 16;
const TERMS_INTERVAL_MS = 200;
const PING_INTERVAL_MS = 15_000;
/** How long before it is due a frame of a burst may be sent; pages play frames by their due time. */
const AHEAD_MS = 200;
/** What a server is started with. */
export interface StreamOptions extends GateOptions {
  /** Folder of the built page. */
  readonly pageFolder?: string;
  /** Version shown on the page. */
  readonly version?: string;
  /** What pages can look at, the usual one first; by default only the training. */
  readonly channels?: readonly Channel[];
  /** Most pose frames per second and page. */
  readonly frameHz?: number;
  /** Steady clock in milliseconds. */
  readonly nowMs?: () => number;
}

const noTerms: ReadonlyMap<number, Float32Array> = new Map();

/** The server of one process. */
export class StreamServer {
  private readonly gate: Gate;
  private readonly options: StreamOptions;
  private readonly nowMs: () => number;
  private readonly frameMs: number;
  private readonly history = new History();
  private readonly viewers = new Map<PageSocket, ViewerConnection>();
  private readonly desk: IntentDesk;
  private readonly channels: readonly Channel[];
  private readonly shows: Readonly<Record<Channel, Show>> = {
    training: new Show("training"),
    drive: new Show("drive"),
  };
  private status: StatusMessage | null = null;
  private drive: DriveMessage | null = null;
  private nextScene = 1;
  private nextViewer = 1;
  private playTimer: NodeJS.Timeout | null = null;
  private readonly pingTimer: NodeJS.Timeout;

  private constructor(gate: Gate, options: StreamOptions) {
    this.gate = gate;
    this.options = options;
    this.nowMs = options.nowMs ?? (() => performance.now());
    this.frameMs = 1000 / (options.frameHz ?? 30);
    this.channels = options.channels ?? ["training"];
    this.desk = new IntentDesk(this.nowMs, (channel) => (this.channels.includes(channel) ? this.shows[channel] : null));
    gate.open({
      isFull: () => this.viewers.size >= MAX_VIEWERS,
      enter: (socket) => this.welcome(socket),
      refused: () => {
        this.desk.refused.connection++;
      },
      failed: (error) => this.desk.countSocketError(error),
    });
    this.pingTimer = inBackground(setInterval(() => this.pingAll(), PING_INTERVAL_MS));
  }

  /**
   * Reads the built page, binds the port and starts to listen.
   * @throws UserError when the port is in use or cannot be bound
   */
  static async listen(options: StreamOptions): Promise<StreamServer> {
    const pageFolder = options.pageFolder ?? join(packageRoot, "dist", "viewer");
    return new StreamServer(await Gate.listen(pageFolder, options), options);
  }

  /** Address to open in a browser, token included. */
  get url(): string {
    return this.gate.url;
  }

  get port(): number {
    return this.gate.port;
  }

  /** Pages connected now. */
  get viewerCount(): number {
    return this.viewers.size;
  }

  /** Messages and connections refused so far, by reason. */
  get refused(): RefusalCounts {
    return this.desk.refused;
  }

  /** Speed at which bursts are shown, as a multiple of real time. */
  get speed(): number {
    return this.shows.training.player.speed;
  }

  /** Pages that look at something now, paused ones omitted. */
  watchersOf(channel: Channel): number {
    return this.viewersOf(channel).filter((viewer) => !viewer.isPaused).length;
  }

  /** Shows another scene or run from now on: queued poses are dropped and, of the training, the curves start again. */
  setScene(scene: StreamScene, info: RunInfo, channel: Channel = "training"): void {
    this.shows[channel].begin(this.nextScene++, scene, info);
    if (channel === "training") {
      this.history.restart();
      this.desk.forget();
    }
    for (const viewer of this.viewersOf(channel)) viewer.offerScene(this.shows[channel]);
  }

  /** Nothing is driven until the next scene: pages that look see that one is being loaded. */
  clearDrive(): void {
    this.shows.drive.clear();
    this.drive = null;
  }

  /**
   * Shows a moment of a live simulation to every page that looks at it, at once.
   * @param terms weighted reward terms of the step, by environment
   */
  pushFrame(frame: LiveFrame, terms: ReadonlyMap<number, Float32Array> = noTerms, channel: Channel = "training"): void {
    const show = this.shows[channel];
    this.show(show, { frame: show.frame(frame, this.nowMs()), terms });
  }

  /**
   * Shows the steps of one collection evenly until the next burst is expected. The arrays belong to the stream afterwards.
   * @throws RangeError when an array does not have its declared size
   */
  pushBurst(burst: Burst): void {
    this.shows.training.player.push(burst, this.nowMs());
    this.schedulePlay();
  }

  /** State of the driven simulation, sent to every page. */
  pushDrive(drive: Omit<DriveMessage, "type" | "driver">): void {
    this.drive = { type: "drive", driver: this.desk.wheel.holder, ...drive };
    for (const viewer of this.viewers.values()) viewer.offer(this.drive);
  }

  /**
   * Where the driven robot touches something, and what a user does to it.
   * @param values [contacts, 6] as in `ContactsMessage`
   */
  pushContacts({ values, ...told }: Omit<ContactsMessage, "type" | "values"> & { values: Float32Array }): void {
    const rounded = Array.from(values, (value) => Math.round(1e4 * value) / 1e4);
    for (const viewer of this.viewersOf("drive")) viewer.offerDetail({ type: "contacts", ...told, values: rounded });
  }

  /** What pages want to see of the actions that the driven policy might take; null while none looks. */
  fanWish(): FanWish | null {
    const wishes = this.viewersOf("drive").flatMap((viewer) => (viewer.isPaused ? [] : (viewer.fanWish ?? [])));
    return wishes.find(({ ghosts }) => ghosts !== "off") ?? wishes[0] ?? null;
  }

  /** Shows the pages that look what the driven policy might do next. */
  pushFan(fan: Omit<FanFrame, "scene">): void {
    const bytes = encodeFanFrame({ ...fan, scene: this.shows.drive.scene?.id ?? 0 });
    for (const viewer of this.viewersOf("drive")) viewer.offerFan(bytes);
  }

  /** Whether a page shows what joints, sensors and contacts read. */
  get areReadingsWanted(): boolean {
    return this.viewersOf("drive").some(({ isPaused, wantsReadings }) => wantsReadings && !isPaused);
  }

  /** Shows the pages that look what can be read from the driven simulation. */
  pushReadings(readings: Omit<ReadingsMessage, "type">): void {
    for (const viewer of this.viewersOf("drive"))
      if (viewer.wantsReadings) viewer.offerDetail({ type: "readings", ...readings });
  }

  /** Hands a replay file to the page that steers. */
  sendReplay(name: string, text: string): void {
    for (const viewer of this.viewers.values())
      if (viewer.id === this.desk.wheel.holder) viewer.sendNow({ type: "replay", name, text });
  }

  /** Tells the page that steers when its command arrived in the simulation. */
  confirmSteering(at: number): void {
    for (const viewer of this.viewers.values())
      if (viewer.id === this.desk.wheel.holder) viewer.offer({ type: "steered", at });
  }

  pushMetrics(point: MetricsPoint): void {
    this.history.addPoint(point);
    this.flushAll();
  }

  pushEvaluation(point: EvaluationPoint): void {
    this.history.addEvaluation(point);
    this.flushAll();
  }

  pushStatus(status: Omit<StatusMessage, "type">): void {
    this.status = { type: "status", ...status };
    for (const viewer of this.viewers.values()) viewer.offer(this.status);
  }

  pushEvent(event: Omit<EventMessage, "type">): void {
    this.history.addEvent({ type: "event", ...event });
    this.flushAll();
  }

  /** Receives the pages' requests; called from `drainIntents` only. */
  onIntent(handler: (intent: Intent) => void): void {
    this.desk.handler = handler;
  }

  /** Receives the steering page's requests at once. */
  onDrive(handler: DriveHandler): void {
    this.desk.driveHandler = handler;
  }

  /** Receives requests for trainings at once. */
  onStudio(handler: StudioHandler): void {
    this.desk.studioHandler = handler;
  }

  /** Answers one page. */
  tell(viewer: number, message: ServerMessage): void {
    for (const page of this.viewers.values()) if (page.id === viewer) page.sendNow(message);
  }

  /** List of the runs, sent to every page. */
  pushRuns(runs: RunsMessage): void {
    for (const viewer of this.viewers.values()) viewer.offer(runs);
  }

  /** Hands over what pages requested since the last call. The owner calls it between steps. */
  drainIntents(): void {
    this.desk.drain();
  }

  /** Training environments that pages show, at most `MAX_WATCHED`; without viewers those that a page shows first, so that it has a picture at once. */
  watchedEnvironments(): number[] {
    const count = this.shows.training.scene?.info.environments ?? 0;
    const watching = this.viewersOf("training").filter((viewer) => !viewer.isPaused);
    const wanted = new Set(watching.map((viewer) => viewer.followed));
    for (const viewer of watching) for (const n of viewer.watched) wanted.add(n);
    if (wanted.size === 0) for (let n = 0; n < FIRST_SHOWN; n++) wanted.add(n);
    return [...wanted].filter((n) => n < count).slice(0, MAX_WATCHED);
  }

  /** Says goodbye to every page and frees the port. */
  async close(): Promise<void> {
    clearInterval(this.pingTimer);
    if (this.playTimer) clearTimeout(this.playTimer);
    for (const viewer of this.viewers.values()) {
      viewer.socket.close(1001, "server closes");
      viewer.socket.terminate();
    }
    await this.gate.close();
  }

  // ------------------------------------------------------------------------------------------------------------------------- playing bursts

  private schedulePlay(): void {
    if (this.playTimer || this.viewers.size === 0) return;
    const waitMs = this.shows.training.player.waitMs(this.nowMs());
    if (waitMs === Number.POSITIVE_INFINITY) return;
    this.playTimer = inBackground(setTimeout(() => this.play(), Math.max(waitMs, this.frameMs)));
  }

  /** Sends what is due until `AHEAD_MS` from now in one go: waking up for every frame would take the training's time. */
  private play(): void {
    this.playTimer = null;
    const nowMs = this.nowMs();
    for (let aheadMs = 0; aheadMs < AHEAD_MS - this.frameMs / 2; aheadMs += this.frameMs) {
      const next = this.shows.training.player.poll(nowMs + aheadMs);
      if (next) this.show(this.shows.training, next);
    }
    this.schedulePlay();
  }

  private show(show: Show, next: PlaybackFrame): void {
    show.lastFrame = next.frame;
    const encoded = new Map<string, Uint8Array>();
    for (const viewer of this.viewersOf(show.channel)) viewer.offerFrame(next.frame, encoded);
    this.pushTerms(show, next);
  }

  private pushTerms(show: Show, { frame, terms }: PlaybackFrame): void {
    const now = this.nowMs();
    if (now - show.lastTermsMs < TERMS_INTERVAL_MS) return;
    show.lastTermsMs = now;
    for (const viewer of this.viewersOf(show.channel)) {
      const values = terms.get(viewer.followed);
      if (!values) continue;
      viewer.offerDetail({ type: "terms", environment: viewer.followed, time: frame.time, values: Array.from(values) });
    }
  }

  private viewersOf(channel: Channel): ViewerConnection[] {
    return [...this.viewers.values()].filter((viewer) => viewer.channel === channel);
  }

  // ---------------------------------------------------------------------------------------------------------------------------- connections

  private welcome(socket: PageSocket): void {
    const viewer = new ViewerConnection(this.nextViewer++, socket, this.history, this.channels[0]);
    this.viewers.set(socket, viewer);
    socket.on("close", () => {
      this.viewers.delete(socket);
      this.desk.dismiss(viewer);
    });
    socket.on("pong", () => {
      viewer.isAlive = true;
    });
    this.desk.attend(viewer);
    const { channels } = this;
    const isStudio = this.desk.studioHandler !== null;
    const { version: server = "" } = this.options;
    viewer.sendNow({ type: "hello", protocol: PROTOCOL_VERSION, server, viewer: viewer.id, channels, isStudio });
    viewer.look(this.shows[viewer.channel]);
    if (this.status) viewer.offer(this.status);
    if (this.drive) viewer.offer(this.drive);
    this.desk.studioHandler?.welcome(viewer.id);
    this.schedulePlay();
  }

  private flushAll(): void {
    for (const viewer of this.viewers.values()) viewer.flush();
  }

  /** Lets go of pages that did not answer the last ping. */
  private pingAll(): void {
    for (const viewer of this.viewers.values()) {
      if (viewer.isAlive) viewer.socket.ping();
      else viewer.socket.terminate();
      viewer.isAlive = false;
    }
  }
}
