/** One thread of the bound in matmul.ts: answers every request with its rate in 10⁹ operations per second. */
import { parentPort } from "node:worker_threads";
import { createOrtEngine } from "../src/graph/index.ts";
import { threadData } from "../src/threads/thread.ts";
import { MATMUL_ROWS, type MatmulRequest, matmulFlops, matmulFunction, secondsOf } from "./matmul.ts";

threadData();
const engine = createOrtEngine();
parentPort?.on("message", async ({ form, size }: MatmulRequest) => {
  const rows = MATMUL_ROWS[size];
  parentPort?.postMessage(matmulFlops(rows) / (await secondsOf(engine, matmulFunction(form, rows))) / 1e9);
});
