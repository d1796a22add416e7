/** Where a policy acts: a task, and what of it may differ. As `eval` and `play` are told. */
import { extname } from "node:path";
import type { Command } from "commander";
import { suggestion } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import { type Environment, isTaskFile, registry, type TaskVariant } from "../tasks/index.ts";
import { wholeNumber } from "./flag-value.ts";
import type { Output } from "./output.ts";
import { type FoundPolicy, PLAIN } from "./policy-reference.ts";

/** The flags. */
export interface PlaceOptions {
  readonly task?: string;
  readonly terrainSeed?: string;
  readonly modelDir?: string;
  readonly lesson?: string;
}

/** A task and its variant. */
export interface Place extends Required<TaskVariant> {
  readonly task: string;
}

/** Gives a command the flags. */
export function addPlaceOptions(command: Command): Command {
  return command
    .option("--task <task>", "task to run in; a trained policy knows its own")
    .option("--terrain-seed <seed>", "seed of the ground, where it is made from one; as trained without it")
    .option(
      "--model-dir <folder>",
      "your own description of the robot in place of the package's; as trained without it",
    )
    .option("--lesson <name>", "lesson whose action mapping the policy has; as trained without it");
}

/** What the user asks for, else what the policy was trained on. Throws UserError (exit code 2) when neither names a task, or the task is not for such a policy. */
export function placeOf(policy: FoundPolicy, options: PlaceOptions): Place {
  const { reference, task: own, variant } = policy;
  const task = options.task ?? ownTask(reference, own);
  const { terrainSeed, modelDir } = options.task === undefined ? variant : PLAIN;
  const seed = options.terrainSeed;
  return {
    task,
    terrainSeed: seed === undefined ? terrainSeed : wholeNumber("--terrain-seed", seed, 0, 0xffffffff),
    modelDir: options.modelDir ?? modelDir,
    lesson: options.lesson ?? ownLesson(policy, task),
  };
}

/** The lesson whose action mapping a policy has, wherever it acts. Throws UserError (exit code 2) where the task does not have it. */
function ownLesson({ reference, task: own, variant: { lesson } }: FoundPolicy, task: string): string {
  const known = registry.list().find(({ name }) => name === task);
  if (lesson === "" || known === undefined || lesson in known.lessons) return lesson;
  throw new UserError(
    `${reference}: acts by the lesson "${lesson}" of ${own}, which ${task} does not have, expected a policy for ${task}`,
    { exitCode: 2 },
  );
}

/** The task that a policy names. Throws UserError (exit code 2) where it names none, or one that is not known here. */
export function ownTask(reference: string, task: string | null): string {
  if (task === null) throw new UserError(`--task: is missing, ${reference} needs one`, { exitCode: 2 });
  const names = registry.list().map(({ name }) => name);
  // A name may hold slashes like a path; the file of a task has an ending.
  if ((isTaskFile(task) && extname(task) !== "") || names.includes(task)) return task;
  throw new UserError(
    `--task: is missing, ${reference} names the task "${task}", which is not known here${suggestion(task, names)}`,
    { exitCode: 2 },
  );
}

/** Says what a file and the task tell differently of the robot; it runs all the same. */
export function noteContradictions({ reference, contradictions }: FoundPolicy, env: Environment, output: Output): void {
  const found = contradictions?.(env) ?? [];
  if (found.length === 0) return;
  output.note(
    `${reference}: contradicts ${env.task.name} in ${found.join("; ")}. It runs as ${env.task.name} says; see flowgait doctor`,
  );
}
