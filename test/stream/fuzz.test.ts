import { afterAll, describe, expect, it } from "vitest";
import { connectPage, flood } from "../../bench/stream-fuzz.ts";
import { MAX_CLIENT_MESSAGE_BYTES } from "../../src/stream/protocol.ts";
import { StreamServer } from "../../src/stream/server.ts";
import { sampleInfo, sampleScene } from "./sample-run.ts";

/** FLOWGAIT_FUZZ=100000 sends as many as the project's promise says. */
const COUNT = Number(process.env.FLOWGAIT_FUZZ ?? 10_000);

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
  server.onDrive({
    wish: handler,
    wheelChanged: () => {},
    fanWished: () => {},
    readingsWished: () => {},
    watched: () => {},
  });
  server.onStudio({ welcome: () => {}, ask: handler, wish: handler });
  server.setScene(sampleScene, sampleInfo);
  server.setScene(sampleScene, { ...sampleInfo, environments: 1, capabilities: ["steer", "simulate"] }, "drive");
  return { server, obeyed: () => obeyed };
}

describe("a flood of random and mutated messages", () => {
  it(`leaves the server up after ${COUNT}, counts every refusal, and makes it no larger`, async () => {
    const { server, obeyed } = await listen();
    const { malformed, refused, growth } = await flood(server, COUNT);
    expect(refused).toBe(malformed);
    expect(malformed).toBeGreaterThan(0.3 * COUNT);
    expect(server.refused.tooFrequent).toBe(0);
    expect(obeyed()).toBeGreaterThan(0.02 * COUNT);
    expect(growth).toBeLessThan(64e6);
    (await connectPage(server)).terminate();
  });

  it("of any length is cut off at the longest text, and the next page is served", async () => {
    const { server } = await listen();
    for (const size of [MAX_CLIENT_MESSAGE_BYTES + 1, 1e6, 2e7]) {
      const socket = await connectPage(server);
      socket.send("[".repeat(size));
      await new Promise((resolve) => socket.once("close", resolve));
    }
    const bytes = await connectPage(server);
    for (let k = 0; k < 300; k++) bytes.send(Uint8Array.from({ length: k % 200 }, (_, n) => (97 * k + 31 * n) % 256));
    await new Promise((resolve) => bytes.once("close", resolve));
    expect(server.refused.oversized).toBe(3);
    expect(server.refused.malformed).toBeGreaterThan(200);
    (await connectPage(server)).terminate();
  });
});
