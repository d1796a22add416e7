/** How far a sweep is, from the files of its runs alone: what is done, which settings continue, what remains. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkSameSettings } from "../reproduction/cells.ts";
import { type Spread, spreadOf } from "../reproduction/scores.ts";
import { checkpointSteps, listCheckpoints } from "../runs/checkpoint.ts";
import { readJsonl } from "../runs/jsonl-sink.ts";
import type { EvaluationMetrics } from "../runs/metrics.ts";
import { portableConfig } from "../runs/own-files.ts";
import { readRunConfig, runPaths } from "../runs/run-folder.ts";
import { evaluationScore } from "../train/evaluate.ts";
import type { SweepCell, SweepPlan } from "./plan.ts";
import { best } from "./rungs.ts";

/** A file in the folder of a run that MuJoCo refused, with the reason. */
export const BROKEN = "broken.txt";

/** What decides how evaluations are scored, see `evaluationScore`. */
export type Scoring = Parameters<typeof evaluationScore>[1];

/** A run of the sweep and how far it is. */
export interface CellRecord {
  readonly cell: SweepCell;
  /** Environment steps that are trained and saved */
  readonly steps: number;
  /** Wall time of training and evaluations */
  readonly seconds: number;
  /** Whether MuJoCo refused to step its model: it is not trained any further */
  readonly isBroken: boolean;
  /** Scores, in the order of steps; NaN where a policy gave values that were not finite */
  readonly evaluations: readonly { readonly steps: number; readonly score: number }[];
}

/** A rung and who takes part. */
export interface RungStanding {
  readonly steps: number;
  /** Settings that take part */
  readonly present: readonly number[];
  /** Runs that have not reached its end, in the order in which they are run */
  readonly open: readonly SweepCell[];
}

/** Where one setting stands. */
export interface SettingStanding extends Spread {
  readonly setting: number;
  /** From 1, the last one that it took part in */
  readonly rung: number;
  readonly state: "running" | "stopped" | "done";
  /** Environment steps of a run at the end of that rung */
  readonly steps: number;
  /** Score of each seed there, in the order of the seeds; null where it is missing */
  readonly scores: readonly (number | null)[];
  /** Its mean less that of the best setting over the seeds that both have, at the last rung of both; null for the best */
  readonly difference: Spread | null;
}

/** The whole sweep. */
export interface Standing {
  readonly rungs: readonly RungStanding[];
  /** Best first: by rung, then by mean score */
  readonly settings: readonly SettingStanding[];
  readonly isDone: boolean;
}

/** Reads a run's record. @throws UserError naming the first setting of a run that is another's */
export async function readCellRecord(out: string, cell: SweepCell, scoring: Scoring): Promise<CellRecord> {
  const folder = join(out, cell.name);
  const { config, metrics } = runPaths(folder);
  if (!existsSync(config)) return { cell, steps: 0, seconds: 0, isBroken: false, evaluations: [] };
  const expected = portableConfig(cell.config);
  // The length grows from rung to rung.
  checkSameSettings({ ...(await readRunConfig(folder)), steps: expected.steps }, expected, config);
  const newest = (await listCheckpoints(folder)).at(-1);
  const steps = newest === undefined ? 0 : checkpointSteps(newest);
  const reports = (await readJsonl(metrics)).filter((report) => Number(report.steps) <= steps);
  const evaluated = reports.filter(({ event }) => event === "evaluation") as unknown as EvaluationMetrics[];
  const trained = reports.reduce((longest, { seconds }) => Math.max(longest, Number(seconds ?? 0)), 0);
  return {
    cell,
    steps,
    isBroken: existsSync(join(folder, BROKEN)),
    seconds: trained + evaluated.reduce((sum, { evaluationSeconds }) => sum + evaluationSeconds, 0),
    evaluations: evaluated.map((evaluation) => ({ steps: evaluation.steps, score: scoreOf(evaluation, scoring) })),
  };
}

/** A policy that gives no finite actions has no score. */
function scoreOf({ returnMean, episodeLengthMean }: EvaluationMetrics, scoring: Scoring): number {
  if (typeof returnMean !== "number") return Number.NaN; // what is not finite is null in JSON
  return evaluationScore({ returnMean, episodeLengthMean }, scoring);
}

/** Where the sweep stands. */
export function standingOf(plan: SweepPlan, records: readonly CellRecord[]): Standing {
  const rungs: RungStanding[] = [];
  let present = plan.settings.map((_, setting) => setting);
  for (const [k, { steps }] of plan.rungs.entries()) {
    const mine = records.filter(({ cell }) => present.includes(cell.setting));
    const open = mine.filter((record) => scoreAt(record, steps) === null).map(({ cell }) => cell);
    rungs.push({ steps, present, open });
    if (open.length > 0) break;
    const scores = plan.settings.map((_, setting) => meanAt(records, setting, steps));
    present = best(present, scores, plan.rungs[k + 1]?.settings ?? present.length);
  }
  const isDone = rungs.length === plan.rungs.length && rungs.at(-1)!.open.length === 0;
  return { rungs, settings: ranked(plan, records, rungs, isDone), isDone };
}

/** Of the first evaluation at the end of a rung; null before it, NaN where the simulation broke. */
export function scoreAt({ evaluations, isBroken }: CellRecord, steps: number): number | null {
  if (isBroken) return Number.NaN;
  return evaluations.find((evaluation) => evaluation.steps >= steps)?.score ?? null;
}

function meanAt(records: readonly CellRecord[], setting: number, steps: number): number {
  const scores = scoresAt(records, setting, steps).filter((score) => score !== null);
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

function scoresAt(records: readonly CellRecord[], setting: number, steps: number): (number | null)[] {
  return records.filter(({ cell }) => cell.setting === setting).map((record) => scoreAt(record, steps));
}

function ranked(
  { settings }: SweepPlan,
  records: readonly CellRecord[],
  rungs: readonly RungStanding[],
  isDone: boolean,
): SettingStanding[] {
  const rungOf = (setting: number) => rungs.findLastIndex(({ present }) => present.includes(setting));
  const ranks = settings.map((_, setting) => {
    const rung = rungOf(setting);
    const { steps } = rungs[rung]!;
    const scores = scoresAt(records, setting, steps);
    return { setting, rung, steps, scores, ...spreadOf(scores.filter((score) => score !== null)) };
  });
  const value = (mean: number | null) => (mean === null || Number.isNaN(mean) ? Number.NEGATIVE_INFINITY : mean);
  ranks.sort((a, b) => b.rung - a.rung || value(b.mean) - value(a.mean) || a.setting - b.setting);
  const [first] = ranks;
  return ranks.map(({ rung, ...rank }) => ({
    ...rank,
    rung: rung + 1,
    state: rung < rungs.length - 1 ? "stopped" : isDone ? "done" : "running",
    difference:
      rank.setting === first!.setting ? null : differenceAt(records, [rank.setting, first!.setting], rank.steps),
  }));
}

/** Seed by seed, as all settings are trained with the same random numbers. */
function differenceAt(records: readonly CellRecord[], [one, other]: readonly [number, number], steps: number): Spread {
  const [ours, theirs] = [one, other].map((setting) => scoresAt(records, setting, steps));
  const pairs = ours!.map((score, k) => (score === null || theirs![k] === null ? null : score - theirs![k]!));
  return spreadOf(pairs.filter((pair) => pair !== null));
}

/** Environment steps that remain, and seconds by the pace of what is done; null where nothing is. */
export function remaining(plan: SweepPlan, records: readonly CellRecord[], { rungs }: Standing) {
  const now = rungs.length - 1;
  const left = (record: CellRecord, steps: number) => Math.max(0, steps - record.steps);
  const open = rungs[now]!.open.map(({ name }) => records.find(({ cell }) => cell.name === name)!);
  const here = open.reduce((sum, record) => sum + left(record, plan.rungs[now]!.steps), 0);
  const later = plan.rungs.slice(now + 1).reduce((sum, { settings, steps }, k) => {
    return sum + settings * plan.seeds.length * (steps - plan.rungs[now + k]!.steps);
  }, 0);
  const done = records.reduce((sum, { steps }) => sum + steps, 0);
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  return { steps: here + later, seconds: done === 0 ? null : ((here + later) * seconds) / done };
}
