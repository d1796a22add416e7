/** How a learner and workers find each other: what a learner announces, and why a worker refuses it. */
import { z } from "zod";
import { changedFiles, type FileHashes } from "../tasks/own/portable-task.ts";

const hashes = z.record(z.string(), z.string());
const setting = z.union([z.number(), z.boolean(), z.string(), z.array(z.number()).readonly()]);

/** What a learner says of its run, without secrets and without places of its machine. */
export const announcementSchema = z.object({
  run: z.string(),
  version: z.string(),
  /** sha256 of the package's code, scenes and models */
  package: z.string(),
  host: z.string(),
  task: z.object({
    task: z.string(),
    terrainSeed: z.number(),
    lesson: z.string(),
    taskSettings: z.record(z.string(), setting).optional(),
    ownTask: z.array(hashes).readonly(),
    ownRobot: z.array(hashes).readonly(),
  }),
  /** Of the parcel with the setup */
  setup: z.string(),
});

/** As it is stored. */
export type Announcement = z.infer<typeof announcementSchema>;

/** What a worker has. */
export interface WorkerMeans {
  readonly version: string;
  readonly package: string;
  /** The user's own tasks and robots that it was given, with their hashes */
  readonly tasks: readonly OwnPlace[];
  readonly robots: readonly OwnPlace[];
}

/** A file or folder of the user's own. */
export interface OwnPlace {
  readonly path: string;
  readonly hashes: FileHashes;
}

/** Where the worker has the run's task and robot; "" for the package's robot. */
export interface FoundPlaces {
  readonly task: string;
  readonly modelDir: string;
}

/** Digits of a hash that people are shown. */
const SHOWN = 8;

/** @returns the places, or one sentence that says what does not match */
export function matchRun(run: Announcement, means: WorkerMeans): FoundPlaces | string {
  const { task } = run;
  if (run.version !== means.version) return `is of flowgait ${run.version}, expected ${means.version}`;
  if (run.package !== means.package) {
    const [theirs, ours] = [run.package, means.package].map((hash) => hash.slice(0, SHOWN));
    return `is of another build of flowgait ${run.version} (${theirs}), expected ${ours}, the one here`;
  }
  const ownTask = task.ownTask.length === 0 ? task.task : placeOf(task.ownTask, means.tasks);
  if (ownTask === null) return missing(task.task, "--task", task.ownTask, means.tasks);
  const modelDir = task.ownRobot.length === 0 ? "" : placeOf(task.ownRobot, means.robots);
  if (modelDir === null) return missing(`${task.task}'s robot`, "--model-dir", task.ownRobot, means.robots);
  return { task: ownTask, modelDir };
}

function placeOf(wanted: readonly FileHashes[], places: readonly OwnPlace[]): string | null {
  const found = places.find(({ hashes: had }) => wanted.some((hash) => changedFiles(hash, had, "").length === 0));
  return found?.path ?? null;
}

function missing(what: string, flag: string, wanted: readonly FileHashes[], places: readonly OwnPlace[]): string {
  if (places.length === 0) return `needs your own ${what}, expected ${flag} with the same files here`;
  const differences = places.map(({ path, hashes: had }) => {
    const nearest = wanted
      .map((hash) => changedFiles(hash, had, "the file itself"))
      .sort((a, b) => a.length - b.length)[0]!;
    return `${path} differs in ${nearest.slice(0, 4).join(", ")}`;
  });
  return `needs ${what} as it is there, but ${differences.join("; ")}`;
}
