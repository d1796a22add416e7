/** The part of node:path that the simulation needs, for paths with slashes. */

/** Separator of the names in a path. */
export const sep = "/";

/** Whether a path begins at the root. */
export function isAbsolute(path: string): boolean {
  return path.startsWith("/");
}

/** Parts as one path without dots. */
export function join(...parts: string[]): string {
  return resolve("/", parts.join("/")).slice(isAbsolute(parts[0] ?? "") ? 0 : 1);
}

/** The path without its last name; "/" at the root. */
export function dirname(path: string): string {
  const end = path.lastIndexOf("/");
  return end <= 0 ? "/" : path.slice(0, end);
}

/** An absolute path without dots. */
export function resolve(...parts: string[]): string {
  const from = parts.reduce((path, part) => (isAbsolute(part) ? part : `${path}/${part}`), "/");
  const names: string[] = [];
  for (const name of from.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return `/${names.join("/")}`;
}

/** @param ending taken off where the name has it */
export function basename(path: string, ending = ""): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return ending !== "" && name !== ending && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
}

/** From the last dot on; "" if there is none, or only a leading one. */
export function extname(path: string): string {
  const name = basename(path);
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot);
}

/** Paths of the page are POSIX paths already. */
export const posix = { normalize: (path: string) => resolve(path) };
