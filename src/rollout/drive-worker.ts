/** Entry point of the thread that drives: keeps the clock, takes orders between control steps, and reports what there is to see. */
import { parentPort, workerData } from "node:worker_threads";
import { createEngine } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import { Drive } from "./drive.ts";
import { DriveClock } from "./drive-clock.ts";
import type { DriveOrder, DriveReport, DriveSetup } from "./drive-orders.ts";

const port = parentPort;
if (port === null) throw new Error("drive worker: must be started as a worker thread");

/** Moments closer together than this are not told apart on a screen. */
const REPORT_MS = 15;
/** Longest rest; orders end it. */
const LONGEST_SLEEP_MS = 1000;

const orders: DriveOrder[] = [];
/** Marks of changes that no step has felt yet. */
let untold: number[] = [];
let wake: () => void = () => {};

function post(report: DriveReport, transfer: ArrayBuffer[] = []): void {
  port!.postMessage(report, transfer);
}

function reportMoment(drive: Drive, clock: DriveClock): void {
  const moment = drive.moment();
  const { poses, command, twist, terms, contacts } = moment;
  const buffers = [poses, command, twist, terms, contacts].map((values) => values.buffer);
  post({ kind: "moment", moment, clock: clock.state }, buffers);
}

/** Obeys what came in; true where there is something new to see. */
async function obeyAll(drive: Drive, clock: DriveClock): Promise<boolean> {
  const news = orders.length > 0;
  for (let order = orders.shift(); order !== undefined; order = orders.shift()) await obey(order, drive, clock);
  return news;
}

async function obey(order: DriveOrder, drive: Drive, clock: DriveClock): Promise<void> {
  switch (order.kind) {
    case "change":
      await drive.apply(order.change);
      if (order.at !== undefined) untold.push(order.at);
      return;
    case "play":
    case "pause":
      clock.setPlaying(order.kind === "play");
      return;
    case "step":
      clock.setPlaying(false);
      await advance(drive);
      return;
    case "rest":
      clock.setResting(order.resting);
      return;
    case "speed":
      clock.setSpeed(order.factor);
      return;
    default:
      order satisfies never;
  }
}

async function advance(drive: Drive): Promise<void> {
  await drive.advance();
  for (const at of untold) post({ kind: "taken", at });
  untold = [];
}

/** Until `ms` have passed or an order comes. Lets messages in even when it does not wait. */
function sleep(ms: number): Promise<void> {
  if (orders.length > 0 || ms < 1) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(ms, LONGEST_SLEEP_MS));
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function run(drive: Drive): Promise<never> {
  const clock = new DriveClock(drive.env.controlHz);
  let reportedMs = Number.NEGATIVE_INFINITY;
  post({ kind: "ready" });
  reportMoment(drive, clock);
  for (;;) {
    await sleep(clock.waitMs(performance.now()));
    let news = await obeyAll(drive, clock);
    if (clock.waitMs(performance.now()) < 1) {
      await advance(drive);
      clock.count(performance.now());
      news ||= performance.now() - reportedMs >= REPORT_MS;
    }
    if (!news) continue;
    reportedMs = performance.now();
    reportMoment(drive, clock);
  }
}

try {
  port.on("message", (order: DriveOrder) => {
    orders.push(order);
    wake();
  });
  await run(await Drive.create(workerData as DriveSetup, createEngine("ort")));
} catch (error) {
  const { message } = error instanceof Error ? error : new Error(String(error));
  post({ kind: "failed", message, ...(error instanceof UserError ? { exitCode: error.exitCode } : {}) });
}
