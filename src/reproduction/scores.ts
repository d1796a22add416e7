/** Means of a table's cells: over seeds per task and algorithm, over tasks per algorithm, over seeds along the steps of a run. */
import type { AlgorithmName } from "../config/algorithm-config.ts";
import { type CellRecord, finalEvaluation } from "./cell-record.ts";
import type { PublishedTable } from "./fpo-table1.ts";

/** Mean of some values and their spread; null if there are too few values. */
export interface Spread {
  readonly mean: number | null;
  /** Sample deviation. */
  readonly std: number | null;
  /** Of the mean. */
  readonly standardError: number | null;
}

/** Final returns of one algorithm on one task, over its seeds. */
export interface Score extends Spread {
  readonly task: string;
  readonly algorithm: AlgorithmName;
  /** Seeds that were requested. */
  readonly seeds: number;
  /** Final returns of the seeds that are done. */
  readonly returns: readonly number[];
}

/** Mean of an algorithm's scores over tasks; the standard error is across tasks, as published. */
export interface TableMean extends Spread {
  readonly algorithm: AlgorithmName;
  /** Tasks that have a score. */
  readonly tasks: number;
  /** Whether it stands for what was published: all the table's tasks, with the published number of episodes. */
  readonly comparable: boolean;
}

/** One point of a learning curve: seeds at the same number of environment steps. */
export interface CurvePoint extends Spread {
  readonly steps: number;
}

/** A score per task and algorithm, tasks first, in the order of the records. */
export function scoresOf(records: readonly CellRecord[]): Score[] {
  const tasks = [...new Set(records.map(({ cell }) => cell.task))];
  const algorithms = [...new Set(records.map(({ cell }) => cell.algorithm))];
  return tasks.flatMap((task) =>
    algorithms.map((algorithm) => {
      const seeds = records.filter(({ cell }) => cell.task === task && cell.algorithm === algorithm);
      const returns = seeds.flatMap((record) => finalEvaluation(record)?.returnMean ?? []);
      return { task, algorithm, seeds: seeds.length, returns, ...spreadOf(returns) };
    }),
  );
}

/** A mean per algorithm. @param episodes of the evaluations that the scores are made of */
export function tableMeans(scores: readonly Score[], table: PublishedTable, episodes: number): TableMean[] {
  const algorithms = [...new Set(scores.map(({ algorithm }) => algorithm))];
  return algorithms.map((algorithm) => {
    const means = new Map<string, number>();
    for (const score of scores)
      if (score.algorithm === algorithm && score.mean !== null) means.set(score.task, score.mean);
    const isComplete = table.tasks.every((task) => means.has(task));
    const comparable = isComplete && means.size === table.tasks.length && episodes === table.episodes;
    return { algorithm, tasks: means.size, ...spreadOf([...means.values()]), comparable };
  });
}

/** On how many tasks one algorithm scores higher than another, of those on which both have a score. */
export function wins(scores: readonly Score[], one: AlgorithmName, other: AlgorithmName) {
  const of = (algorithm: AlgorithmName) => scores.filter((score) => score.algorithm === algorithm);
  const pairs = of(one).flatMap(({ task, mean }) => {
    const rival = of(other).find((score) => score.task === task)?.mean ?? null;
    return mean === null || rival === null ? [] : [mean > rival];
  });
  return { won: pairs.filter(Boolean).length, of: pairs.length };
}

/**
 * The learning curve over seeds of one task and algorithm: of the seeds that are done, or of all that have begun where none is done; at the
 * steps that all of them reached.
 */
export function curveOf(records: readonly CellRecord[]): CurvePoint[] {
  const done = records.filter(({ state }) => state === "done");
  const counted = done.length > 0 ? done : records.filter(({ evaluations }) => evaluations.length > 0);
  const [first, ...others] = counted.map(({ evaluations }) => new Map(evaluations.map((e) => [e.steps, e.returnMean])));
  if (first === undefined) return [];
  return [...first].flatMap(([steps, value]) => {
    const rest = others.map((seed) => seed.get(steps)).filter((other) => other !== undefined);
    return rest.length === others.length ? [{ steps, ...spreadOf([value, ...rest]) }] : [];
  });
}

/** Mean, sample deviation and standard error of the mean. */
export function spreadOf(values: readonly number[]): Spread {
  const count = values.length;
  if (count === 0) return { mean: null, std: null, standardError: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  if (count === 1) return { mean, std: null, standardError: null };
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1));
  return { mean, std, standardError: std / Math.sqrt(count) };
}
