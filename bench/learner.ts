/**
 * Updates through the training's own learner and threads, against the best matmul rate of the same engine on as many threads
 * (matmul.ts): one FPO minibatch of the paper's networks, the epochs of an FPO++ update of a laptop's humanoid, and that update beside one
 * of Gaussian PPO; and one block of the first against the same graph on TensorFlow.js' WASM backend.
 */
import { actorGradientFunction, segmentGradientFunction } from "../src/algorithms/update-functions.ts";
import type { TrainConfig } from "../src/config/config.ts";
import { createOrtEngine, createTfjsEngine, type Engine } from "../src/graph/index.ts";
import { criticBins, evaluationsPerRow, updatePlan, updateSpec } from "../src/learner/networks.ts";
import { median } from "../src/math/median.ts";
import { UserError } from "../src/math/user-error.ts";
import { criticOutputs } from "../src/policy/critic.ts";
import { startOfRun } from "../src/policy/run-clock.ts";
import { Environment, resolveTask } from "../src/tasks/index.ts";
import { resolveTrainConfig } from "../src/tasks/requested-config.ts";
import { type Assembly, assemble, disassemble } from "../src/train/assembly.ts";
import { collectIteration } from "../src/train/collection.ts";
import { MatmulMeter, secondsOf } from "./matmul.ts";

/** Rates of the learner on this machine. */
export interface LearnerRates {
  /** Nominal floating-point operations of the paper's update per second, in 10⁹ */
  readonly gflops: number;
  /** Best of A·B, Aᵀ·B and A·Bᵀ at 8192×256×256 on the same threads, in 10⁹ */
  readonly matmulGflops: number;
  /** gflops / matmulGflops; asked: 0.75 */
  readonly ratio: number;
  /** The same of FPO++ with a 3×128 policy, a 3×256 critic and 8 pairs; asked of the ratio: 0.75 */
  readonly humanoidGflops: number;
  readonly humanoidMatmulGflops: number;
  readonly humanoidRatio: number;
  /** The same bound of products with 1024 rows, whose operands stay in cache, and humanoidGflops over that */
  readonly cachedMatmulGflops: number;
  readonly humanoidCachedRatio: number;
  /** Seconds of that update, its preparation included, and of one by Gaussian PPO with the same networks, rows, epochs and minibatches */
  readonly fpoPlusPlusSeconds: number;
  readonly ppoSeconds: number;
  /** fpoPlusPlusSeconds / ppoSeconds; asked: at most 2 */
  readonly fpoPlusPlusOverPpo: number;
  /** How many times faster than TensorFlow.js on WASM runs the same graph, one thread each; null where it is not installed; asked: 15 */
  readonly tfjsWasmRatio: number | null;
  /** The same against a graph rewritten for that backend, whose transposed products are slow, with explicit transposes */
  readonly tfjsWasmTransposedRatio: number | null;
}

const TURNS = 5;

/** The published configuration cut to one minibatch of 1024 segments of 30 steps, which is repeated. */
const paper = (repeats: number) =>
  resolveTrainConfig({
    task: "CheetahRun",
    preset: "paper",
    algorithm: "fpo",
    overrides: {
      envs: 1024,
      horizon: 30,
      evaluation: { everySteps: 0 },
      algorithm: { name: "fpo", minibatches: 1, epochs: repeats },
    },
  });

/** What a laptop trains a humanoid with: 6,144 rows seen from both sides, four times in four minibatches. */
const humanoid = (name: "fpo++" | "ppo") =>
  resolveTrainConfig({
    task: "HumanoidJoystick",
    algorithm: name,
    overrides: {
      envs: 256,
      horizon: 24,
      shards: 8,
      mirror: true,
      evaluation: { everySteps: 0 },
      algorithm: {
        ...(name === "ppo" ? { name } : { name, pairs: 8 }),
        epochs: 4,
        minibatches: 4,
        policyHidden: [128, 128, 128],
        criticHidden: [256, 256, 256],
      },
    },
  });

/** Measures the learner. */
export async function benchLearner(): Promise<LearnerRates> {
  const { gflops, matmulGflops, ratio } = await paperRates();
  return { gflops, matmulGflops, ratio, ...(await humanoidRates()), ...(await tfjsWasmRatios()) };
}

async function paperRates() {
  const config = paper(4);
  const assembly = await collected(config);
  await assembly.parts.learner.prepare(startOfRun);
  const meter = new MatmulMeter();
  const flops = nominalFlops(config, assembly.env);
  const rates = await inTurns(async () => flops / (await descentSeconds(assembly, 0)) / 1e9, meter);
  await meter.end();
  await disassemble(assembly);
  return rates;
}

async function humanoidRates() {
  const [config, baseline] = [humanoid("fpo++"), humanoid("ppo")];
  const [assembly, other] = [await collected(config), await collected(baseline)];
  const seconds: [number, number][] = [];
  const cached: [number, number][] = [];
  const meter = new MatmulMeter();
  const { gflops, matmulGflops, ratio } = await inTurns(async () => {
    const ours = await updateSeconds(assembly);
    seconds.push([ours.all, (await updateSeconds(other)).all]);
    const rate = nominalFlops(config, assembly.env) / ours.descent / 1e9;
    cached.push([await meter.rate("cached"), rate]);
    return rate;
  }, meter);
  await meter.end();
  for (const one of [assembly, other]) await disassemble(one);
  for (const list of [seconds, cached]) list.shift(); // the turn that warmed up
  return {
    humanoidGflops: gflops,
    humanoidMatmulGflops: matmulGflops,
    humanoidRatio: ratio,
    cachedMatmulGflops: median(cached.map(([bound]) => bound)),
    humanoidCachedRatio: median(cached.map(([bound, rate]) => rate / bound)),
    fpoPlusPlusSeconds: median(seconds.map(([ours]) => ours)),
    ppoSeconds: median(seconds.map(([, theirs]) => theirs)),
    fpoPlusPlusOverPpo: median(seconds.map(([ours, theirs]) => ours / theirs)),
  };
}

/** A run's parts with one iteration's experience. */
async function collected(config: TrainConfig): Promise<Assembly> {
  const assembly = await assemble(config, () => {});
  await collectIteration(assembly.pool, config, assembly.parts);
  return assembly;
}

/** Medians of a rate, of the matmul bound, and of their ratio, measured in turns after one turn that warms up. */
async function inTurns(measure: () => Promise<number>, meter: MatmulMeter) {
  const turns: [number, number][] = [];
  await measure();
  for (let turn = 0; turn < TURNS; turn++) turns.push([await meter.rate(), await measure()]);
  return {
    gflops: median(turns.map(([, rate]) => rate)),
    matmulGflops: median(turns.map(([bound]) => bound)),
    ratio: median(turns.map(([bound, rate]) => rate / bound)),
  };
}

async function descentSeconds({ parts }: Assembly, iteration: number): Promise<number> {
  const started = performance.now();
  await parts.learner.descend({ iteration, clock: startOfRun });
  return (performance.now() - started) / 1000;
}

async function updateSeconds(assembly: Assembly): Promise<{ all: number; descent: number }> {
  const started = performance.now();
  const iteration = assembly.parts.loop.iteration++;
  await assembly.parts.learner.prepare(startOfRun);
  const descent = await descentSeconds(assembly, iteration);
  return { all: (performance.now() - started) / 1000, descent };
}

/** Two operations per multiply-add; forward, weight gradient and input gradient of every layer, no input gradient of the first. */
function nominalFlops({ algorithm, envs, horizon }: TrainConfig, env: Environment): number {
  const rows = envs * horizon * algorithm.epochs;
  const policy = [env.obsSize + env.actionSize + 8, ...algorithm.policyHidden, env.actionSize];
  const critic = [
    env.obsSize + env.privilegedSize,
    ...algorithm.criticHidden,
    criticOutputs({ bins: criticBins(algorithm) }),
  ];
  return rows * (evaluationsPerRow(algorithm) * layerFlops(policy) + layerFlops(critic));
}

function layerFlops(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, width, i) => sum + (i === 0 ? 4 : 6) * widths[i] * width, 0);
}

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

/** Time of one actor and one critic block of the paper's update, per row, in seconds. */
async function secondsPerRow(engine: Engine): Promise<number> {
  const config = paper(1);
  const env = await Environment.create(await resolveTask(config.task));
  const spec = updateSpec(config, env);
  env.delete();
  const plan = updatePlan(config);
  const scale = 1 / 30720;
  const segments = { unroll: plan.unroll, segments: plan.criticUnits };
  const actor = await secondsOf(engine, actorGradientFunction(spec, plan.actorRows, scale));
  const critic = await secondsOf(engine, segmentGradientFunction(spec, segments, scale));
  return actor / plan.actorRows + critic / (plan.criticUnits * plan.unroll);
}
