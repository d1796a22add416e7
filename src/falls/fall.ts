/** Falls of a recorded drive: when they happened, and a moment from which each can be gone through again. */
import { Drive } from "../drive/drive.ts";
import type { DriveKeyframe } from "../drive/drive-keyframe.ts";
import type { DriveCourse, LoggedChange } from "../drive/drive-orders.ts";
import type { Engine } from "../graph/index.ts";

/** A fall, and where the episode that it ended began. */
export interface Fall {
  /** Control steps done when it happened */
  readonly step: number;
  /** The termination, or what was not finite */
  readonly reason: string;
  /** A moment before the reset that began the episode; null where the drive begins with it */
  readonly before: DriveKeyframe | null;
  /** Control steps done when its episode began */
  readonly begun: number;
}

/** Steps between two moments that are kept: fewer than a fallen robot lies before the reset. */
const KEPT_STEPS = 10;

/** Makes the log's changes of a step. @returns the place in the log after them */
export async function changed(drive: Drive, log: readonly LoggedChange[], made: number): Promise<number> {
  let at = made;
  for (; log[at]?.step === drive.step; at++) await drive.apply(log[at]!.change);
  return at;
}

/** All falls of a drive, in order. @param tell called now and then with steps done */
export async function findFalls(
  { setup, log, steps }: DriveCourse,
  engine: Engine,
  tell: (done: number) => void = () => {},
): Promise<Fall[]> {
  const drive = await Drive.create({ ...setup, without: setup.without ?? NOTHING }, engine, () => 0);
  const falls: Fall[] = [];
  let kept: DriveKeyframe | null = null;
  let begin: Pick<Fall, "before" | "begun"> = { before: null, begun: 0 };
  try {
    for (let made = 0; drive.step < steps; ) {
      if (drive.step % KEPT_STEPS === 0) {
        kept = drive.save();
        tell(drive.step);
      }
      const before = drive.falls;
      made = await changed(drive, log, made);
      await drive.advance();
      if (drive.falls > before) falls.push({ step: drive.step, reason: reasonOf(drive), ...begin });
      if (drive.env.episodeStep === 0) begin = { before: kept, begun: drive.step };
    }
    return falls;
  } finally {
    drive.delete();
  }
}

/** Nothing is taken away, but something may be. */
const NOTHING = { from: 0, causes: [] };

function reasonOf({ env, broken }: Drive): string {
  if (broken !== "") return `${broken} was not finite`;
  return env.terminationNames[env.terminationFlags.indexOf(1)] ?? "the end of an episode";
}
