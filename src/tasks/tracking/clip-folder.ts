/** A user's folder of motions. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../../math/user-error.ts";
import { CLIP_HZ, type Clip, centred } from "./clip.ts";
import { type Motion, type RobotJoints, readMotion, retarget } from "./motion-csv.ts";

/** Reads every CSV file of a folder. @throws UserError with a line for each thing that does not fit */
export function readClipFolder(folder: string): Motion[] {
  const files = csvFiles(folder);
  const hz = folderRate(folder);
  const read = files.map((file) => readMotion(file, readFileSync(join(folder, file), "utf8"), hz));
  failOn(read.flatMap((motion) => (Array.isArray(motion) ? motion : [])));
  return read.flatMap((motion) => (Array.isArray(motion) ? [] : [motion]));
}

/** The folder's motions as clips of a robot. @throws UserError with a line for each thing that does not fit */
export function clipsFor(motions: readonly Motion[], robot: RobotJoints, shortest: number): Clip[] {
  const nq = 7 + robot.joints.length;
  const fitted = motions.map((motion) => retarget(motion, robot, CLIP_HZ, shortest));
  failOn(fitted.flatMap((qpos) => (Array.isArray(qpos) ? qpos : [])));
  return fitted.map((qpos, i): Clip => {
    const frames = qpos as Float64Array;
    const { name, hz } = motions[i];
    const about = `${(frames.length / nq / CLIP_HZ).toFixed(1)} s, recorded at ${hz} Hz`;
    return {
      name: basename(name, ".csv"),
      about,
      heldOut: false,
      frames: frames.length / nq,
      qpos: centred(frames, nq),
    };
  });
}

function csvFiles(folder: string): string[] {
  if (!existsSync(folder)) throw new UserError(`--clips: ${folder} does not exist; expected a folder of CSV files`);
  const files = listed(folder)
    .filter((file) => file.toLowerCase().endsWith(".csv"))
    .sort();
  if (files.length === 0) throw new UserError(`--clips: ${folder} holds no .csv file; expected one for each motion`);
  return files;
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    throw new UserError(`--clips: ${folder} is no folder; expected a folder of CSV files`);
  }
}

/** The frame rate from clips.json; null if the file does not exist. */
function folderRate(folder: string): number | null {
  const file = join(folder, "clips.json");
  if (!existsSync(file)) return null;
  const given = parsed(file);
  const hz = typeof given === "object" && given !== null && "hz" in given ? given.hz : undefined;
  if (typeof hz === "number") return hz;
  throw new UserError(`clips.json: gives no number "hz"; expected { "hz": 30 }`);
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new UserError(`clips.json: is no JSON; expected { "hz": 30 }`);
  }
}

function failOn(problems: readonly string[]): void {
  const [first, ...more] = problems;
  if (first !== undefined) throw new UserError(first, { more });
}
