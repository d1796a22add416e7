/**
 * Receives what pages send: checks it, counts what is refused, acts on what concerns the stream alone, and hands on the rest. Requests of the training
 * wait in a bounded queue until its owner asks; requests of the page that steers are handed on at once.
 */
import { readClientMessage } from "./client-message.ts";
import { MessageRate } from "./message-rate.ts";
import {
  type Capability,
  type Channel,
  type ClientMessage,
  type DriveWish,
  ORIGINAL,
  PROTOCOL_VERSION,
  type TrainingQuestion,
  type TrainingWish,
} from "./protocol.ts";
import type { Show } from "./show.ts";
import type { ViewerConnection } from "./viewer-connection.ts";
import { Wheel } from "./wheel.ts";

/** A request of a page that the owner of the training decides on. */
export interface Intent {
  readonly viewer: number;
  readonly wish: "pause" | "resume";
}

/** Who obeys the page that steers. */
export interface DriveHandler {
  wish(wish: DriveWish): void;
  /** Another page steers now, or none. */
  wheelChanged(): void;
  /** A page looks at the driven simulation. */
  watched(): void;
  /** A page looks at what the policy might do next, or no longer. */
  fanWished(): void;
  /** A page looks at what joints, sensors and contacts read, or no longer. */
  readingsWished(): void;
}

/** Starts and stops trainings and knows the runs. Viewers are named by their numbers; a refused request is reported to its viewer. */
export interface StudioHandler {
  /** A page has come. */
  welcome(viewer: number): void;
  ask(viewer: number, question: TrainingQuestion): void;
  wish(viewer: number, wish: TrainingWish): void;
}

/** How often something was refused. */
export interface RefusalCounts {
  malformed: number;
  oversized: number;
  tooFrequent: number;
  /** Asked for something that is not offered, or not to this page. */
  notOffered: number;
  /** Wrong host, origin, path or token. */
  connection: number;
}

const MESSAGES_PER_SECOND = 120;
const MESSAGES_AT_ONCE = 240;
const MAX_WAITING_INTENTS = 256;
/** A page that is refused this often in a row is disconnected. */
const MAX_REFUSALS_IN_ROW = 200;
/** Close codes of our own. */
const CLOSE_VERSION = 4426;
const CLOSE_ABUSE = 4429;

/** What each request needs. */
const needed: Readonly<Record<DriveWish["type"], Capability>> = {
  command: "steer",
  simulate: "simulate",
  setSpeed: "simulate",
  policy: "simulate",
  push: "simulate",
  grab: "simulate",
  letGo: "simulate",
  flow: "simulate",
  seek: "simulate",
  saveReplay: "simulate",
  why: "simulate",
  verdict: "simulate",
  keyframe: "simulate",
  place: "simulate",
  coordinate: "pose",
  control: "pose",
  branch: "simulate",
};

/** Reads the messages of all pages. */
export class IntentDesk {
  handler: ((intent: Intent) => void) | null = null;
  driveHandler: DriveHandler | null = null;
  studioHandler: StudioHandler | null = null;
  readonly wheel = new Wheel();
  readonly refused: RefusalCounts = { malformed: 0, oversized: 0, tooFrequent: 0, notOffered: 0, connection: 0 };
  private readonly nowMs: () => number;
  private readonly showOf: (channel: Channel) => Show | null;
  private waiting: Intent[] = [];

  /** @param showOf what a channel shows; null where there is no such channel */
  constructor(nowMs: () => number, showOf: (channel: Channel) => Show | null) {
    this.nowMs = nowMs;
    this.showOf = showOf;
  }

  /** Drops what waits: it was meant for another run. */
  forget(): void {
    this.waiting = [];
  }

  /** Listens to a page. */
  attend(viewer: ViewerConnection): void {
    const rate = new MessageRate(MESSAGES_PER_SECOND, MESSAGES_AT_ONCE, this.nowMs());
    let refusedInRow = 0;
    viewer.socket.on("message", (data: { toString(): string }, isBinary: boolean) => {
      const isAccepted = rate.take(this.nowMs())
        ? this.receive(viewer, data, isBinary)
        : this.refuse(viewer, "tooFrequent", "message", `more than ${MESSAGES_PER_SECOND} messages per second`);
      refusedInRow = isAccepted ? 0 : refusedInRow + 1;
      if (refusedInRow > MAX_REFUSALS_IN_ROW) viewer.socket.close(CLOSE_ABUSE, "too many refused messages");
    });
  }

  /** A page has disconnected; if it was steering, nobody steers. */
  dismiss(viewer: ViewerConnection): void {
    if (this.wheel.release(viewer.id)) this.driveHandler?.wheelChanged();
  }

  /** Counts a message that the socket itself refused for its size or its form. */
  countSocketError(error: Error & { code?: string }): void {
    if (error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH") this.refused.oversized++;
    else if (error.code?.startsWith("WS_ERR_")) this.refused.malformed++;
  }

  drain(): void {
    const { waiting, handler } = this;
    this.waiting = [];
    if (handler) for (const intent of waiting) handler(intent);
  }

  private receive(viewer: ViewerConnection, data: { toString(): string }, isBinary: boolean): boolean {
    if (isBinary) return this.refuse(viewer, "malformed", "message", "binary, expected text");
    const { message, what, reason } = readClientMessage(data.toString());
    return message ? this.act(viewer, message) : this.refuse(viewer, "malformed", what, reason);
  }

  private act(viewer: ViewerConnection, message: ClientMessage): boolean {
    switch (message.type) {
      case "hello":
        return this.greet(viewer, message.protocol);
      case "show":
        return this.turn(viewer, message.channel);
      case "seen":
        viewer.confirmFrames(message.frames);
        return true;
      case "watch":
        viewer.watch(message.environments.filter((n) => n < this.environmentsOf(viewer)));
        return true;
      case "follow":
        return this.follow(viewer, message.environment);
      case "pause":
      case "resume":
        if (message.what === "training") return this.queue(viewer, message.type);
        viewer.isPaused = message.type === "pause";
        return true;
      case "fan":
        viewer.fanWish = message.look ? { ghosts: message.ghosts } : null;
        this.driveHandler?.fanWished();
        return true;
      case "readings":
        viewer.wantsReadings = message.look;
        this.driveHandler?.readingsWished();
        return true;
      case "wheel":
        return this.turnOver(viewer, message.take);
      case "command":
      case "simulate":
      case "setSpeed":
      case "policy":
      case "push":
      case "grab":
      case "letGo":
      case "flow":
      case "seek":
      case "saveReplay":
      case "why":
      case "verdict":
      case "keyframe":
      case "place":
      case "coordinate":
      case "control":
      case "branch":
        return this.drive(viewer, message);
      case "plan":
      case "runs":
      case "curves":
      case "download":
      case "portrait":
        return this.question(viewer, message);
      case "train":
      case "stopTraining":
      case "resumeTraining":
      case "incident":
      case "robot":
        return this.train(viewer, message);
      default:
        message satisfies never;
        return false;
    }
  }

  private environmentsOf(viewer: ViewerConnection): number {
    // A branch has its original beside it.
    if (viewer.channel === "drive") return ORIGINAL + 1;
    return this.showOf(viewer.channel)?.scene?.info.environments ?? 0;
  }

  private offers(channel: Channel, capability: Capability): boolean {
    return this.showOf(channel)?.scene?.info.capabilities.includes(capability) ?? false;
  }

  private turn(viewer: ViewerConnection, channel: Channel): boolean {
    const show = this.showOf(channel);
    if (!show) return this.refuse(viewer, "notOffered", "show", `this server does not show ${channel}`);
    if (channel !== "drive") this.dismiss(viewer);
    viewer.look(show);
    if (channel === "drive") this.driveHandler?.watched();
    return true;
  }

  private follow(viewer: ViewerConnection, environment: number): boolean {
    const count = this.environmentsOf(viewer);
    if (environment >= count)
      return this.refuse(viewer, "notOffered", "follow", `got environment ${environment}, expected less than ${count}`);
    viewer.followed = environment;
    return true;
  }

  private turnOver(viewer: ViewerConnection, take: boolean): boolean {
    if (!take) this.dismiss(viewer);
    return !take || this.takeWheel(viewer, "wheel");
  }

  private drive(viewer: ViewerConnection, wish: DriveWish): boolean {
    if (!this.offers("drive", needed[wish.type]))
      return this.refuse(viewer, "notOffered", wish.type, `this server does not offer ${needed[wish.type]}`);
    const bodies = this.showOf("drive")?.scene?.scene.bodies.length ?? 0;
    if (wish.type === "grab" && wish.body >= bodies)
      return this.refuse(viewer, "notOffered", "grab", `got body ${wish.body}, expected less than ${bodies}`);
    const keyframes = this.showOf("drive")?.scene?.info.keyframes ?? [];
    if (wish.type === "keyframe" && !keyframes.includes(wish.name))
      return this.refuse(viewer, "notOffered", "keyframe", `there is no keyframe "${wish.name}"`);
    const handles = this.showOf("drive")?.scene?.info.handles ?? [];
    if (wish.type === "place" && !handles.some(({ name }) => name === wish.handle))
      return this.refuse(viewer, "notOffered", "place", `there is no handle "${wish.handle}"`);
    const model = this.showOf("drive")?.scene?.info.model;
    if (wish.type === "coordinate" && wish.coordinate >= (model?.coordinates.length ?? 0))
      return this.refuse(viewer, "notOffered", wish.type, `there is no coordinate ${wish.coordinate}`);
    if (wish.type === "control" && wish.actuator >= (model?.actuators.length ?? 0))
      return this.refuse(viewer, "notOffered", wish.type, `there is no actuator ${wish.actuator}`);
    if (!this.takeWheel(viewer, wish.type)) return false;
    this.driveHandler?.wish(wish);
    return true;
  }

  private question(viewer: ViewerConnection, question: TrainingQuestion): boolean {
    const { studioHandler } = this;
    if (!studioHandler) return this.refuse(viewer, "notOffered", question.type, NO_STUDIO);
    if (viewer.isBehind)
      return this.refuse(viewer, "tooFrequent", question.type, "earlier answers are still being sent");
    studioHandler.ask(viewer.id, question);
    return true;
  }

  private train(viewer: ViewerConnection, wish: TrainingWish): boolean {
    const { studioHandler } = this;
    if (!studioHandler) return this.refuse(viewer, "notOffered", wish.type, NO_STUDIO);
    if (!this.takeWheel(viewer, wish.type)) return false;
    studioHandler.wish(viewer.id, wish);
    return true;
  }

  private takeWheel(viewer: ViewerConnection, what: string): boolean {
    const { holder } = this.wheel;
    if (!this.wheel.take(viewer.id, this.nowMs()))
      return this.refuse(
        viewer,
        "notOffered",
        what,
        `viewer ${holder} is steering; control is free 10 s after its last action`,
      );
    if (holder !== viewer.id) this.driveHandler?.wheelChanged();
    return true;
  }

  private greet(viewer: ViewerConnection, protocol: number): boolean {
    if (protocol === PROTOCOL_VERSION) return true;
    this.refuse(viewer, "notOffered", "hello", `protocol must be ${PROTOCOL_VERSION}, got ${protocol}`);
    viewer.socket.close(CLOSE_VERSION, "another protocol version");
    return false;
  }

  private queue(viewer: ViewerConnection, wish: Intent["wish"]): boolean {
    if (!this.offers("training", "pause-training"))
      return this.refuse(viewer, "notOffered", wish, "this run does not offer pause-training");
    if (this.waiting.length >= MAX_WAITING_INTENTS)
      return this.refuse(viewer, "tooFrequent", wish, "too many requests are waiting");
    this.waiting.push({ viewer: viewer.id, wish });
    return true;
  }

  private refuse(viewer: ViewerConnection, count: keyof RefusalCounts, what: string, reason: string): false {
    this.refused[count]++;
    // An answer per refusal would let a flood of messages cause one of answers.
    if (viewer.socket.bufferedAmount < MAX_ANSWER_BACKLOG_BYTES) viewer.sendNow({ type: "refused", what, reason });
    return false;
  }
}

const NO_STUDIO = "this server shows one training and cannot start another; try: flowgait studio";

/** Refusals are not answered while this much waits to be sent. */
const MAX_ANSWER_BACKLOG_BYTES = 4096;
