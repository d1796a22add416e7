/**
 * What it costs to be watched: 64 humanoids of a training on the stream. Turns of watched and unwatched iterations give the loss, in processor time
 * too, which other programs disturb less; a crowd of viewers, the page in a browser, and the way of a command follow.
 */
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { StreamServer } from "../src/stream/server.ts";
import { type PageCosts, pageCosts } from "./stream-page.ts";
import type { ViewersOrder, ViewersReport } from "./stream-viewers.ts";
import { type Turn, WatchedTraining } from "./watched-training.ts";

/** Costs of being watched on this machine. */
export interface StreamCosts extends PageCosts {
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
}

const TURNS = 4;
const TURN_ITERATIONS = 5;
const CROWD = 50;
const CROWD_SECONDS = 60;

/** Takes about three minutes. */
export async function benchStream(): Promise<StreamCosts> {
  const training = await WatchedTraining.start();
  try {
    await training.turns(3); // warms up
    const one = await oneViewer(training);
    const crowd = await manyViewers(training);
    const page = await pageCosts(training.server.url);
    return { ...one, ...crowd, ...page };
  } finally {
    await training.end();
  }
}

async function oneViewer(training: WatchedTraining) {
  const viewer = await startViewers(training.server, 1);
  const [alone, watched]: Turn[][] = [[], []];
  const lost: { wall: number; processor: number }[] = [];
  let [bytes, frames, seconds] = [0, 0, 0];
  for (let turn = 0; turn < TURNS; turn++) {
    viewer.tell("rest");
    const without = await training.turns(TURN_ITERATIONS);
    viewer.tell("watch");
    await viewer.report();
    const withViewer = await training.turns(TURN_ITERATIONS);
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
  const before = middle(await training.turns(2 * TURN_ITERATIONS), "wallSeconds");
  const crowd = await startViewers(training.server, CROWD);
  crowd.tell("watch");
  const turns = await training.turnsOf(CROWD_SECONDS);
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
    from.once("message", resolve);
    from.once("exit", (code) => reject(new Error(`the viewers' process ended with code ${code}`)));
  });
}

function middle(turns: readonly Turn[], of: "wallSeconds" | "cpuSeconds"): number {
  return median(turns.map((turn) => turn[of]));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
