import { afterAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Rng } from "../../src/math/rng.ts";
import { readClientMessage } from "../../src/stream/client-message.ts";
import { MAX_CLIENT_MESSAGE_BYTES } from "../../src/stream/protocol.ts";
import { StreamServer } from "../../src/stream/server.ts";
import { sampleInfo, sampleScene } from "./sample-run.ts";

/** FLOWGAIT_FUZZ=100000 sends as many as the project's promise says. */
const COUNT = Number(process.env.FLOWGAIT_FUZZ ?? 10_000);
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

function nextText(): string {
  const kind = uniform(10);
  if (kind < 3) return JSON.stringify(pick(valid));
  if (kind < 7) return changedField();
  return kind < 9 ? changedText() : noise();
}

const servers: StreamServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
});

/** A server that shows both channels, whose clock lets no message be too frequent. */
async function listen(): Promise<{ server: StreamServer; obeyed: () => number }> {
  let now = 0;
  let obeyed = 0;
  const server = await StreamServer.listen({
    port: 0,
    pageFolder: "/nonexistent",
    channels: ["training", "drive"],
    nowMs: () => (now += 100),
  });
  servers.push(server);
  const handler = () => void obeyed++;
  server.onDrive({ wish: handler, wheelChanged: () => {}, fanWished: () => {}, watched: () => {} });
  server.onStudio({ welcome: () => {}, ask: handler, wish: handler });
  server.setScene(sampleScene, sampleInfo);
  server.setScene(sampleScene, { ...sampleInfo, environments: 1, capabilities: ["steer", "simulate"] }, "drive");
  return { server, obeyed: () => obeyed };
}

/** A page that has been greeted. */
async function connect(server: StreamServer): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/stream`);
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("message", resolve));
  return socket;
}

describe("a flood of random and mutated messages", () => {
  it(`leaves the server up after ${COUNT}, counts every refusal, and makes it no larger`, async () => {
    const { server, obeyed } = await listen();
    let socket = await connect(server);
    let malformed = 0;
    let heapAtHalf = 0;
    for (let sent = 0; sent < COUNT; sent += BATCH) {
      if (socket.readyState !== WebSocket.OPEN) socket = await connect(server);
      for (let k = 0; k < BATCH; k++) {
        // A page that is refused too often in a row is sent away, which is tested elsewhere.
        const text = k % 50 === 0 ? JSON.stringify({ type: "seen", frames: k }) : nextText();
        // Another version closes the connection, and what follows is not read.
        const { message } = readClientMessage(text);
        if (Buffer.byteLength(text) > MAX_CLIENT_MESSAGE_BYTES || (message?.type === "hello" && message.protocol !== 1))
          continue;
        if (!message) malformed++;
        socket.send(text);
      }
      await new Promise((resolve) => socket.once("pong", resolve).ping());
      server.drainIntents();
      if (sent < COUNT / 2) heapAtHalf = process.memoryUsage().heapUsed;
    }
    expect(server.refused.malformed).toBe(malformed);
    expect(malformed).toBeGreaterThan(0.3 * COUNT);
    expect(server.refused.tooFrequent).toBe(0);
    expect(obeyed()).toBeGreaterThan(0.02 * COUNT);
    expect(process.memoryUsage().heapUsed - heapAtHalf).toBeLessThan(64e6);
    (await connect(server)).terminate();
    socket.terminate();
  });

  it("of any length is cut off at the longest text, and the next page is served", async () => {
    const { server } = await listen();
    for (const size of [MAX_CLIENT_MESSAGE_BYTES + 1, 1e6, 2e7]) {
      const socket = await connect(server);
      socket.send("[".repeat(size));
      await new Promise((resolve) => socket.once("close", resolve));
    }
    const bytes = await connect(server);
    for (let k = 0; k < 300; k++) bytes.send(Uint8Array.from({ length: uniform(200) }, () => uniform(256)));
    await new Promise((resolve) => bytes.once("close", resolve));
    expect(server.refused.oversized).toBe(3);
    expect(server.refused.malformed).toBeGreaterThan(200);
    (await connect(server)).terminate();
  });
});
