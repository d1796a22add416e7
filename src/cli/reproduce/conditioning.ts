/** `flowgait reproduce fpo-conditioning`: masks, algorithms and seeds, cell by cell, resumed where it stopped, beside the published table. */
import { join } from "node:path";
import { parseOverrides } from "../../config/overrides.ts";
import { type PresetName, presetOf } from "../../config/presets.ts";
import { writeFileAtomically } from "../../files/atomic-file.ts";
import { type Output, resultJson } from "../../files/output.ts";
import { shellWord, shownPath } from "../../files/shown-path.ts";
import { UserError } from "../../math/user-error.ts";
import { readCell } from "../../reproduction/cell-record.ts";
import { fpoConditioning, type MaskCell, planMaskCells } from "../../reproduction/fpo-conditioning.ts";
import { evaluateMaskCell, readMaskResult } from "../../reproduction/mask-result.ts";
import { type MaskRecord, maskScores } from "../../reproduction/mask-scores.ts";
import { masksFigure } from "../../reproduction/masks-figure.ts";
import { RUNS_FOLDER } from "../../runs/run-folder.ts";
import { givenSettings } from "../flags/setting-options.ts";
import { conditioningText } from "./conditioning-text.ts";
import { type CellWork, runCells } from "./reproduced-run.ts";
import { DECIDED, names, type ReproduceOptions, readSeeds } from "./table-flags.ts";

/** The cells that are requested, and where their runs go. */
interface Plan {
  readonly preset: PresetName;
  readonly changed: readonly (readonly [string, string])[];
  readonly cells: readonly MaskCell[];
  readonly out: string;
  readonly episodes: number;
}

/** Runs the command. */
export async function reproduceConditioning(options: ReproduceOptions, output: Output): Promise<void> {
  const plan = readPlan(options);
  const records: MaskRecord[] = [];
  for (const cell of plan.cells) records.push(await readRecord(plan, cell));
  const runs = options.dryRun !== true && options.report !== true;
  const interrupt = runs ? await runCells(workOf(plan, records), output) : null;
  if (options.json === true) resultJson(output, documentOf(plan, records));
  else output.result(`${conditioningText(titleOf(plan), records)}\n`);
  if (options.dryRun !== true && records.some(({ result }) => result !== null))
    output.note(`picture: ${shownPath(await writeResults(plan, records))}`);
  if (interrupt?.signal.aborted === true) output.note(`resume with: ${resumeLine(options)}`);
  interrupt?.end();
}

function readPlan(options: ReproduceOptions): Plan {
  const { masks, algorithms, seeds, name } = fpoConditioning;
  if (options.tasks !== undefined)
    throw new UserError(`--tasks: ${name} has one task; expected --masks`, { exitCode: 2 });
  const preset = presetOf(options.preset ?? "laptop");
  const given = givenSettings(options);
  for (const [flag] of given) {
    if (flag in DECIDED) throw new UserError(`--${flag}: is set by the table; ${DECIDED[flag]}`, { exitCode: 2 });
  }
  const clips: [string, string][] = options.clips === undefined ? [] : [["clips", options.clips]];
  const overrides = parseOverrides([...given, ...clips]);
  const cells = planMaskCells({
    preset,
    masks: names("--masks", options.masks, masks) ?? masks,
    algorithms: names("--algorithms", options.algorithms, algorithms) ?? algorithms,
    seeds: readSeeds(options.seeds) ?? seeds,
    overrides,
  });
  return {
    preset,
    changed: [...given.filter(([flag]) => flag !== "workers"), ...clips],
    cells,
    out: options.out ?? join(RUNS_FOLDER, "reproduce", `${name}-${preset}`),
    episodes: overrides.evaluation?.episodes ?? fpoConditioning.episodes,
  };
}

async function readRecord({ out }: Plan, cell: MaskCell): Promise<MaskRecord> {
  const run = await readCell(out, cell);
  return { cell, run, result: run.state === "done" ? await readMaskResult(join(out, cell.name), run.steps) : null };
}

/** What is done with the cells; keeps `records` up to date. */
function workOf(plan: Plan, records: MaskRecord[]): CellWork<MaskCell, MaskRecord> {
  const { cells, out, episodes } = plan;
  return {
    out,
    cells,
    records,
    read: (cell) => readRecord(plan, cell),
    isTrained: ({ run }) => run.state === "done",
    isFinished: ({ result }) => result !== null,
    about: (k) => {
      const { mask, algorithm, seed } = cells[k]!;
      return `cell ${k + 1} of ${cells.length}: goals ${mask}, ${algorithm}, seed ${seed}`;
    },
    evaluate: (cell) => evaluateMaskCell(join(out, cell.name), cell, episodes),
    write: () => writeResults(plan, records),
  };
}

function titleOf({ preset, changed }: Plan): string {
  const settings = changed.map(([flag, value]) => ` --${flag} ${value}`).join("");
  return `${fpoConditioning.name}, preset ${preset}${settings === "" ? "" : ` with${settings}`}`;
}

function documentOf(plan: Plan, records: readonly MaskRecord[]) {
  return {
    table: fpoConditioning.name,
    preset: plan.preset,
    changed: Object.fromEntries(plan.changed),
    out: plan.out,
    episodes: plan.episodes,
    scores: { zero: maskScores(records, "zero"), random: maskScores(records, "random") },
    cells: records.map(({ cell, run: { state, steps, seconds }, result }) => {
      const { mask, algorithm, seed, name, config } = cell;
      return { mask, algorithm, seed, run: name, state, steps, totalSteps: config.steps, seconds, result };
    }),
    published: fpoConditioning.published,
  };
}

/** Writes results.json and masks.svg beside the runs. Returns the picture's path. */
async function writeResults(plan: Plan, records: readonly MaskRecord[]): Promise<string> {
  await writeFileAtomically(join(plan.out, "results.json"), `${JSON.stringify(documentOf(plan, records), null, 2)}\n`);
  const picture = join(plan.out, "masks.svg");
  await writeFileAtomically(picture, masksFigure(titleOf(plan), maskScores(records, "zero")));
  return picture;
}

/** The command that continues with the same cells. */
function resumeLine(options: ReproduceOptions): string {
  const { preset, masks, algorithms, seeds, clips, out } = options;
  const flags = [...Object.entries({ preset, masks, algorithms, seeds, clips, out }), ...givenSettings(options)];
  const given = flags.filter(([, value]) => value !== undefined);
  return [
    `flowgait reproduce ${fpoConditioning.name}`,
    ...given.map(([flag, value]) => `--${flag} ${shellWord(String(value))}`),
  ].join(" ");
}
