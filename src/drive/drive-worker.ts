/** Entry point of the thread that drives: keeps the clock, takes orders between control steps, and reports what there is to see. */
import { createEngine, type Engine } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import { PhysicsError } from "../physics/physics-error.ts";
import { asUserFault } from "../tasks/own/user-fault.ts";
import { nextTurn, threadData, threadPort } from "../threads/thread.ts";
import { Branching } from "./branching.ts";
import { DriveClock } from "./drive-clock.ts";
import type { DriveBeginning, DriveOrder, DriveReport } from "./drive-orders.ts";
import { DriveSession } from "./drive-session.ts";
import { FanReporter } from "./fan-reporter.ts";
import { ReadingsReporter } from "./readings-reporter.ts";

const port = threadPort();

/** Moments closer together than this look the same on a screen. */
const REPORT_MS = 15;
/** Longest rest; orders end it. */
const LONGEST_SLEEP_MS = 1000;

const orders: DriveOrder[] = [];
/** The original of a branch, while both are shown; made with the session. */
let branching: Branching;
/** Marks of changes that no step has felt yet. */
let untold: number[] = [];
let wake: () => void = () => {};

function post(report: DriveReport, transfer: ArrayBuffer[] = []): void {
  port.postMessage(report, transfer);
}

function reportMoment(session: DriveSession, clock: DriveClock): void {
  const moment = session.moment();
  const original = branching.moment();
  const { poses, points, command, twist, terms, contacts } = moment;
  const beside = original ? [original.poses, original.points, original.command, original.twist] : [];
  const buffers = [poses, points, command, twist, terms, contacts, ...beside].map((values) => values.buffer);
  post({ kind: "moment", moment, original, clock: clock.state }, buffers);
}

function reportBroken({ broken: source, env, step, policy }: DriveSession, clock: DriveClock): void {
  if (env.held) clock.setPlaying(false);
  post({ kind: "broken", broken: { step, source, held: env.held, policy: policy.key } });
}

/** Reports what the policy might do while a page requests it; made with the session. */
let fans: FanReporter;

/** Reports what can be read from the simulation while a page looks. */
let readings: ReadingsReporter;

/** Executes the received orders; true if there is something new to see. */
async function obeyAll(session: DriveSession, clock: DriveClock): Promise<boolean> {
  const news = orders.length > 0;
  for (let order = orders.shift(); order !== undefined; order = orders.shift()) {
    // Of a row of seeks only the last one matters.
    if (order.kind === "seek" && orders[0]?.kind === "seek") continue;
    await obey(order, session, clock).catch(refuse);
  }
  return news;
}

/** A failed order or sample must not end the simulation for all viewers. */
function refuse(thrown: unknown): void {
  if (thrown instanceof PhysicsError) throw thrown;
  const error = asUserFault(thrown);
  post({ kind: "refused", message: error instanceof Error ? error.message : String(error) });
}

async function obey(order: DriveOrder, session: DriveSession, clock: DriveClock): Promise<void> {
  switch (order.kind) {
    case "change":
      await session.change(order.change);
      if (order.at !== undefined) untold.push(order.at);
      return;
    case "play":
    case "pause":
      clock.setPlaying(order.kind === "play");
      return;
    case "step":
      clock.setPlaying(false);
      await advance(session, clock);
      return;
    case "flow":
      await session.changeFlow(order.flow);
      return;
    case "restart":
      branching.end("keep");
      await session.restart();
      return;
    case "seek":
      clock.setPlaying(false);
      await branching.seek(order.step);
      return;
    case "branch":
      await branching.obey(order.what);
      return;
    case "tell-course":
      post({ kind: "course", course: await session.course() });
      return;
    case "fan":
      fans.wish = order.wish;
      return;
    case "readings":
      readings.isWanted = order.look;
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

async function advance(session: DriveSession, clock: DriveClock): Promise<void> {
  await branching.advance();
  if (session.broken !== "") reportBroken(session, clock);
  fans.count(session);
  for (const at of untold) post({ kind: "taken", at });
  untold = [];
}

/** Until `ms` have passed or an order comes. Lets messages in even when it does not wait. */
function sleep(ms: number): Promise<void> {
  if (orders.length > 0 || ms < 1) return nextTurn();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(ms, LONGEST_SLEEP_MS));
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function run(session: DriveSession, engine: Engine, isPaused: boolean): Promise<never> {
  branching = new Branching(session);
  const clock = new DriveClock(session.controlHz);
  fans = new FanReporter(engine, session, post);
  readings = new ReadingsReporter(post);
  clock.setPlaying(!isPaused && session.step === session.newest);
  let reportedMs = Number.NEGATIVE_INFINITY;
  post({ kind: "ready" });
  reportMoment(session, clock);
  for (;;) {
    const nowMs = performance.now();
    const reportsMs = Math.min(fans.waitMs(session, nowMs), readings.waitMs(session, nowMs));
    await sleep(Math.min(clock.waitMs(nowMs), reportsMs));
    let news = await obeyAll(session, clock);
    if (news) readings.invalidate();
    if (clock.waitMs(performance.now()) < 1) {
      await advance(session, clock).catch((error: unknown) => {
        clock.setPlaying(false);
        refuse(error);
      });
      clock.count(performance.now());
      news ||= session.env.held || performance.now() - reportedMs >= REPORT_MS;
    }
    if (news) {
      reportedMs = performance.now();
      reportMoment(session, clock);
    }
    if (readings.waitMs(session, performance.now()) === 0) readings.report(session, performance.now());
    if (fans.waitMs(session, performance.now()) === 0) await fans.report(session, performance.now()).catch(refuse);
  }
}

try {
  port.on("message", (order: DriveOrder) => {
    orders.push(order);
    wake();
  });
  const engine = createEngine("ort");
  const beginning = threadData<DriveBeginning>();
  const session = await DriveSession.create(beginning, engine, () => performance.now());
  await run(session, engine, beginning.isPaused ?? false);
} catch (thrown) {
  const error = asUserFault(thrown);
  const { message } = error instanceof Error ? error : new Error(String(error));
  post({ kind: "failed", message, ...(error instanceof UserError ? { exitCode: error.exitCode } : {}) });
}
