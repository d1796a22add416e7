/** Verifies a run: do its files say what was written, and do iterations come to the same again? */
import type { TrainConfig } from "../config/config.ts";
import { UserError } from "../math/user-error.ts";
import type { Hire } from "../train/training.ts";
import { type Fault, type RecordedIteration, type RunRecords, readRecords } from "./records.ts";
import { Replay, type Verdict } from "./replay.ts";

/** Which iterations. */
export type Choice =
  /** So many at random among those that follow a stored state, or, with `replay`, among all that a stored state leads to */
  { readonly sample: number; readonly replay: boolean } | { readonly iterations: readonly number[] };

/** What is computed again, and by whom. */
export interface Subject {
  /** With the places of task and robot on this machine. */
  readonly config: TrainConfig;
  /** Absent where the run's own threads do */
  readonly hire?: Hire;
}

/** How it is done. */
export interface VerifyOptions {
  readonly folder: string;
  /** Called once the files are known to be what was written */
  readonly subject: () => Promise<Subject>;
  readonly choice: Choice;
  /** A whole number from 0 to below `limit` */
  readonly random: (limit: number) => number;
  /** Takes one sentence for people */
  readonly report: (message: string) => void;
  /** Called while iterations are computed */
  readonly progress: (done: number, total: number) => void;
}

/** What was found. */
export interface Verification {
  /** Iterations that the manifest has, and the first of them; 0 where it has none */
  readonly iterations: number;
  readonly first: number;
  /** Stored states that iterations can be computed from */
  readonly states: number;
  /** Iterations that directly follow one of them */
  readonly quick: number;
  readonly faults: readonly Fault[];
  readonly verdicts: readonly Verdict[];
  readonly passed: boolean;
}

/**
 * Verifies files and iterations. Where the manifest, config.json or metrics.jsonl was changed, nothing is computed.
 * @throws UserError where the run cannot be verified here, or an iteration was chosen that cannot be computed again
 */
export async function verifyRun(options: VerifyOptions): Promise<Verification> {
  const { folder, choice, report } = options;
  const records = await readRecords(folder);
  const numbers = [...records.iterations.keys()];
  const seen = { iterations: numbers.length, first: numbers[0] ?? 0 };
  if (records.faults.length > 0)
    return { ...seen, states: 0, quick: 0, faults: records.faults, verdicts: [], passed: false };
  const { config, hire } = await options.subject();
  const wantsNone = "sample" in choice && choice.sample === 0;
  const replay = await Replay.create(folder, config, records, { report, ...(hire && !wantsNone && { hire }) });
  try {
    const { faults, states } = replay;
    const quick = states.filter(({ iteration }) => records.iterations.has(iteration + 1)).length;
    const chosen = wantsNone ? [] : choose(options, records, replay);
    const verdicts = await compare(options, chosen, replay);
    const passed = faults.length === 0 && verdicts.every(({ part }) => part === null);
    return { ...seen, states: states.length, quick, faults, verdicts, passed };
  } finally {
    await replay.close();
  }
}

function compare({ progress }: VerifyOptions, chosen: readonly RecordedIteration[], replay: Replay) {
  let total = 0;
  let at = 0;
  for (const { iteration } of chosen) {
    const from = Math.max(at, replay.stateFor(iteration)!.iteration);
    total += iteration - from;
    at = iteration;
  }
  progress(0, total);
  return replay.compare(chosen, (done) => progress(done, total));
}

/** In rising order. */
function choose(options: VerifyOptions, records: RunRecords, replay: Replay): RecordedIteration[] {
  const { choice } = options;
  const chosen = "sample" in choice ? sampled(options, choice, records, replay) : named(choice, records, replay);
  noteBuild(chosen, replay, options.report);
  return chosen.sort((a, b) => a.iteration - b.iteration);
}

function sampled(
  { folder, random, report }: VerifyOptions,
  { sample, replay: withReplay }: Extract<Choice, { sample: number }>,
  { iterations }: RunRecords,
  replay: Replay,
): RecordedIteration[] {
  const reachable = [...iterations.values()].filter(({ iteration }) => {
    const state = replay.stateFor(iteration);
    return state !== null && (withReplay || state.iteration === iteration - 1);
  });
  const left = reachable.filter(({ start }) => start.arithmetic === replay.computer.arithmetic);
  const [first] = reachable;
  if (first === undefined && replay.faults.length === 0)
    throw new UserError(`${folder}: no iteration follows a stored state, expected one; train longer, then verify`);
  if (first !== undefined && left.length === 0) throw otherArithmetic(first, replay);
  if (left.length < reachable.length)
    report(
      `${reachable.length - left.length} of ${reachable.length} iterations were computed on another processor type`,
    );
  const chosen: RecordedIteration[] = [];
  while (chosen.length < sample && left.length > 0) chosen.push(...left.splice(random(left.length), 1));
  return chosen;
}

function named(
  { iterations: wanted }: Extract<Choice, { iterations: readonly number[] }>,
  { iterations }: RunRecords,
  replay: Replay,
): RecordedIteration[] {
  return [...new Set(wanted)].map((number) => {
    const found = iterations.get(number);
    const all = [...iterations.keys()];
    if (found === undefined)
      throw new UserError(
        `--iterations: ${number} is not recorded, expected ${all[0] ?? "none"} to ${all.at(-1) ?? ""}`,
        {
          exitCode: 2,
        },
      );
    if (replay.stateFor(number) === null)
      throw new UserError(`--iterations: no stored state lies before iteration ${number}, expected a later one`);
    if (found.start.arithmetic !== replay.computer.arithmetic) throw otherArithmetic(found, replay);
    return found;
  });
}

/** Digits of a hash that people are shown. */
const SHOWN = 8;

function otherArithmetic({ iteration, start }: RecordedIteration, { computer }: Replay): UserError {
  const { machine } = start.config as { machine?: { cpu?: string } };
  const [theirs, ours] = [start.arithmetic, computer.arithmetic].map((hash) => hash.slice(0, SHOWN));
  return new UserError(
    `iteration ${iteration} was computed with other arithmetic (${theirs}, here ${ours}) on ${machine?.cpu ?? "another processor"}; ` +
      "expected a processor with the same vector instructions and the same version of ONNX Runtime",
  );
}

function noteBuild(
  iterations: readonly RecordedIteration[],
  { computer }: Replay,
  report: (words: string) => void,
): void {
  const other = iterations.find(({ start }) => start.package !== computer.package)?.start;
  if (other === undefined) return;
  const [theirs, ours] = [other, computer].map((who) => `${who.packageVersion} (build ${who.package.slice(0, SHOWN)})`);
  report(`trained by flowgait ${theirs}, this is ${ours}: a difference may come from that`);
}
