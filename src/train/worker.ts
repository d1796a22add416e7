/** Entry point of a worker thread for training and evaluation. */
import { answerJobs } from "../threads/answer-jobs.ts";
import type { Job, ThreadSetup } from "./jobs.ts";
import { ThreadHost } from "./thread-host.ts";

await answerJobs<ThreadSetup, Job>((setup) => ThreadHost.create(setup));
