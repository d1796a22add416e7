/** The part of node:fs that the physics needs, over files that the page carries. */

const files = new Map<string, Uint8Array>();
const folders = new Set<string>();

interface Stats {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** Adds a file under its absolute path. */
export function addFile(path: string, bytes: Uint8Array): void {
  files.set(path, bytes);
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) folders.add(path.slice(0, end));
}

/** Whether there is a file or folder at an absolute path. */
export function existsSync(path: string): boolean {
  return files.has(path) || folders.has(path);
}

/** What is at an absolute path; throws as node:fs does where nothing is. */
export function statSync(path: string): Stats {
  if (!existsSync(path)) throw absent(path);
  return { isFile: () => files.has(path), isDirectory: () => folders.has(path), isSymbolicLink: () => false };
}

export { statSync as lstatSync };

/** Pages carry no symbolic links: each file stands at the path that MuJoCo requests. */
export function readlinkSync(path: string): string {
  throw absent(path);
}

/** The path itself, for the same reason; throws as node:fs does where nothing is. */
export function realpathSync(path: string): string {
  statSync(path);
  return path;
}

/** Bytes of a file; throws as node:fs does where there is none. */
export function readFileSync(path: string): Uint8Array {
  const bytes = files.get(path);
  if (!bytes) throw absent(path);
  return bytes;
}

/** Names right below a folder. */
export function readdirSync(folder: string): string[] {
  const below = [...files.keys()].filter((path) => path.startsWith(`${folder}/`));
  return [...new Set(below.map((path) => path.slice(folder.length + 1).split("/")[0]!))];
}

function absent(path: string): Error {
  return Object.assign(new Error(`${path}: is not in this page`), { code: "ENOENT" });
}
