/** An exported C controller as a running process: rows of observations in, rows of outputs back. */
import { type ChildProcessByStdio, execFile, spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { promisify } from "node:util";
import { temporaryFolder, writeError } from "../../files/atomic-file.ts";
import { UserError } from "../../math/user-error.ts";
import type { Latency } from "../report/latency.ts";
import { compileC } from "./c-compiler.ts";
import type { CController } from "./c-controller.ts";

const run = promisify(execFile);

/** A compiled controller in a folder of its own. */
export class CProgram {
  /** Where the program is; it runs until `delete`. */
  readonly path: string;
  readonly #folder: string;

  private constructor(folder: string, path: string) {
    this.#folder = folder;
    this.path = path;
  }

  /** @throws UserError when the compiler refuses the source */
  static async compile(compiler: string, { name, header, source }: CController): Promise<CProgram> {
    const folder = await temporaryFolder("flowgait-c");
    try {
      await writeFile(join(folder, `${name}.h`), header);
      await writeFile(join(folder, `${name}.c`), source);
      await compileC(compiler, join(folder, `${name}.c`), join(folder, name), ["-DFLOWGAIT_MAIN"]);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw writeError(`temporary folder ${folder}`, error);
    }
    return new CProgram(folder, join(folder, name));
  }

  /** Replays what it recorded. @returns times as it measured them itself */
  async measure(calls: number): Promise<Latency> {
    const { stdout } = await run(this.path, ["--calls", String(calls)]).catch((error: unknown) => {
      throw startError(this.path, error);
    });
    const found = /p50 ([\d.]+) ms, p99 ([\d.]+) ms, max ([\d.]+) ms/.exec(stdout);
    if (!found) throw new Error(`C controller: printed no latency: ${stdout}`);
    const [p50Ms, p99Ms, maxMs] = found.slice(1).map(Number);
    return { p50Ms: p50Ms!, p99Ms: p99Ms!, maxMs: maxMs!, calls };
  }

  async delete(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A temporary folder may be on a disk that allows no programs. */
function startError(path: string, error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code !== "EACCES") return error;
  return new UserError(`${path}: may not be run, expected a temporary folder (TMPDIR) that allows programs`, {
    cause: error,
  });
}

/** Starts the program at the path of a `CProgram`. */
export function startProgram(path: string): CProcess {
  return new CProcess(spawn(path, ["-", "-"], { stdio: ["pipe", "pipe", "ignore"] }), path);
}

/** A program that answers row by row. One call at a time. */
export class CProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  #out: Uint8Array = new Uint8Array(0);
  #filled = 0;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};

  /** @param path of the program, for messages */
  constructor(child: ChildProcessByStdio<Writable, Readable, null>, path: string) {
    this.#child = child;
    child.stdout.on("data", (chunk: Buffer) => this.#receive(chunk));
    child.stdin.on("error", (error) => this.#reject(error));
    child.on("error", (error) => this.#reject(startError(path, error) as Error));
    child.on("exit", (code) => this.#reject(new Error(`C controller: ended with code ${code}`)));
  }

  /** @param input rows of observations, each followed by its noise @param out rows of outputs, filled */
  call(input: Float32Array, out: Float32Array): Promise<void> {
    this.#out = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
    this.#filled = 0;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#child.stdin.write(new Uint8Array(input.buffer, input.byteOffset, input.byteLength));
    });
  }

  #receive(chunk: Buffer): void {
    this.#out.set(chunk, this.#filled);
    this.#filled += chunk.length;
    if (this.#filled === this.#out.length) this.#resolve();
  }

  close(): void {
    this.#child.removeAllListeners("exit");
    this.#child.stdin.end();
    this.#child.kill();
  }
}
