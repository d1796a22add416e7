/** Where this package was installed from. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { packageRoot } from "./package-root.ts";
import { packageVersion } from "./version.ts";

/**
 * What another package.json says to depend on this very package: a range of versions where it came from a registry, a file or folder where it
 * was installed from a packed file or is a clone.
 */
export async function dependencySpec(): Promise<string> {
  const folder = `${sep}node_modules${sep}`;
  const at = packageRoot.lastIndexOf(folder);
  if (at < 0) return `file:${packageRoot}`;
  const project = packageRoot.slice(0, at);
  const file = await packedFile(project, packageRoot.slice(at + 1));
  return file === null ? `^${packageVersion()}` : `file:${file}`;
}

/** Path of the .tgz file that a package was installed from, as npm recorded it; null if it came from elsewhere or the file is gone. */
async function packedFile(project: string, location: string): Promise<string | null> {
  const record = await readFile(join(project, "node_modules", ".package-lock.json"), "utf8").catch(() => "{}");
  const resolved: unknown = JSON.parse(record).packages?.[location.replaceAll(sep, "/")]?.resolved;
  if (typeof resolved !== "string" || !resolved.startsWith("file:")) return null;
  const file = resolve(project, resolved.slice("file:".length));
  return existsSync(file) ? file : null;
}
