/**
 * A user's task file with everything that it imports as one script: to be run here, to be run by a page, or to be kept. Whatever the script
 * becomes, `import.meta` of each of its files still gives the original place of that file.
 */
import { readFile } from "node:fs/promises";
import { dirname, extname, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { BuildFailure, BuildOptions, Plugin } from "esbuild";
import { UserError } from "../../math/user-error.ts";
import { PAGE_NAMES } from "./page-names.ts";

/** How the files that may hold a task are read, and those that they import. */
export const LOADERS: Readonly<Record<string, ScriptLoader>> = { ".ts": "ts", ".mts": "ts", ".js": "js", ".mjs": "js" };
const MODULE_LOADERS: typeof LOADERS = { ...LOADERS, ".cts": "ts", ".cjs": "js", ".tsx": "tsx", ".jsx": "jsx" };

/** Of esbuild's, spelled out so that the published types do without that package. */
type ScriptLoader = "ts" | "js" | "tsx" | "jsx";

/** A script and the files that it was made from. */
export interface Bundle {
  readonly code: string;
  /** Absolute paths. */
  readonly inputs: readonly string[];
}

/** Module with the original place of a file, and the name that replaces `import.meta` in that file. */
const META = "flowgait:meta";
const META_NAME = "__flowgaitMeta";
/** The task's own file, whatever its name. */
const ENTRY = "flowgait:entry";

/**
 * The file as a module for this process: `flowgait` is this package as it runs.
 * @param shown the file as the user called it
 * @throws UserError with message and line when it does not compile
 */
export function runnableBundle(file: string, shown: string): Promise<Bundle> {
  const index = new URL("../../index.js", import.meta.url).href;
  return bundle(file, shown, {
    ...NODE_MODULE,
    sourcemap: "inline",
    plugins: [packageAt({ path: index, external: true }), knowsItsPlace(placeHere)],
  });
}

/**
 * The file as a module that runs from any folder: `flowgait` is the program that loads it, and paths are relative to the module's own.
 * @param root absolute path of the folder that the module stands for; the places of all files lie below it
 * @param ending of the script; `exported` in it are the file's exports
 */
export function portableBundle(file: string, shown: string, root: string, ending: string): Promise<Bundle> {
  return bundle(file, shown, {
    ...NODE_MODULE,
    entryPoints: undefined,
    sourcemap: "inline",
    sourcesContent: false,
    stdin: { contents: `import * as exported from "${ENTRY}";\n${ending}\n`, resolveDir: dirname(file), loader: "js" },
    plugins: [
      entryAt(file),
      packageAt({ path: "flowgait", external: true }),
      knowsItsPlace((path) => placeBelow(root, path)),
    ],
  });
}

/**
 * The file as a script for a page: reads this package under `PAGE_NAMES.packageName`, leaves the file's exports under
 * `PAGE_NAMES.exportsName`.
 * @throws UserError when it does not compile, such as for reading files, which pages cannot
 */
export async function pageScript(path: string): Promise<string> {
  const { packageName, exportsName: globalName } = PAGE_NAMES;
  const file = resolve(path);
  const place = (of: string) => `export const meta = { url: ${JSON.stringify(urlInPage(dirname(file), of))} };`;
  const { code } = await bundle(file, path, {
    format: "iife",
    globalName,
    platform: "browser",
    target: "es2022",
    plugins: [packageInPage(`module.exports = ${packageName};`), knowsItsPlace(place)],
  });
  return code;
}

const NODE_MODULE: BuildOptions = { format: "esm", platform: "node", target: "node20" };

/** One script with everything the file imports, except Node's own modules and this package. Names no folder above the file's. */
async function bundle(file: string, shown: string, options: BuildOptions): Promise<Bundle> {
  const folder = dirname(file);
  const { build } = await import("esbuild"); // most commands need no user task
  try {
    const { outputFiles, metafile } = await build({
      entryPoints: [file],
      ...options,
      absWorkingDir: folder,
      bundle: true,
      write: false,
      metafile: true,
      logLevel: "silent",
      define: { "import.meta": META_NAME },
    });
    const inputs = Object.keys(metafile!.inputs).filter((name) => !/^(flowgait[\w-]*:|<)/.test(name));
    return { code: outputFiles![0].text, inputs: inputs.map((name) => resolve(folder, name)) };
  } catch (error) {
    const [first] = (error as BuildFailure).errors ?? [];
    if (!first) throw error;
    const place = first.location ? `${first.location.file}:${first.location.line}: ` : "";
    throw new UserError(`task: ${shown} does not compile: ${place}${first.text}`, { cause: error });
  }
}

function packageAt(place: { readonly path: string; readonly external: true }): Plugin {
  return {
    name: "flowgait",
    setup: ({ onResolve }) => onResolve({ filter: /^flowgait$/ }, () => place),
  };
}

function packageInPage(contents: string): Plugin {
  return {
    name: "flowgait-in-page",
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: /^flowgait$/ }, () => ({ path: "flowgait", namespace: "flowgait-page" }));
      onLoad({ filter: /.*/, namespace: "flowgait-page" }, () => ({ contents, loader: "js" }));
    },
  };
}

function entryAt(path: string): Plugin {
  return {
    name: "flowgait-entry",
    setup: ({ onResolve }) => onResolve({ filter: new RegExp(`^${ENTRY}$`) }, () => ({ path })),
  };
}

/** Gives each file that uses `import.meta` what `place` says of it. @param place module that exports `meta`, for an absolute path */
function knowsItsPlace(place: (path: string) => string): Plugin {
  const namespace = "flowgait-meta";
  return {
    name: namespace,
    setup: ({ onResolve, onLoad }) => {
      onResolve({ filter: new RegExp(`^${META}$`) }, ({ importer, namespace: from, resolveDir }) => {
        if (from === namespace) return { path: META, external: true };
        return { path: relative(resolveDir, importer), namespace, pluginData: importer };
      });
      onLoad({ filter: /.*/, namespace }, ({ pluginData }) => ({
        contents: place(pluginData as string),
        loader: "js",
      }));
      onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: "file" }, async ({ path }) => {
        const source = await readFile(path, "utf8");
        const ending = /\bimport\.meta\b/.test(source) ? `\nimport { meta as ${META_NAME} } from "${META}";\n` : "";
        return { contents: source + ending, loader: MODULE_LOADERS[extname(path)] };
      });
    },
  };
}

function placeHere(filename: string): string {
  const meta = { url: pathToFileURL(filename).href, filename, dirname: dirname(filename) };
  return `export const meta = ${JSON.stringify(meta)};`;
}

/** Told from where the script lies, which its own `import.meta` says once it is loaded. */
function placeBelow(root: string, path: string): string {
  const [name, folder] = [path, dirname(path)].map((of) => `/${slashed(relative(root, of))}`.replace(/\/$/, ""));
  return `import { meta as here } from "${META}";
export const meta = {
  url: new URL(${JSON.stringify(asUrl(name.slice(1)))}, here.url).href,
  filename: here.dirname + ${JSON.stringify(name)},
  dirname: here.dirname + ${JSON.stringify(folder)},
};`;
}

/** Pages have no folders: what lies beside the task is `/user/…`. */
function urlInPage(folder: string, path: string): string {
  return new URL(asUrl(slashed(relative(folder, path))), "file:///user/").href;
}

function asUrl(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** With the slashes of URLs on every machine. */
export function slashed(path: string): string {
  return path.split(sep).join("/");
}
