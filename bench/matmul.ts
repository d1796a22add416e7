/**
 * The bound that the learner is held against: the best float32 matmul rate of the same engine on as many threads, of products whose operands
 * come from memory as a batch does; and beside it that of smaller products that stay in a core's cache.
 */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { type Engine, type GraphFunction, graphFunction, input, matmul, sizeOf } from "../src/graph/index.ts";
import { median } from "../src/math/median.ts";
import { Thread } from "../src/threads/thread.ts";

/** The three products of a layer's forward and backward pass. */
export const MATMUL_FORMS = ["AB", "AtB", "ABt"] as const;
type MatmulForm = (typeof MATMUL_FORMS)[number];

/** Rows of a batch, and of a block that stays in cache. */
export const MATMUL_ROWS = { large: 8192, cached: 1024 } as const;
export type MatmulSize = keyof typeof MATMUL_ROWS;

/** A product of rows×256 with 256×256 values, or its transposes, as a function of its own. */
export function matmulFunction(form: MatmulForm, rows: number): GraphFunction {
  const a = input("a", [rows, 256]);
  const b = input("b", form === "AtB" ? [rows, 256] : [256, 256]);
  return graphFunction(form, { y: matmul(a, b, { transposeA: form === "AtB", transposeB: form === "ABt" }) });
}

/** Floating-point operations of one such product. */
export function matmulFlops(rows: number): number {
  return 2 * rows * 256 * 256;
}

/** What a thread is asked. */
export interface MatmulRequest {
  readonly form: MatmulForm;
  readonly size: MatmulSize;
}

/** Measures the joint rate of as many threads as the learner uses, in 10⁹ operations per second, best of the three forms. */
export class MatmulMeter {
  readonly #threads = Array.from({ length: availableParallelism() }, () => {
    return new Thread(new URL("./matmul-thread.js", import.meta.url), null);
  });

  async rate(size: MatmulSize = "large"): Promise<number> {
    const joint: number[] = [];
    for (const form of MATMUL_FORMS) {
      const rates = await Promise.all(this.#threads.map((thread) => ask(thread, { form, size })));
      joint.push(rates.reduce((sum, rate) => sum + rate, 0));
    }
    return Math.max(...joint);
  }

  async end(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }
}

async function ask(worker: Thread, request: MatmulRequest): Promise<number> {
  const answer = once(worker, "message"); // or its error
  worker.postMessage(request);
  return (await answer)[0];
}

/** Median time of one run, in seconds, over at least three runs and half a second. */
export async function secondsOf(engine: Engine, fn: GraphFunction): Promise<number> {
  const executable = await engine.compile(fn);
  const feeds = Object.fromEntries(
    fn.inputs.map((node) => {
      const values = new Float32Array(sizeOf(node.shape));
      for (let i = 0; i < values.length; i++) values[i] = Math.sin(i);
      return [node.op === "input" ? node.attributes.name : "", values];
    }),
  );
  const out = await executable.run(feeds);
  const times: number[] = [];
  const begun = performance.now();
  while (times.length < 3 || performance.now() - begun < 500) {
    const started = performance.now();
    await executable.run(feeds, out);
    times.push((performance.now() - started) / 1000);
  }
  await executable.dispose();
  return median(times);
}
