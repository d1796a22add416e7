/** The C compiler of tests. There is always one or a clear failure: nothing is skipped. */
import { findCompiler } from "../../src/export/c/c-compiler.ts";

/** @throws Error with one line when no compiler is found */
export function compilerPath(): string {
  const compiler = findCompiler();
  if (compiler === null)
    throw new Error("tests of the C export need cc, gcc or clang: none found on PATH, install one or set CC");
  return compiler;
}
