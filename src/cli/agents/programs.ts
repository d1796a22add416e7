/** Commands of flowgait as processes of their own, for a server that must not stop when one fails or is cancelled. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../../files/package-root.ts";

/** What a finished command left. */
export interface Finished {
  /** Null where a signal ended it */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const PROGRAM = join(packageRoot, "dist", "src", "cli", "main.js");
/** Characters of a background command's messages that are kept. */
const KEPT = 4000;

function start(words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...words], { stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs a command to its end. @param signal ends it */
export function runCommand(words: readonly string[], signal: AbortSignal): Promise<Finished> {
  const child = start(words);
  const end = () => void child.kill("SIGTERM");
  signal.addEventListener("abort", end, { once: true });
  const text = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]!.setEncoding("utf8").on("data", (part: string) => {
      text[stream] += part;
    });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      signal.removeEventListener("abort", end);
      resolve({ code, ...text });
    });
  });
}

/** A command that goes on while the server answers. */
export class BackgroundCommand {
  readonly #child: ChildProcess;
  #messages = "";
  #code: number | null | undefined;

  constructor(words: readonly string[]) {
    this.#child = start(words);
    this.#child.stdout!.resume();
    this.#child.stderr!.setEncoding("utf8").on("data", (part: string) => {
      this.#messages = (this.#messages + part).slice(-KEPT);
    });
    this.#child.on("error", (error) => {
      this.#messages += error.message;
      this.#code = 1;
    });
    this.#child.on("close", (code) => {
      this.#code = code;
    });
  }

  /** Undefined while it runs. */
  get code(): number | null | undefined {
    return this.#code;
  }

  /** The end of its messages. */
  get messages(): string {
    return this.#messages;
  }

  /** Asks it to save and stop, as Ctrl-C does. */
  interrupt(): void {
    this.#child.kill("SIGINT");
  }
}
