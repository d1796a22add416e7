/** `flowgait worker`: computes shards for trainings on other machines until it is stopped. */
import { availableParallelism } from "node:os";
import { wholeNumber } from "../catalogue/flag-value.ts";
import type { Output } from "../files/output.ts";
import { UserError } from "../math/user-error.ts";
import { askedQueue, QUEUE_VARIABLE } from "../queue/queue-url.ts";
import { listenForInterrupt } from "./interrupt.ts";

/** Flags of the command. */
export interface WorkerOptions {
  readonly queue?: string;
  readonly threads: string;
  readonly name?: string;
  readonly run?: string;
  readonly task?: readonly string[];
  readonly modelDir?: readonly string[];
}

const MOST_THREADS = 1024;
const LONGEST_NAME = 64;

/** Runs the command. */
export async function work(options: WorkerOptions, output: Output): Promise<void> {
  const address = askedQueue(options.queue, process.env);
  if (address === null)
    throw new UserError(`--queue: is missing, expected it or ${QUEUE_VARIABLE}, such as redis://host:6379`, {
      exitCode: 2,
    });
  const threads = wholeNumber("--threads", options.threads, 0, MOST_THREADS) || availableParallelism();
  if (options.name !== undefined && !isName(options.name))
    throw new UserError(`--name: expected 1 to ${LONGEST_NAME} printable characters`, { exitCode: 2 });
  const [{ openQueue }, { takeWork, workerName }] = await Promise.all([
    import("../queue/connection.ts"),
    import("../queue/take.ts"),
  ]);
  const connection = await openQueue(address, output.note);
  const interrupt = listenForInterrupt(() => output.note("stopping; Ctrl-C again stops at once"));
  const { name = workerName(), run, task: tasks = [], modelDir: modelDirs = [] } = options;
  try {
    await takeWork(connection, { name, run, threads, tasks, modelDirs, report: output.note }, interrupt.signal);
  } finally {
    interrupt.release();
    connection.close();
  }
  interrupt.end();
}

function isName(text: string): boolean {
  return text.trim() !== "" && text.length <= LONGEST_NAME && !/\p{Cc}/u.test(text);
}
