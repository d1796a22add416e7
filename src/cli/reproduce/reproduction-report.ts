/** A reproduced table as text and as JSON: scores per task beside the published ones, and the runs they are made of. */
import type { AlgorithmName } from "../../config/algorithm-config.ts";
import { type CellRecord, finalEvaluation } from "../../reproduction/cell-record.ts";
import type { PublishedTable } from "../../reproduction/fpo-table1.ts";
import { type Score, scoresOf, type TableMean, tableMeans, wins } from "../../reproduction/scores.ts";
import { durationText } from "../../runs/progress-sink.ts";
import { type Column, formatTable } from "../table.ts";

/** What was run. */
export interface Reproduction {
  readonly table: PublishedTable;
  readonly preset: string;
  /** Flag and text of settings that differ from the preset's, without dashes. */
  readonly changed: readonly (readonly [string, string])[];
  /** Folder of the runs. */
  readonly out: string;
  readonly records: readonly CellRecord[];
}

/** The whole report for people. */
export function reproductionText(reproduction: Reproduction): string {
  const { records, table } = reproduction;
  const scores = scoresOf(records);
  const means = tableMeans(scores, table, episodesOf(reproduction));
  const sections = [
    headerText(reproduction),
    scoreTable(scores, means, table),
    ...winLines(scores, table),
    `runs\n${runTable(records)}`,
  ];
  return sections.join("\n\n");
}

/** The cells with how far they are and how long the rest will take, for people. @param left seconds per cell */
export function plannedText(records: readonly CellRecord[], left: readonly number[]): string {
  const all = left.reduce((sum, seconds) => sum + seconds, 0);
  const open = records.filter(({ state }) => state !== "done").length;
  const summary = `${records.length} cells, ${records.length - open} done, ${open} left: about ${durationText(all)}`;
  return `${runTable(records, left)}\n\n${summary}`;
}

/** The documented fields, in the documented order. */
export function reproductionJson(reproduction: Reproduction, left: readonly number[]) {
  const { table, preset, changed, out, records } = reproduction;
  const scores = scoresOf(records);
  const { evaluations, episodeSteps, means, logs, independent } = table;
  return {
    table: table.name,
    preset,
    changed: Object.fromEntries(changed),
    out,
    protocol: { evaluations, episodes: episodesOf(reproduction), episodeSteps },
    means: tableMeans(scores, table, episodesOf(reproduction)),
    scores,
    cells: records.map((record, k) => cellJson(record, left[k]!)),
    published: { means, logs, independent },
  };
}

function cellJson(record: CellRecord, secondsLeft: number) {
  const { cell, state, steps, seconds, evaluations, other } = record;
  const { task, algorithm, seed, config } = cell;
  const final = finalEvaluation(record);
  const result = { returnMean: final?.returnMean ?? null, returnStd: final?.returnStd ?? null };
  const length = { steps, totalSteps: config.steps, seconds, secondsLeft };
  const { noise } = config.evaluation;
  return { task, algorithm, seed, run: cell.name, state, ...result, noise, other, ...length, evaluations };
}

function episodesOf({ records }: Reproduction): number {
  return records[0]!.cell.config.evaluation.episodes;
}

function headerText(reproduction: Reproduction): string {
  const { table, preset, changed, records } = reproduction;
  const seeds = [...new Set(records.map(({ cell }) => cell.seed))].join(", ");
  const episodes = `${episodesOf(reproduction)} episodes of ${table.episodeSteps.toLocaleString("en")} steps`;
  const settings = changed.map(([name, value]) => `--${name} ${value}`).join(" ");
  return [
    `${table.name}, preset ${preset}${settings === "" ? "" : ` with ${settings}`}, seeds ${seeds}`,
    `mean return of ${episodes} after the last step, ± standard error over seeds`,
    `actions in evaluations from ${noiseText(records)}`,
  ].join("\n");
}

/** "random noise (fpo), zero noise (ppo)" */
function noiseText(records: readonly CellRecord[]): string {
  const kinds = (["random", "zero"] as const).flatMap((kind) => {
    const of = records.filter(({ cell }) => cell.config.evaluation.noise === kind).map(({ cell }) => cell.algorithm);
    return of.length === 0 ? [] : [`${kind} noise (${[...new Set(of)].join(", ")})`];
  });
  return kinds.join(", ");
}

/** A row per task, then the means, then what was published. */
function scoreTable(scores: readonly Score[], means: readonly TableMean[], table: PublishedTable): string {
  const tasks = [...new Set(scores.map(({ task }) => task))];
  const algorithms = means.map(({ algorithm }) => algorithm);
  const { independent } = table;
  const columns: Column[] = [{ heading: "task" }, ...[...algorithms, independent.name].map(rightColumn)];
  const rows = tasks.map((task) => [
    task,
    ...scores.filter((score) => score.task === task).map(scoreText),
    numberText(independent.returns[task]),
  ]);
  const independentMean = meanOf(Object.values(independent.returns));
  const logged = [...new Set(table.logs.map(({ task }) => task))];
  const footer = [
    [`mean of ${table.tasks.length} tasks`, ...means.map((mean) => meanText(mean)), numberText(independentMean)],
    ["published", ...algorithms.map((name) => publishedText(name, table)), ""],
    ...logged.map((task) => [`published log, ${task}`, ...algorithms.map((name) => logText(task, name, table)), ""]),
  ];
  const partial = means
    .filter((mean) => !mean.comparable && mean.mean !== null)
    .map((mean) => partialText(mean, table));
  return [formatTable(columns, [...rows, columns.map(() => ""), ...footer], "  "), ...partial].join("\n");
}

function rightColumn(heading: string): Column {
  return { heading, align: "right" };
}

/** "812.3 ± 4.1", with the number of seeds where some are missing. */
function scoreText({ mean, standardError, returns, seeds }: Score): string {
  if (mean === null) return "missing";
  const some = returns.length < seeds ? ` (${returns.length} of ${seeds} seeds)` : "";
  return `${plusMinus(mean, standardError)}${some}`;
}

/** Only a mean that stands for the published one. */
function meanText({ mean, standardError, comparable }: TableMean): string {
  return comparable && mean !== null ? plusMinus(mean, standardError) : "missing";
}

/** What there is of a mean that does not stand for the published one. */
function partialText({ algorithm, mean, standardError, tasks }: TableMean, table: PublishedTable): string {
  const value = plusMinus(mean!, standardError);
  const reason = tasks < table.tasks.length ? `${table.tasks.length - tasks} tasks are missing` : "the episodes differ";
  return `  ${algorithm}: ${value} over ${tasks} tasks, not comparable with the published mean: ${reason}`;
}

function publishedText(algorithm: AlgorithmName, { means }: PublishedTable): string {
  const found = means[algorithm];
  return found === undefined ? "–" : plusMinus(found.mean, found.standardError);
}

function logText(task: string, algorithm: AlgorithmName, { logs }: PublishedTable): string {
  return numberText(logs.find((log) => log.task === task && log.algorithm === algorithm)?.returns.at(-1));
}

/** "fpo is above ppo on 8 of 10 tasks, …" where both are there. */
function winLines(scores: readonly Score[], table: PublishedTable): string[] {
  const [first, ...others] = [...new Set(scores.map(({ algorithm }) => algorithm))];
  const counts = others.map((other) => ({ other, ...wins(scores, first!, other) })).filter(({ of }) => of > 0);
  if (counts.length === 0) return [];
  const lines = counts.map(({ other, won, of }) => `${other} on ${won} of ${of}`);
  const above = independentWins(scores, first!, table);
  return [`${first} is above ${[...lines, above].join(", ")} tasks`];
}

/** "PPO of SLM-Lab on 3 of 10" */
function independentWins(scores: readonly Score[], algorithm: AlgorithmName, { independent }: PublishedTable): string {
  const compared = scores.filter((score) => score.algorithm === algorithm && score.mean !== null);
  const won = compared.filter(({ task, mean }) => mean! > independent.returns[task]!).length;
  return `${independent.name} on ${won} of ${compared.length}`;
}

/** A row per run; `left` adds a column of estimates. */
function runTable(records: readonly CellRecord[], left?: readonly number[]): string {
  const names = ["task", "algorithm", "seed", "return", "± episodes", "other noise", "steps", "wall time"];
  const columns: Column[] = names.map((heading, k) => (k < 2 ? { heading } : rightColumn(heading)));
  if (left !== undefined) columns.push(rightColumn("left"));
  const rows = records.map((record, k) => {
    const { cell, state, steps, seconds } = record;
    const final = finalEvaluation(record);
    const begun = state === "missing" ? ["–", "–"] : [stepsText(steps, cell.config.steps), durationText(seconds)];
    const { other } = record;
    const otherText = other === null ? "–" : `${other.noise} ${numberText(other.returnMean)}`;
    const result = [final === null ? state : numberText(final.returnMean), numberText(final?.returnStd), otherText];
    const estimate = left === undefined ? [] : [left[k] === 0 ? "" : `~${durationText(left[k]!)}`];
    return [cell.task, cell.algorithm, String(cell.seed), ...result, ...begun, ...estimate];
  });
  return formatTable(columns, rows, "  ");
}

function stepsText(steps: number, all: number): string {
  const done = steps.toLocaleString("en");
  return steps >= all ? done : `${done} of ${all.toLocaleString("en")}`;
}

function plusMinus(mean: number, half: number | null): string {
  return half === null ? numberText(mean) : `${numberText(mean)} ± ${numberText(half)}`;
}

/** One decimal, as published; "–" where there is no number. */
function numberText(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? "–" : value.toFixed(1);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
