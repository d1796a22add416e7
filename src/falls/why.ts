/** Why a robot fell: the causes taken away, the smallest set that matters, and the last moment to save it. Each verdict is a drive of its own. */
import type { DriveCourse } from "../drive/drive-orders.ts";
import { DriveSession } from "../drive/drive-session.ts";
import type { Engine } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import { possibleCauses } from "./causes.ts";
import { type Fall, findFalls } from "./fall.ts";
import { Rerun } from "./rerun.ts";
import { findRescue, type Rescue } from "./rescue.ts";
import { type Attribution, attribute, type WeighedCause } from "./smallest-set.ts";

/** A drive that shows a verdict. */
export interface ShownVerdict {
  /** For file names: "fall", "without", "rescue" */
  readonly name: string;
  /** What it shows */
  readonly words: string;
  readonly falls: boolean;
  readonly course: DriveCourse;
}

/** The answer. */
export interface FallReport {
  readonly task: string;
  readonly controlHz: number;
  readonly fall: Pick<Fall, "step" | "reason" | "begun">;
  /** Place among the falls of the drive, from 1, and how many there are */
  readonly number: number;
  readonly count: number;
  readonly causes: readonly WeighedCause[];
  readonly smallest: readonly WeighedCause[] | null;
  /** Null if the search found none; undefined if it did not run */
  readonly rescue: Rescue | null | undefined;
  readonly shown: readonly ShownVerdict[];
  /** Episodes that were gone through */
  readonly runs: number;
}

/** What is asked. */
export interface FallQuestion {
  readonly course: DriveCourse;
  /** Which fall, from 1; the last one where it is omitted */
  readonly number?: number;
  readonly seed: number;
  /** How messages call the drive */
  readonly source: string;
  /** False omits the search for the last moment */
  readonly rescue?: boolean;
}

/** Single causes that are shown beside the smallest set. */
const SHOWN = 2;

/**
 * Examines one fall.
 * @param tell receives the present stage in a few words
 * @throws UserError where the drive has no such fall, or does not repeat itself
 */
export async function whyFell(
  { course, number, seed, source, rescue: isSought = true }: FallQuestion,
  engine: Engine,
  tell: (stage: string) => void = () => {},
): Promise<FallReport> {
  tell("looking for falls");
  if (course.setup.clip)
    throw new UserError(`${source}: begins inside a training, expected a drive that begins at a reset`);
  const falls = await findFalls(course, engine);
  const chosen = chosenFall(falls, number, source);
  const fall = falls[chosen]!;
  const rerun = await Rerun.create(course, fall, engine);
  try {
    const { task } = rerun.drive.env;
    if (!(await rerun.falls([])))
      throw new UserError(`${source}: the fall does not repeat itself, expected the same bits`);
    const causes = possibleCauses(course, task, fall);
    tell(`taking ${causes.length} causes away`);
    const found = await attribute(causes, (gone) => rerun.falls(gone), seed);
    if (isSought) tell("looking for the last moment to save it");
    const rescue = isSought ? await findRescue(rerun, seed) : undefined;
    tell("recording the verdicts");
    return {
      ...{ task: task.name, controlHz: rerun.drive.env.controlHz, number: chosen + 1, count: falls.length },
      fall: { step: fall.step, reason: fall.reason, begun: fall.begun },
      ...found,
      rescue,
      shown: await shownVerdicts(rerun, found, rescue, engine),
      runs: rerun.runs,
    };
  } finally {
    rerun.delete();
  }
}

function chosenFall(falls: readonly Fall[], number: number | undefined, source: string): number {
  if (falls.length === 0) throw new UserError(`${source}: no fall in it, expected a drive in which the robot falls`);
  if (number === undefined) return falls.length - 1;
  if (number <= falls.length) return number - 1;
  throw new UserError(`--fall: got ${number}, expected at most ${falls.length}: ${source} has no more falls`, {
    exitCode: 2,
  });
}

async function shownVerdicts(
  rerun: Rerun,
  { causes, smallest }: Attribution,
  rescue: FallReport["rescue"],
  engine: Engine,
): Promise<ShownVerdict[]> {
  const sets = [
    ...(smallest === null ? [] : [smallest]),
    ...causes
      .filter((one) => one.saves && !(smallest?.length === 1 && smallest[0] === one))
      .slice(0, SHOWN)
      .map((one) => [one]),
  ];
  const shown: ShownVerdict[] = [await recorded(rerun, "fall", "the fall", rerun.setupWithout([]), true, engine)];
  for (const set of sets) {
    const words = `without ${set.map(({ cause }) => cause.words).join(" and ")}`;
    const changed = rerun.setupWithout(set.map(({ cause }) => cause));
    shown.push(await recorded(rerun, `without-${shown.length}`, words, changed, false, engine));
  }
  if (!rescue) return shown;
  const words = `saved ${rescue.seconds.toFixed(2)} s before the fall`;
  const { setup } = rerun.setupWithout([]);
  return [...shown, await recorded(rerun, "rescue", words, { setup, log: rescue.log }, false, engine)];
}

/** Goes through a drive to have its digest. */
async function recorded(
  rerun: Rerun,
  name: string,
  words: string,
  changed: Pick<DriveCourse, "setup" | "log">,
  falls: boolean,
  engine: Engine,
): Promise<ShownVerdict> {
  const plain = changed.setup.without?.causes.length === 0 ? { ...changed.setup, without: undefined } : changed.setup;
  const log = changed.log.filter(({ step }) => step < rerun.until);
  const course = { setup: plain, log, steps: rerun.until, digest: "" };
  const session = await DriveSession.create({ setup: plain, course }, engine);
  try {
    await session.seek(session.newest);
    return { name, words, falls, course: { ...course, digest: session.digest } };
  } finally {
    session.delete();
  }
}
