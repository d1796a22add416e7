/**
 * The package's own files: scenes, robots, controllers. The site has each of them beside the scripts, with a list of all; one is fetched when
 * it is read for the first time. Reading waits for the answer, as node:fs does, which workers may.
 */
import { nodeError } from "./node-error.ts";

/** Where they are on the page's disk. */
export const PACKAGE = "/package";
/** Where they are on the site, beside the page. */
const FOLDER = "files/";

/** Sizes in bytes, by path below `PACKAGE`. */
export type PackageList = Readonly<Record<string, number>>;

/** Where the site is: set before the first file is read. */
let site = "";
const known = new Map<string, Uint8Array<ArrayBuffer>>();

/** @param address of the page, with a slash at its end */
export function setSite(address: string): void {
  site = address;
}

/** The list of the site. Throws an Error where the site does not give it. */
export async function loadPackageList(): Promise<PackageList> {
  const response = await fetch(`${site}${FOLDER}list.json`);
  if (!response.ok)
    throw new Error(`${site}${FOLDER}list.json: the site answered ${response.status}, expected a list of files`);
  return response.json();
}

/** Bytes of a file. @param path below `PACKAGE` */
export function readPackageFile(path: string): Uint8Array<ArrayBuffer> {
  const before = known.get(path);
  if (before !== undefined) return before;
  const request = new XMLHttpRequest();
  request.open("GET", site + FOLDER + path.split("/").map(encodeURIComponent).join("/"), false);
  request.responseType = "arraybuffer";
  try {
    request.send();
  } catch (cause) {
    throw nodeError("EIO", `${PACKAGE}/${path} could not be fetched; expected a connection to the site`, cause);
  }
  if (request.status !== 200) throw nodeError("EIO", `${PACKAGE}/${path}: the site answered ${request.status}`);
  const bytes = new Uint8Array(request.response as ArrayBuffer);
  known.set(path, bytes);
  return bytes;
}
