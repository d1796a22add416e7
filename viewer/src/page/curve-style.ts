/** How curves are drawn: over which axis, on which scale, how smooth. Kept from visit to visit. */

/** What the horizontal axis counts. */
export const CURVE_AXES = ["steps", "time"] as const;
/** One of them. */
export type CurveAxis = (typeof CURVE_AXES)[number];

/** The user's choice. */
export interface CurveStyle {
  /** Environment steps, or seconds of training. */
  readonly axis: CurveAxis;
  /** Whether values are on a logarithmic scale; one that goes through 0 where some are not positive. */
  readonly isLog: boolean;
  /** Share of the average that stays from one iteration to the next: 0 draws every value as it is. */
  readonly smoothing: number;
}

/** Strongest smoothing of the slider. */
export const MOST_SMOOTHING = 0.95;

/** Until the user chooses otherwise. */
export const plainCurves: CurveStyle = { axis: "steps", isLog: false, smoothing: 0 };

/** What was kept; anything unreadable counts as never chosen. */
export function readCurveStyle(kept: Partial<CurveStyle> | undefined): CurveStyle {
  const { axis, isLog, smoothing } = kept ?? {};
  return {
    axis: CURVE_AXES.find((known) => known === axis) ?? plainCurves.axis,
    isLog: isLog === true,
    smoothing: typeof smoothing === "number" ? Math.max(0, Math.min(MOST_SMOOTHING, smoothing)) : 0,
  };
}

/**
 * The exponential moving average, divided by the weights it has had so far, so that it starts at the first value (as TensorBoard does).
 * Gaps stay gaps.
 */
export function smoothed(values: readonly (number | null)[], smoothing: number): readonly (number | null)[] {
  if (smoothing === 0) return values;
  let [sum, weight] = [0, 0];
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null;
    sum = smoothing * sum + (1 - smoothing) * value;
    weight = smoothing * weight + (1 - smoothing);
    return sum / weight;
  });
}
