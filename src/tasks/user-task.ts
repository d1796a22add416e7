/**
 * Tasks that users write themselves, in TypeScript or JavaScript files outside the package, against its public API.
 * A file is bundled into one temporary module whose `flowgait` is this very package, imported, and the module is removed again.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, extname, isAbsolute, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildFailure, type BuildOptions, build, type Loader, type Plugin } from "esbuild";
import { UserError } from "../math/user-error.ts";
import { packageRoot } from "../physics/package-root.ts";
import type { Task } from "./define-task.ts";
import { withLesson } from "./lesson.ts";
import { PAGE_NAMES } from "./page-names.ts";
import { get } from "./registry.ts";
import { withTerrainSeed } from "./terrain.ts";

const LOADERS: Readonly<Record<string, Loader>> = { ".ts": "ts", ".mts": "ts", ".js": "js", ".mjs": "js" };

/** Whether a task is given as a file and not by its registered name. */
export function isTaskFile(reference: string): boolean {
  return extname(reference) in LOADERS || /[\\/]/.test(reference);
}

/** What may differ between runs of one task. */
export interface TaskVariant {
  /** Seed of the ground, for tasks whose ground is made from one; default the task's own. */
  readonly terrainSeed?: number;
  /** Folder of a description of the robot to use in place of the package's own; empty or absent for none. */
  readonly modelDir?: string;
  /** The lesson that a policy learns or learned by; empty or absent for none. */
  readonly lesson?: string;
}

/**
 * The registered task of that name, or the task of the user's file at that path.
 * @throws UserError when there is no such task or lesson, or its ground takes no seed
 */
export async function resolveTask(
  reference: string,
  { terrainSeed = 0, modelDir = "", lesson = "" }: TaskVariant = {},
): Promise<Task> {
  const declared = isTaskFile(reference) ? await loadUserTask(reference) : get(reference);
  const task = withLesson(withTerrainSeed(declared, terrainSeed), lesson);
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
  const file = resolve(path);
  if (!existsSync(file)) throw new UserError(`task: ${path} does not exist`, { exitCode: 2 });
  if (!(extname(file) in LOADERS)) {
    throw new UserError(`task: ${path} must end in ${Object.keys(LOADERS).join(", ")}`, { exitCode: 2 });
  }
  const exported = await importBundle(await bundle(file, path), path);
  const task = pickTask(exported, path);
  return Object.freeze({ ...task, scene: besideFile(task.scene, file) });
}

/**
 * A user's task file as a script for a page: reads this package under `PAGE_NAMES.packageName`, leaves the file's exports under
 * `PAGE_NAMES.exportsName`.
 * @throws UserError when it does not compile, such as for reading files, which pages cannot
 */
export function pageScript(path: string): Promise<string> {
  const { packageName: name, exportsName: globalName } = PAGE_NAMES;
  const contents = `module.exports = ${name};`;
  const given: Plugin = {
    name: "flowgait-in-page",
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^flowgait$/ }, () => ({ path: "flowgait", namespace: "page" }));
      onLoad({ filter: /.*/, namespace: "page" }, () => ({ contents, loader: "js" }));
    },
  };
  return bundle(resolve(path), path, {
    format: "iife",
    globalName,
    platform: "browser",
    target: "es2022",
    plugins: [given],
  });
}

const NODE_MODULE: BuildOptions = { format: "esm", platform: "node", target: "node20", sourcemap: "inline" };

/** One script with everything the file imports, except Node's own modules and this package. */
async function bundle(file: string, shown: string, options: BuildOptions = NODE_MODULE): Promise<string> {
  try {
    const result = await build({
      plugins: [packagePlugin],
      ...options,
      entryPoints: [file],
      bundle: true,
      write: false,
      logLevel: "silent",
    });
    return result.outputFiles![0].text;
  } catch (error) {
    const [first] = (error as BuildFailure).errors ?? [];
    if (!first) throw error;
    const place = first.location ? `${first.location.file}:${first.location.line}: ` : "";
    throw new UserError(`task: ${shown} does not compile: ${place}${first.text}`, { cause: error });
  }
}

/** Points `flowgait` at this package as it runs, and `import.meta.url` at the file where it was written. */
const packagePlugin: Plugin = {
  name: "flowgait",
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^flowgait$/ }, () => ({ path: new URL("../index.js", import.meta.url).href, external: true }));
    onLoad({ filter: /\.m?[jt]s$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const url = JSON.stringify(pathToFileURL(path).href);
      return { contents: source.replaceAll("import.meta.url", url), loader: LOADERS[extname(path)] };
    });
  },
};

async function importBundle(code: string, shown: string): Promise<Record<string, unknown>> {
  const module = placed(code);
  try {
    return (await import(module.url)) as Record<string, unknown>;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UserError(`task: ${shown} fails to load: ${message}`, { cause: error });
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

function pickTask(exported: Readonly<Record<string, unknown>>, shown: string): Task {
  if (isTask(exported.default)) return exported.default;
  const tasks = Object.values(exported).filter(isTask);
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
