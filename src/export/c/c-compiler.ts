/** The machine's C compiler, where there is one. */
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../math/user-error.ts";

const NAMES = ["cc", "gcc", "clang"];
/** Flags that the C export promises to compile with. */
export const STRICT_FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic"];
/** Flags that make it fast. */
export const FAST_FLAGS = ["-O3"];

const run = promisify(execFile);

/** CC of the environment, which may be a command with flags, or the first of cc, gcc and clang on the search path; null without one. */
export function findCompiler(env: NodeJS.ProcessEnv = process.env): string | null {
  if (env.CC !== undefined && env.CC !== "") return env.CC;
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const places = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return places.find(isExecutable) ?? null;
}

/**
 * Compiles and links one source file.
 * @param compiler a program, or a command such as "ccache gcc -m64"
 * @throws UserError with the compiler's first complaint
 */
export async function compileC(
  compiler: string,
  source: string,
  program: string,
  flags: readonly string[] = [],
): Promise<void> {
  const [command, ...own] = isExecutable(compiler) ? [compiler] : compiler.trim().split(/\s+/);
  try {
    await run(command!, [...own, ...STRICT_FLAGS, ...FAST_FLAGS, ...flags, source, "-o", program, "-lm"]);
  } catch (error) {
    const { stderr = "", message } = error as { stderr?: string; message: string };
    const complaint = stderr.split("\n").find((line) => /error/.test(line)) ?? message.split("\n")[0];
    throw new UserError(`${source}: ${compiler} cannot compile it: ${complaint}`, { cause: error });
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
