/** One thread of the bound in matmul.ts: answers each form's name with its rate in 10⁹ operations per second. */
import { parentPort } from "node:worker_threads";
import { createOrtEngine } from "../src/graph/index.ts";
import { MATMUL_FLOPS, MATMUL_FORMS, matmulFunction, secondsOf } from "./matmul.ts";

const engine = createOrtEngine();
parentPort?.on("message", async (name: string) => {
  const form = MATMUL_FORMS.find((known) => known === name) ?? "AB";
  parentPort?.postMessage(MATMUL_FLOPS / (await secondsOf(engine, matmulFunction(form))) / 1e9);
});
