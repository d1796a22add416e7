/** The part of node:fs that the physics needs, over files that the page carries. */

const files = new Map<string, Uint8Array>();

/** Adds a file under its absolute path. */
export function addFile(path: string, bytes: Uint8Array): void {
  files.set(path, bytes);
}

export function existsSync(path: string): boolean {
  return files.has(path);
}

export function statSync(_path: string): { isFile(): boolean } {
  return { isFile: () => true };
}

export function readFileSync(path: string): Uint8Array {
  const bytes = files.get(path);
  if (!bytes) throw new Error(`${path}: is not in this page`);
  return bytes;
}

/** Names right below a folder. */
export function readdirSync(folder: string): string[] {
  const below = [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
  return [...new Set(below.map((path) => path.slice(folder.length + 1).split("/")[0]!))];
}
