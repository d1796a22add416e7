/**
 * One FPO minibatch update of the paper's networks (4×32 policy, 5×256 critic, 8 pairs; 1024 segments of 30 steps) through the
 * training's own learner and threads, against the best float32 matmul rate of the same engine on as many threads; and one block
 * of it against the same graph on TensorFlow.js' WASM backend.
 */

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { actorGradientFunction, segmentGradientFunction } from "../src/algorithms/update-functions.ts";
import {
  createOrtEngine,
  createTfjsEngine,
  type Engine,
  type GraphFunction,
  graphFunction,
  input,
  matmul,
  sizeOf,
} from "../src/graph/index.ts";
import { UserError } from "../src/math/user-error.ts";
import { Environment, resolveTask } from "../src/tasks/index.ts";
import { assemble, disassemble } from "../src/train/assembly.ts";
import { updatePlan, updateSpec } from "../src/train/networks.ts";
import { resolveTrainConfig } from "../src/train/presets.ts";

/** Rates of the learner on this machine. */
export interface LearnerRates {
  /** Nominal floating-point operations of the update per second, in 10⁹ */
  readonly gflops: number;
  /** Best of A·B, Aᵀ·B and A·Bᵀ at 8192×256×256 on the same threads, in 10⁹ */
  readonly matmulGflops: number;
  /** gflops / matmulGflops; asked: 0.5 */
  readonly ratio: number;
  /** How many times faster than TensorFlow.js on WASM runs the same graph, one thread each; null where it is not installed; asked: 15 */
  readonly tfjsWasmRatio: number | null;
  /** The same against a graph rewritten for that backend, whose transposed products are slow, with explicit transposes */
  readonly tfjsWasmTransposedRatio: number | null;
}

const UPDATES = 4;
const TURNS = 3;
const TASK = "CheetahRun";

/** The published configuration cut to one minibatch. */
const config = (updates: number) =>
  resolveTrainConfig({
    task: TASK,
    preset: "paper",
    algorithm: "fpo",
    overrides: {
      envs: 1024,
      horizon: 30,
      evaluation: { everySteps: 0 },
      algorithm: { name: "fpo", minibatches: 1, epochs: updates },
    },
  });

/** Measures the learner. */
export async function benchLearner(): Promise<LearnerRates> {
  const assembly = await assemble(config(UPDATES), () => {});
  const { pool, parts, env } = assembly;
  const shards = Array.from({ length: parts.sizes.shards }, (_, shard) => shard);
  await pool.run<"collect">(shards.map((shard) => ({ kind: "collect", shard, generation: 0 })));
  await parts.learner.prepare(0);
  const meter = await matmulMeter();
  const rates: number[] = [];
  const matmuls: number[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    matmuls.push(await meter.rate());
    const started = performance.now();
    await parts.learner.descend(0);
    rates.push((UPDATES * nominalFlops(env)) / (performance.now() - started) / 1e6);
  }
  await meter.end();
  await disassemble(assembly);
  const [gflops, matmulGflops] = [median(rates), median(matmuls)];
  return { gflops, matmulGflops, ratio: gflops / matmulGflops, ...(await tfjsWasmRatios()) };
}

/** Two operations per multiply-add; forward, weight gradient and input gradient of every layer, no input gradient of the first. */
function nominalFlops(env: Environment): number {
  const { algorithm, envs, horizon } = config(1);
  const rows = envs * horizon;
  const policy = [env.obsSize + env.actionSize + 8, ...algorithm.policyHidden, env.actionSize];
  const critic = [env.obsSize + env.privilegedSize, ...algorithm.criticHidden, 1];
  const pairs = "pairs" in algorithm ? algorithm.pairs : 1;
  return rows * (pairs * layerFlops(policy) + layerFlops(critic));
}

function layerFlops(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, width, i) => sum + (i === 0 ? 4 : 6) * widths[i] * width, 0);
}

/** Joint matmul rate of as many threads as the learner uses. */
async function matmulMeter() {
  const threads = Array.from({ length: availableParallelism() }, () => {
    return new Worker(new URL("./matmul-thread.js", import.meta.url));
  });
  const ask = (worker: Worker, form: string) =>
    new Promise<number>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.postMessage(form);
    });
  return {
    rate: async () => {
      const joint: number[] = [];
      for (const form of MATMUL_FORMS) {
        const rates = await Promise.all(threads.map((thread) => ask(thread, form)));
        joint.push(rates.reduce((sum, rate) => sum + rate, 0));
      }
      return Math.max(...joint);
    },
    end: () => Promise.all(threads.map((thread) => thread.terminate())),
  };
}

/** The three products of a layer's forward and backward pass. */
export const MATMUL_FORMS = ["AB", "AtB", "ABt"] as const;

/** A product of 8192×256 with 256×256 values, or its transposes, as a function of its own. */
export function matmulFunction(form: (typeof MATMUL_FORMS)[number]): GraphFunction {
  const a = input("a", [8192, 256]);
  const b = input("b", form === "AtB" ? [8192, 256] : [256, 256]);
  return graphFunction(form, { y: matmul(a, b, { transposeA: form === "AtB", transposeB: form === "ABt" }) });
}

/** Floating-point operations of one such product. */
export const MATMUL_FLOPS = 2 * 8192 * 256 * 256;

async function tfjsWasmRatios(): Promise<Pick<LearnerRates, "tfjsWasmRatio" | "tfjsWasmTransposedRatio">> {
  const ours = await secondsPerRow(createOrtEngine());
  const ratio = async (explicitTranspose: boolean) => {
    try {
      return (await secondsPerRow(createTfjsEngine({ backend: "wasm", explicitTranspose }))) / ours;
    } catch (error) {
      if (error instanceof UserError) return null; // not installed
      throw error;
    }
  };
  return { tfjsWasmRatio: await ratio(false), tfjsWasmTransposedRatio: await ratio(true) };
}

/** Time of one actor and one critic block, per row, in seconds. */
async function secondsPerRow(engine: Engine): Promise<number> {
  const env = await Environment.create(await resolveTask(TASK));
  const spec = updateSpec(config(1), env);
  env.delete();
  const plan = updatePlan(config(1));
  const scale = 1 / 30720;
  const segments = { unroll: plan.unroll, segments: plan.criticUnits };
  const actor = await secondsOf(engine, actorGradientFunction(spec, plan.actorRows, scale));
  const critic = await secondsOf(engine, segmentGradientFunction(spec, segments, scale));
  return actor / plan.actorRows + critic / (plan.criticUnits * plan.unroll);
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

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
