/** Reads a policy file from disk, with the weights that it keeps in other files of its folder. */
import { closeSync, openSync, readFileSync, readSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { readError } from "../files/atomic-file.ts";
import { type ExternalValues, inOnePiece, onnxInterface } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";

/**
 * The file's bytes in one piece, whatever the working directory.
 * @param source what messages call the file
 * @throws UserError when it cannot be read or is no ONNX file, or its weights lie outside its folder, are missing or cut short
 */
export function readPolicyBytes(path: string, source = path): Uint8Array {
  const bytes = withReadError(source, "a controller", () => readFileSync(path));
  onnxInterface(bytes, source);
  return inOnePiece(bytes, source, (values) => readValues(values, path, source));
}

function readValues({ constant, location, offset, length }: ExternalValues, model: string, source: string): Uint8Array {
  const fail = (what: string) => new UserError(`${source}: constant "${constant}" lies in ${location}, ${what}`);
  if (leavesFolder(location)) throw fail("expected a file in the folder of the ONNX file");
  const path = join(dirname(model), location);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw fail("which does not exist; expected it in the folder of the ONNX file");
  if (!found.isFile()) throw fail("which is not a file; expected a file with its values");
  if (!isBeside(path, model)) throw fail("which links to another folder; expected a file in that of the ONNX file");
  if (found.size < offset + length)
    throw fail(`which has ${found.size} bytes; expected at least ${offset + length}, is it whole?`);
  return withReadError(path, `the values of constant "${constant}" of ${source}`, () => slice(path, offset, length));
}

function slice(path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const file = openSync(path, "r");
  try {
    for (let at = 0; at < length; ) {
      const count = readSync(file, bytes, at, length - at, offset + at);
      if (count === 0) break;
      at += count;
    }
  } finally {
    closeSync(file);
  }
  return bytes;
}

function withReadError<T>(path: string, expected: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw readError(path, error, expected);
  }
}

/** Whether a location is absolute or climbs out of the folder that it starts from, by the rules of any system. */
function leavesFolder(location: string): boolean {
  if (isAbsolute(location) || /^([\\/]|[A-Za-z]:)/.test(location)) return true;
  let depth = 0;
  return location.split(/[\\/]/).some((part) => {
    if (part === "..") depth--;
    else if (part !== "." && part !== "") depth++;
    return depth < 0;
  });
}

/** Whether the file itself, links followed, is below the folder of the model as it is named, or as it is where that is a link too. */
function isBeside(path: string, model: string): boolean {
  const file = realpathSync(path);
  const folders = [realpathSync(dirname(model)), dirname(realpathSync(model))];
  return folders.some((folder) => {
    const way = relative(folder, file);
    return !isAbsolute(way) && way.split(sep)[0] !== "..";
  });
}
