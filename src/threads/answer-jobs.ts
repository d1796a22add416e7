/** The thread's side of `JobThreads`: sets up once, then answers jobs one at a time. */
import { UserError } from "../math/user-error.ts";
import { asUserFault } from "../tasks/own/user-fault.ts";
import type { ThreadMessage } from "./job-threads.ts";
import { stepAside } from "./step-aside.ts";
import { threadData, threadPort } from "./thread.ts";

/** What does the jobs of a thread. */
export interface JobHost<J> {
  run(job: J): Promise<unknown>;
}

/** @param create makes the host from the setup that the thread was started with */
export async function answerJobs<Setup, J>(create: (setup: Setup) => Promise<JobHost<J>>): Promise<void> {
  const port = threadPort();
  stepAside();
  const post = (message: ThreadMessage) => port.postMessage(message, movedWith(message));
  const report = (error: unknown) => post(failureOf(error));
  try {
    const host = await create(threadData<Setup>());
    let last = Promise.resolve(); // jobs arrive before their turn
    port.on("message", (job: J) => {
      last = last.then(() => host.run(job)).then((result) => post({ kind: "done", result }), report);
    });
    post({ kind: "ready" });
  } catch (error) {
    report(error);
  }
}

/** A result of bytes that have their memory to themselves is moved, not copied. */
function movedWith(message: ThreadMessage): ArrayBuffer[] {
  const { buffer, byteLength } = message.kind === "done" && message.result instanceof Uint8Array ? message.result : {};
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}

function failureOf(error: unknown): ThreadMessage {
  const found = asUserFault(error);
  const failure = found instanceof Error ? found : new Error(String(found));
  const exitCode = failure instanceof UserError ? failure.exitCode : undefined;
  return { kind: "failed", message: failure.message, stack: failure.stack, exitCode };
}
