import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lightAnswer, lightWorker } from "../../bench/queue/light-worker.ts";
import { RedisServer } from "../../bench/queue/redis-server.ts";
import { openLightSession } from "../../bench/queue.ts";
import { openQueue, type QueueConnection } from "../../src/queue/connection.ts";
import { pack } from "../../src/queue/parcel.ts";
import { parseQueueUrl } from "../../src/queue/queue-url.ts";
import { Round, type Unit } from "../../src/queue/round.ts";

const KILLS = 100;
const SLOTS = 4;
/** Share of the workers that are at work when they are killed; the others may still be starting */
const AT_WORK = 0.2;
const UNITS = 60;
const BYTES = 2000;

describe("workers that are killed", () => {
  let server: RedisServer;
  let connection: QueueConnection;
  const running = new Set<ChildProcess>();

  beforeAll(async () => {
    server = await RedisServer.start();
    connection = await openQueue(parseQueueUrl(server.url, "--queue"), () => {});
  });
  afterAll(async () => {
    for (const child of running) child.kill("SIGKILL");
    connection.close();
    await server.end();
  });

  function startWorker(napMs: number): ChildProcess {
    const child = spawn(process.execPath, [lightWorker, server.url, String(napMs), String(BYTES)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    running.add(child);
    child.once("exit", () => running.delete(child));
    return child;
  }

  it("100 times at random moments change no answer, and none is missing or double", async () => {
    const session = await openLightSession(connection);
    const common = pack({ kind: "weights" }, [new Float32Array(1000).fill(0.5)]);
    const taken: number[] = [];
    const by = new Set<string>();
    const units = Array.from({ length: UNITS }, (_, index): Unit<Uint8Array> => {
      const input = pack({ index }, [new Float64Array(100).fill(index)]);
      return {
        name: `unit ${index}`,
        input,
        take: ({ worker }, parcel) => {
          taken.push(index);
          by.add(worker);
          const bytes = new Uint8Array(BYTES);
          parcel.unpack([bytes]);
          return bytes;
        },
        here: () => Promise.reject(new Error("nothing is computed here")),
      };
    });
    let kills = 0;
    const slot = async () => {
      while (kills < KILLS) {
        kills++;
        const child = startWorker(100);
        if (Math.random() < AT_WORK) await once(child.stdout!, "data");
        await sleep(500 * Math.random());
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    };
    const results = new Round(session, { kind: "collect", name: "1-collect-0", common, units }).run();
    await Promise.all(Array.from({ length: SLOTS }, slot));
    startWorker(0);
    const expected = units.map(({ input }) =>
      Buffer.from(lightAnswer(common, input, new Uint8Array(BYTES))).toString("hex"),
    );
    expect((await results).map((bytes) => Buffer.from(bytes).toString("hex"))).toEqual(expected);
    expect([...taken].sort((a, b) => a - b)).toEqual(units.map((_, index) => index));
    expect(by.size).toBeGreaterThan(1);
    await session.close();
  });
});
