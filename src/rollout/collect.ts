/**
 * `collect(weights, normaliser, shardState) → (trajectory, shardState')`: steps one shard's environments with the policy.
 * Reads no clock; all randomness comes from the stream at (seed, environment, control step). Environments share one simulation and
 * are swapped through it. The loop over steps allocates nothing but the engine's results.
 */
import type { Executable } from "../graph/index.ts";
import { STREAM } from "../math/rng.ts";
import { type NoiseSchedule, NoiseSource } from "../policy/noise-source.ts";
import { emptyPlace, moveTo, type RowPlace, type RunClock } from "../policy/run-clock.ts";
import type { Environment } from "../tasks/index.ts";
import { countWarnings, type EpisodeReport, emptyReport } from "./episodes.ts";
import { type ShardStateLayout, shardStateLayout } from "./shard-state.ts";

/** Where one shard's experience goes; all [steps, envs, …] except where noted. */
export interface Trajectory {
  /** [steps + 1, envs, obsSize] */
  readonly obs: Float32Array;
  /** [steps + 1, envs, privilegedSize] */
  readonly privileged: Float32Array;
  readonly action: Float32Array;
  readonly reward: Float32Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  /** [1] */
  readonly finalCount: Int32Array;
  /** [finals, …] */
  readonly finalRow: Int32Array;
  readonly finalObs: Float32Array;
  readonly finalPrivileged: Float32Array;
}

/** The policy as a compiled sampler for `envs` rows, its flat weights, and the arrays it is fed with: views into these and the normaliser. */
export interface ActingPolicy {
  readonly sampler: Executable;
  readonly noise: NoiseSource;
  readonly weights: Float32Array;
  readonly feeds: Readonly<Record<string, Float32Array>>;
  /** Standard deviation of Gaussian noise added to actions */
  actionNoise: number;
}

/** What all shards of a run share. */
export interface ShardSpec {
  readonly seed: number;
  readonly envs: number;
  readonly steps: number;
  /** How long the policy's noise lasts */
  readonly noise: NoiseSchedule;
  /** Whether first episodes end at times that differ from environment to environment */
  readonly staggered: boolean;
}

/** Which shard, and when. */
export interface ShardPlace {
  /** Global index of the shard's first environment */
  readonly firstEnv: number;
  /** Of the iteration's start */
  readonly clock: RunClock;
}

/** Its multiples, modulo 1, fill the unit interval evenly however many are taken. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/** Looks at environments while they are in the simulation, such as to record poses: midway through a control step of several physics steps, and after it. */
export type StepObserver = (step: number, env: number, environment: Environment, when: "midway" | "after") => void;

/** Collects shards of one size with one simulation. */
export class Collector {
  readonly env: Environment;
  readonly spec: ShardSpec;
  readonly layout: ShardStateLayout;
  /** Fed to the engine, which takes no shared memory: [envs, …] */
  readonly #obs: Float32Array;
  #noise = new Float32Array(0);
  readonly #perturbation: Float32Array;
  readonly #perturb: NoiseSource;
  readonly #place: RowPlace;
  readonly #action: Float32Array;
  readonly #sampled: Readonly<Record<"action", Float32Array>>;
  /** Where the loop is, for the observer midway through a step */
  #step = 0;
  #index = 0;
  #observer: StepObserver | undefined;
  readonly #midway = () => this.#observer?.(this.#step, this.#index, this.env, "midway");
  #fedPolicy: ActingPolicy | null = null;
  #feeds: Readonly<Record<string, Float32Array>> = {};

  constructor(env: Environment, spec: ShardSpec) {
    this.env = env;
    this.spec = spec;
    this.layout = shardStateLayout(env, spec.envs);
    this.#obs = new Float32Array(spec.envs * env.obsSize);
    this.#action = new Float32Array(spec.envs * env.actionSize);
    this.#sampled = { action: this.#action };
    this.#perturbation = new Float32Array(env.actionSize);
    this.#perturb = new NoiseSource(STREAM.actionNoise, spec.noise, env.actionSize);
    this.#place = emptyPlace(spec.seed);
  }

  /**
   * @param before state to start from; an all-zero header starts fresh episodes
   * @param after where the state afterwards is written; may not be `before`
   */
  async collect(
    { firstEnv, clock }: ShardPlace,
    policy: ActingPolicy,
    before: Float64Array,
    after: Float64Array,
    out: Trajectory,
    observer?: StepObserver,
  ): Promise<EpisodeReport> {
    const { env, spec } = this;
    const report = emptyReport(env.rewardNames.length, env.terminationNames.length);
    after.set(before);
    moveTo(this.#place, clock, 0, spec.noise.envs);
    if (after[0] === 0) this.#startEpisodes(firstEnv, after, report);
    this.#moveObservations(after, out, 0, "restore");
    out.finalCount[0] = 0;
    this.#observer = observer;
    for (let t = 0; t < spec.steps; t++) {
      moveTo(this.#place, clock, t, spec.noise.envs);
      await this.#act(t, firstEnv, policy, out);
      for (let n = 0; n < spec.envs; n++) {
        this.#stepOne(t, n, firstEnv + n, after, out, report);
        observer?.(t, n, env, "after");
        this.#nextEpisode(t, n, firstEnv + n, after, out, report);
      }
    }
    this.#moveObservations(after, out, spec.steps, "keep");
    return report;
  }

  #startEpisodes(firstEnv: number, state: Float64Array, report: EpisodeReport): void {
    const { env, layout } = this;
    for (let n = 0; n < this.spec.envs; n++) {
      const record = layout.headerSize + n * layout.stride;
      env.start(this.spec.seed, firstEnv + n, true, this.#usedSteps(firstEnv + n));
      this.#noteNan(firstEnv + n, this.#place.tick, report);
      env.writeObservation(this.#obs, 0);
      for (let i = 0; i < env.obsSize; i++) state[record + layout.obsOffset + i] = this.#obs[i];
      this.#keepPrivileged(state, record);
      env.save(state, record);
    }
    state[0] = 1;
  }

  #usedSteps(globalEnv: number): number {
    return this.spec.staggered ? staggeredSteps(globalEnv, this.env.episodeSteps) : 0;
  }

  #keepPrivileged(state: Float64Array, record: number): void {
    const { env, layout } = this;
    if (env.privilegedSize === 0) return;
    const privileged = new Float32Array(env.privilegedSize);
    env.writePrivileged(privileged, 0);
    for (let i = 0; i < privileged.length; i++) state[record + layout.privilegedOffset + i] = privileged[i];
  }

  /** Copies the observations at step `t` from the state into the trajectory, or back. */
  #moveObservations(state: Float64Array, out: Trajectory, t: number, direction: "restore" | "keep"): void {
    const { env, layout, spec } = this;
    for (let n = 0; n < spec.envs; n++) {
      const record = layout.headerSize + n * layout.stride;
      const row = t * spec.envs + n;
      move(state, record + layout.obsOffset, out.obs, row * env.obsSize, env.obsSize, direction);
      const size = env.privilegedSize;
      move(state, record + layout.privilegedOffset, out.privileged, row * size, size, direction);
    }
  }

  /** Samples the actions of step t for all environments. */
  async #act(t: number, firstEnv: number, policy: ActingPolicy, out: Trajectory): Promise<void> {
    const { env, spec } = this;
    const { envs } = spec;
    const size = env.actionSize;
    const first = t * envs * env.obsSize;
    const feeds = this.#feedsOf(policy);
    for (let i = 0; i < this.#obs.length; i++) this.#obs[i] = out.obs[first + i];
    for (let n = 0; n < envs; n++) {
      this.#place.env = firstEnv + n;
      policy.noise.draw(this.#place, this.#noise, n * policy.noise.size);
    }
    await policy.sampler.run(feeds, this.#sampled);
    if (policy.actionNoise > 0) this.#perturbActions(firstEnv, policy.actionNoise);
    out.action.set(this.#action, t * envs * size);
  }

  /** The policy's feeds with this collector's own arrays, put together once. */
  #feedsOf(policy: ActingPolicy): Readonly<Record<string, Float32Array>> {
    if (this.#fedPolicy !== policy) {
      this.#fedPolicy = policy;
      this.#noise = new Float32Array(this.spec.envs * policy.noise.size);
      this.#feeds = { ...policy.feeds, obs: this.#obs, noise: this.#noise };
    }
    return this.#feeds;
  }

  #perturbActions(firstEnv: number, deviation: number): void {
    const size = this.env.actionSize;
    for (let n = 0; n < this.spec.envs; n++) {
      this.#place.env = firstEnv + n;
      this.#perturb.draw(this.#place, this.#perturbation, 0);
      for (let i = 0; i < size; i++) this.#action[n * size + i] += deviation * this.#perturbation[i];
    }
  }

  #stepOne(t: number, n: number, globalEnv: number, state: Float64Array, out: Trajectory, report: EpisodeReport): void {
    const { env, layout, spec } = this;
    const record = layout.headerSize + n * layout.stride;
    const row = t * spec.envs + n;
    env.load(state, record);
    this.#step = t;
    this.#index = n;
    env.step(spec.seed, globalEnv, this.#action, n * env.actionSize, this.#observer && this.#midway);
    out.reward[row] = env.reward;
    out.terminated[row] = env.terminated ? 1 : 0;
    out.truncated[row] = env.truncated ? 1 : 0;
    state[record + layout.returnOffset] += env.reward;
    state[record + layout.lengthOffset]++;
    const terms = env.rewardTerms;
    for (let k = 0; k < terms.length; k++) state[record + layout.termsOffset + k] += terms[k];
    if (env.sim.warned !== 0) countWarnings(report.warnings, env.sim.warned);
    this.#noteNan(globalEnv, this.#place.tick, report);
    if (env.terminated || env.truncated) this.#closeEpisode(state, record, report);
  }

  #noteNan(globalEnv: number, step: number, report: EpisodeReport): void {
    const { env } = this;
    if (env.nan) report.nans.push({ env: globalEnv, step, source: env.nanSource, refusal: env.refusal });
  }

  #closeEpisode(state: Float64Array, record: number, report: EpisodeReport): void {
    const { env, layout } = this;
    report.returns.push(state[record + layout.returnOffset]);
    report.lengths.push(state[record + layout.lengthOffset]);
    for (let k = 0; k < report.terms.length; k++) report.terms[k] += state[record + layout.termsOffset + k];
    for (let k = 0; k < env.terminationNames.length; k++) report.ends[k] += env.terminationFlags[k];
    if (!env.terminated) report.ends[report.ends.length - 1]++;
    state.fill(0, record + layout.returnOffset, record + layout.stride);
  }

  /** Keeps what a time limit cut off, resets where an episode ended, and writes the observation that the next step starts from. */
  #nextEpisode(
    t: number,
    n: number,
    globalEnv: number,
    state: Float64Array,
    out: Trajectory,
    report: EpisodeReport,
  ): void {
    const { env, layout, spec } = this;
    if (env.truncated && !env.terminated) this.#keepFinal(t * spec.envs + n, out);
    if (env.truncated || env.terminated) {
      env.reset(spec.seed, globalEnv);
      this.#noteNan(globalEnv, this.#place.tick, report);
    }
    const next = (t + 1) * spec.envs + n;
    env.writeObservation(out.obs, next * env.obsSize);
    if (env.privilegedSize > 0) env.writePrivileged(out.privileged, next * env.privilegedSize);
    env.save(state, layout.headerSize + n * layout.stride);
  }

  #keepFinal(row: number, out: Trajectory): void {
    const { env } = this;
    const index = out.finalCount[0]++;
    out.finalRow[index] = row;
    env.writeObservation(out.finalObs, index * env.obsSize);
    if (env.privilegedSize > 0) env.writePrivileged(out.finalPrivileged, index * env.privilegedSize);
  }
}

/**
 * Control steps that an environment's first episode is shorter by, spread evenly over environments. Where only the time limit ends
 * episodes, all environments would otherwise be at the same moment of their episodes for ever, and so would every batch.
 */
export function staggeredSteps(globalEnv: number, episodeSteps: number): number {
  return Math.floor(((globalEnv * GOLDEN_RATIO) % 1) * episodeSteps);
}

function move(
  state: Float64Array,
  from: number,
  values: Float32Array,
  to: number,
  count: number,
  direction: "restore" | "keep",
): void {
  if (direction === "restore") for (let i = 0; i < count; i++) values[to + i] = state[from + i];
  else for (let i = 0; i < count; i++) state[from + i] = values[to + i];
}
