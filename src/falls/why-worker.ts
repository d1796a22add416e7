/** Entry point of the thread that examines a fall while pages watch something else. */
import { parentPort } from "node:worker_threads";
import { createEngine } from "../graph/index.ts";
import { asUserFault } from "../tasks/own/user-fault.ts";
import { threadData } from "../threads/thread.ts";
import { type FallQuestion, type FallReport, whyFell } from "./why.ts";

/** What the thread reports. */
export type WhyNews =
  | { readonly kind: "stage"; readonly words: string }
  | { readonly kind: "found"; readonly report: FallReport }
  | { readonly kind: "failed"; readonly message: string };

const port = parentPort;
if (port === null) throw new Error("why worker: must be started as a worker thread");
const post = (news: WhyNews) => port.postMessage(news);

try {
  const report = await whyFell(threadData<FallQuestion>(), createEngine("ort"), (words) =>
    post({ kind: "stage", words }),
  );
  post({ kind: "found", report });
} catch (thrown) {
  const error = asUserFault(thrown);
  post({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
}
