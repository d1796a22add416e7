/**
 * A sample of an iteration's actions with everything that their likelihoods are computed from, under whatever policy the shared arrays hold
 * at the moment. Not here: collecting, updating (ratio-diagnosis.ts), statistics (ratio-statistics.ts).
 */
import { type FlowRatioSpec, flowRatioFunction, ratiosPerAction } from "../algorithms/flow-ratio.ts";
import { surrogateOf } from "../algorithms/update-functions.ts";
import { type Engine, type Executable, input } from "../graph/index.ts";
import type { IterationSizes, IterationViews } from "../learner/iteration-layout.ts";
import { keptLayout } from "../learner/rows.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { normalise } from "../policy/network.ts";
import { parameterInputs, parameterViews } from "../policy/parameters.ts";
import type { FlowPolicy } from "../policy/policy.ts";
import { isStochastic } from "../policy/sampler-names.ts";
import { FlowDensity } from "./flow-density.ts";
import { LikelihoodBound } from "./likelihood-bound.ts";
import { type Inversion, SamplerDensity } from "./sampler-density.ts";
import { policyField } from "./velocity-field.ts";

/** How much is measured, and how finely. */
export interface ProbeSettings {
  /** Actions in the sample; all of the iteration's where there are fewer */
  readonly rows: number;
  /** Runge–Kutta steps of the continuous flow */
  readonly odeSteps: number;
  /** Flow times of the likelihood bound */
  readonly boundTimes: number;
  readonly seed: number;
}

/** What the probe looks at. */
export interface ProbedRun {
  readonly spec: FlowRatioSpec;
  /** The policy as it acts while training */
  readonly policy: FlowPolicy;
  readonly sizes: IterationSizes;
  readonly views: IterationViews;
}

/** Log-likelihoods of the sample under one policy, [rows] each. */
export interface Likelihoods {
  /** Under the continuous flow */
  readonly flow: Float64Array;
  /** Under the sampler that acts; null where that draws noise on its way */
  readonly sampler: Inversion | null;
  /** From below */
  readonly bound: Float64Array;
}

interface Tools {
  readonly flow: FlowDensity;
  readonly sampler: SamplerDensity | null;
  readonly bound: LikelihoodBound;
  readonly ratio: Executable;
}

type Feeds = Readonly<Record<string, Float32Array>>;

/** Measures one sample of actions. */
export class RatioProbe {
  /** Rows of the iteration that are in the sample, ascending */
  readonly rows: Int32Array;
  readonly #run: ProbedRun;
  readonly #settings: ProbeSettings;
  readonly #tools: Tools;
  readonly #weights: Float32Array;
  readonly #feeds: Feeds;
  readonly #kept: Feeds;
  readonly #actions: Float32Array;

  private constructor(run: ProbedRun, settings: ProbeSettings, rows: Int32Array, tools: Tools) {
    const { obsSize, actionSize } = run.policy;
    const surrogate = surrogateOf(run.spec);
    this.rows = rows;
    this.#run = run;
    this.#settings = settings;
    this.#tools = tools;
    this.#weights = new Float32Array(surrogate.layout.size);
    this.#actions = new Float32Array(rows.length * actionSize);
    this.#feeds = {
      ...parameterViews(surrogate.layout, this.#weights),
      obs: new Float32Array(rows.length * obsSize),
      mean: new Float32Array(obsSize),
      std: new Float32Array(obsSize),
    };
    this.#kept = Object.fromEntries(
      surrogate.kept.map(({ name, size }) => [name, new Float32Array(rows.length * size)]),
    );
  }

  /** Chooses the sample and compiles what measures it. */
  static async create(engine: Engine, run: ProbedRun, settings: ProbeSettings): Promise<RatioProbe> {
    const rows = sampleRows(run.sizes, settings);
    return new RatioProbe(run, settings, rows, await compileTools(engine, run, settings, rows.length));
  }

  /** Takes the sample's observations and actions from the iteration that was just collected. */
  takeActions(): void {
    const { views, sizes } = this.#run;
    const { obsSize, actionSize, steps, envs } = sizes;
    this.rows.forEach((row, n) => {
      // Observations have one more step per shard than rows.
      const seen = row + Math.floor(row / (steps * envs)) * envs;
      copyRow(views.obs, seen, this.#feeds.obs, n, obsSize);
      copyRow(views.action, row, this.#actions, n, actionSize);
    });
  }

  /** Takes what the learner prepared for the sample's rows: their noise–time pairs and the losses before the update. */
  takePrepared(): void {
    const { views, sizes, spec } = this.#run;
    const total = sizes.shards * sizes.steps * sizes.envs;
    for (const { name, size, offset } of keptLayout(surrogateOf(spec).kept, total, sizes.orientations).places) {
      const all = views.kept.subarray(offset, offset + total * size);
      this.rows.forEach((row, n) => {
        copyRow(all, row, this.#kept[name], n, size);
      });
    }
  }

  /** Log-likelihoods under the policy of the moment. @param near an earlier inversion of the same sample */
  async likelihoods(near: Inversion | null): Promise<Likelihoods> {
    this.#loadPolicy();
    const { sampler, bound } = this.#tools;
    const result: Likelihoods = {
      flow: await this.flow(this.#settings.odeSteps),
      sampler: sampler === null ? null : await sampler.invert(this.#feeds, this.#actions, near),
      bound: new Float64Array(this.rows.length),
    };
    await bound.measure(this.#feeds, this.#actions, result.bound);
    return result;
  }

  /** Log-likelihoods under the continuous flow, integrated in so many steps. */
  async flow(odeSteps: number): Promise<Float64Array> {
    this.#loadPolicy();
    const out = new Float64Array(this.rows.length);
    await this.#tools.flow.logDensity(this.#feeds, this.#actions, odeSteps, out);
    return out;
  }

  /** The algorithm's own log-ratios of the policy of the moment to the one that acted [rows, ratiosPerAction]. */
  async logRatios(): Promise<Float32Array> {
    this.#loadPolicy();
    const out = { logRatio: new Float32Array(this.rows.length * ratiosPerAction(this.#run.spec)) };
    await this.#tools.ratio.run({ ...this.#feeds, ...this.#kept }, out);
    return out.logRatio;
  }

  #loadPolicy(): void {
    const { views } = this.#run;
    this.#weights.set(views.actor);
    for (const name of ["mean", "std"] as const)
      this.#feeds[name].set(views[name].subarray(0, this.#feeds[name].length));
  }
}

/** Rows drawn without repetition. */
function sampleRows({ shards, steps, envs }: IterationSizes, { rows, seed }: ProbeSettings): Int32Array {
  const all = Int32Array.from({ length: shards * steps * envs }, (_, row) => row);
  new Rng().seek(seed, STREAM.probe, 0, 1).shuffle(all);
  return all.slice(0, rows).sort();
}

async function compileTools(engine: Engine, run: ProbedRun, settings: ProbeSettings, rows: number): Promise<Tools> {
  const { policy, spec } = run;
  const { obsSize, actionSize, flowSteps, sampler } = policy;
  const obs = normalise(input("obs", [rows, obsSize]), input("mean", [obsSize]), input("std", [obsSize]));
  const field = policyField(policy, parameterInputs(surrogateOf(spec).layout), obs);
  const sizes = { rows, actionSize };
  const { boundTimes: times, seed } = settings;
  return {
    flow: await FlowDensity.create(engine, field, sizes),
    sampler: isStochastic(sampler) ? null : await SamplerDensity.create(engine, field, sizes, { flowSteps, sampler }),
    bound: await LikelihoodBound.create(engine, field, sizes, { lastTime: 1 / flowSteps, times, seed }),
    ratio: await engine.compile(flowRatioFunction(spec, rows)),
  };
}

function copyRow(source: Float32Array, from: number, target: Float32Array, to: number, size: number): void {
  for (let i = 0; i < size; i++) target[to * size + i] = source[from * size + i];
}
