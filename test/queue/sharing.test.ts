import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RedisServer } from "../../bench/queue/redis-server.ts";
import { packageHash } from "../../src/files/package-hash.ts";
import { packageVersion } from "../../src/files/version.ts";
import { openQueue, type QueueConnection } from "../../src/queue/connection.ts";
import { pack } from "../../src/queue/parcel.ts";
import { parseQueueUrl } from "../../src/queue/queue-url.ts";
import { Session } from "../../src/queue/session.ts";
import { takeWork } from "../../src/queue/take.ts";

describe("workers and several runs", () => {
  let server: RedisServer;
  let connection: QueueConnection;

  beforeAll(async () => {
    server = await RedisServer.start();
    connection = await openQueue(parseQueueUrl(server.url, "--queue"), () => {});
  });
  afterAll(async () => {
    connection.close();
    await server.end();
  });

  async function open(run: string): Promise<Session> {
    const task = { task: "CartpoleBalance", terrainSeed: 0, lesson: "", ownTask: [], ownRobot: [] };
    const announcement = { run, version: packageVersion(), package: packageHash(), host: "", task };
    return Session.open(connection, { announcement, setup: pack({}), report: () => {} });
  }

  const names = ({ roster }: Session) => roster.workers.map(({ name }) => name).sort();

  it("one of two workers goes to a run that has none, and a worker for one run only stays", async () => {
    const first = await open("first");
    const stop = new AbortController();
    const start = async () => ({ answer: async () => pack({}), close: async () => {} });
    const settings = { threads: 1, tasks: [], modelDirs: [], start, report: () => {} };
    const workers = ["a", "b"].map((name) => takeWork(connection, { ...settings, name }, stop.signal));
    workers.push(takeWork(connection, { ...settings, name: "c", run: "first" }, stop.signal));
    while (names(first).length < 3) await sleep(20);
    const second = await open("second");
    while (names(second).length < 1) await sleep(20);
    while (names(first).length !== 2) await sleep(20);
    expect([...names(first), ...names(second)].sort()).toEqual(["a", "b", "c"]);
    expect(names(first)).toContain("c");
    stop.abort();
    await Promise.all(workers);
    await first.close();
    await second.close();
  });
});
