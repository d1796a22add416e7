/** Where a policy acts: a task, and what may differ in it. Flags of `eval` and `play`. */
import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import { type TaskSettings, taskSettingText } from "../config/task-setting-text.ts";
import type { Output } from "../files/output.ts";
import { suggestion } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import type { Whereabouts } from "../runs/run-places.ts";
import { type Environment, isTaskFile, registry } from "../tasks/index.ts";
import { wholeNumber } from "./flag-value.ts";
import { type FoundPolicy, PLAIN, type PlacedVariant } from "./found-policy.ts";
import { type OverlayOptions, toldPhysics } from "./overlay-file.ts";
import { changeNotes, missingRobot, missingTask } from "./task-reference.ts";

/** The flags. */
export interface PlaceOptions extends OverlayOptions {
  readonly task?: string;
  readonly terrainSeed?: string;
  readonly modelDir?: string;
  readonly lesson?: string;
  readonly mask?: string;
  readonly clips?: string;
}

/** A task and its variant. */
export type Place = PlacedVariant & { readonly task: string };

/**
 * The user's choice, else what the policy was trained on; notes changes of the user's own files.
 * @throws UserError (exit code 2) when neither names a task, or the task is not for such a policy
 */
export async function placeOf(policy: FoundPolicy, options: PlaceOptions, output: Output): Promise<Place> {
  const { reference, variant } = policy;
  const task = await taskFor(policy, options, output);
  const { terrainSeed, modelDir, taskSettings: trained } = isElsewhere(policy, options.task) ? PLAIN : variant;
  const taskSettings = withGiven(trained, options);
  if (options.modelDir === undefined && modelDir !== "" && !existsSync(modelDir))
    throw missingRobot(modelDir, reference);
  if (trained) output.note(settingsNote(reference, task, trained));
  const seed = options.terrainSeed;
  return {
    task,
    terrainSeed: seed === undefined ? terrainSeed : wholeNumber("--terrain-seed", seed, 0, 0xffffffff),
    modelDir: options.modelDir ?? modelDir,
    lesson: options.lesson ?? ownLesson(policy, task),
    ...(taskSettings && { taskSettings }),
  };
}

/** Mask and clips of a tracking task, physics and delays, as the user set them. */
function withGiven(trained: TaskSettings | undefined, options: PlaceOptions): TaskSettings | undefined {
  const { mask, clips } = options;
  const goals = { ...(mask !== undefined && { mask }), ...(clips !== undefined && { clips: resolve(clips) }) };
  const given = { ...goals, ...toldPhysics(options) };
  return Object.keys(given).length === 0 ? trained : { ...trained, ...given };
}

/** A run's own task is not the published one. */
function settingsNote(reference: string, task: string, settings: TaskSettings): string {
  const named = Object.entries(settings).filter(([name]) => !name.startsWith("physics."));
  const flags = named.map(([name, value]) => `--${name} ${taskSettingText(value)}`);
  const values = Object.keys(settings).length - named.length;
  const identified = values > 0 ? [`${values} value${values === 1 ? "" : "s"} of an --overlay`] : [];
  const all = [...(flags.length > 0 ? [flags.join(" ")] : []), ...identified].join(" and ");
  const instead = isTaskFile(task) ? "" : `; --task ${task} uses the task as published`;
  return `${reference}: its task has ${all}${instead}`;
}

/** Whether the user names another task, and not where the file of a policy's own is now. */
function isElsewhere({ home }: FoundPolicy, asked: string | undefined): boolean {
  return asked !== undefined && !(home?.files.task !== undefined && isTaskFile(asked));
}

/**
 * The task that the user names, or else the policy's own; notes where the user's own files differ from those of the training.
 * @throws UserError (exit code 2) when there is none
 */
export async function taskFor(policy: FoundPolicy, asked: Whereabouts, output: Output): Promise<string> {
  const task = asked.task ?? ownTask(policy);
  for (const note of await changeNotes(policy.home ?? null, policy.reference, asked)) output.note(note);
  return task;
}

/** The lesson whose action mapping a policy has, wherever it acts. Throws UserError (exit code 2) where the task does not have it. */
function ownLesson({ reference, task: own, variant: { lesson } }: FoundPolicy, task: string): string {
  const known = registry.list().find(({ name }) => name === task);
  if (lesson === "" || known === undefined || lesson in known.lessons) return lesson;
  throw new UserError(
    `${reference}: uses the action mapping of lesson "${lesson}" of ${own}, which ${task} does not have, expected a policy for ${task}`,
    { exitCode: 2 },
  );
}

/** The task that a policy names. Throws UserError (exit code 2) where it names none, or one that is not known here. */
export function ownTask({ reference, task, lost }: FoundPolicy): string {
  if (lost !== undefined) throw missingTask(lost, reference);
  if (task === null) throw new UserError(`--task: is missing, expected the task of ${reference}`, { exitCode: 2 });
  const names = registry.list().map(({ name }) => name);
  // A name may hold slashes like a path; the file of a task has an ending.
  if ((isTaskFile(task) && extname(task) !== "") || names.includes(task)) return task;
  throw new UserError(
    `--task: is missing, and ${reference} names the unknown task "${task}"${suggestion(task, names)}`,
    { exitCode: 2 },
  );
}

/** Notes where a file and the task describe the robot differently; the task's values are used. */
export function noteContradictions({ reference, contradictions }: FoundPolicy, env: Environment, output: Output): void {
  const found = contradictions?.(env) ?? [];
  if (found.length === 0) return;
  output.note(
    `${reference}: differs from ${env.task.name} in ${found.join("; ")}; the values of ${env.task.name} are used, see flowgait doctor`,
  );
}
