import { once } from "node:events";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { UserError } from "../../src/math/user-error.ts";
import type { Intent } from "../../src/stream/intents.ts";
import { streamSink } from "../../src/stream/metric-sink.ts";
import {
  type DriveWish,
  decodePoseFrame,
  MAX_UNSEEN_FRAMES,
  POSE_FLAG,
  type PoseFrame,
  type ServerMessage,
} from "../../src/stream/protocol.ts";
import { type StreamOptions, StreamServer } from "../../src/stream/server.ts";
import { sampleBurst, sampleInfo, samplePoint, samplePoses, sampleScene } from "./sample-run.ts";

const servers: StreamServer[] = [];
const pages: Page[] = [];

afterEach(async () => {
  for (const page of pages.splice(0)) page.socket.terminate();
  for (const server of servers.splice(0)) await server.close();
});

async function listen(options: Partial<StreamOptions> = {}): Promise<StreamServer> {
  const server = await StreamServer.listen({ port: 0, pageFolder: "/nonexistent", ...options });
  servers.push(server);
  return server;
}

/** A page without a screen: remembers what it was told. */
class Page {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  readonly frames: PoseFrame[] = [];
  closeCode = 0;

  constructor(
    server: StreamServer,
    { query = "", origin, confirms = true }: { query?: string; origin?: string; confirms?: boolean } = {},
  ) {
    this.socket = new WebSocket(`ws://127.0.0.1:${server.port}/stream${query}`, { origin });
    this.socket.on("error", () => {});
    this.socket.on("close", (code) => {
      this.closeCode = code;
    });
    this.socket.on("message", (data: Buffer, isBinary) => {
      if (!isBinary) {
        this.messages.push(JSON.parse(data.toString()));
        return;
      }
      this.frames.push(decodePoseFrame(data)!);
      if (confirms) this.send({ type: "seen", frames: this.frames.length });
    });
    pages.push(this);
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  of<T extends ServerMessage["type"]>(type: T): Extract<ServerMessage, { type: T }>[] {
    return this.messages.filter((message) => message.type === type) as Extract<ServerMessage, { type: T }>[];
  }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let k = 0; k < 500; k++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited 5 s for: ${what}`);
}

function liveFrame(environments: readonly number[], step: number, flags = 0): Parameters<StreamServer["pushFrame"]>[0] {
  const poses = environments.map((environment) => {
    const [command, twist] = [new Float32Array(3), new Float32Array(3)];
    return { environment, flags, command, twist, poses: samplePoses(environment, step) };
  });
  return { time: step / 50, speed: 1, bodies: 4, environments: poses };
}

describe("stream server: pages", () => {
  it("are told version, scene, state and the curve so far when they connect", async () => {
    const server = await listen({ version: "1.2.3" });
    server.setScene(sampleScene, sampleInfo);
    server.pushStatus({ state: "training", steps: 5, totalSteps: 10, seconds: 1, stepsPerSecond: 5, etaSeconds: 1 });
    for (let k = 1; k <= 4; k++) server.pushMetrics(samplePoint(k));
    const page = new Page(server);
    await until(() => page.of("metrics").length > 0, "the curve");
    expect(page.messages.slice(0, 2).map(({ type }) => type)).toEqual(["hello", "scene"]);
    await until(() => page.of("status").length > 0, "the state");
    expect(page.of("status")[0]).toMatchObject({ state: "training", steps: 5, etaSeconds: 1 });
    expect(page.of("hello")[0]).toMatchObject({ protocol: 1, server: "1.2.3" });
    expect(page.of("scene")[0]).toMatchObject({ info: sampleInfo, scene: sampleScene });
    expect(page.of("metrics")[0].points).toHaveLength(4);
  });

  it("each get the environments they watch, and the owner hears of all of them", async () => {
    const server = await listen();
    server.setScene(sampleScene, sampleInfo);
    expect(server.watchedEnvironments()).toEqual(Array.from({ length: 16 }, (_, k) => k));
    const [one, two] = [new Page(server), new Page(server)];
    await until(() => one.of("scene").length + two.of("scene").length === 2, "both scenes");
    one.send({ type: "watch", environments: [1, 2, 99] });
    two.send({ type: "watch", environments: [2, 5] });
    two.send({ type: "follow", environment: 5 });
    await until(() => server.watchedEnvironments().length === 4, "both wishes");
    expect(server.watchedEnvironments().sort()).toEqual([0, 1, 2, 5]);
    server.pushFrame(liveFrame([0, 1, 2, 5], 3), new Map([[5, Float32Array.of(1, 2, 3)]]));
    await until(() => one.frames.length > 0 && two.of("terms").length > 0, "frames and terms");
    expect(one.frames[0].environments.map(({ environment }) => environment)).toEqual([1, 2]);
    expect(two.frames[0].environments.map(({ environment }) => environment)).toEqual([2, 5]);
    expect(two.of("terms")[0]).toMatchObject({ environment: 5, values: [1, 2, 3] });
  });

  it("see a burst as a series of frames in order", async () => {
    const server = await listen({ frameHz: 100 });
    server.setScene(sampleScene, sampleInfo);
    const page = new Page(server);
    await until(() => page.of("scene").length > 0, "the scene");
    server.pushBurst(sampleBurst([0], 0, 10, 1));
    await until(() => page.frames.at(-1)?.sequence === 9, "the last step");
    expect(page.frames.length).toBeGreaterThan(1);
    expect(page.frames[0].environments[0].flags).toBe(POSE_FLAG.cut);
    for (const { sequence, environments } of page.frames)
      expect(environments[0].poses).toEqual(samplePoses(0, sequence));
  });

  it("get what is due within a fifth of a second at once, and nothing that is due later", async () => {
    const [frameHz, aheadSeconds, nowMs] = [30, 0.2, 1000];
    const server = await listen({ frameHz, nowMs: () => nowMs });
    server.setScene(sampleScene, sampleInfo);
    const page = new Page(server);
    await until(() => page.of("scene").length > 0, "the scene");
    server.pushBurst(sampleBurst([0], 0, 60, 1));
    await until(() => page.frames.length === frameHz * aheadSeconds, "what is due soon");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(page.frames).toHaveLength(frameHz * aheadSeconds);
    for (const { dueMs } of page.frames) expect(dueMs).toBeLessThan(nowMs + 1000 * aheadSeconds);
  });

  it("get the last frame when they connect between two bursts", async () => {
    const server = await listen();
    server.setScene(sampleScene, sampleInfo);
    server.pushFrame(liveFrame([0], 17));
    const page = new Page(server);
    await until(() => page.frames.length > 0, "the last frame");
    expect(page.frames[0].environments[0].poses).toEqual(samplePoses(0, 17));
  });

  it("that pause their view get no frames until they resume", async () => {
    const server = await listen();
    server.setScene(sampleScene, sampleInfo);
    const page = new Page(server);
    await until(() => page.of("scene").length > 0, "the scene");
    page.send({ type: "pause", what: "view" });
    page.send({ type: "fly" });
    await until(() => page.of("refused").length > 0, "the pause to have arrived");
    server.pushFrame(liveFrame([0], 1));
    page.send({ type: "resume", what: "view" });
    page.send({ type: "fly" });
    await until(() => page.of("refused").length > 1, "the resume to have arrived");
    server.pushFrame(liveFrame([0], 2));
    await until(() => page.frames.length > 0, "a frame");
    expect(page.frames.map(({ time }) => time)).toEqual([2 / 50]);
  });

  it("learn of another run: new scene, curves from the start", async () => {
    const server = await listen();
    server.setScene(sampleScene, sampleInfo);
    server.pushMetrics(samplePoint(1));
    const page = new Page(server);
    await until(() => page.of("metrics").length > 0, "the first run");
    server.setScene(sampleScene, { ...sampleInfo, task: "Other" });
    server.pushMetrics(samplePoint(1));
    await until(() => page.of("metrics").length > 1, "the second run");
    expect(page.of("scene").map(({ id, info }) => [id, info.task])).toEqual([
      [1, "SampleWalk"],
      [2, "Other"],
    ]);
    expect(page.of("metrics")[1].restart).toBe(true);
  });

  it("are told a training's metrics, evaluations and events through the sink", async () => {
    const server = await listen();
    server.setScene(sampleScene, sampleInfo);
    const sink = streamSink(server);
    const timing = { collectSeconds: 1, updateSeconds: 1 };
    sink.iteration({
      ...samplePoint(7),
      returnMean: Number.NaN,
      episodeLengthMean: 5,
      losses: {},
      terms: {},
      terminations: {},
      timing,
      episodes: 1,
      nanResets: 0,
    });
    sink.event({ kind: "nan", steps: 3, message: "environment 4 became NaN", details: { environment: 4 } });
    const page = new Page(server);
    await until(() => page.of("event").length > 0, "the event");
    expect(page.of("metrics")[0].points[0]).toMatchObject({ iteration: 7, returnMean: null, episodeLengthMean: 5 });
    expect(page.of("event")[0]).toEqual({ type: "event", kind: "nan", steps: 3, message: "environment 4 became NaN" });
  });
});

describe("stream server: slow pages", () => {
  it("get the newest frame only, with what happened in between, and hold nobody up", async () => {
    const server = await listen();
    server.setScene(sampleScene, sampleInfo);
    const slow = new Page(server, { confirms: false });
    const quick = new Page(server);
    await until(() => slow.of("scene").length + quick.of("scene").length === 2, "both scenes");
    const count = 60;
    for (let step = 0; step < count; step++) {
      server.pushFrame(liveFrame([0], step, step === 40 ? POSE_FLAG.cut : 0));
      await until(() => quick.frames.length === step + 1, `frame ${step} at the quick page`);
    }
    expect(slow.frames.map(({ sequence }) => sequence)).toEqual(Array.from({ length: MAX_UNSEEN_FRAMES }, (_, k) => k));
    slow.send({ type: "seen", frames: MAX_UNSEEN_FRAMES });
    await until(() => slow.frames.length > MAX_UNSEEN_FRAMES, "the newest frame");
    expect(slow.frames.slice(MAX_UNSEEN_FRAMES).map(({ sequence }) => sequence)).toEqual([count - 1]);
    expect(slow.frames.at(-1)?.environments[0].flags).toBe(POSE_FLAG.cut);
  });

  it("that stop reading their socket cost bounded memory", async () => {
    const server = await listen();
    const bigMesh = { vertices: Array.from({ length: 300_000 }, (_, k) => k / 7), faces: [] };
    server.setScene({ ...sampleScene, meshes: [bigMesh] }, sampleInfo);
    const page = new Page(server);
    await until(() => page.of("scene").length > 0, "the scene");
    page.socket.pause();
    for (let k = 0; k < 300; k++)
      server.setScene({ ...sampleScene, meshes: [bigMesh] }, { ...sampleInfo, task: `run ${k}` });
    page.socket.resume();
    await until(() => page.of("scene").at(-1)?.info.task === "run 299", "the newest scene");
    expect(page.of("scene").length).toBeLessThan(20);
  });
});

describe("stream server: refuses", () => {
  it("a port in use with one line, and takes the next one when told", async () => {
    const first = await listen();
    const error = await StreamServer.listen({ port: first.port }).catch((reason) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toBe(`stream: port ${first.port} on 127.0.0.1 is in use, expected a free one`);
    const second = await listen({ port: first.port, fallback: true });
    expect(second.port).toBeGreaterThan(first.port);
  });

  it("paths outside the page's folder, whatever they are spelled like", async () => {
    const folder = await mkdtemp(join(tmpdir(), "flowgait-page-"));
    const page = join(folder, "page");
    await mkdir(join(page, "assets"), { recursive: true });
    await writeFile(join(folder, "secret.txt"), "secret");
    await writeFile(join(page, "index.html"), "<p>page");
    await writeFile(join(page, "assets", "app-1.js"), "export {}");
    const server = await listen({ pageFolder: page });
    expect(await get(server, "/")).toMatchObject({ status: 200, type: "text/html; charset=utf-8", body: "<p>page" });
    const script = await get(server, "/assets/app-1.js?x=1");
    expect(script).toMatchObject({
      status: 200,
      type: "text/javascript; charset=utf-8",
      cache: "public, max-age=31536000, immutable",
    });
    expect(await get(server, "/assets/app-1.js", { "if-none-match": script.etag })).toMatchObject({
      status: 304,
      body: "",
    });
    for (const path of [
      "/../secret.txt",
      "/%2e%2e/secret.txt",
      "/..%2fsecret.txt",
      "/assets/../../secret.txt",
      "//secret.txt",
      "/%00",
      "/assets",
      "/assets/..\\..\\secret.txt",
      "http://x/../secret.txt",
    ])
      expect(await get(server, path)).toMatchObject({ status: 404, body: "not found\n" });
    expect((await get(server, "/", {}, "POST")).status).toBe(405);
  });

  it("foreign hosts, origins and paths before a connection exists", async () => {
    const server = await listen();
    const foreign = new Page(server, { origin: "http://evil.example" });
    await until(() => foreign.closeCode !== 0, "the foreign page to be refused");
    expect(foreign.closeCode).toBe(1006);
    expect(await get(server, "/", { host: "evil.example" })).toMatchObject({ status: 403 });
    const own = new Page(server, { origin: `http://127.0.0.1:${server.port}` });
    await until(() => own.of("hello").length > 0, "its own page");
    expect(server.refused.connection).toBe(2);
    expect(server.viewerCount).toBe(1);
  });

  it("foreign hosts and origins with words that name the flag which admits them", async () => {
    const server = await listen();
    const own = `127.0.0.1:${server.port}`;
    const asked = (headers: Record<string, string>) => get(server, "/stream", headers, "POST");
    expect(await asked({ origin: "http://lab.example" })).toMatchObject({
      status: 403,
      body: `this request came from a page of http://lab.example, expected one of ${own} or one given with --origin; try: --origin http://lab.example\n`,
    });
    expect((await asked({ origin: "null" })).body).toMatch(/ a page of null, expected .* given with --origin\n$/);
    const rebound = {
      status: 403,
      body: expect.stringMatching(/^this server was addressed as lab\.example:81, expected/),
    };
    expect(await asked({ host: "lab.example:81", origin: "http://lab.example:81" })).toMatchObject(rebound);
    expect(await asked({ origin: `http://${own}` })).toMatchObject({ status: 426 });
    expect(await socketAnswer(server, { origin: "http://lab.example" })).toMatch(
      /^HTTP\/1\.1 403 .*\r\n\r\nthis request came from a page of http:\/\/lab\.example, expected .*\n$/s,
    );
    expect(server.refused.connection).toBe(4);
  });

  it("no page of an allowed origin, and no request for its host, but of any other", async () => {
    const server = await listen({ origins: ["https://lab.example:9000"] });
    const status = async (headers: Record<string, string>) => (await get(server, "/stream", headers, "POST")).status;
    expect(await status({ origin: "https://lab.example:9000" })).toBe(426);
    expect(await status({ origin: "https://lab.example:9000", host: "lab.example" })).toBe(426);
    expect(await status({ origin: "https://lab.example:9001" })).toBe(403);
    expect(await status({ origin: "http://evil.example", host: "lab.example:9000" })).toBe(403);
    expect(await status({ origin: "http://evil.example", host: "evil.example" })).toBe(403);
    expect(await status({ host: "lab.example.evil.example" })).toBe(403);
  });

  it("what lies beside its base, and leads from there to it", async () => {
    const server = await listen({ base: "/robot/" });
    expect(server.url).toBe(`http://127.0.0.1:${server.port}/robot/`);
    expect(await get(server, "/")).toMatchObject({ status: 404, body: expect.stringContaining("are below /robot/") });
    expect(await get(server, "/robot?token=x")).toMatchObject({ status: 302, location: "/robot/?token=x" });
    expect((await get(server, "/robot/")).body).toContain("The viewer is not built");
    expect((await get(server, "/robot/stream")).status).toBe(426);
    expect(await socketAnswer(server, {}, "/stream")).toMatch(
      /^HTTP\/1\.1 404 .*expected the websocket \/robot\/stream\n$/s,
    );
  });

  it("pages without the token when it is bound beyond loopback", async () => {
    const server = await listen({ host: "0.0.0.0" });
    const token = new URL(server.url).searchParams.get("token")!;
    expect(token.length).toBeGreaterThanOrEqual(24);
    const without = new Page(server, { query: "?token=guess" });
    await until(() => without.closeCode !== 0, "the refusal");
    expect(without.closeCode).toBe(4401);
    expect(without.messages).toMatchObject([{ type: "refused", what: "token" }]);
    const with_ = new Page(server, { query: `?token=${token}` });
    await until(() => with_.of("hello").length > 0, "the greeting");
  });

  it("oversized, binary, malformed and unknown messages, and counts them", async () => {
    const server = await listen();
    server.setScene(sampleScene, sampleInfo);
    const page = new Page(server);
    await until(() => page.of("scene").length > 0, "the scene");
    page.socket.send("{");
    page.socket.send(Uint8Array.of(1, 2, 3));
    page.send({ type: "watch", environments: "all" });
    page.send({ type: "follow", environment: 16 });
    page.send({ type: "command", vx: 1, vy: 0, yawRate: 0, at: 0 });
    await until(() => page.of("refused").length === 5, "five refusals");
    expect(page.of("refused").map(({ what }) => what)).toEqual(["message", "message", "watch", "follow", "command"]);
    page.socket.send("x".repeat(5000));
    await until(() => page.closeCode !== 0, "the connection to be closed");
    expect(page.closeCode).toBe(1009);
    expect(server.refused).toEqual({ malformed: 3, oversized: 1, tooFrequent: 0, notOffered: 2, connection: 0 });
  });

  it("a flood of messages, and in the end the page itself, while others go on", async () => {
    const server = await listen({ nowMs: () => 0 });
    server.setScene(sampleScene, sampleInfo);
    const [flood, calm] = [new Page(server), new Page(server)];
    await until(() => flood.of("scene").length + calm.of("scene").length === 2, "both scenes");
    for (let k = 0; k < 600; k++) flood.send({ type: "follow", environment: k % 16 });
    await until(() => flood.closeCode !== 0, "the flood to be cut off");
    expect(flood.closeCode).toBe(4429);
    expect(server.refused.tooFrequent).toBeGreaterThan(200);
    server.pushFrame(liveFrame([0], 1));
    await until(() => calm.frames.length === 1, "the calm page's frame");
  });

  it("bytes that are no websocket at all without falling over", async () => {
    const server = await listen();
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.write(
      `GET /stream HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${Buffer.alloc(16, 1).toString("base64")}\r\n\r\n`,
    );
    await once(socket, "data");
    socket.write(Buffer.alloc(64, 0xff));
    await until(() => server.refused.malformed === 1, "the refusal");
    await until(() => server.viewerCount === 0, "the connection to be gone");
  });
});

describe("stream server: wishes", () => {
  it("of the training reach the owner when it asks, only as far as the run offers them", async () => {
    const server = await listen();
    server.setScene(sampleScene, sampleInfo);
    const intents: Intent[] = [];
    server.onIntent((intent) => intents.push(intent));
    const page = new Page(server);
    await until(() => page.of("scene").length > 0, "the scene");
    page.send({ type: "pause", what: "training" });
    page.send({ type: "setSpeed", factor: 2 });
    await until(() => page.of("refused").length === 1, "the refusal of the speed");
    expect(intents).toEqual([]);
    server.drainIntents();
    expect(intents.map(({ wish }) => wish)).toEqual(["pause"]);
    server.drainIntents();
    expect(intents).toHaveLength(1);
  });
});

describe("stream server: the driven simulation", () => {
  const driveInfo = { ...sampleInfo, environments: 1, capabilities: ["steer", "simulate"] } as const;

  async function drive(nowMs?: () => number) {
    const server = await listen({ channels: ["training", "drive"], nowMs });
    const told: (DriveWish | "wheel" | "watched" | "fan" | "readings")[] = [];
    server.onDrive({
      wish: (wish) => void told.push(wish),
      wheelChanged: () => void told.push("wheel"),
      watched: () => void told.push("watched"),
      fanWished: () => void told.push("fan"),
      readingsWished: () => void told.push("readings"),
    });
    server.setScene(sampleScene, sampleInfo);
    server.setScene(sampleScene, driveInfo, "drive");
    return { server, told };
  }

  it("is shown to the pages that ask for it, and the training to the others", async () => {
    const { server, told } = await drive();
    const [one, two] = [new Page(server), new Page(server)];
    await until(() => one.of("scene").length + two.of("scene").length === 2, "both scenes");
    expect(one.of("hello")[0].channels).toEqual(["training", "drive"]);
    two.send({ type: "show", channel: "drive" });
    await until(() => two.of("scene").length === 2, "the driven scene");
    expect(two.of("scene").map(({ channel }) => channel)).toEqual(["training", "drive"]);
    expect(told).toEqual(["watched"]);
    expect([server.watchersOf("training"), server.watchersOf("drive")]).toEqual([1, 1]);
    server.pushFrame(liveFrame([0], 1));
    server.pushFrame(liveFrame([0], 2), new Map(), "drive");
    await until(() => one.frames.length + two.frames.length === 2, "a frame each");
    expect([one.frames[0].time, two.frames[0].time]).toEqual([1 / 50, 2 / 50]);
    expect(one.frames[0].scene).not.toBe(two.frames[0].scene);
  });

  it("is steered by one page at a time; the next may when the first is idle, lets go or leaves", async () => {
    let now = 0;
    const { server, told } = await drive(() => now);
    const [one, two] = [new Page(server), new Page(server)];
    await until(() => one.of("scene").length + two.of("scene").length === 2, "both scenes");
    const ahead = { type: "command", vx: 1, vy: 0, yawRate: 0, at: 5 } as const;
    one.send(ahead);
    await until(() => told.length === 2, "the wheel and the command");
    two.send({ type: "simulate", what: "reset" });
    await until(() => two.of("refused").length === 1, "the refusal");
    expect(two.of("refused")[0].reason).toMatch(/^viewer 1 is steering/);
    server.confirmSteering(5);
    await until(() => one.of("steered").length === 1, "the confirmation");
    expect(two.of("steered")).toEqual([]);
    now = 11_000;
    two.send({ type: "wheel", take: true });
    await until(() => told.length === 3, "the other one's turn");
    two.send({ type: "wheel", take: false });
    await until(() => told.length === 4, "the wheel to be free");
    one.send({ type: "setSpeed", factor: 2 });
    await until(() => told.length === 6, "the first one's turn");
    one.socket.close();
    await until(() => told.length === 7, "the wheel to be free again");
    expect(told).toEqual(["wheel", ahead, "wheel", "wheel", "wheel", { type: "setSpeed", factor: 2 }, "wheel"]);
  });

  it("is not offered where there is none", async () => {
    const server = await listen();
    server.setScene(sampleScene, sampleInfo);
    const page = new Page(server);
    await until(() => page.of("scene").length > 0, "the scene");
    page.send({ type: "show", channel: "drive" });
    page.send({ type: "simulate", what: "play" });
    await until(() => page.of("refused").length === 2, "two refusals");
    expect(page.of("scene")).toHaveLength(1);
  });
});

interface Answer {
  status: number;
  type?: string;
  cache?: string;
  etag: string;
  location?: string;
  body: string;
}

/** Asks for a path exactly as written; fetch would tidy it up first. */
function get(
  server: StreamServer,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: server.port, path, headers, method }, async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      const { "content-type": type, "cache-control": cache, etag = "", location } = response.headers;
      resolve({ status: response.statusCode ?? 0, type, cache, etag, location, body });
    });
    asked.on("error", reject).end();
  });
}

/** Everything that the server says to one who wants a websocket and gets none. */
async function socketAnswer(server: StreamServer, headers: Record<string, string>, path = "/stream"): Promise<string> {
  const socket = connect(server.port, "127.0.0.1");
  const key = Buffer.alloc(16, 1).toString("base64");
  const asked = { host: `127.0.0.1:${server.port}`, connection: "upgrade", upgrade: "websocket", ...headers };
  const lines = Object.entries({ ...asked, "sec-websocket-version": "13", "sec-websocket-key": key });
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
  let text = "";
  for await (const chunk of socket) text += chunk;
  return text;
}
