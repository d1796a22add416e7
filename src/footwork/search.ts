/** Searches for a step that keeps a robot on its feet and follows commands, by an evolution strategy whose commands grow as it succeeds. */
import { type Candidate, EvolutionStrategy, type Strategy } from "../math/evolution-strategy.ts";
import { Rng, STREAM } from "../math/rng.ts";
import type { JobThreads } from "../threads/job-threads.ts";
import type { Subject } from "./subject.ts";
import type { Outcome, Trial } from "./trial.ts";
import type { TrialJob } from "./trial-thread.ts";

/** Where a search stands: plain data, to be kept and gone on from. */
export interface SearchState extends Strategy {
  readonly generation: number;
  /** Share of the commands' ranges. */
  readonly commands: number;
  /** Mean share of the time on its feet in the last generation. */
  readonly up: number;
  /** Mean score in the last generation. */
  readonly score: number;
}

const POPULATION = 24;
const EPISODES = 8;
const FEWEST_COMMANDS = 0.25; // share of their ranges
const COMMAND_STEP = 0.015;
const STANDING = 0.15; // share of the episodes with a zero command
const LONG_ENOUGH = 0.65; // of an episode, from which on commands grow
const NOISE = 0.08; // rad
const FIRST_STEP = 0.5;

/** A search that has not begun. */
export function beginning({ form }: Subject): SearchState {
  return {
    mean: form.numbers.map(({ guess }) => guess),
    spread: form.numbers.map(() => 1),
    step: FIRST_STEP,
    generation: 0,
    commands: FEWEST_COMMANDS,
    up: 0,
    score: 0,
  };
}

/** One search. */
export class StepSearch {
  readonly #subject: Subject;
  readonly #threads: JobThreads<TrialJob>;
  readonly #workers: number;
  readonly #strategy: EvolutionStrategy;
  readonly #seed: number;
  readonly #rng = new Rng();
  #state: SearchState;

  constructor(subject: Subject, threads: JobThreads<TrialJob>, workers: number, state: SearchState, seed: number) {
    this.#subject = subject;
    this.#threads = threads;
    this.#workers = workers;
    this.#state = state;
    this.#seed = seed;
    const scale = subject.form.numbers.map((number) => number.scale);
    this.#strategy = new EvolutionStrategy(state, scale, POPULATION);
  }

  get state(): SearchState {
    return this.#state;
  }

  /** One generation. What it finds depends on the seed and the generations before alone. */
  async advance(): Promise<void> {
    const { generation, commands } = this.#state;
    this.#rng.seek(this.#seed, STREAM.weights, generation);
    const candidates = Array.from({ length: POPULATION }, () => this.#strategy.draw(this.#rng));
    const outcomes = await this.#tried(candidates, {
      seed: this.#seed * 1_000_003 + generation,
      commands: drawCommands(this.#subject, commands, this.#rng),
      noise: NOISE,
    });
    const ranked = candidates.map((candidate, i) => ({ ...candidate, ...outcomes[i]! }));
    this.#strategy.tell(ranked.sort((a, b) => b.score - a.score));
    const mean = (of: (outcome: Outcome) => number) =>
      outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / POPULATION;
    const up = mean((outcome) => outcome.up);
    this.#state = {
      ...this.#strategy.strategy,
      generation: generation + 1,
      commands: Math.min(1, commands + (up > LONG_ENOUGH ? COMMAND_STEP : 0)),
      up,
      score: mean(({ score }) => score),
    };
  }

  /** Candidates are shared out among the threads. */
  async #tried(candidates: readonly Candidate[], on: Omit<Trial, "steps">): Promise<Outcome[]> {
    const { form } = this.#subject;
    const share = Math.ceil(candidates.length / (2 * this.#workers));
    const parts: Promise<unknown>[] = [];
    for (let from = 0; from < candidates.length; from += share) {
      const steps = candidates.slice(from, from + share).map(({ numbers }) => form.step(numbers));
      parts.push(this.#threads.answer({ kind: "try", ...on, steps }));
    }
    return (await Promise.all(parts)).flat() as Outcome[];
  }
}

type Commands = Trial["commands"];

/** One always goes straight on. */
function drawCommands({ task }: Subject, share: number, rng: Rng): Commands {
  const ranges = task.command!.ranges;
  return Array.from({ length: EPISODES }, (_, n) => {
    if (n === 0) return [share * ranges[0]![rng.uniform() < 0.7 ? 1 : 0], 0, 0] as const;
    if (rng.uniform() < STANDING) return [0, 0, 0] as const;
    const [vx, vy, yaw] = ranges.map(([low, high]) => share * rng.uniform(low, high));
    return [vx!, vy!, yaw!] as const;
  });
}
