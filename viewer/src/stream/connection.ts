/** The page's end of the stream: connects, reads, confirms frames, and connects again when the line breaks. It keeps no picture of the run. */
import {
  type ClientMessage,
  decodeFanFrame,
  decodePointsFrame,
  decodePoseFrame,
  decodeSceneParts,
  decodeServerMessage,
  type FanFrame,
  type PointsFrame,
  type PoseFrame,
  PROTOCOL_VERSION,
  type SceneParts,
  type ServerMessage,
} from "../../../src/stream/protocol.ts";
import type { Connection as ConnectionState } from "../state/store.ts";
import type { Host, Line } from "./host.ts";

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5000;
/** Close codes of the server after which trying again would not help. */
const finalCloseCodes: Readonly<Record<number, string>> = { 4401: "token", 4426: "version" };
/** Frames between two confirmations. */
const CONFIRM_EVERY = 3;

/** Who is told what arrives. */
export interface ConnectionEvents {
  /** A message in JSON. */
  message(message: ServerMessage): void;
  /** Poses of a moment. */
  frame(frame: PoseFrame): void;
  /** Actions that the driven policy might take next. */
  fan(fan: FanFrame): void;
  /** Vertices of flexes, right before their frame. */
  points(points: PointsFrame): void;
  /** Large arrays of the next scene message. */
  parts(parts: SceneParts): void;
  /** A message that could not be read, and was skipped. */
  unreadable(reason: string): void;
  /** The connection was opened, lost or refused. */
  state(state: ConnectionState): void;
  /** Sent again after every reconnection: what this page wants to see. */
  greeting(): ClientMessage[];
}

/** One page's connection to its host, over as many lines as it takes. */
export class Connection {
  private readonly host: Host;
  private readonly events: ConnectionEvents;
  private line: Line | null = null;
  private retryMs = FIRST_RETRY_MS;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private framesSeen = 0;
  private everOpen = false;
  /** Whether the host has given a reason for refusing the line; shown until it gives another. */
  private isRefused = false;

  constructor(host: Host, events: ConnectionEvents) {
    this.host = host;
    this.events = events;
    addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.retryNow();
    });
  }

  /** Opens a line. */
  open(): void {
    clearTimeout(this.retryTimer);
    if (!this.isRefused) this.events.state({ state: "connecting" });
    this.line = this.host.open({
      opened: () => this.opened(),
      received: (data) => this.tryToReceive(data),
      closed: (code, reason, wasOpen) => this.closed(code, reason, wasOpen),
    });
  }

  /** Sends when the line is open; the greeting covers what is said before. */
  send(message: ClientMessage): void {
    if (this.line?.isOpen) this.line.send(JSON.stringify(message));
  }

  /** Tries at once instead of waiting for the next attempt. */
  retryNow(): void {
    if (this.line === null) this.open();
  }

  private opened(): void {
    this.retryMs = FIRST_RETRY_MS;
    this.framesSeen = 0;
    this.everOpen = true;
    this.isRefused = false;
    this.events.state({ state: "open" });
    this.send({ type: "hello", protocol: PROTOCOL_VERSION });
    for (const message of this.events.greeting()) this.send(message);
  }

  /** Unreadable messages are counted and skipped. */
  private tryToReceive(data: string | ArrayBuffer): void {
    try {
      this.receive(data);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.events.unreadable(error.message);
    }
  }

  private receive(data: string | ArrayBuffer): void {
    if (typeof data === "string") {
      const message = decodeServerMessage(data);
      if (message) this.events.message(message);
      return;
    }
    const bytes = new Uint8Array(data);
    if (this.receivedBeside(bytes)) return;
    this.framesSeen++;
    if (this.framesSeen % CONFIRM_EVERY === 0) this.send({ type: "seen", frames: this.framesSeen });
    const frame = decodePoseFrame(bytes);
    if (frame) this.events.frame(frame);
  }

  /** What comes beside the frames of poses, and is not counted among them. */
  private receivedBeside(bytes: Uint8Array): boolean {
    const fan = decodeFanFrame(bytes);
    if (fan) this.events.fan(fan);
    const points = decodePointsFrame(bytes);
    if (points) this.events.points(points);
    const parts = decodeSceneParts(bytes);
    if (parts) this.events.parts(parts);
    return fan !== null || points !== null || parts !== null;
  }

  private closed(code: number, reason: string, wasLetIn: boolean): void {
    this.line = null;
    const final = finalCloseCodes[code];
    if (final !== undefined) {
      this.events.state({ state: "refused", what: final, reason });
      return;
    }
    const retrying = { state: "retrying", atMs: performance.now() + this.retryMs, everOpen: this.everOpen } as const;
    this.retryTimer = setTimeout(() => this.open(), this.retryMs);
    this.retryMs = Math.min(LONGEST_RETRY_MS, this.retryMs * 1.6);
    if (!this.isRefused) this.events.state(retrying);
    if (!wasLetIn) void this.explain(retrying);
  }

  /** Shows the host's reason for refusing the line, if it gives one. Attempts continue: a server may be restarted with other flags. */
  private async explain(retrying: ConnectionState): Promise<void> {
    const refusal = await this.host.askForRefusal();
    if (this.line !== null) return;
    this.isRefused = refusal !== null;
    this.events.state(refusal === null ? retrying : { state: "refused", ...refusal });
  }
}
