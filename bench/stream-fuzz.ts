/** What a hostile page costs the stream's server: random and mutated messages in a flood, every refusal counted. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { WebSocket } from "ws";
import { Rng } from "../src/math/rng.ts";
import { readClientMessage } from "../src/stream/client-message.ts";
import { MAX_CLIENT_MESSAGE_BYTES } from "../src/stream/protocol.ts";
import type { StreamServer } from "../src/stream/server.ts";

/** Result of a flood of messages. */
export interface FloodReport {
  readonly sent: number;
  /** Of what was sent, what the server must refuse */
  readonly malformed: number;
  /** Of those, what it has counted */
  readonly refused: number;
  /** Growth of what is alive on the heap over the second half, bytes */
  readonly growth: number;
}

/** Sent before an answer to a ping is waited for. */
const BATCH = 500;

const rng = new Rng();
let draw = 0;
function uniform(high: number): number {
  if (draw++ % 1000 === 0) rng.seek(11, 0, 0, draw);
  return Math.floor(rng.uniform() * high);
}
function pick<T>(values: readonly T[]): T {
  return values[uniform(values.length)];
}

const valid: readonly object[] = [
  { type: "hello", protocol: 1 },
  { type: "show", channel: "drive" },
  { type: "show", channel: "training" },
  { type: "watch", environments: [0, 3, 15] },
  { type: "seen", frames: 12 },
  { type: "follow", environment: 3 },
  { type: "pause", what: "view" },
  { type: "resume", what: "training" },
  { type: "wheel", take: true },
  { type: "wheel", take: false },
  { type: "command", vx: 0.5, vy: -0.1, yawRate: 0.2, at: 100.5 },
  { type: "simulate", what: "step" },
  { type: "setSpeed", factor: 2 },
  { type: "policy", key: "zero" },
  { type: "push", angle: 1, speed: 0.5 },
  { type: "grab", body: 2, point: [0, 0, 0], target: [1, 0, 1] },
  { type: "letGo" },
  {
    type: "plan",
    id: 3,
    form: { task: "a", preset: "laptop", algorithm: null, settings: [["envs", "64"]], from: null },
  },
  { type: "runs" },
  { type: "curves", run: "runs/a" },
  {
    type: "train",
    form: { task: "a", preset: "laptop", algorithm: "fpo", settings: [], from: "runs/a/checkpoints/b" },
  },
  { type: "stopTraining" },
  { type: "resumeTraining", run: "runs/a", steps: 9000 },
  { type: "incident", kind: "fall" },
  { type: "fan", look: true, ghosts: "targets" },
  { type: "flow", steps: 8, noise: { seed: 3 } },
];
const strange: readonly unknown[] = [
  null,
  -1,
  1e308,
  -0,
  4294967296,
  "",
  "__proto__",
  "\u0000\uffff",
  [],
  [[[[]]]],
  {},
  { toString: 1 },
  true,
  "x".repeat(600),
  new Array(200).fill(0),
];

/** A valid message with one field changed, taken away, doubled or added. */
function changedField(): string {
  const message: Record<string, unknown> = structuredClone(pick(valid)) as Record<string, unknown>;
  const key = pick(Object.keys(message));
  const way = uniform(4);
  if (way === 0) delete message[key];
  else if (way === 1) message[key] = pick(strange);
  else if (way === 2) message[pick(["__proto__", "constructor", "more", "type "])] = pick(strange);
  else message[key] = [message[key], message[key]];
  return JSON.stringify(message);
}

/** A valid text with some of its characters changed, cut or doubled. */
function changedText(): string {
  const text = JSON.stringify(pick(valid));
  const at = uniform(text.length);
  const way = uniform(3);
  if (way === 0) return text.slice(0, at);
  if (way === 1) return text.slice(0, at) + String.fromCharCode(uniform(0xd800)) + text.slice(at + 1);
  return text.slice(0, at) + text.slice(uniform(text.length));
}

function noise(): string {
  return Array.from({ length: uniform(300) }, () => String.fromCharCode(uniform(0xd800))).join("");
}

/** The next text: a valid message, a changed one, or noise. The same texts in every process. */
function nextText(): string {
  const kind = uniform(10);
  if (kind < 3) return JSON.stringify(pick(valid));
  if (kind < 7) return changedField();
  return kind < 9 ? changedText() : noise();
}

/** A page that has been greeted. */
export async function connectPage(server: StreamServer): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/stream`);
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("message", resolve));
  return socket;
}

/**
 * Sends so many messages and waits until they are taken.
 * @param server whose clock lets no message be too frequent
 */
export async function flood(server: StreamServer, count: number): Promise<FloodReport> {
  let socket = await connectPage(server);
  let [sent, malformed, heapAtHalf] = [0, 0, 0];
  const before = server.refused.malformed;
  while (sent < count) {
    if (socket.readyState !== WebSocket.OPEN) socket = await connectPage(server);
    for (let k = 0; k < BATCH; k++, sent++) malformed += send(socket, k);
    await new Promise((resolve) => socket.once("pong", resolve).ping());
    server.drainIntents();
    if (sent <= count / 2 && sent + BATCH > count / 2) heapAtHalf = heapAlive();
  }
  socket.terminate();
  const growth = heapAlive() - heapAtHalf;
  return { sent, malformed, refused: server.refused.malformed - before, growth };
}

/** Bytes that a collection leaves. */
function heapAlive(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().heapUsed;
}

/** Returns 1 where the server must refuse what was sent. */
function send(socket: WebSocket, k: number): number {
  // A page that is refused too often in a row is sent away, which is tested elsewhere.
  const text = k % 50 === 0 ? JSON.stringify({ type: "seen", frames: k }) : sendable();
  socket.send(text);
  return readClientMessage(text).message ? 0 : 1;
}

/** What is too long, or of another version, closes the connection, and what follows is not read. */
function sendable(): string {
  for (;;) {
    const text = nextText();
    const { message } = readClientMessage(text);
    const closes = message?.type === "hello" && message.protocol !== 1;
    if (!closes && Buffer.byteLength(text) <= MAX_CLIENT_MESSAGE_BYTES) return text;
  }
}
