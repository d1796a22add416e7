/** The policy as evaluations run it: its own sampling graph on the engine that trained it, or its file. What exported controllers are compared with. */
import { createOrtEngine, type Engine, type Executable, loadOnnxSession, type OnnxSession } from "../graph/index.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { withoutStepNoise } from "../policy/flow-sampler.ts";
import { parameterViews } from "../policy/parameters.ts";
import { noiseSize, type PolicySpec, policyLayout } from "../policy/policy.ts";
import { samplerFunction } from "../policy/sampler.ts";
import type { EpisodePlan } from "../rollout/episode-batch.ts";
import { FileActor } from "../rollout/file-actor.ts";
import type { FilePolicy, TrainedPolicy } from "../rollout/policy-data.ts";
import { type ControllerOptions, resolvedOptions, seededNoise } from "./controller-function.ts";
import type { Act } from "./episode-loop.ts";
import type { ExportedPolicy } from "./exported-policy.ts";

/** What exported controllers are compared with. */
export interface Reference {
  /** Acts in the episodes of a plan; gives raw actions, before any squash. */
  actor(plan: EpisodePlan): Act;
  /** What a controller with a noise input is given; null for one without. */
  inputNoise(plan: EpisodePlan): NoiseSource | null;
  dispose(): Promise<void>;
}

/** @param options which noise the exported controller takes */
export function referenceOf(policy: ExportedPolicy, options: ControllerOptions): Reference {
  return policy.kind === "file" ? new ReferenceFile(policy.file) : new ReferencePolicy(policy, options);
}

/** A file in ONNX Runtime. */
class ReferenceFile implements Reference {
  readonly #file: FilePolicy;
  #session: Promise<OnnxSession> | null = null;

  constructor(file: FilePolicy) {
    this.#file = file;
  }

  actor({ episodes }: EpisodePlan): Act {
    const actor = new FileActor(() => this.#loaded(), this.#file, episodes);
    const noNoise = new Float32Array(0);
    return (obs, _tick, action) => actor.act(obs, noNoise, action);
  }

  inputNoise(): null {
    return null;
  }

  #loaded(): Promise<OnnxSession> {
    this.#session ??= loadOnnxSession(this.#file.bytes, this.#file.source);
    return this.#session;
  }

  async dispose(): Promise<void> {
    await (await this.#session)?.dispose();
  }
}

/** Samples of one trained policy for any number of rows. */
export class ReferencePolicy implements Reference {
  readonly #engine: Engine = createOrtEngine();
  readonly #policy: TrainedPolicy;
  readonly #spec: PolicySpec;
  readonly #options: Required<ControllerOptions>;
  readonly #samplers = new Map<number, Promise<Executable>>();

  /** @param options which noise the exported controller takes */
  constructor(policy: TrainedPolicy, options: ControllerOptions) {
    this.#policy = policy;
    this.#options = resolvedOptions(options);
    const { spec } = policy;
    this.#spec = this.#options.noise === "zero" && spec.kind === "flow" ? withoutStepNoise(spec) : spec;
  }

  actor(plan: EpisodePlan): Act {
    const noise = this.#noise(plan);
    return (obs, tick, action) => this.actFrom(obs, noise.at(tick), action);
  }

  /** @param obs [rows, obsSize] @param noise [rows, noiseSize] @param action [rows, actionSize] written, before any squash */
  async actFrom(obs: Float32Array, noise: Float32Array, action: Float32Array): Promise<void> {
    const { weights, mean, std } = this.#policy;
    const rows = obs.length / this.#spec.obsSize;
    const compiled = this.#samplers.get(rows) ?? this.#engine.compile(samplerFunction(this.#spec, rows));
    this.#samplers.set(rows, compiled);
    const feeds = { ...parameterViews(policyLayout(this.#spec), weights), mean, std };
    await (await compiled).run({ ...feeds, obs, noise }, { action });
  }

  inputNoise(plan: EpisodePlan): NoiseSource | null {
    return this.#options.noise === "input" ? new DrawnNoise(plan, noiseSize(this.#spec)) : null;
  }

  #noise(plan: EpisodePlan): NoiseSource {
    const { noise, noiseSeed } = this.#options;
    const row = noise === "seed" ? seededNoise(this.#policy, noiseSeed) : undefined;
    return this.inputNoise(plan) ?? new StillNoise(plan.episodes * noiseSize(this.#spec), row);
  }

  dispose(): Promise<void> {
    return this.#engine.dispose();
  }
}

/** Noise [episodes, noiseSize] of a control step; valid until the next is requested. */
export interface NoiseSource {
  at(tick: number): Float32Array;
}

class StillNoise implements NoiseSource {
  readonly #values: Float32Array;

  /** @param row repeated; zeros without it */
  constructor(size: number, row?: Float32Array) {
    this.#values = new Float32Array(size);
    if (row) for (let i = 0; i < size; i++) this.#values[i] = row[i % row.length]!;
  }

  at(): Float32Array {
    return this.#values;
  }
}

/** What training's evaluations draw: the stream at (seed, episode, tick). */
class DrawnNoise implements NoiseSource {
  readonly #values: Float32Array;
  readonly #plan: EpisodePlan;
  readonly #size: number;
  readonly #rng = new Rng();

  constructor(plan: EpisodePlan, size: number) {
    this.#plan = plan;
    this.#size = size;
    this.#values = new Float32Array(plan.episodes * size);
  }

  at(tick: number): Float32Array {
    const { seed, firstEpisode, episodes } = this.#plan;
    for (let n = 0; n < episodes; n++)
      this.#rng.seek(seed, STREAM.policy, firstEpisode + n, tick).fillNormal(this.#values, n * this.#size, this.#size);
    return this.#values;
  }
}
