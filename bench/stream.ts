/**
 * What it costs to be watched: 64 humanoids of a training on the stream. Turns of watched and unwatched iterations give the loss, in processor time
 * too, which other programs disturb less; a crowd of viewers and the page in a browser follow; then, without the training, a flood of messages and the way of a command.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "../src/math/median.ts";
import { StreamServer } from "../src/stream/server.ts";
import { flood } from "./stream-fuzz.ts";
import { type KeyCosts, keyCosts, type PictureCosts, pictureCosts } from "./stream-page.ts";
import type { ViewersOrder, ViewersReport } from "./stream-viewers.ts";
import { type Turn, WatchedTraining } from "./watched-training.ts";

/** Costs of being watched on this machine. */
export interface StreamCosts extends PictureCosts, KeyCosts {
  /** Share of steps per second lost to one viewer of 64 humanoids, the median over turns; asked: 0.02 */
  readonly throughputLost: number;
  /** The same of processor time per step, of the training process alone */
  readonly processorLost: number;
  /** asked: 1.5 */
  readonly megabytesPerSecondPerViewer: number;
  readonly framesPerSecond: number;
  /** Of 50 viewers, those that were there all the time */
  readonly crowdConnected: number;
  /** Iterations that were due in the crowd's time by the pace before, and did not come; asked: 0 */
  readonly crowdMissedIterations: number;
  /** Median iteration beside the crowd over the median without it */
  readonly crowdSlowdown: number;
  /** Growth of the training process over the crowd's second half, MiB; bounded: about 0 */
  readonly crowdGrowthMebibytes: number;
  /** Random and mutated messages that one server was sent; asked: 100,000 */
  readonly fuzzMessages: number;
  /** Of those that had to be refused, the ones that were not counted; asked: 0 */
  readonly fuzzUncounted: number;
  /** Growth of the heap over the second half of them, MiB */
  readonly fuzzGrowthMebibytes: number;
}

/** What the project promises, for people to read beside what was measured. */
export const STREAM_ASKED: Readonly<Partial<Record<keyof StreamCosts, string>>> = {
  throughputLost: "at most 0.02",
  megabytesPerSecondPerViewer: "at most 1.5",
  framesPerSecond: "30",
  crowdConnected: "50",
  crowdMissedIterations: "0",
  crowdGrowthMebibytes: "bounded",
  fuzzMessages: "100,000",
  fuzzUncounted: "0",
  fuzzGrowthMebibytes: "bounded",
  firstPictureSeconds: "at most 2",
  scriptMsPerFrame: "at most 6",
  keyToCommandMs: "at most 50",
  keyToCommandMs90: "at most 50",
};

/** Pairs of an unwatched and a watched turn, and how long each takes; at least LEAST_ITERATIONS whatever else the machine does. */
const TURNS = 4;
const TURN_SECONDS = 6;
const LEAST_ITERATIONS = 2;
const WARM_UP_SECONDS = 4;
const CROWD = 50;
const CROWD_SECONDS = 60;
const FUZZ_MESSAGES = 100_000;

/** Takes about three minutes, on a slow machine too: what is repeated is repeated for a time, not so many times. */
export async function benchStream(): Promise<StreamCosts> {
  const watched = await watchedCosts();
  return { ...watched, ...(await fuzz()), ...(await keyCosts()) };
}

async function watchedCosts() {
  const training = await WatchedTraining.start();
  try {
    await training.turnsOf(WARM_UP_SECONDS, LEAST_ITERATIONS);
    const one = await oneViewer(training);
    const crowd = await manyViewers(training);
    const picture = await pictureCosts(training.server.url);
    return { ...one, ...crowd, ...picture };
  } finally {
    await training.end();
  }
}

/** A server apart, whose clock lets no message be too frequent. */
async function fuzz() {
  let now = 0;
  const server = await StreamServer.listen({ port: 0, channels: ["training", "drive"], nowMs: () => (now += 100) });
  try {
    const { sent, malformed, refused, growth } = await flood(server, FUZZ_MESSAGES);
    return { fuzzMessages: sent, fuzzUncounted: malformed - refused, fuzzGrowthMebibytes: growth / 2 ** 20 };
  } finally {
    await server.close();
  }
}

async function oneViewer(training: WatchedTraining) {
  const viewer = await startViewers(training.server, 1);
  const [alone, watched]: Turn[][] = [[], []];
  const lost: { wall: number; processor: number }[] = [];
  let [bytes, frames, seconds] = [0, 0, 0];
  for (let turn = 0; turn < TURNS; turn++) {
    viewer.tell("rest");
    const without = await training.turnsOf(TURN_SECONDS, LEAST_ITERATIONS);
    viewer.tell("watch");
    await viewer.report();
    const withViewer = await training.turnsOf(TURN_SECONDS, LEAST_ITERATIONS);
    const report = await viewer.report();
    bytes += report.bytes;
    frames += report.frames;
    seconds += report.seconds;
    lost.push({
      wall: 1 - middle(without, "wallSeconds") / middle(withViewer, "wallSeconds"),
      processor: 1 - middle(without, "cpuSeconds") / middle(withViewer, "cpuSeconds"),
    });
    alone.push(...without);
    watched.push(...withViewer);
  }
  viewer.end();
  return {
    throughputLost: median(lost.map(({ wall }) => wall)),
    processorLost: median(lost.map(({ processor }) => processor)),
    megabytesPerSecondPerViewer: bytes / seconds / 1e6,
    framesPerSecond: frames / seconds,
  };
}

async function manyViewers(training: WatchedTraining) {
  const before = middle(await training.turnsOf(TURN_SECONDS, LEAST_ITERATIONS), "wallSeconds");
  const crowd = await startViewers(training.server, CROWD);
  crowd.tell("watch");
  const turns = await training.turnsOf(CROWD_SECONDS, 2 * LEAST_ITERATIONS);
  const { connected } = await crowd.report();
  crowd.end();
  const during = middle(turns, "wallSeconds");
  const half = turns[turns.length >> 1];
  // An iteration is missed where one took as long as two.
  const missed = turns.reduce((sum, { wallSeconds }) => sum + Math.max(0, Math.round(wallSeconds / during) - 1), 0);
  return {
    crowdConnected: connected,
    crowdMissedIterations: missed,
    crowdSlowdown: during / before,
    crowdGrowthMebibytes: (turns[turns.length - 1].memory - half.memory) / 2 ** 20,
  };
}

async function startViewers(server: StreamServer, count: number) {
  const script = fileURLToPath(new URL("./stream-viewers.js", import.meta.url));
  const viewers = fork(script, [`ws://127.0.0.1:${server.port}/stream`, String(count)]);
  await answer(viewers);
  const tell = (order: ViewersOrder) => viewers.send(order);
  const report = async () => {
    tell("report");
    return (await answer(viewers)) as ViewersReport;
  };
  return { tell, report, end: () => viewers.disconnect() };
}

function answer(from: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the viewers' process ended with code ${code}`));
    from.once("exit", ended);
    from.once("message", (message) => {
      from.off("exit", ended);
      resolve(message);
    });
  });
}

function middle(turns: readonly Turn[], of: "wallSeconds" | "cpuSeconds"): number {
  return median(turns.map((turn) => turn[of]));
}
