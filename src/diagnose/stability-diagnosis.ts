/** Whether a run kept what it had learned: evaluations against the best before them, non-finite values, and how its updates changed over time. */
import { median } from "../math/median.ts";
import { UserError } from "../math/user-error.ts";
import type { EvaluationMetrics, IterationMetrics } from "../runs/metrics.ts";

/** One evaluation of the run. */
export interface StabilityEvaluation {
  /** Environment steps trained before it */
  readonly steps: number;
  readonly returnMean: number;
  readonly returnStd: number;
  /** Of the best return up to here; null until one is above 0 */
  readonly share: number | null;
}

/** Evaluations in a row below the threshold. */
export interface Dip {
  /** Environment steps of the first and the last of them */
  readonly from: number;
  readonly to: number;
  readonly evaluations: number;
  readonly lowestShare: number;
}

/** A measure of the update over equal parts of the training. */
export interface MeasureCurve {
  readonly name: string;
  readonly parts: readonly MeasurePart[];
}

/** Medians, for one update that met an outlier would move a mean by orders of magnitude. */
export interface MeasurePart {
  /** Environment steps in the middle of the part */
  readonly steps: number;
  /** NaN, and −∞, in a part without a number of it */
  readonly median: number;
  readonly largest: number;
}

/** What is found. */
export interface StabilityDiagnosis {
  /** Environment steps at which the reports begin: 0, or where a fork begins */
  readonly begin: number;
  readonly envSteps: number;
  /** Of training, evaluations omitted */
  readonly seconds: number;
  readonly episodes: number;
  readonly evaluations: readonly StabilityEvaluation[];
  readonly best: StabilityEvaluation;
  readonly last: StabilityEvaluation;
  readonly threshold: number;
  readonly dips: readonly Dip[];
  /** Iterations with a measure that is no finite number */
  readonly brokenIterations: number;
  /** Environments that were reset because their physics became NaN */
  readonly nanResets: number;
}

/** The reports of a run, as `readJsonl` gives them. */
type Reports = readonly Readonly<Record<string, unknown>>[];

/**
 * @param threshold share of the best return so far that counts as lost
 * @throws UserError naming `source` where nothing was trained or evaluated yet
 */
export function diagnoseStability(reports: Reports, threshold: number, source: string): StabilityDiagnosis {
  const iterations = iterationsOf(reports);
  const evaluated = reports.filter(({ event }) => event === "evaluation") as unknown as EvaluationMetrics[];
  const newest = iterations.at(-1);
  if (newest === undefined || evaluated.length === 0)
    throw new UserError(`${source}: the run has no evaluation yet; expected at least one`);
  const evaluations = withShares(evaluated);
  return {
    begin: beginOf(iterations),
    envSteps: newest.steps,
    seconds: newest.seconds,
    episodes: evaluated.at(-1)!.episodes,
    evaluations,
    best: evaluations.reduce((best, one) => (one.returnMean > best.returnMean ? one : best)),
    last: evaluations.at(-1)!,
    threshold,
    dips: dipsOf(evaluations, threshold),
    brokenIterations: iterations.filter(({ losses }) => !Object.values(losses).every(Number.isFinite)).length,
    nanResets: iterations.reduce((sum, { nanResets }) => sum + nanResets, 0),
  };
}

/** The run's measures over so many parts of it; in the order in which they are reported. */
export function measureCurves(reports: Reports, count: number): MeasureCurve[] {
  const iterations = iterationsOf(reports);
  const begin = beginOf(iterations);
  const width = ((iterations.at(-1)?.steps ?? 0) - begin) / count;
  const inPart = Array.from({ length: count }, (): IterationMetrics[] => []);
  const partOfSteps = (steps: number) => Math.min(count - 1, Math.max(0, Math.ceil((steps - begin) / width) - 1));
  for (const iteration of iterations) inPart[partOfSteps(iteration.steps)]!.push(iteration);
  const names = [...new Set(iterations.flatMap(({ losses }) => Object.keys(losses)))];
  const partOf = (name: string, part: number): MeasurePart => {
    const values = inPart[part]!.map(({ losses }) => losses[name]!).filter(Number.isFinite);
    const largest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    return { steps: begin + width * (part + 0.5), median: median(values), largest };
  };
  return names.map((name) => ({ name, parts: inPart.map((_, part) => partOf(name, part)) }));
}

/** Iterations take the same number of steps each, so the first one began as far before its report as the second one's is behind it. */
function beginOf(iterations: readonly IterationMetrics[]): number {
  const [first, second] = iterations;
  return second === undefined ? 0 : Math.max(0, 2 * first!.steps - second.steps);
}

function iterationsOf(reports: Reports): IterationMetrics[] {
  return reports.filter(({ event }) => event === "iteration") as unknown as IterationMetrics[];
}

function withShares(evaluated: readonly EvaluationMetrics[]): StabilityEvaluation[] {
  let best = 0;
  return evaluated.map(({ steps, returnMean, returnStd }) => {
    best = Math.max(best, returnMean);
    return { steps, returnMean, returnStd, share: best > 0 ? returnMean / best : null };
  });
}

function dipsOf(evaluations: readonly StabilityEvaluation[], threshold: number): Dip[] {
  const dips: Dip[] = [];
  let isBelow = false;
  for (const { steps, share } of evaluations) {
    const wasBelow = isBelow;
    isBelow = share !== null && share < threshold;
    if (!isBelow) continue;
    const before = wasBelow ? dips.pop()! : { from: steps, evaluations: 0, lowestShare: 1 };
    const lowestShare = Math.min(before.lowestShare, share!);
    dips.push({ from: before.from, to: steps, evaluations: before.evaluations + 1, lowestShare });
  }
  return dips;
}
