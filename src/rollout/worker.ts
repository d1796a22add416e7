/** Entry point of a worker thread: sets up once, then answers jobs one at a time. */
import { parentPort, workerData } from "node:worker_threads";
import { UserError } from "../math/user-error.ts";
import type { Job, ThreadSetup } from "./jobs.ts";
import type { ThreadMessage } from "./pool.ts";
import { ThreadHost } from "./thread-host.ts";

const port = parentPort;
if (port === null) throw new Error("worker: must be started as a worker thread");

const post = (message: ThreadMessage) => port.postMessage(message);

function report(error: unknown): void {
  const failure = error instanceof Error ? error : new Error(String(error));
  const exitCode = failure instanceof UserError ? failure.exitCode : undefined;
  post({ kind: "failed", message: failure.message, stack: failure.stack, exitCode });
}

try {
  const host = await ThreadHost.create(workerData as ThreadSetup);
  let last = Promise.resolve(); // jobs arrive before their turn
  port.on("message", (job: Job) => {
    last = last.then(() => host.run(job)).then((result) => post({ kind: "done", result }), report);
  });
  post({ kind: "ready" });
} catch (error) {
  report(error);
}
