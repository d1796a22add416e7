/** Where commands write: results to one stream, words for people to another. The only user of process.stdout and process.stderr. */

/** The two streams of a command. */
export interface Output {
  /** Results, for people or as JSON: standard output. */
  result(text: string): void;
  /** Words for people beside the result: standard error, one line each. */
  note(text: string): void;
  /** For progress bars, which need to know the terminal. */
  readonly notes: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** The process's own streams. A reader that closes its end, such as `head`, ends the writing and nothing else. */
export function processOutput(): Output {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listenerCount("error") === 0) stream.on("error", ignoreClosedPipe);
  }
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

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}
