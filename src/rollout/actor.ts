/** Actions of a fixed policy for many rows at once: whole episodes side by side, or many draws in one state. No exploration noise is added. */
import { type Engine, type Executable, loadOnnxSession, type OnnxSession } from "../graph/index.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { parameterViews } from "../policy/parameters.ts";
import { noiseSize, policyLayout } from "../policy/policy.ts";
import { samplerFunction } from "../policy/sampler.ts";
import { FileActor } from "./file-actor.ts";
import type { FilePolicy, PolicyData, StartNoise, TrainedPolicy } from "./policy-data.ts";
import { RecentlyUsed } from "./recently-used.ts";

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

/** Compiled samplers and loaded files that a factory keeps, of each. */
const MOST_KEPT = 16;

/** Makes actors; policies of one shape and number of rows share a compiled sampler. */
export class ActorFactory {
  readonly #engine: Engine;
  readonly #samplers = new RecentlyUsed<Executable>(MOST_KEPT);
  /** By digest of the file. */
  readonly #sessions = new RecentlyUsed<OnnxSession>(MOST_KEPT);

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** @param noise what a trained policy's actions are drawn from */
  async create(policy: PolicyData, noise: StartNoise, at: ActorRows): Promise<Actor> {
    switch (policy.kind) {
      case "zero":
        return { act: async (_obs, _tick, action) => void action.fill(0) };
      case "random":
        return { act: async (_obs, tick, action) => fillNoise(action, at, tick) };
      case "trained":
        return this.#trainedActor(policy, noise, at);
      case "file":
        if (policy.flow && !isOwnNoise(policy, noise)) return this.#trainedActor(policy.flow, noise, at);
        return this.#fileActor(policy, noise, at);
      default:
        return policy satisfies never;
    }
  }

  async #fileActor(policy: FilePolicy, noise: StartNoise, at: ActorRows): Promise<Actor> {
    const { bytes, digest, source, actionSize } = policy;
    const session = () => this.#sessions.get(digest, () => loadOnnxSession(bytes, source));
    await session(); // what cannot be loaded is refused before it acts
    const actor = new FileActor(session, policy, at.rows);
    const drawn = new Float32Array(at.rows * (policy.noise?.size ?? 0));
    return {
      act: (obs, tick, action) => {
        drawNoise(drawn, noise, actionSize, at, tick);
        return actor.act(obs, drawn, action);
      },
    };
  }

  async #trainedActor(policy: TrainedPolicy, noise: StartNoise, at: ActorRows): Promise<Actor> {
    const { spec, weights, mean, std } = policy;
    const key = JSON.stringify([spec, at.rows]);
    const compiled = () => this.#samplers.get(key, () => this.#engine.compile(samplerFunction(spec, at.rows)));
    await compiled();
    const drawn = new Float32Array(at.rows * noiseSize(spec));
    const feeds = { ...parameterViews(policyLayout(spec), weights), mean, std, noise: drawn };
    return {
      act: async (obs, tick, action) => {
        drawNoise(drawn, noise, spec.actionSize, at, tick);
        await (await compiled()).run({ ...feeds, obs }, { action });
      },
    };
  }
}

/** Whether the file, as it is, draws from that noise. */
function isOwnNoise({ draws }: FilePolicy, noise: StartNoise): boolean {
  if (draws === null) return true;
  return typeof draws === "object" && typeof noise === "object" ? draws.seed === noise.seed : draws === noise;
}

/** Draws what actions start from, or leaves it zero, and draws what is added on a sampler's way, which comes after. */
export function drawNoise(
  drawn: Float32Array,
  noise: StartNoise,
  actionSize: number,
  at: ActorRows,
  tick: number,
): void {
  if (typeof noise === "object") {
    fillNoise(drawn, at, 0, noise.seed);
    return;
  }
  const drawsOnTheWay = drawn.length > at.rows * actionSize;
  if (noise === "random" || drawsOnTheWay) fillNoise(drawn, at, tick);
  if (noise === "zero") clearStarts(drawn, at.rows, actionSize);
}

const noiseRng = new Rng();

function fillNoise(out: Float32Array, { seed: own, firstRow, rows }: ActorRows, tick: number, seed = own): void {
  const size = out.length / rows;
  for (let n = 0; n < rows; n++) {
    noiseRng.seek(seed, STREAM.policy, firstRow + n, tick).fillNormal(out, n * size, size);
  }
}

/** Sets the first `count` values of every row's noise to zero. */
function clearStarts(noise: Float32Array, rows: number, count: number): void {
  const size = noise.length / rows;
  for (let n = 0; n < rows; n++) noise.fill(0, n * size, n * size + count);
}
