/** Where commands write: results to one stream, messages to another. The only user of process.stdout and process.stderr. */
import { writeError } from "./atomic-file.ts";

/** The two streams of a command. */
export interface Output {
  /** Results, for people or as JSON: standard output. */
  result(text: string): void;
  /** Messages beside the result: standard error, one line each. */
  note(text: string): void;
  /** For progress bars, which need to know the terminal. */
  readonly notes: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** A closed pipe reports EPIPE, a socket ECONNRESET, a lost terminal EIO. */
const LOST_READER = ["EPIPE", "ECONNRESET", "EIO"];

/**
 * The process's own streams. What cannot be written ends the writing and nothing else: a command continues, so that a training saves. The
 * process then exits with 1, after a line on standard error where that is another stream; a reader that closes its end, such as `head`, and
 * a terminal that is lost are no failure.
 */
export function processOutput(): Output {
  lookAfter(process.stdout, "standard output");
  lookAfter(process.stderr, "standard error");
  return {
    result: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(`${text}\n`),
    notes: process.stderr,
  };
}

/** Prints one JSON document. Numbers that are not finite become null. */
export function resultJson(output: Output, document: unknown): void {
  output.result(`${JSON.stringify(document)}\n`);
}

function lookAfter(stream: NodeJS.WriteStream, name: string): void {
  if (stream.listenerCount("error") > 0) return;
  let failed = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (failed || LOST_READER.includes(error.code ?? "")) return;
    failed = true;
    process.once("exit", () => {
      process.exitCode ||= 1;
    });
    if (stream !== process.stderr) process.stderr.write(`flowgait: ${(writeError(name, error) as Error).message}\n`);
  });
}
