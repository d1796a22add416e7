/** The page's end of the stream: connects, reads, confirms frames, and connects again when the line breaks. It keeps no picture of the run. */
import {
  type ClientMessage,
  decodeFanFrame,
  decodePoseFrame,
  decodeServerMessage,
  type FanFrame,
  type PoseFrame,
  PROTOCOL_VERSION,
  type ServerMessage,
  STREAM_PATH,
} from "../../src/stream/protocol.ts";
import type { Connection as ConnectionState } from "./store.ts";

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5000;
/** Close codes of the server after which trying again would not help. */
const finalCloseCodes: Readonly<Record<number, string>> = { 4401: "token", 4426: "version" };
/** Frames between two confirmations. */
const CONFIRM_EVERY = 3;

export interface ConnectionEvents {
  message(message: ServerMessage): void;
  frame(frame: PoseFrame): void;
  fan(fan: FanFrame): void;
  state(state: ConnectionState): void;
  /** Sent again after every reconnection: what this page wants to see. */
  greeting(): ClientMessage[];
}

export class Connection {
  private readonly events: ConnectionEvents;
  private socket: WebSocket | null = null;
  private retryMs = FIRST_RETRY_MS;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private framesSeen = 0;
  private everOpen = false;

  constructor(events: ConnectionEvents) {
    this.events = events;
    addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.retryNow();
    });
  }

  open(): void {
    clearTimeout(this.retryTimer);
    this.events.state({ state: "connecting" });
    const socket = new WebSocket(streamAddress(location));
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = ({ code, reason }) => this.closed(code, reason);
  }

  /** Sends when the line is open; what is said while it is not is covered by the greeting. */
  send(message: ClientMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Tries at once instead of waiting for the next attempt. */
  retryNow(): void {
    if (this.socket === null) this.open();
  }

  private opened(): void {
    this.retryMs = FIRST_RETRY_MS;
    this.framesSeen = 0;
    this.everOpen = true;
    this.events.state({ state: "open" });
    this.send({ type: "hello", protocol: PROTOCOL_VERSION });
    for (const message of this.events.greeting()) this.send(message);
  }

  private receive(data: string | ArrayBuffer): void {
    if (typeof data === "string") {
      const message = decodeServerMessage(data);
      if (message) this.events.message(message);
      return;
    }
    const bytes = new Uint8Array(data);
    const fan = decodeFanFrame(bytes);
    if (fan) {
      this.events.fan(fan);
      return;
    }
    this.framesSeen++;
    if (this.framesSeen % CONFIRM_EVERY === 0) this.send({ type: "seen", frames: this.framesSeen });
    const frame = decodePoseFrame(bytes);
    if (frame) this.events.frame(frame);
  }

  private closed(code: number, reason: string): void {
    this.socket = null;
    const final = finalCloseCodes[code];
    if (final !== undefined) {
      this.events.state({ state: "refused", what: final, reason });
      return;
    }
    this.events.state({ state: "retrying", atMs: performance.now() + this.retryMs, everOpen: this.everOpen });
    this.retryTimer = setTimeout(() => this.open(), this.retryMs);
    this.retryMs = Math.min(LONGEST_RETRY_MS, this.retryMs * 1.6);
  }
}

/** The stream of the server that the page came from; the page's token goes along. */
function streamAddress({ protocol, host, search }: Location): string {
  const token = new URLSearchParams(search).get("token");
  const query = token === null ? "" : `?token=${encodeURIComponent(token)}`;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}${STREAM_PATH}${query}`;
}
