/** The last moment at which other actions still save the robot, and what those actions have in common. */
import type { DriveKeyframe } from "../drive/drive-keyframe.ts";
import type { LoggedChange } from "../drive/drive-orders.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { changed } from "./fall.ts";
import type { Rerun } from "./rerun.ts";

/** An action that saving actions agree on. */
export interface SharedAction {
  /** Joint or actuator */
  readonly name: string;
  /** 1 more of it saves, −1 less of it */
  readonly direction: 1 | -1;
  /** Correlation of it with the time until the fall, over all actions that were tried at the moment */
  readonly correlation: number;
}

/** A way to save the robot. */
export interface Rescue {
  /** Control step after which the actions are moved, and for how many */
  readonly step: number;
  readonly steps: number;
  /** s before the fall */
  readonly seconds: number;
  /** [actionSize] added before the squash */
  readonly offset: readonly number[];
  readonly shared: readonly SharedAction[];
  /** Actions that were tried at this moment, and how many of them saved it */
  readonly tried: number;
  readonly saved: number;
  /** The log with the rescue in it */
  readonly log: readonly LoggedChange[];
}

/** s before the fall at which a search is tried first, and the precision of the last moment. */
const MOMENTS = [0.1, 0.2, 0.4, 0.8, 1.6] as const;
const PRECISION = 0.05;
/** How long an action is moved, s */
const NUDGED_SECONDS = 0.3;
/** Candidates of a generation, and how many of them the next one is drawn around. */
const CANDIDATES = 14;
const ELITE = 4;
const GENERATIONS = 3;
const SPREAD = 0.7;
const LEAST_SPREAD = 0.15;
/** Joints that are named, and how clearly they must matter. */
const NAMED = 3;
const CLEARLY = 0.35;

interface Tried {
  readonly offset: Float64Array;
  /** Control steps until the fall; without a fall, until the end of the replay */
  readonly lasted: number;
  readonly saved: boolean;
}

/** Looks for the last moment. @returns null where no search saves it up to 1.6 s before */
export async function findRescue(rerun: Rerun, seed: number): Promise<Rescue | null> {
  const { course, drive } = rerun;
  const { setup, log } = rerun.setupWithout([]);
  const hz = drive.env.controlHz;
  await rerun.begin(setup);
  const moments = await momentsOf(rerun, log, Math.round(MOMENTS.at(-1)! * hz));
  const tryAt = (steps: number) => {
    const moment = moments.get(steps);
    return moment === undefined ? null : searched(rerun, moment, seed);
  };
  let [failed, found] = [0, null as { readonly at: number; readonly tried: readonly Tried[] } | null];
  for (const seconds of MOMENTS) {
    const at = Math.max(1, Math.round(seconds * hz));
    const tried = await tryAt(at);
    if (tried === null) break;
    if (tried.some(({ saved }) => saved)) {
      found = { at, tried };
      break;
    }
    failed = at;
  }
  if (found === null) return null;
  while (found.at - failed > Math.max(1, PRECISION * hz)) {
    const at: number = Math.round((found.at + failed) / 2);
    const tried: readonly Tried[] = (await tryAt(at))!;
    if (tried.some(({ saved }) => saved)) found = { at, tried };
    else failed = at;
  }
  return described(found.at, found.tried, rerun, course.log);
}

/** Moments before the fall by control steps until it. */
async function momentsOf(
  rerun: Rerun,
  log: readonly LoggedChange[],
  most: number,
): Promise<Map<number, DriveKeyframe>> {
  const { drive, fall } = rerun;
  const moments = new Map<number, DriveKeyframe>();
  let made = log.findIndex(({ step }) => step >= drive.step);
  if (made < 0) made = log.length;
  while (drive.step < fall.step) {
    const left = fall.step - drive.step;
    if (left <= most && drive.step >= fall.begun) moments.set(left, drive.save());
    made = await changed(drive, log, made);
    await drive.advance();
  }
  return moments;
}

/** A cross-entropy search for actions that keep the robot up longest; ends with the generation that saves it. */
async function searched(rerun: Rerun, moment: DriveKeyframe, seed: number): Promise<Tried[]> {
  const rng = new Rng().seek(seed, STREAM.probe, 4, moment.step);
  const size = rerun.drive.env.actionSize;
  let mean = new Float64Array(size);
  let spread = new Float64Array(size).fill(SPREAD);
  const tried: Tried[] = [];
  for (let generation = 0; generation < GENERATIONS; generation++) {
    for (let i = 0; i < CANDIDATES; i++) {
      const offset = mean.map((value, k) => value + spread[k]! * rng.normal());
      tried.push(await attempted(rerun, moment, offset));
    }
    if (tried.some(({ saved }) => saved)) return tried;
    const best = tried.toSorted((a, b) => b.lasted - a.lasted).slice(0, ELITE);
    const over = (of: (values: Float64Array, k: number) => number) =>
      Float64Array.from({ length: size }, (_, k) => best.reduce((sum, { offset }) => sum + of(offset, k), 0) / ELITE);
    mean = over((values, k) => values[k]!);
    const middle = mean;
    spread = over((values, k) => (values[k]! - middle[k]!) ** 2).map((square) => Math.sqrt(square) + LEAST_SPREAD);
  }
  return tried;
}

async function attempted(rerun: Rerun, moment: DriveKeyframe, offset: Float64Array): Promise<Tried> {
  const { drive, until } = rerun;
  const { setup } = rerun.setupWithout([]);
  await drive.load(moment, setup.without);
  const steps = nudgedSteps(rerun);
  const saved = !(await rerun.goOn(nudgedLog(rerun.course.log, moment.step, [...offset], steps)));
  return { offset, lasted: saved ? until : drive.step, saved };
}

function nudgedSteps({ drive }: Rerun): number {
  return Math.max(1, Math.round(NUDGED_SECONDS * drive.env.controlHz));
}

/** Changes of the same step come before the nudge. */
function nudgedLog(log: readonly LoggedChange[], step: number, offset: readonly number[], steps: number) {
  const at = log.filter((entry) => entry.step <= step).length;
  return log.toSpliced(at, 0, { step, change: { kind: "nudge", offset, steps } });
}

function described(at: number, tried: readonly Tried[], rerun: Rerun, log: readonly LoggedChange[]): Rescue {
  const { drive, fall } = rerun;
  const size = (offset: Float64Array) => offset.reduce((sum, value) => sum + value ** 2, 0);
  const savers = tried.filter(({ saved }) => saved);
  const gentlest = savers.reduce((a, b) => (size(b.offset) < size(a.offset) ? b : a));
  const step = fall.step - at;
  const steps = nudgedSteps(rerun);
  const offset = [...gentlest.offset].map((value) => Number(value.toFixed(4)));
  return {
    ...{ step, steps, offset, seconds: at / drive.env.controlHz },
    shared: sharedOf(tried, drive.env.actionDescription.names),
    tried: tried.length,
    saved: savers.length,
    log: nudgedLog(log, step, offset, steps),
  };
}

/** Actions that go with the time until the fall, the clearest first. */
function sharedOf(tried: readonly Tried[], names: readonly string[]): SharedAction[] {
  const lasted = tried.map((one) => one.lasted);
  return names
    .map((name, k): SharedAction => {
      const correlation = correlated(
        tried.map(({ offset }) => offset[k]!),
        lasted,
      );
      return { name, direction: correlation < 0 ? -1 : 1, correlation };
    })
    .filter(({ correlation }) => Math.abs(correlation) >= CLEARLY)
    .sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation))
    .slice(0, NAMED);
}

function correlated(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [middleA, middleB] = [mean(a), mean(b)];
  const together = a.reduce((sum, value, i) => sum + (value - middleA) * (b[i]! - middleB), 0);
  const spread = (values: readonly number[], middle: number) =>
    Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0));
  return together / (spread(a, middleA) * spread(b, middleB) || 1);
}
