/** `flowgait reproduce <table>`: runs a published table's protocol cell by cell, resumes where it stopped, and prints the results beside the published ones. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { choice } from "../../catalogue/flag-value.ts";
import { algorithmNames } from "../../config/algorithm-config.ts";
import { parseOverrides } from "../../config/overrides.ts";
import { type PresetName, presetOf } from "../../config/presets.ts";
import { writeFileAtomically } from "../../files/atomic-file.ts";
import { type Output, resultJson } from "../../files/output.ts";
import { shellWord, shownPath } from "../../files/shown-path.ts";
import { UserError } from "../../math/user-error.ts";
import { type CellRecord, readCell } from "../../reproduction/cell-record.ts";
import { type Cell, planCells } from "../../reproduction/cells.ts";
import { curvesFigure } from "../../reproduction/curves-figure.ts";
import { secondsLeft } from "../../reproduction/duration.ts";
import { fpoConditioning } from "../../reproduction/fpo-conditioning.ts";
import { type PublishedTable, publishedTables } from "../../reproduction/fpo-table1.ts";
import { evaluateOtherNoise, otherNoise } from "../../reproduction/other-noise.ts";
import { durationText } from "../../runs/progress-sink.ts";
import { RUNS_FOLDER } from "../../runs/run-folder.ts";
import { givenSettings } from "../flags/setting-options.ts";
import { type CellWork, runCells } from "./reproduced-run.ts";
import { plannedText, type Reproduction, reproductionJson, reproductionText } from "./reproduction-report.ts";
import { DECIDED, names, type ReproduceOptions, readSeeds } from "./table-flags.ts";

/** Runs the command. */
export async function reproduce(name: string, options: ReproduceOptions, output: Output): Promise<void> {
  if (name === fpoConditioning.name) {
    await (await import("./conditioning.ts")).reproduceConditioning(options, output);
    return;
  }
  for (const flag of ["masks", "clips"] as const)
    if (options[flag] !== undefined)
      throw new UserError(`--${flag}: applies to ${fpoConditioning.name}; omit this flag`, { exitCode: 2 });
  const plan = readPlan(name, options);
  // All of them before the first is run, so that a folder of other settings is found at once.
  const records: CellRecord[] = [];
  for (const cell of plan.cells) records.push(await readCell(plan.out, cell));
  const runs = options.dryRun !== true && options.report !== true;
  const interrupt = runs ? await runCells(workOf(plan, records, output), output) : null;
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
  return [...publishedTables.map(({ name }) => name), fpoConditioning.name];
}

function reproductionOf({ table, preset, changed, out }: Plan, records: readonly CellRecord[]): Reproduction {
  return { table, preset, changed, out, records };
}

/** What is done with the cells; keeps `records` up to date. */
function workOf(plan: Plan, records: CellRecord[], output: Output): CellWork<Cell, CellRecord> {
  return {
    out: plan.out,
    cells: plan.cells,
    records,
    read: (cell) => readCell(plan.out, cell),
    isTrained: ({ state }) => state === "done",
    isFinished,
    about: (k) => cellText(plan, records, k),
    evaluate: (cell) => evaluateAgain(plan, cell, output),
    write: () => writeResults(plan, records),
  };
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
