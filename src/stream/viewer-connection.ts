/**
 * One page that watches. Each kind of message has one place to wait in, and a newer one takes it, so what is kept for a slow page is bounded and
 * what it gets is current. Curves and events wait in the history instead, where only a cursor is kept per page.
 */
import type { History, HistoryCursor } from "./history.ts";
import type { PageSocket } from "./page-socket.ts";
import {
  type Channel,
  type ContactsMessage,
  encodePointsFrame,
  encodePoseFrame,
  encodeServerMessage,
  type GhostKind,
  MAX_UNSEEN_FRAMES,
  POSE_FLAG,
  type PoseFrame,
  type ReadingsMessage,
  type ServerMessage,
  type TermsMessage,
} from "./protocol.ts";
import type { Show } from "./show.ts";

/** Bytes that may wait in the socket before messages wait here. */
const MAX_BUFFERED_BYTES = 1 << 18;
/** Flags that must reach the page even when their frame does not. */
const LASTING_FLAGS = POSE_FLAG.cut | POSE_FLAG.terminated | POSE_FLAG.truncated | POSE_FLAG.nan;
/** Message types of which only the newest matters, in the order they are sent. */
const newestOnly = ["scene", "runs", "status", "drive", "steered"] as const;

/** The same, sent with the frames. */
const details = ["terms", "contacts", "readings"] as const;

/** Which robots a page requests in addition to the sampled actions. */
export interface FanWish {
  readonly ghosts: GhostKind | "off";
}

/** Frames already written for a set of environments; pages that watch the same share the bytes. */
export type EncodedFrames = Map<string, Uint8Array>;

/** The server's end of one page's connection. */
export class ViewerConnection {
  readonly id: number;
  readonly socket: PageSocket;
  /** What this page looks at. */
  channel: Channel;
  /** The environment whose reward terms are sent. */
  followed = 0;
  isPaused = false;
  /** What it wants to see of the actions that the driven policy might take; null while it does not look. */
  fanWish: FanWish | null = null;
  /** Whether it shows what joints, sensors and contacts read. */
  wantsReadings = false;
  /** Whether the page has answered since it was last asked. */
  isAlive = true;
  private readonly history: History;
  private readonly cursor: HistoryCursor;
  private readonly waiting = new Map<ServerMessage["type"], ServerMessage>();
  private watchedSet: ReadonlySet<number> = new Set([0]);
  private watchedKey = "0";
  private frame: PoseFrame | null = null;
  private encoded: EncodedFrames = new Map();
  private fan: Uint8Array | null = null;
  /** Large arrays of the scene that waits. */
  private parts: Uint8Array | null = null;
  private readonly carried = new Map<number, number>();
  private framesSent = 0;
  private framesSeen = 0;

  constructor(id: number, socket: PageSocket, history: History, channel: Channel) {
    this.id = id;
    this.socket = socket;
    this.channel = channel;
    this.history = history;
    this.cursor = history.cursor();
  }

  /** Environments whose poses this page wants. */
  get watched(): ReadonlySet<number> {
    return this.watchedSet;
  }

  /** Looks at something from now on: its scene and newest moment are sent, what waits of another is let go. */
  look(show: Show): void {
    this.channel = show.channel;
    this.followed = 0;
    this.watch([0]);
    this.frame = null;
    this.fan = null;
    this.carried.clear();
    for (const type of ["scene", ...details] as const) this.waiting.delete(type);
    this.offerScene(show);
    if (show.lastFrame) this.offerFrame(show.lastFrame, new Map());
  }

  watch(environments: readonly number[]): void {
    this.watchedSet = new Set(environments);
    this.watchedKey = [...this.watchedSet].sort((a, b) => a - b).join();
  }

  /** Whether it takes in what it is sent. */
  get isBehind(): boolean {
    return !this.canSend();
  }

  /** Sends at once, whatever waits: greetings, refusals and answers. */
  sendNow(message: ServerMessage): void {
    if (this.socket.readyState === this.socket.OPEN) this.socket.send(encodeServerMessage(message));
  }

  /** Replaces the waiting message of this type and sends what can be sent. */
  offer(message: ServerMessage): void {
    this.waiting.set(message.type, message);
    this.flush();
  }

  /** Replaces the waiting scene; its parts go before it. */
  offerScene({ scene, parts }: Show): void {
    this.parts = parts;
    if (scene) this.offer(scene);
    else this.flush();
  }

  /** What belongs to the picture, and is not wanted without it. */
  offerDetail(message: TermsMessage | ContactsMessage | ReadingsMessage): void {
    if (!this.isPaused) this.offer(message);
  }

  /** Replaces the waiting fan. */
  offerFan(bytes: Uint8Array): void {
    if (this.isPaused || this.fanWish === null) return;
    this.fan = bytes;
    this.flush();
  }

  /** Replaces the waiting frame; its report of ended episodes is passed on. */
  offerFrame(frame: PoseFrame, encoded: EncodedFrames): void {
    if (this.isPaused) return;
    if (this.frame) this.carryFlags(this.frame);
    this.frame = frame;
    this.encoded = encoded;
    this.flush();
  }

  /** The page reports how many frames it has received. */
  confirmFrames(frames: number): void {
    this.framesSeen = Math.max(this.framesSeen, Math.min(frames, this.framesSent));
    this.flush();
  }

  /** Sends what waits, as far as the socket takes it. Nothing is ever waited for. */
  flush(): void {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return;
    for (const type of newestOnly) this.flushType(type);
    if (this.canSend()) {
      const metrics = this.history.takeMetrics(this.cursor);
      if (metrics) this.write(encodeServerMessage(metrics));
    }
    if (this.canSend())
      for (const event of this.history.takeEvents(this.cursor)) this.write(encodeServerMessage(event));
    this.flushFrame();
    for (const type of details) this.flushType(type);
    if (this.fan === null || !this.canSend() || !this.keepsUp) return;
    this.write(this.fan);
    this.fan = null;
  }

  /** Whether the page has seen most of what it was sent. */
  private get keepsUp(): boolean {
    return this.framesSent - this.framesSeen < MAX_UNSEEN_FRAMES;
  }

  private canSend(): boolean {
    return this.socket.bufferedAmount < MAX_BUFFERED_BYTES;
  }

  private flushType(type: ServerMessage["type"]): void {
    const message = this.waiting.get(type);
    if (!message || !this.canSend()) return;
    this.waiting.delete(type);
    if (type === "scene" && this.parts) this.write(this.parts);
    this.write(encodeServerMessage(message));
  }

  private flushFrame(): void {
    const { frame } = this;
    if (!frame || !this.canSend() || !this.keepsUp) return;
    this.frame = null;
    this.framesSent++;
    const points = this.pointsOf(frame);
    if (points) this.write(points);
    this.write(this.bytesOf(frame));
    this.carried.clear();
  }

  private bytesOf(frame: PoseFrame): Uint8Array {
    if (this.carried.size > 0) return encodePoseFrame(frame, this.watchedSet, this.carried);
    let bytes = this.encoded.get(this.watchedKey);
    if (!bytes) {
      bytes = encodePoseFrame(frame, this.watchedSet);
      this.encoded.set(this.watchedKey, bytes);
    }
    return bytes;
  }

  /** Of flexes; null where the scene has none. */
  private pointsOf(frame: PoseFrame): Uint8Array | null {
    if (!frame.environments.some(({ points }) => points !== undefined && points.length > 0)) return null;
    const key = `points ${this.followed} ${this.watchedKey}`;
    const known = this.encoded.get(key);
    if (known) return known;
    const bytes = encodePointsFrame(frame, this.watchedSet, this.followed);
    if (bytes) this.encoded.set(key, bytes);
    return bytes;
  }

  private carryFlags(frame: PoseFrame): void {
    for (const { environment, flags } of frame.environments) {
      const lasting = flags & LASTING_FLAGS;
      if (lasting !== 0) this.carried.set(environment, (this.carried.get(environment) ?? 0) | lasting);
    }
  }

  private write(data: string | Uint8Array): void {
    this.socket.send(data, this.afterWrite);
  }

  private readonly afterWrite = (error?: Error | null): void => {
    if (!error && (this.frame || this.fan || this.waiting.size > 0)) this.flush();
  };
}
