/** What a task may be called, and what its files are called after it. */
import { UserError } from "../../math/user-error.ts";

/** Characters of a name. */
const LONGEST = 100;
/** UTF-8 bytes of a file's name that come from the task: file systems allow 255 for all of it. */
const LONGEST_FILE = 120;

/**
 * Refuses names that no file, listing or message could carry. Slashes are welcome, as in "dm_control/walker".
 * @throws UserError in one line
 */
export function checkTaskName(name: unknown): asserts name is string {
  const shown = typeof name === "string" ? quoted(name.slice(0, LONGEST)) : String(name);
  const refuse = (expected: string) => new UserError(`defineTask: name: got ${shown}, expected ${expected}`);
  if (typeof name !== "string" || name.trim() === "") throw refuse("a text that is not empty");
  if (name.length > LONGEST) throw refuse(`at most ${LONGEST} characters, got ${name.length}`);
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(name)) throw refuse("no control characters and no line breaks");
  if (/^[\s.-]|\s$/.test(name)) throw refuse("no dot, dash or blank at its beginning and no blank at its end");
  if (name.split(/[\\/]/).some((part) => /^\.+$/.test(part))) throw refuse('no part "." or ".." between slashes');
}

/** In one line, whatever it holds. */
function quoted(text: string): string {
  const escaped = (letter: string) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(text).replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, escaped);
}

/**
 * A task's name as part of a file's name on every system: "dm_control/walker" → "dm_control-walker". It never leaves its folder.
 * Different tasks may share it.
 */
export function taskFileName(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\\/:*?"<>|]+/gu, "-").replace(/^[\s.-]+|[\s.]+$/g, "");
  let short = "";
  for (const letter of plain) {
    if (new TextEncoder().encode(short + letter).length > LONGEST_FILE) break;
    short += letter;
  }
  return short === "" ? "task" : short;
}
