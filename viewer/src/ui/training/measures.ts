/** The curves that there are: what a training reports after each iteration, by name. */
import type { EvaluationPoint, MetricsPoint } from "../../../../src/stream/protocol.ts";
import type { CurveAxis } from "../../page/curve-style.ts";
import { formatName } from "../widgets/format.ts";

/** A curve, and where its value stands in a point. */
export interface Measure {
  readonly key: string;
  readonly label: string;
  /** Heading in the list of measures. */
  readonly group: string;
  readonly unit?: string;
  /** The value in a point; null where it has none. */
  readonly of: (point: MetricsPoint) => number | null;
}

/** Where a point stands on the horizontal axis: environment steps, or seconds of training. */
export function placeOn(axis: CurveAxis): (point: Pick<MetricsPoint, "steps" | "seconds">) => number {
  return axis === "time" ? ({ seconds }) => seconds : ({ steps }) => steps;
}

/** How far the training has come. */
export const progress: readonly Measure[] = [
  { key: "returnMean", label: "Return", group: "Progress", of: (at) => at.returnMean },
  { key: "lengthMean", label: "Episode length", group: "Progress", unit: "steps", of: (at) => at.episodeLengthMean },
];

/** Everything else that one point or another holds. */
export function measuresOf(points: readonly (MetricsPoint | undefined)[]): Measure[] {
  const group = (name: string, field: "losses" | "terms" | "terminations"): Measure[] =>
    [...new Set(points.flatMap((point) => Object.keys(point?.[field] ?? {})))].map((key) => ({
      key: `${field}.${key}`,
      label: formatName(key),
      group: name,
      of: (at) => at[field][key] ?? null,
    }));
  if (points.every((point) => point === undefined)) return [];
  return [
    ...group("Update", "losses"),
    ...group("Reward per second", "terms"),
    ...group("Episodes that ended by", "terminations"),
    { key: "stepsPerSecond", label: "steps per second", group: "Speed", of: (at) => at.stepsPerSecond },
  ];
}

/** Evaluations on the curve's own x: each at the point of its iteration, or the last one before it. */
export function evaluationMarks(points: readonly MetricsPoint[], evaluations: readonly EvaluationPoint[]) {
  const returns: (number | null)[] = points.map(() => null);
  const lengths: (number | null)[] = points.map(() => null);
  let k = 0;
  for (const { steps, returnMean, episodeLengthMean } of evaluations) {
    while (k + 1 < points.length && points[k + 1].steps <= steps) k++;
    if (points.length === 0) break;
    returns[k] = returnMean;
    lengths[k] = episodeLengthMean;
  }
  return { returns, lengths };
}
