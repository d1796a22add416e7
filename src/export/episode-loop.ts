/** Whole episodes with any controller in the loop, side by side in one simulation. */
import { UserError } from "../math/user-error.ts";
import { isAction, type NonFinite, nonFiniteOf, nonFiniteText } from "../rollout/non-finite.ts";
import type { Environment } from "../tasks/index.ts";

/** Where episodes begin in the random streams, and how many there are. */
export interface EpisodePlan {
  readonly seed: number;
  readonly firstEpisode: number;
  readonly episodes: number;
}

/**
 * Fills the outputs of one control step.
 * @param obs raw [episodes, obsSize]; rows of ended episodes keep their last
 * @param tick control steps done
 * @param out [episodes, actionSize]
 * @param done [episodes] 1 where an episode has ended, whose outputs are ignored
 */
export type Act = (obs: Float32Array, tick: number, out: Float32Array, done: Uint8Array) => Promise<void>;

/** One entry per episode. */
export interface EpisodeOutcomes {
  readonly returns: readonly number[];
  /** Control steps */
  readonly lengths: readonly number[];
  /** Whether a termination, not the time limit, ended it */
  readonly terminated: readonly boolean[];
  /** Values that were not finite, in the order in which episodes ended by them */
  readonly nonFinite: readonly NonFinite[];
}

/** Looks at observations before they are acted on. @param done [episodes] 1 where an episode has ended */
export type ObservationObserver = (tick: number, obs: Float32Array, done: Uint8Array) => void;

/**
 * @param env takes what `act` gives: the policy's raw action, or as `playedTask` says
 * @param command held throughout; null draws commands as in training
 * @throws UserError where MuJoCo refuses to step the model
 */
export async function runEpisodes(
  env: Environment,
  plan: EpisodePlan,
  act: Act,
  observe: ObservationObserver = () => {},
  command: readonly number[] | null = null,
): Promise<EpisodeOutcomes> {
  const loop = new EpisodeLoop(env, plan, command);
  const out = new Float32Array(plan.episodes * env.actionSize);
  for (let tick = 0; loop.open > 0; tick++) {
    observe(tick, loop.obs, loop.done);
    await act(loop.obs, tick, out, loop.done);
    loop.step(out);
  }
  const { returns, lengths, terminated, nonFinite } = loop;
  return { returns, lengths, terminated, nonFinite };
}

/**
 * @param who name of the policy, for messages
 * @throws UserError when it gave an action that is not finite: what follows from that is no controller
 */
export function checkActions(outcomes: readonly EpisodeOutcomes[], who: string): void {
  const broken = outcomes.flatMap(({ nonFinite }) => nonFinite.filter(isAction));
  const episodes = outcomes.reduce((sum, { returns }) => sum + returns.length, 0);
  if (broken.length > 0) throw new UserError(`${who}: ${nonFiniteText(broken, episodes)}; expected finite values`);
}

class EpisodeLoop implements EpisodeOutcomes {
  readonly obs: Float32Array;
  readonly done: Uint8Array;
  readonly returns: number[];
  readonly lengths: number[];
  readonly terminated: boolean[];
  readonly nonFinite: NonFinite[] = [];
  open: number;
  readonly #env: Environment;
  readonly #plan: EpisodePlan;
  readonly #states: Float64Array;

  constructor(env: Environment, plan: EpisodePlan, command: readonly number[] | null) {
    const { episodes } = plan;
    this.#env = env;
    this.#plan = plan;
    this.open = episodes;
    this.obs = new Float32Array(episodes * env.obsSize);
    this.done = new Uint8Array(episodes);
    this.returns = new Array<number>(episodes).fill(0);
    this.lengths = new Array<number>(episodes).fill(0);
    this.terminated = new Array<boolean>(episodes).fill(false);
    this.#states = new Float64Array(episodes * env.stateSize);
    for (let n = 0; n < episodes; n++) {
      env.start(plan.seed, plan.firstEpisode + n);
      if (command !== null) env.holdCommand(command);
      if (env.nan) this.#end(n);
      this.#keep(n);
    }
  }

  #end(n: number): void {
    const broken = nonFiniteOf(this.#env, this.#plan.firstEpisode + n);
    if (broken) this.nonFinite.push(broken);
    this.terminated[n] = this.#env.terminated;
    this.done[n] = 1;
    this.open--;
  }

  #keep(n: number): void {
    const env = this.#env;
    env.writeObservation(this.obs, n * env.obsSize);
    env.save(this.#states, n * env.stateSize);
  }

  /** One control step of every open episode. */
  step(out: Float32Array): void {
    for (let n = 0; n < this.done.length; n++) if (this.done[n] === 0) this.#stepOne(n, out);
  }

  #stepOne(n: number, out: Float32Array): void {
    const env = this.#env;
    env.load(this.#states, n * env.stateSize);
    env.step(this.#plan.seed, this.#plan.firstEpisode + n, out, n * env.actionSize);
    this.returns[n]! += env.reward;
    this.lengths[n]!++;
    if (env.refusal !== "") {
      const place = `episode ${this.#plan.firstEpisode + n}, control step ${this.lengths[n]! - 1}`;
      throw new UserError(`scene ${env.sim.scene}, ${place}: ${env.refusal}`);
    }
    if (env.terminated || env.truncated) this.#end(n);
    else this.#keep(n);
  }
}
