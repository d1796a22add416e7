/** `flowgait init <folder>`: a new project with a robot and a task of its own, ready for `npm install`. */
import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { makeFolder, readError, writeFileAtomically } from "../files/atomic-file.ts";
import { dependencySpec } from "../files/installed-from.ts";
import type { Output } from "../files/output.ts";
import { packageRoot } from "../files/package-root.ts";
import { shellPath } from "../files/shown-path.ts";
import { UserError } from "../math/user-error.ts";

/** Holds the files of a new project, but for those that npm does not publish. */
const STARTER = join(packageRoot, "starter");
const TASK = "./my-task.ts";

/** What keeps npm up to version 11 from downloading a CUDA package for onnxruntime-node. The log level hides that npm does not know the setting. */
const NPMRC = "onnxruntime-node-install=skip\nloglevel=error\n";

/** Runs the command. Throws UserError when the folder holds something or cannot be written. */
export async function init(folder: string, output: Output): Promise<void> {
  const path = resolve(folder);
  await refuseFull(path, folder);
  await makeFolder(path);
  for (const [name, content] of Object.entries(await projectFiles(path)))
    await writeFileAtomically(join(path, name), content);
  const install = path === process.cwd() ? "npm install" : `cd ${shellPath(path)} && npm install`;
  output.result(`${folder}: a robot and a task to train it for. Next:\n\n`);
  output.result(`  ${install}\n  npx flowgait train ${TASK} --view\n`);
}

async function refuseFull(path: string, shown: string): Promise<void> {
  const held = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw readError(shown, error.code === "ENOTDIR" ? { code: "a file" } : error, "a new or empty folder");
  });
  if (held.length > 0) throw new UserError(`${shown}: is not empty; expected a new or empty folder`);
}

async function projectFiles(path: string): Promise<Record<string, Uint8Array | string>> {
  const files: Record<string, Uint8Array | string> = {};
  for (const name of await readdir(STARTER)) files[name] = await readFile(join(STARTER, name));
  return {
    ...files,
    "package.json": `${JSON.stringify(await manifest(path), null, 2)}\n`,
    ".npmrc": NPMRC,
    ".gitignore": "node_modules/\nruns/\n",
  };
}

/** package.json of the project in that folder. No package manager runs the install script of onnxruntime-node there. */
async function manifest(path: string) {
  const own = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8"));
  return {
    name: npmName(basename(path)),
    private: true,
    type: "module",
    scripts: { start: `flowgait train ${TASK} --view`, check: "tsc" },
    dependencies: { flowgait: await dependencySpec() },
    devDependencies: { typescript: own.devDependencies.typescript },
    allowScripts: { "onnxruntime-node": false, esbuild: false },
    dependenciesMeta: { "onnxruntime-node": { built: false } },
  };
}

/** "My Robot" → "my-robot" */
function npmName(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9-]+/g, "-");
  return plain.replace(/^-+|-+$/g, "") || "my-robot";
}
