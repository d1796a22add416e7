/** Episodes under a behaviour, and what each reward term pays for it. */
import type { Act } from "../export/episode-loop.ts";
import { EpisodeBatch } from "../rollout/episode-batch.ts";
import type { Environment } from "../tasks/index.ts";
import { ValueTally } from "./value-tally.ts";

/** Something that a robot may do, before or after it has learned. */
export interface Behaviour {
  readonly name: string;
  /** What it does, in a few words */
  readonly about: string;
  readonly env: Environment;
  act: Act;
  /** Called after a step of episode `n` with the environment in place */
  after?(n: number): void;
}

/** What one reward term paid. */
export interface TermTally {
  readonly name: string;
  /** Weighted mean, and mean of its magnitude */
  perSecond: number;
  magnitude: number;
  /** Weighted, of one step */
  least: number;
  most: number;
}

/** What came of a behaviour. */
export interface Rehearsal {
  readonly name: string;
  readonly about: string;
  readonly episodes: number;
  /** Mean length of an episode of the check, s */
  readonly seconds: number;
  /** Share of episodes that no termination ended */
  readonly survived: number;
  /** The termination that ended most episodes; "" where none did */
  readonly end: string;
  /** Of the clipped reward */
  readonly perSecond: number;
  /** Discounted reward from the start, mean over episodes; of one that goes on, as if it went on at the rate of its second half */
  readonly value: number;
  readonly values: readonly number[];
  /** Control steps of each episode */
  readonly lengths: readonly number[];
  readonly terms: readonly TermTally[];
  /** Share of steps whose reward the clip raised */
  readonly clipped: number;
  readonly observed: ValueTally;
  /** What was not finite, or what MuJoCo refused; "" where all was well */
  readonly broken: string;
}

/** Which episodes. */
export interface RehearsalPlan {
  readonly seed: number;
  readonly episodes: number;
  /** Discount per control step */
  readonly gamma: number;
  /** Held throughout; null draws commands */
  readonly command?: readonly number[] | null;
  /** Whether commands and disturbances are those with which a curriculum begins */
  readonly learns?: boolean;
  /** Control steps after which episodes are left where they are; default none */
  readonly limit?: number;
}

/** Runs a behaviour. */
export async function rehearse(behaviour: Behaviour, plan: RehearsalPlan): Promise<Rehearsal> {
  const { env } = behaviour;
  const { seed, episodes, command = null, learns = false, limit = Infinity } = plan;
  const purse = new Purse(env, plan);
  const observed = new ValueTally(env.obsSize, episodes);
  const batch = new EpisodeBatch(env, { seed, firstEpisode: 0, episodes, learns }, command, (n) => {
    purse.add(n);
    behaviour.after?.(n);
  });
  const actions = new Float32Array(episodes * env.actionSize);
  while (batch.open > 0 && batch.tick < limit) {
    observed.add(batch.tick, batch.obs, batch.done);
    await behaviour.act(batch.obs, batch.tick, actions, batch.done);
    batch.step(actions);
  }
  const { lengths, terminated, nonFinite, refusals } = batch;
  const { name, about } = behaviour;
  return {
    ...{ name, about, episodes, lengths, observed },
    seconds: mean(lengths) / env.controlHz,
    survived: terminated.filter((ended) => !ended).length / episodes,
    broken: nonFinite[0]?.source ?? refusals[0] ?? "",
    ...purse.results(lengths, terminated),
  };
}

/** Rewards of episodes as they come in. */
class Purse {
  readonly #env: Environment;
  readonly #gamma: number;
  readonly #rewards: number[][];
  readonly #terms: TermTally[];
  readonly #ends: number[];
  #clipped = 0;

  constructor(env: Environment, { episodes, gamma }: RehearsalPlan) {
    this.#env = env;
    this.#gamma = gamma;
    this.#rewards = Array.from({ length: episodes }, () => []);
    this.#terms = env.rewardNames.map((name) => ({
      ...{ name, perSecond: 0, magnitude: 0 },
      ...{ least: Infinity, most: -Infinity },
    }));
    this.#ends = env.terminationNames.map(() => 0);
  }

  add(n: number): void {
    const { rewardTerms, reward, terminationFlags, nan } = this.#env;
    this.#rewards[n]!.push(reward);
    for (let i = 0; i < this.#ends.length; i++) this.#ends[i]! += terminationFlags[i]!;
    if (nan) return;
    let sum = 0;
    for (let k = 0; k < rewardTerms.length; k++) {
      const paid = rewardTerms[k]!;
      const term = this.#terms[k]!;
      sum += paid;
      term.perSecond += paid;
      term.magnitude += Math.abs(paid);
      term.least = Math.min(term.least, paid);
      term.most = Math.max(term.most, paid);
    }
    if (reward > sum) this.#clipped++;
  }

  results(lengths: readonly number[], terminated: readonly boolean[]) {
    const steps = Math.max(1, sum(lengths));
    const rate = this.#env.controlHz / steps;
    const values = this.#rewards.map((rewards, n) => discounted(rewards, this.#gamma, !terminated[n]));
    const most = Math.max(...this.#ends);
    return {
      values,
      value: mean(values),
      perSecond: rate * sum(this.#rewards.map(sum)),
      end: most === 0 ? "" : this.#env.terminationNames[this.#ends.indexOf(most)]!,
      clipped: this.#clipped / steps,
      terms: this.#terms.map((term) => ({
        ...term,
        perSecond: rate * term.perSecond,
        magnitude: rate * term.magnitude,
      })),
    };
  }
}

/** Σ γᵗ r; one that goes on is worth γᵀ/(1 − γ) times the mean reward of its second half more. */
export function discounted(rewards: readonly number[], gamma: number, goesOn: boolean): number {
  let [total, factor] = [0, 1];
  for (const reward of rewards) {
    total += factor * reward;
    factor *= gamma;
  }
  if (!goesOn || gamma >= 1) return total;
  return total + (factor / (1 - gamma)) * mean(rewards.slice(rewards.length >> 1));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** 0 of none. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}
