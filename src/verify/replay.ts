/** Computes iterations of a run again from the states that it stored, and compares them with its manifest. */
import { readFile } from "node:fs/promises";
import type { TrainConfig } from "../config/config.ts";
import { UserError } from "../math/user-error.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint, everyCheckpoint } from "../runs/checkpoint.ts";
import { type ArrayHashes, ITERATION_PARTS } from "../runs/manifest.ts";
import { type Assembly, assemble, disassemble } from "../train/assembly.ts";
import { EpisodeWindow } from "../train/episode-window.ts";
import { computeIteration, iterationNumbers } from "../train/iteration.ts";
import { stateAfter, stateHashes } from "../train/iteration-hashes.ts";
import type { Crew } from "../train/jobs.ts";
import type { Hire } from "../train/training.ts";
import { checkpointOf, restore } from "../train/training-state.ts";
import { differingNames, type Fault, placeIn, type RecordedIteration, type RunRecords } from "./records.ts";
import { type Computer, computerOf } from "./run-recorder.ts";

/** A state that iterations can be computed from. */
export interface StoredState {
  /** The iteration that left it; 0: the run's beginning */
  readonly iteration: number;
  /** "the run's beginning", or the checkpoint's file */
  readonly name: string;
  readonly checkpoint: Checkpoint;
}

/** What came of an iteration that was computed again. */
export interface Verdict {
  readonly iteration: number;
  readonly steps: number;
  /** The stored state that it was computed from, and how many iterations lay between */
  readonly from: string;
  readonly replayed: number;
  /** The first part that differs: "rollout", "advantages", "update", or "log" for the numbers in metrics.jsonl; null if all are the same */
  readonly part: string | null;
  /** Names of what differs in it */
  readonly differs: readonly string[];
}

/** Owns the assembly of a run. */
export class Replay {
  /** Who computes here */
  readonly computer: Computer;
  /** In the order of their iterations. */
  readonly states: readonly StoredState[];
  /** Checkpoints that are not what was recorded */
  readonly faults: readonly Fault[];
  readonly #config: TrainConfig;
  readonly #assembly: Assembly;
  readonly #crew: Crew;
  readonly #records: RunRecords;

  private constructor(parts: {
    readonly computer: Computer;
    readonly found: FoundStates;
    readonly config: TrainConfig;
    readonly assembly: Assembly;
    readonly crew: Crew;
    readonly records: RunRecords;
  }) {
    this.computer = parts.computer;
    this.states = parts.found.states;
    this.faults = parts.found.faults;
    this.#config = parts.config;
    this.#assembly = parts.assembly;
    this.#crew = parts.crew;
    this.#records = parts.records;
  }

  /**
   * Starts the threads of the run and reads its checkpoints.
   * @param report takes one sentence when a thread or a worker is lost
   * @throws UserError where task, scene or engine are at fault
   */
  static async create(
    folder: string,
    config: TrainConfig,
    records: RunRecords,
    { report, hire }: { readonly report: (message: string) => void; readonly hire?: Hire },
  ): Promise<Replay> {
    const assembly = await assemble(config, report);
    try {
      const computer = await computerOf(assembly);
      const found = await findStates(folder, config, records, assembly);
      const crew = hire ? await hire(assembly, report) : assembly.pool;
      return new Replay({ computer, found, config, assembly, crew, records });
    } catch (error) {
      await disassemble(assembly);
      throw error;
    }
  }

  /** Lets the crew go and ends the threads. */
  async close(): Promise<void> {
    await this.#crew.close();
    await disassemble(this.#assembly);
  }

  /** The latest stored state before an iteration; null if there is none. */
  stateFor(iteration: number): StoredState | null {
    return this.states.findLast((state) => state.iteration < iteration) ?? null;
  }

  /**
   * Computes iterations again, each from the nearest stored state, and those between on the way.
   * @param chosen in rising order, each with a stored state before it
   * @param tell called with the number of iterations that are computed
   */
  async compare(chosen: readonly RecordedIteration[], tell: (done: number) => void): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    let from: StoredState | null = null;
    let done = 0;
    for (const { iteration } of chosen) {
      const state = this.stateFor(iteration)!;
      if (verdicts.some((seen) => seen.iteration > state.iteration && seen.part !== null)) continue;
      const { loop } = this.#assembly.parts;
      if (state !== from || loop.iteration >= iteration) this.#restore(state);
      from = state;
      while (loop.iteration < iteration) {
        const verdict = await this.#next(state);
        tell(++done);
        if (verdict.part !== null || verdict.iteration === iteration) verdicts.push(verdict);
        if (verdict.part === null) continue;
        break; // what follows a difference differs too
      }
    }
    return verdicts;
  }

  #restore({ checkpoint, name }: StoredState): void {
    restore(this.#assembly.parts, checkpoint, name);
  }

  async #next({ iteration: first, name }: StoredState): Promise<Verdict> {
    const { parts, trainedEnv } = this.#assembly;
    const result = await computeIteration({ crew: this.#crew, config: this.#config, parts });
    const recorded = this.#records.iterations.get(parts.loop.iteration)!;
    const { iteration, steps, hashes, line } = recorded;
    const numbers = iterationNumbers(new EpisodeWindow(parts.loop), result, trainedEnv);
    const about = { iteration, steps, from: name, replayed: iteration - 1 - first };
    for (const part of ITERATION_PARTS) {
      const differs = differingNames(result.hashes[part], hashes[part]);
      if (differs.length > 0) return { ...about, part, differs };
    }
    const differs = differingNumbers(numbers, JSON.parse(line));
    return { ...about, part: differs.length > 0 ? "log" : null, differs };
  }
}

/** Names of numbers that a line of metrics.jsonl has otherwise. */
function differingNumbers(computed: object, logged: Readonly<Record<string, unknown>>): string[] {
  const plain = JSON.parse(JSON.stringify(computed)) as Record<string, unknown>;
  return Object.keys(plain).filter((name) => JSON.stringify(plain[name]) !== JSON.stringify(logged[name]));
}

interface FoundStates {
  readonly states: readonly StoredState[];
  readonly faults: readonly Fault[];
}

/** The run's beginning and its checkpoints, as far as they are what was recorded. */
async function findStates(
  folder: string,
  config: TrainConfig,
  { starts, iterations }: RunRecords,
  assembly: Assembly,
): Promise<FoundStates> {
  const { parts } = assembly;
  const states = new Map<number, StoredState>();
  const faults: Fault[] = [];
  const [first] = starts;
  if (first?.iteration === 0) {
    const differs = differingNames(stateHashes(parts), first.state);
    const found = `the settings give other ${differs.join(", ")} than the run began with`;
    if (differs.length > 0) faults.push({ place: "the run's beginning", found });
    else states.set(0, { iteration: 0, name: "the run's beginning", checkpoint: checkpointOf(parts, config) });
  }
  const recorded = new Map([...iterations.values()].map(({ iteration, hashes }) => [iteration, stateAfter(hashes)]));
  for (const start of starts) recorded.set(start.iteration, start.state);
  for (const path of await everyCheckpoint(folder)) {
    const { checkpoint, found } = await readState(path, recorded, assembly);
    if (found !== null) faults.push({ place: placeIn(path), found });
    else if (checkpoint !== null && !states.has(checkpoint.metadata.iteration))
      states.set(checkpoint.metadata.iteration, {
        iteration: checkpoint.metadata.iteration,
        name: placeIn(path),
        checkpoint,
      });
  }
  return { states: [...states.values()].sort((a, b) => a.iteration - b.iteration), faults };
}

/** A checkpoint, or what is wrong with it; neither where the manifest does not reach back to it. */
async function readState(
  path: string,
  recorded: ReadonlyMap<number, ArrayHashes>,
  { parts }: Assembly,
): Promise<{ readonly checkpoint: Checkpoint | null; readonly found: string | null }> {
  const bytes = await readFile(path);
  let checkpoint: Checkpoint;
  let damage: string | null = null;
  try {
    checkpoint = decodeCheckpoint(bytes, placeIn(path));
    if (!Buffer.from(encodeCheckpoint(checkpoint)).equals(bytes)) damage = "has other bytes than were written";
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    damage = error.message.replace(/^[^:]*: /, "");
    const read = readDamaged(bytes, path);
    if (read === null) return { checkpoint: null, found: damage };
    checkpoint = read;
  }
  const expected = recorded.get(checkpoint.metadata.iteration);
  if (expected === undefined) return { checkpoint: null, found: damage };
  const differs = differingNames(hashesOf(checkpoint, parts), expected);
  if (damage !== null && differs.length === 0) return { checkpoint: null, found: damage };
  if (differs.length === 0) return { checkpoint, found: null };
  const what = `${differs.join(", ")} ${differs.length === 1 ? "is" : "are"}`;
  return { checkpoint: null, found: `${what} not what iteration ${checkpoint.metadata.iteration} left` };
}

function readDamaged(bytes: Uint8Array, path: string): Checkpoint | null {
  try {
    return decodeCheckpoint(bytes, path, true);
  } catch {
    return null;
  }
}

function hashesOf(checkpoint: Checkpoint, parts: Assembly["parts"]): ArrayHashes {
  try {
    restore(parts, checkpoint, "");
    return stateHashes(parts);
  } catch {
    return {}; // arrays of other sizes
  }
}
