/** Actions of a fixed policy for many rows at once: whole episodes side by side, or many draws in one state. No exploration noise is added. */
import type { Engine, Executable } from "../graph/index.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { flowPolicyLayout } from "../policy/flow-policy.ts";
import { parameterViews } from "../policy/parameters.ts";
import { samplerFunction } from "../policy/sampler.ts";
import type { PolicyData, StartNoise } from "./jobs.ts";

/** Chooses actions for a fixed number of rows. */
export interface Actor {
  /**
   * @param obs [rows, obsSize]
   * @param tick what row n draws is the stream's at (seed, firstRow + n, tick)
   * @param action [rows, actionSize] written, before any squash
   */
  act(obs: Float32Array, tick: number, action: Float32Array): Promise<void>;
}

/** The rows of an actor and their place in the random streams. */
export interface ActorRows {
  readonly seed: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** Makes actors; policies of one shape and number of rows share a compiled sampler. */
export class ActorFactory {
  readonly #engine: Engine;
  readonly #samplers = new Map<string, Promise<Executable>>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** @param noise start of the flow, where the policy has one */
  async create(policy: PolicyData, noise: StartNoise, at: ActorRows): Promise<Actor> {
    switch (policy.kind) {
      case "zero":
        return { act: async (_obs, _tick, action) => void action.fill(0) };
      case "random":
        return { act: async (_obs, tick, action) => fillNoise(action, at, tick) };
      case "flow":
        return this.#flowActor(policy, noise, at);
      default:
        return policy satisfies never;
    }
  }

  async #flowActor(policy: Extract<PolicyData, { kind: "flow" }>, noise: StartNoise, at: ActorRows): Promise<Actor> {
    const { spec, flowSteps, sampler } = policy;
    const key = JSON.stringify([spec, flowSteps, sampler, at.rows]);
    const compiled = this.#samplers.get(key) ?? this.#engine.compile(samplerFunction(spec, at.rows, policy));
    this.#samplers.set(key, compiled);
    const executable = await compiled;
    const start = new Float32Array(at.rows * spec.actionSize);
    const feeds = { ...parameterViews(flowPolicyLayout(spec), policy.weights), mean: policy.mean, std: policy.std };
    return {
      act: async (obs, tick, action) => {
        if (noise === "random") fillNoise(start, at, tick);
        await executable.run({ ...feeds, obs, noise: start }, { action });
      },
    };
  }
}

const noiseRng = new Rng();

function fillNoise(out: Float32Array, { seed, firstRow, rows }: ActorRows, tick: number): void {
  const size = out.length / rows;
  for (let n = 0; n < rows; n++) {
    noiseRng.seek(seed, STREAM.policy, firstRow + n, tick).fillNormal(out, n * size, size);
  }
}
