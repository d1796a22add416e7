/**
 * Tasks that users write themselves, in TypeScript or JavaScript files outside the package, against its public API.
 * A file is bundled into one temporary module whose `flowgait` is this very package, imported, and the module is removed again.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { packageRoot } from "../../files/package-root.ts";
import { UserError } from "../../math/user-error.ts";
import type { Task } from "../define-task.ts";
import { get } from "../registry.ts";
import type { TaskVariant } from "../task-variant.ts";
import { inForm } from "./task-form.ts";
import { type Bundle, LOADERS, runnableBundle } from "./user-bundle.ts";
import { userPlace, watchScript } from "./user-fault.ts";

/** Models, which users give where a task is expected. */
const MODELS = /\.(xml|mjcf|urdf)$/i;

export { pageScript } from "./user-bundle.ts";

/** Whether a task is given as a file and not by its registered name. */
export function isTaskFile(reference: string): boolean {
  return extname(reference) in LOADERS || /[\\/]/.test(reference);
}

/**
 * The registered task of that name, or the task of the user's file at that path.
 * @throws UserError when there is no such task, lesson or setting, or its ground takes no seed
 */
export async function resolveTask(reference: string, variant: TaskVariant = {}): Promise<Task> {
  const { modelDir = "" } = variant;
  const task = inForm(isTaskFile(reference) ? await loadUserTask(reference) : get(reference), variant);
  return modelDir === "" ? task : withModelDir(task, resolve(modelDir));
}

function withModelDir(task: Task, modelDir: string): Task {
  const { lesson } = task;
  if (lesson === undefined) return Object.freeze({ ...task, modelDir });
  return Object.freeze({ ...task, modelDir, lesson: { ...lesson, training: { ...lesson.training, modelDir } } });
}

/**
 * Loads a task from a user's .ts, .mts, .js or .mjs file: its default export, or the only task among its exports.
 * A relative scene is found beside the file.
 * @throws UserError when the file is missing, does not compile (with message and line), fails to run, or exports no single task
 */
export async function loadUserTask(path: string): Promise<Task> {
  return (await openUserTask(path)).task;
}

/** A user's task with what it was made from. */
export interface OpenedTask {
  /** With the absolute path of its scene, or one that is relative to this package. */
  readonly task: Task;
  /** Absolute path of the task's file. */
  readonly file: string;
  /** Name of the export that it is. */
  readonly exportName: string;
  /** Absolute paths of the file and of all that it imports. */
  readonly inputs: Bundle["inputs"];
}

/** Loads a task and keeps what is known of its source. Throws as `loadUserTask` does. */
export async function openUserTask(path: string): Promise<OpenedTask> {
  const file = resolve(path);
  if (!existsSync(file)) throw new UserError(`task: ${path} does not exist`);
  if (MODELS.test(file))
    throw new UserError(`task: ${path} is a model without a task; try: flowgait view ${path}`, { exitCode: 2 });
  if (!(extname(file) in LOADERS)) {
    throw new UserError(`task: ${path} must end in ${Object.keys(LOADERS).join(", ")}`, { exitCode: 2 });
  }
  const { code, inputs } = await runnableBundle(file, path);
  const [exportName, task] = pickTask(await importBundle(code, path, dirname(file)), path);
  return { task: Object.freeze({ ...task, scene: besideFile(task.scene, file) }), file, exportName, inputs };
}

async function importBundle(code: string, shown: string, folder: string): Promise<Record<string, unknown>> {
  const module = placed(code);
  watchScript({ url: module.url, code, folder });
  try {
    return (await import(module.url)) as Record<string, unknown>;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const place = error instanceof Error ? userPlace(error) : null;
    throw new UserError(`task: ${shown} fails to load: ${message}${place === null ? "" : ` (${place})`}`, {
      cause: error,
    });
  } finally {
    module.remove();
  }
}

/** The module as a temporary file, which stack traces name in few words; where none can be written, as a URL that holds all of it. */
function placed(code: string): { readonly url: string; remove(): void } {
  let folder = "";
  const remove = () => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  };
  try {
    folder = mkdtempSync(join(tmpdir(), "flowgait-task-"));
    const module = join(folder, "task.mjs");
    writeFileSync(module, code);
    return { url: pathToFileURL(module).href, remove };
  } catch {
    remove();
    return { url: `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`, remove: () => {} };
  }
}

/** The task among a file's exports, and its name. */
function pickTask(exported: Readonly<Record<string, unknown>>, shown: string): [string, Task] {
  if (isTask(exported.default)) return ["default", exported.default];
  const tasks = Object.entries(exported).filter((entry): entry is [string, Task] => isTask(entry[1]));
  if (tasks.length === 1) return tasks[0];
  const found = tasks.length === 0 ? "no task" : `${tasks.length} tasks`;
  throw new UserError(
    `task: ${shown} exports ${found}; it must export one made by defineTask, by default or as its only one`,
  );
}

function isTask(value: unknown): value is Task {
  const task = value as Partial<Task> | null | undefined;
  return (
    typeof task === "object" && task !== null && typeof task.name === "string" && typeof task.decimation === "number"
  );
}

function besideFile(scene: string, file: string): string {
  if (isAbsolute(scene)) return scene;
  const beside = resolve(dirname(file), scene);
  return existsSync(beside) || !existsSync(join(packageRoot, scene)) ? beside : scene;
}
