/** One thread of the two-thread comparison in physics.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { rateMeter } from "./physics.ts";

const MEASURED_SECONDS = 1;

const measure = await rateMeter(workerData as string);
parentPort?.on("message", () => parentPort?.postMessage(measure(MEASURED_SECONDS)));
parentPort?.postMessage(0);
