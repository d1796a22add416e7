/** A thread that does nothing but run a network, so that whoever ends it ends it during a call. */
import { parentPort } from "node:worker_threads";
import { createEngine, graphFunction, input, matmul } from "../../src/graph/index.ts";
import { threadData } from "../../src/threads/thread.ts";

const size = threadData<number>();
const x = input("x", [size, size]);
const executable = await createEngine("ort").compile(graphFunction("square", { y: matmul(x, x) }));
const feeds = { x: new Float32Array(size * size) };
parentPort!.postMessage("computing");
for (;;) await executable.run(feeds);
