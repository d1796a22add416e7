/** Which build of this package computes. In a page viewer/tab/src/doors/package-hash.ts stands in its place. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { packageRoot } from "./package-root.ts";

/** Folders of the package that results depend on. */
const DECISIVE = ["scenes", "models"];

let known: string | null = null;

/**
 * One hash of this package's code, scenes and models. Reads at once: of many small files the asynchronous reads took four times as long as
 * reading and hashing them.
 */
export function packageHash(): string {
  known ??= computePackageHash();
  return known;
}

function computePackageHash(): string {
  const code = fileURLToPath(new URL("..", import.meta.url));
  const hash = createHash("sha256");
  for (const folder of [code, ...DECISIVE.map((name) => join(packageRoot, name))]) addFolder(folder, hash);
  return hash.digest("hex");
}

function addFolder(folder: string, hash: ReturnType<typeof createHash>): void {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(d\.ts|map|md)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).split(sep).join("/"))
    .sort();
  for (const name of names) {
    const content = readFileSync(join(folder, name));
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
}
