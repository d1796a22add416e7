/** One thread of the two-thread comparison in physics.ts. */
import { parentPort } from "node:worker_threads";
import { threadData } from "../src/threads/thread.ts";
import { rateMeter } from "./physics.ts";

const MEASURED_SECONDS = 1;

const measure = await rateMeter(threadData<string>());
parentPort?.on("message", () => parentPort?.postMessage(measure(MEASURED_SECONDS)));
parentPort?.postMessage(0);
