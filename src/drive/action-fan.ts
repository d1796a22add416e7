/** The actions that a driven policy might take next, sampled from other noise in the same state, and the flow's denoising paths to them. Reads, never steps. */
import type { Engine, Executable } from "../graph/index.ts";
import { pathsFunction } from "../policy/flow-paths.ts";
import { parameterViews } from "../policy/parameters.ts";
import { noiseSize, policyLayout } from "../policy/policy.ts";
import { ActorFactory, drawNoise } from "../rollout/actor.ts";
import { flowOf, type TrainedFlow } from "../rollout/policy-data.ts";
import { RecentlyUsed } from "../rollout/recently-used.ts";
import { ROBOT } from "./drive.ts";
import type { ActionFan, Decision, NamedPolicy } from "./drive-orders.ts";

/** Number of samples in addition to the executed action, and how many of them show their path. */
export const FAN_ROWS = 64;
/** Samples whose paths are drawn, besides the action that is taken. */
export const PATH_ROWS = 24;

/** A fan without the robots. */
export type FanOfActions = Pick<ActionFan, "flowSteps" | "samples" | "paths">;

/** Draws fans of one kind of policy. */
interface Drawer {
  draw(decision: Decision): Promise<FanOfActions>;
}

/** Compiled functions that are kept, one for each shape of policy. */
const MOST_KEPT = 16;

/**
 * Draws fans. Row 0 is the action that the policy takes, bit for bit but for the order of sums; row n is what it takes where robot n's noise of this
 * step, the stream's at (seed, STREAM.policy, n, step), is its own.
 */
export class ActionFans {
  readonly #engine: Engine;
  readonly #actors: ActorFactory;
  readonly #actionSize: number;
  readonly #compiled = new RecentlyUsed<Executable>(MOST_KEPT);
  #policy: NamedPolicy | null = null;
  #seed = Number.NaN;
  #drawer: Drawer | null = null;

  constructor(engine: Engine, actionSize: number) {
    this.#engine = engine;
    this.#actors = new ActorFactory(engine);
    this.#actionSize = actionSize;
  }

  async draw(decision: Decision): Promise<FanOfActions> {
    const { policy, seed } = decision;
    if (this.#drawer === null || policy !== this.#policy || seed !== this.#seed) {
      this.#drawer = await this.#drawerOf(policy, seed);
      this.#policy = policy;
      this.#seed = seed;
    }
    return this.#drawer.draw(decision);
  }

  #drawerOf(policy: NamedPolicy, seed: number): Promise<Drawer> {
    const flow = flowOf(policy.data);
    return flow ? this.#flowDrawer(policy, flow) : this.#plainDrawer(policy, seed);
  }

  async #flowDrawer({ noise }: NamedPolicy, { spec, weights, mean, std }: TrainedFlow): Promise<Drawer> {
    const rows = 1 + FAN_ROWS;
    const key = JSON.stringify(spec);
    const compiled = () => this.#compiled.get(key, () => this.#engine.compile(pathsFunction(spec, rows)));
    await compiled();
    const size = noiseSize(spec);
    const { actionSize, flowSteps } = spec;
    const drawn = new Float32Array(rows * size);
    const feeds = { ...parameterViews(policyLayout(spec), weights), mean, std, noise: drawn };
    const length = (flowSteps + 1) * actionSize;
    const all = new Float32Array(rows * length);
    return {
      draw: async ({ seed, step, obs }) => {
        drawNoise(drawn.subarray(0, size), noise, actionSize, { seed, firstRow: ROBOT, rows: 1 }, step);
        drawNoise(drawn.subarray(size), "random", actionSize, { seed, firstRow: ROBOT + 1, rows: FAN_ROWS }, step);
        await (await compiled()).run({ ...feeds, obs }, { paths: all });
        return {
          flowSteps,
          samples: lastOfPaths(all, rows, actionSize),
          paths: all.slice(0, (1 + PATH_ROWS) * length),
        };
      },
    };
  }

  /** Of policies that draw at once. */
  async #plainDrawer({ data, noise }: NamedPolicy, seed: number): Promise<Drawer> {
    const taken = await this.#actors.create(data, noise, { seed, firstRow: ROBOT, rows: 1 });
    const others = await this.#actors.create(data, "random", { seed, firstRow: ROBOT + 1, rows: FAN_ROWS });
    const size = this.#actionSize;
    return {
      draw: async ({ step, obs }) => {
        const samples = new Float32Array((1 + FAN_ROWS) * size);
        await taken.act(obs, step, samples.subarray(0, size));
        await others.act(repeated(obs, FAN_ROWS), step, samples.subarray(size));
        return { flowSteps: 0, samples, paths: new Float32Array(0) };
      },
    };
  }
}

/** The last x of each path [rows, (n + 1)·size] → [rows, size] */
function lastOfPaths(paths: Float32Array, rows: number, size: number): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(rows * size);
  const length = paths.length / rows;
  for (let row = 0; row < rows; row++)
    samples.set(paths.subarray((row + 1) * length - size, (row + 1) * length), row * size);
  return samples;
}

function repeated(values: Float32Array, times: number): Float32Array {
  const out = new Float32Array(times * values.length);
  for (let n = 0; n < times; n++) out.set(values, n * values.length);
  return out;
}
