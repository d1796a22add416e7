/** `flowgait reproduce <table>`: runs a published table's protocol cell by cell, resumes where it stopped, and prints the results beside the published ones. */
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { choice, wholeNumber } from "../catalogue/flag-value.ts";
import { algorithmNames } from "../config/algorithm-config.ts";
import { oneOf } from "../config/config-issue.ts";
import { parseOverrides } from "../config/overrides.ts";
import { type PresetName, presetOf } from "../config/presets.ts";
import { removeTemporaryFiles, writeFileAtomically } from "../files/atomic-file.ts";
import { type Output, resultJson } from "../files/output.ts";
import { shellWord, shownPath } from "../files/shown-path.ts";
import { nearest } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import { type CellRecord, readCell } from "../reproduction/cell-record.ts";
import { type Cell, planCells } from "../reproduction/cells.ts";
import { curvesFigure } from "../reproduction/curves-figure.ts";
import { secondsLeft } from "../reproduction/duration.ts";
import { type PublishedTable, publishedTables } from "../reproduction/fpo-table1.ts";
import { evaluateOtherNoise, otherNoise } from "../reproduction/other-noise.ts";
import { durationText, progressSink } from "../runs/progress-sink.ts";
import { RUNS_FOLDER, runPaths } from "../runs/run-folder.ts";
import { type PreparedRun, prepareNewRun, prepareResume } from "../studio/prepared-run.ts";
import { runTraining } from "../studio/training-session.ts";
import { givenSettings } from "./flags/setting-options.ts";
import { type Interrupt, listenForInterrupt } from "./interrupt.ts";
import { plannedText, type Reproduction, reproductionJson, reproductionText } from "./reproduction-report.ts";

/** The flags. */
export interface ReproduceOptions {
  readonly preset?: string;
  readonly tasks?: string;
  readonly algorithms?: string;
  readonly seeds?: string;
  readonly out?: string;
  readonly dryRun?: boolean;
  readonly report?: boolean;
  readonly json?: boolean;
  readonly [setting: string]: unknown;
}

/** Settings that the table decides, and what to do instead. */
const DECIDED: Readonly<Record<string, string>> = {
  seed: "expected --seeds",
  run: "expected --out",
  "evaluation.every-steps": "omit this flag",
};

/** Runs the command. */
export async function reproduce(name: string, options: ReproduceOptions, output: Output): Promise<void> {
  const plan = readPlan(name, options);
  // All of them before the first is run, so that a folder of other settings is found at once.
  const records: CellRecord[] = [];
  for (const cell of plan.cells) records.push(await readCell(plan.out, cell));
  const runs = options.dryRun !== true && options.report !== true;
  const interrupt = runs ? await runCells(plan, records, output) : null;
  const left = secondsLeft(records, plan.table, plan.threads);
  const reproduction = reproductionOf(plan, records);
  if (options.json === true) resultJson(output, reproductionJson(reproduction, left));
  else if (options.dryRun === true) output.result(`${plannedText(records, left)}\n`);
  else output.result(`${reproductionText(reproduction)}\n`);
  if (options.dryRun !== true && records.some(({ steps }) => steps > 0))
    output.note(`curves: ${shownPath(await writeResults(plan, records))}`);
  if (interrupt?.signal.aborted === true) output.note(`resume with: ${resumeLine(plan, options)}`);
  interrupt?.end();
}

/** The cells that are requested, and where their runs go. */
interface Plan {
  readonly table: PublishedTable;
  readonly preset: PresetName;
  readonly changed: readonly (readonly [string, string])[];
  readonly cells: readonly Cell[];
  readonly out: string;
  readonly threads: number;
}

function readPlan(name: string, options: ReproduceOptions): Plan {
  const table = publishedTables.find((candidate) => candidate.name === choice("reproduce", name, tableNames()))!;
  const preset = presetOf(options.preset ?? "laptop");
  const given = givenSettings(options);
  for (const [flag] of given)
    if (flag in DECIDED) throw new UserError(`--${flag}: is set by the table; ${DECIDED[flag]}`, { exitCode: 2 });
  const overrides = parseOverrides(given);
  const tasks = names("--tasks", options.tasks, table.tasks) ?? table.tasks;
  const algorithms = names("--algorithms", options.algorithms, algorithmNames) ?? table.algorithms;
  const seeds = readSeeds(options.seeds) ?? (preset === "laptop" ? table.seeds.slice(0, 1) : table.seeds);
  const cells = planCells({ preset, tasks, algorithms, seeds, overrides }, table);
  return {
    table,
    preset,
    changed: given.filter(([flag]) => flag !== "workers"),
    cells,
    out: options.out ?? join(RUNS_FOLDER, "reproduce", `${table.name}-${preset}`),
    threads: overrides.workers || availableParallelism(),
  };
}

function tableNames(): string[] {
  return publishedTables.map(({ name }) => name);
}

/** "a,b" as some of `choices`, in their order; undefined where it was not given. Throws UserError (exit code 2). */
function names<T extends string>(flag: string, text: string | undefined, choices: readonly T[]): T[] | undefined {
  if (text === undefined) return undefined;
  const given = text.split(",").map((part) => part.trim());
  for (const name of given)
    if (!choices.some((known) => known === name))
      throw new UserError(`${flag}: got "${name}", expected ${oneOf(choices)}${nearest(name, choices)}`, {
        exitCode: 2,
      });
  return choices.filter((known) => given.includes(known));
}

function readSeeds(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  return [...new Set(text.split(",").map((part) => wholeNumber("--seeds", part, 0, 0xffffffff)))];
}

function reproductionOf({ table, preset, changed, out }: Plan, records: readonly CellRecord[]): Reproduction {
  return { table, preset, changed, out, records };
}

/** Runs what is left, cell by cell, and keeps `records` up to date. Returns what may have interrupted it. */
async function runCells(plan: Plan, records: CellRecord[], output: Output): Promise<Interrupt> {
  const say: Say = { note: (text) => output.note(text) };
  const interrupt = listenForInterrupt(() =>
    say.note("stopping after this iteration and saving; Ctrl-C again stops at once"),
  );
  try {
    for (const [k, cell] of plan.cells.entries()) {
      if (interrupt.signal.aborted) break;
      if (isFinished(records[k]!)) continue;
      output.note(cellText(plan, records, k));
      if (records[k]!.state !== "done") await trainCell(plan, cell, say, output, interrupt.signal);
      records[k] = await readCell(plan.out, cell);
      if (records[k]!.state === "done") await evaluateAgain(plan, cell, output);
      records[k] = await readCell(plan.out, cell);
      await writeResults(plan, records);
    }
    return interrupt;
  } finally {
    interrupt.release();
  }
}

/** Where notes go: past a progress line while there is one. */
interface Say {
  note: (text: string) => void;
}

async function trainCell(plan: Plan, cell: Cell, say: Say, output: Output, signal: AbortSignal): Promise<void> {
  const progress = progressSink({ totalSteps: cell.config.steps, stream: output.notes });
  const { note } = say;
  say.note = progress.note;
  await runTraining(await prepareCell(plan, cell), { sinks: [progress], signal });
  say.note = note;
}

async function evaluateAgain({ out }: Plan, cell: Cell, output: Output): Promise<void> {
  const { episodes } = cell.config.evaluation;
  output.note(`evaluating the last policy again, ${episodes} episodes from ${otherNoise(cell)} noise`);
  await evaluateOtherNoise(join(out, cell.name), cell);
}

/** Trained, and evaluated from both start noises. */
function isFinished({ state, other }: CellRecord): boolean {
  return state === "done" && other !== null;
}

/** "cell 3 of 30: CheetahRun, fpo, seed 1; about 5h 10m left for all" */
function cellText({ cells, table, threads }: Plan, records: readonly CellRecord[], k: number): string {
  const { task, algorithm, seed } = cells[k]!;
  const left = secondsLeft(records, table, threads).reduce((sum, seconds) => sum + seconds, 0);
  const from = records[k]!.steps === 0 ? "" : ` from ${records[k]!.steps.toLocaleString("en")} steps`;
  const all = `about ${durationText(left)} left for all`;
  return `cell ${k + 1} of ${cells.length}: ${task}, ${algorithm}, seed ${seed}${from}; ${all}`;
}

async function prepareCell({ out }: Plan, { name, config }: Cell): Promise<PreparedRun> {
  const folder = join(out, name);
  if (existsSync(runPaths(folder).config)) return prepareResume(folder, { workers: config.workers });
  await removeTemporaryFiles(folder);
  return prepareNewRun({ ...config, run: folder });
}

/** Writes results.json and curves.svg beside the runs. Returns the picture's path. */
async function writeResults(plan: Plan, records: readonly CellRecord[]): Promise<string> {
  const reproduction = reproductionOf(plan, records);
  const left = secondsLeft(records, plan.table, plan.threads);
  const title = `${plan.table.name}, preset ${plan.preset}`;
  const results = `${JSON.stringify(reproductionJson(reproduction, left), null, 2)}\n`;
  await writeFileAtomically(join(plan.out, "results.json"), results);
  const picture = join(plan.out, "curves.svg");
  await writeFileAtomically(picture, curvesFigure(title, records, plan.table));
  return picture;
}

/** The command that continues with the same cells. */
function resumeLine({ table, out }: Plan, options: ReproduceOptions): string {
  const { preset, tasks, algorithms, seeds } = options;
  const flags = Object.entries({ preset, tasks, algorithms, seeds, out: options.out && shownPath(out) });
  const given = [...flags, ...givenSettings(options)].filter(([, value]) => value !== undefined);
  return [
    `flowgait reproduce ${table.name}`,
    ...given.map(([flag, value]) => `--${flag} ${shellWord(String(value))}`),
  ].join(" ");
}
