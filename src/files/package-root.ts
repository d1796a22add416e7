import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the folder that holds package.json, models/, scenes/ and controllers/, wherever the code was compiled to. */
export const packageRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(folder: string): string {
  if (existsSync(join(folder, "package.json")) && existsSync(join(folder, "models"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error("package root: no folder with package.json and models/ above this file");
  return findRoot(parent);
}
