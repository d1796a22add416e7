/** Where files that belong together lie. */
import { dirname, parse, sep } from "node:path";

/**
 * The deepest folder that holds all files.
 * @param paths absolute
 * @returns null when that is the root of the file system, or the paths share no folder
 */
export function commonFolder(paths: readonly string[]): string | null {
  const [first, ...others] = paths.map(dirname);
  if (first === undefined) return null;
  let folder = first;
  for (const other of others) while (!isInside(other, folder)) folder = parentOf(folder);
  return folder === "" || folder === parse(folder).root ? null : folder;
}

function isInside(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Empty above the root. */
function parentOf(folder: string): string {
  const parent = dirname(folder);
  return parent === folder ? "" : parent;
}
