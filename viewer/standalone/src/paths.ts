/** The part of node:path that the simulation needs, for paths with slashes. */

export function isAbsolute(path: string): boolean {
  return path.startsWith("/");
}

export function join(...parts: string[]): string {
  return resolve("/", parts.join("/")).slice(isAbsolute(parts[0] ?? "") ? 0 : 1);
}

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
