/** The command line as users meet it: a process of its own with its streams and exit code; or called from the test where that is enough. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { runCommandLine } from "../../src/cli/command-line.ts";
import { packageRoot } from "../../src/files/package-root.ts";

/** What a finished process left. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves with the text so far once the stream's text matches; rejects when the process ends before. */
  until(stream: "stdout" | "stderr", pattern: RegExp): Promise<string>;
}

const executable = join(packageRoot, "dist", "src", "cli", "main.js");

/** Settings that make training small enough for a test: tiny networks, one epoch, 512 rows per iteration. */
export const TINY = [
  ..."--envs 16 --shards 4 --horizon 32 --workers 1 --evaluation.episodes 2 --evaluation.every-steps 2048".split(" "),
  ..."--algorithm.policy-hidden 8,8 --algorithm.critic-hidden 8 --algorithm.epochs 1 --algorithm.minibatches 4".split(
    " ",
  ),
];

/** Starts `flowgait <args>` in `cwd`. The process is killed when the tests are over. */
export function startCli(args: readonly string[], cwd: string, shellPrefix = ""): Running {
  const command = shellPrefix === "" ? process.execPath : "/bin/sh";
  const script = `${shellPrefix} exec "$0" "$@"`;
  const all = shellPrefix === "" ? [executable, ...args] : ["-c", script, process.execPath, executable, ...args];
  const child = spawn(command, all, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => void child.kill("SIGKILL");
  process.on("exit", kill);
  const text = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]!.setEncoding("utf8").on("data", (chunk: string) => {
      text[stream] += chunk;
    });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("exit", kill);
      resolve({ code, signal, ...text });
    });
  });
  const until = (stream: "stdout" | "stderr", pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => pattern.test(text[stream]) && resolve(text[stream]);
      child[stream]!.on("data", look);
      look();
      void finished.then(() => reject(new Error(`ended before ${pattern}:\n${text.stdout}\n${text.stderr}`)));
    });
  return { child, finished, until };
}

/** Runs `flowgait <args>` to its end. */
export function runCli(args: readonly string[], cwd: string): Promise<Finished> {
  return startCli(args, cwd).finished;
}

/** Runs a command inside this process, which is quicker, and keeps what it wrote. The working directory is the test's own: name run folders. */
export async function callCli(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" };
  const notes = new PassThrough();
  const keepNote = (text: string) => {
    written.stderr += text;
  };
  notes.setEncoding("utf8").on("data", keepNote);
  const code = await runCommandLine(argv, {
    result: (text) => {
      written.stdout += text;
    },
    note: (text) => keepNote(`${text}\n`),
    notes,
  });
  return { code, ...written };
}

/** The documents of an output that holds one JSON document per line. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}
