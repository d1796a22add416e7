/** Errors that functions of a user's task throw, named by the user's own file, line and column and not by those of the script that runs. */
import { existsSync } from "node:fs";
import { SourceMap } from "node:module";
import { resolve } from "node:path";
import { shownPath } from "../../files/shown-path.ts";
import { UserError } from "../../math/user-error.ts";

/** A user's task as a script that this thread runs. */
export interface RunningScript {
  /** As stack traces call it. */
  readonly url: string;
  /** Ends with its source map, inline. */
  readonly code: string;
  /** Absolute path of the folder that the map's files are named from. */
  readonly folder: string;
}

/** A call of a user's function in a stack trace. */
interface Frame {
  readonly script: RunningScript;
  /** Empty for functions without a name. */
  readonly caller: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

const scripts: RunningScript[] = [];
const MAP = /^\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/m;

/** Lets `asUserFault` recognise the functions of a script. */
export function watchScript(script: RunningScript): void {
  scripts.push(script);
}

/** An error that a user's function threw, or had flowgait throw, as a UserError that names the place; any other one as it is. */
export function asUserFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const place = userPlace(error);
  return place === null ? error : new UserError(`${place}: ${error.message}`, { cause: error });
}

/** "my-task.ts:22:36 in reset", where the innermost call of a user's function stood; null where there was none. */
export function userPlace({ stack = "" }: Error): string | null {
  const frames = stack.split("\n").flatMap((line) => frameOf(line) ?? []);
  const places = frames.map((frame) => ({ ...frame, ...originalPlace(frame) }));
  const place = places.find(({ file }) => !/[\\/]node_modules[\\/]/.test(file)) ?? places[0];
  if (place === undefined) return null;
  return `${place.file}:${place.line}:${place.column}${place.caller === "" ? "" : ` in ${place.caller}`}`;
}

function frameOf(text: string): Frame | null {
  const script = scripts.find(({ url }) => text.includes(url));
  if (!/^\s+at /.test(text) || script === undefined) return null;
  const at = text.indexOf(script.url);
  const [, line, column] = /^:(\d+):(\d+)/.exec(text.slice(at + script.url.length)) ?? [];
  if (line === undefined) return null;
  return { script, caller: callerOf(text.slice(0, at)), line: Number(line), column: Number(column) };
}

/** "    at async Object.reset [as reset] (" → "reset" */
function callerOf(text: string): string {
  const [, name = ""] = /^\s+at (?:async )?(?:new )?(?:Object\.)?([^\s(]+) .*\($/.exec(text) ?? [];
  return /^(<anonymous>|eval|file:.*)$/.test(name) ? "" : name;
}

/** The place in the user's file; without a map, in the script itself. */
function originalPlace({ script, line, column }: Frame): { file: string; line: number; column: number } {
  const [, encoded] = [...script.code.matchAll(new RegExp(MAP, "gm"))].at(-1) ?? [];
  if (encoded === undefined) return { file: shownPath(script.folder), line, column };
  const entry = new SourceMap(JSON.parse(Buffer.from(encoded, "base64").toString())).findEntry(line - 1, column - 1);
  if (!("originalSource" in entry)) return { file: shownPath(script.folder), line, column };
  const { originalSource, originalLine, originalColumn } = entry;
  const file = resolve(script.folder, originalSource);
  // The copy of a task that a run keeps is one script of files that may be elsewhere now.
  return {
    file: existsSync(file) ? shownPath(file) : originalSource,
    line: originalLine + 1,
    column: originalColumn + 1,
  };
}
