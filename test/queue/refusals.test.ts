import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { freePort, RedisServer } from "../../bench/queue/redis-server.ts";
import { openQueue } from "../../src/queue/connection.ts";
import { sessionKeys, sessionsKey } from "../../src/queue/keys.ts";
import { openParcel } from "../../src/queue/parcel.ts";
import { parseQueueUrl } from "../../src/queue/queue-url.ts";
import { takeWork } from "../../src/queue/take.ts";
import { TakeHost } from "../../src/queue/take-host.ts";
import type { SharedSetup } from "../../src/queue/units.ts";
import { callCli, startCli } from "../cli/cli-process.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { type Learner, SMALL, startLearner } from "./learner.ts";
import { nappingTask } from "./napping-task.ts";

describe("a server that cannot be a queue is refused in one line", () => {
  async function refusal(url: string): Promise<string> {
    const { code, stderr } = await callCli("worker", "--queue", url);
    expect([code, stderr.split("\n").length]).toEqual([1, 2]);
    return stderr;
  }

  async function server(...settings: string[]): Promise<RedisServer> {
    const started = await RedisServer.start(...settings);
    onTestFinished(() => started.end());
    return started;
  }

  it("that is not there", async () => {
    const at = join(scratchFolder(), "nobody.sock");
    expect(await refusal(`unix://${at}`)).toBe(
      `flowgait: --queue: unix://${at}: no connection (ENOENT), expected a Redis server there\n`,
    );
  });

  it("that wants another password; the password is not printed, and the right one works", async () => {
    const { socket } = await server("--requirepass", "right");
    expect(await refusal(`unix://${socket}?password=wrong`)).toMatch(/: the server refuses the password, expected/);
    expect(await refusal(`unix://${socket}`)).toMatch(/: the server refuses the password, expected/);
    expect(await refusal(`unix://${socket}?password=wrong`)).not.toContain("wrong");
    const { redis, close } = await openQueue(parseQueueUrl(`unix://${socket}?password=right`, "--queue"), () => {});
    expect(await redis.ping()).toBe("PONG");
    close();
  });

  it("that drops keys when its memory is full", async () => {
    const { url } = await server("--maxmemory-policy", "allkeys-lru");
    expect(await refusal(url)).toMatch(
      /drops keys when its memory is full \(maxmemory-policy allkeys-lru\), expected noeviction; try: redis-cli config set/,
    );
  });

  it("whose certificate nobody vouches for; with its authority the line is encrypted and works", async () => {
    const folder = scratchFolder();
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    const request =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost".split(" ");
    execFileSync(
      "openssl",
      [...request, "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
      {
        stdio: "ignore",
      },
    );
    const port = await freePort();
    const files = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no"];
    await server("--tls-port", String(port), ...files);
    const url = `rediss://localhost:${port}`;
    expect(await refusal(url)).toMatch(/no connection \(DEPTH_ZERO_SELF_SIGNED_CERT\), expected a Redis server there/);
    const worker = startCli(["worker", "--queue", url], folder, `NODE_EXTRA_CA_CERTS=${certificate}`);
    await worker.until("stderr", /waiting for a run at rediss:\/\/localhost:\d+\n/);
    worker.child.kill("SIGINT");
    expect((await worker.finished).code).toBe(0);
  });

  it("a training leaves no folder behind then", async () => {
    const run = join(scratchFolder(), "run");
    const { code, stderr } = await callCli("train", "CartpoleBalance", "--run", run, "--queue", "redis://127.0.0.1:1");
    expect([code, stderr]).toEqual([1, expect.stringContaining("no connection (ECONNREFUSED)")]);
    expect(await callCli("train", "--resume", run)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("does not exist"),
    });
  });

  it("and a worker without any address", async () => {
    expect(await callCli("worker")).toMatchObject({
      code: 2,
      stderr: "flowgait: --queue: is missing, expected it or FLOWGAIT_QUEUE, such as redis://host:6379\n",
    });
  });
});

/** Makes a package look as if it were not installed. */
const WITHOUT_BULLMQ = `import { register } from "node:module";
register("data:text/javascript," + encodeURIComponent(\`
export async function resolve(name, context, next) {
  return next(name === "bullmq" ? "bullmq-that-is-missing" : name, context).catch((error) => {
    error.message = error.message.replace("bullmq-that-is-missing", "bullmq");
    throw error;
  });
}\`));
`;

describe("without the optional packages", () => {
  it("a queue is refused with the command that installs them, and all else works", async () => {
    const folder = scratchFolder();
    const hook = join(folder, "hook.mjs");
    writeFileSync(hook, WITHOUT_BULLMQ);
    const prefix = `NODE_OPTIONS='--import ${hook}'`;
    const [refused, works] = await Promise.all([
      startCli(["worker", "--queue", "redis://127.0.0.1"], folder, prefix).finished,
      startCli(["tasks", "--json"], folder, prefix).finished,
    ]);
    expect(refused).toMatchObject({
      code: 1,
      stderr:
        "flowgait: --queue: bullmq is not installed, expected it in this project; try: npm install bullmq@6 ioredis@5\n",
    });
    expect(works.code).toBe(0);
  });
});

describe("a worker does not take part in a run", () => {
  let server: RedisServer;
  let learner: Learner;
  let task = "";

  beforeAll(async () => {
    server = await RedisServer.start();
    task = nappingTask(server.folder, 0);
    learner = await startLearner(server.url, { ...SMALL, run: server.folder }, task);
  });
  afterAll(async () => {
    await learner.close();
    await server.end();
  });

  /** What a worker says of the run. */
  async function said(tasks: readonly string[], run = "test"): Promise<string> {
    const stop = new AbortController();
    const connection = await openQueue(parseQueueUrl(server.url, "--queue"), () => {});
    let words = "";
    const report = (message: string) => {
      if (!message.startsWith(`run ${run}:`)) return;
      words = message;
      stop.abort();
    };
    await takeWork(connection, { name: "w", threads: 1, tasks, modelDirs: [], report }, stop.signal);
    connection.close();
    return words;
  }

  /** Changes what the learner announces until the next sign of life. */
  async function pretend(change: Readonly<Record<string, string>>): Promise<string> {
    const key = sessionsKey("flowgait");
    const { redis } = learner.connection;
    const [session] = await redis.hkeys(key);
    const announced = JSON.parse((await redis.hget(key, session!))!);
    await redis.hset(key, "test.other", JSON.stringify({ ...announced, ...change }));
    await redis.set("flowgait:test.other:x:alive", "1", "PX", 60_000);
    const words = await said([], change.run);
    await redis.del("flowgait:test.other:x:alive");
    await redis.hdel(key, "test.other");
    return words;
  }

  it("whose task it does not have", async () => {
    expect(await said([])).toBe(
      "run test: needs your own napping.ts, expected --task with the same files here; this worker does not take part",
    );
  });

  it("whose task differs from its own", async () => {
    const other = join(server.folder, "other.ts");
    writeFileSync(other, `export { default } from "./napping.ts";\n`);
    expect(await said([other])).toMatch(
      /^run test: needs napping.ts as it is there, but .*other.ts differs in the file itself/,
    );
  });

  it("whose learner computes other bits than this machine", async () => {
    const { redis } = learner.connection;
    const [session = ""] = await redis.hkeys(sessionsKey("flowgait"));
    const { setup } = sessionKeys("flowgait", session);
    const shared = openParcel((await redis.getBuffer(setup))!).header as SharedSetup;
    await expect(TakeHost.create({ ...shared, task, arithmetic: "0".repeat(64) })).rejects.toThrow(
      /^this machine computes other bits than the learner's \([0-9a-f]{8}, expected 00000000\): /,
    );
    await expect(TakeHost.create({ ...shared, task })).resolves.toBeInstanceOf(TakeHost);
  });

  it("of another version or build", async () => {
    expect(await pretend({ run: "test older", version: "0.0.9" })).toMatch(
      /^run test older: is of flowgait 0\.0\.9, expected \d/,
    );
    expect(await pretend({ run: "test changed", package: "f".repeat(64) })).toMatch(
      /^run test changed: is of another build of flowgait \d.* \(ffffffff\), expected [0-9a-f]{8}, the one here; /,
    );
  });
});
