/**
 * Receives what pages send: checks it, counts what is refused, acts on what concerns the stream alone, and keeps the rest for the owner of the
 * simulation. The queue is bounded; of steering commands only the newest of each page is kept.
 */
import type { RawData } from "ws";
import { readClientMessage } from "./client-message.ts";
import { MessageRate } from "./message-rate.ts";
import { type Capability, type ClientMessage, PROTOCOL_VERSION, type RunInfo } from "./protocol.ts";
import type { ViewerConnection } from "./viewer-connection.ts";

/** A wish of a page that the owner of the simulation decides on. */
export interface Intent {
  readonly viewer: number;
  /** Environment the page follows. */
  readonly environment: number;
  readonly wish:
    | { readonly type: "pause" | "resume" }
    | { readonly type: "command"; readonly vx: number; readonly vy: number; readonly yawRate: number }
    | { readonly type: "setSpeed"; readonly factor: number };
}

/** How often something was refused. */
export interface RefusalCounts {
  malformed: number;
  oversized: number;
  tooFrequent: number;
  /** Asked for something this run does not offer. */
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

export class IntentDesk {
  handler: ((intent: Intent) => void) | null = null;
  readonly refused: RefusalCounts = { malformed: 0, oversized: 0, tooFrequent: 0, notOffered: 0, connection: 0 };
  private readonly nowMs: () => number;
  private waiting: Intent[] = [];
  private environments = 0;
  private capabilities: readonly Capability[] = [];

  constructor(nowMs: () => number) {
    this.nowMs = nowMs;
  }

  setRun(info: RunInfo): void {
    this.environments = info.environments;
    this.capabilities = info.capabilities;
    this.waiting = [];
  }

  /** Listens to a page. */
  attend(viewer: ViewerConnection): void {
    const rate = new MessageRate(MESSAGES_PER_SECOND, MESSAGES_AT_ONCE, this.nowMs());
    let refusedInRow = 0;
    viewer.socket.on("message", (data: RawData, isBinary: boolean) => {
      const isAccepted = rate.take(this.nowMs())
        ? this.receive(viewer, data, isBinary)
        : this.refuse(viewer, "tooFrequent", "message", `more than ${MESSAGES_PER_SECOND} messages per second`);
      refusedInRow = isAccepted ? 0 : refusedInRow + 1;
      if (refusedInRow > MAX_REFUSALS_IN_ROW) viewer.socket.close(CLOSE_ABUSE, "too many refused messages");
    });
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

  private receive(viewer: ViewerConnection, data: RawData, isBinary: boolean): boolean {
    if (isBinary) return this.refuse(viewer, "malformed", "message", "binary, expected text");
    const { message, what, reason } = readClientMessage(data.toString());
    return message ? this.act(viewer, message) : this.refuse(viewer, "malformed", what, reason);
  }

  private act(viewer: ViewerConnection, message: ClientMessage): boolean {
    switch (message.type) {
      case "hello":
        return this.greet(viewer, message.protocol);
      case "seen":
        viewer.confirmFrames(message.frames);
        return true;
      case "watch":
        viewer.watch(message.environments.filter((n) => n < this.environments));
        return true;
      case "follow":
        if (message.environment >= this.environments)
          return this.refuse(viewer, "notOffered", "follow", `there are ${this.environments} environments`);
        viewer.followed = message.environment;
        return true;
      case "pause":
      case "resume":
        if (message.what === "training")
          return this.queue(viewer, "pause-training", message.type, { type: message.type });
        viewer.isPaused = message.type === "pause";
        return true;
      case "command":
        return this.queue(viewer, "steer", message.type, message);
      case "setSpeed":
        return this.queue(viewer, "set-speed", message.type, message);
      default:
        message satisfies never;
        return false;
    }
  }

  private greet(viewer: ViewerConnection, protocol: number): boolean {
    if (protocol === PROTOCOL_VERSION) return true;
    this.refuse(viewer, "notOffered", "hello", `protocol must be ${PROTOCOL_VERSION}, got ${protocol}`);
    viewer.socket.close(CLOSE_VERSION, "another protocol version");
    return false;
  }

  private queue(viewer: ViewerConnection, needed: Capability, what: string, wish: Intent["wish"]): boolean {
    if (!this.capabilities.includes(needed))
      return this.refuse(viewer, "notOffered", what, `this run does not offer ${needed}`);
    if (wish.type === "command")
      this.waiting = this.waiting.filter((intent) => intent.viewer !== viewer.id || intent.wish.type !== "command");
    if (this.waiting.length >= MAX_WAITING_INTENTS)
      return this.refuse(viewer, "tooFrequent", what, "too many wishes wait");
    this.waiting.push({ viewer: viewer.id, environment: viewer.followed, wish });
    return true;
  }

  private refuse(viewer: ViewerConnection, count: keyof RefusalCounts, what: string, reason: string): false {
    this.refused[count]++;
    // An answer per refusal would let a flood of messages cause one of answers.
    if (viewer.socket.bufferedAmount < MAX_ANSWER_BACKLOG_BYTES) viewer.sendNow({ type: "refused", what, reason });
    return false;
  }
}

/** Refusals are not answered while this much waits to be sent. */
const MAX_ANSWER_BACKLOG_BYTES = 4096;
