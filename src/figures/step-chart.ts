/** A small chart over numbers of flow steps, which are spaced evenly by their logarithm. SVG text in the colours of the page. */

/** A line of a chart. */
export interface StepSeries {
  readonly name: string;
  /** CSS colour */
  readonly colour: string;
  /** [flow steps, value] */
  readonly points: readonly (readonly [number, number])[];
}

/** What a chart shows. */
export interface StepChart {
  readonly series: readonly StepSeries[];
  readonly logarithmic: boolean;
  /** A value to compare with, with its name. */
  readonly mark: { readonly value: number; readonly name: string } | null;
  readonly format: (value: number) => string;
}

const WIDTH = 460;
const HEIGHT = 250;
const LEFT = 68;
const RIGHT = 84;
const TOP = 14;
const BOTTOM = 34;

/** @returns an svg element, empty text where there is nothing to show */
export function stepChart(chart: StepChart): string {
  const steps = [...new Set(chart.series.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const values = chart.series.flatMap(({ points }) => points.map(([, y]) => y)).filter(Number.isFinite);
  if (steps.length < 2 || values.length === 0) return "";
  const all = chart.mark === null ? values : [...values, chart.mark.value];
  const scale = verticalScale(all, chart.logarithmic);
  const x = (value: number) =>
    LEFT + ((WIDTH - LEFT - RIGHT) * Math.log(value / steps[0]!)) / Math.log(steps.at(-1)! / steps[0]!);
  const parts = [
    ...scale.ticks.map((tick) => gridLine(scale.y(tick), chart.format(tick))),
    ...steps.map((step) => text(x(step), HEIGHT - BOTTOM + 18, String(step), "middle")),
    text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 2, "flow steps", "middle"),
    ...(chart.mark === null ? [] : [markLine(scale.y(chart.mark.value), chart.mark.name)]),
    ...chart.series.map((series) => line(series, x, scale.y)),
    ...endLabels(chart.series, scale.y),
  ];
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">${parts.join("")}</svg>`;
}

function verticalScale(values: readonly number[], logarithmic: boolean) {
  const ticks = logarithmic ? decades(values) : evenTicks(values);
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const place = logarithmic
    ? (value: number) => Math.log(Math.max(value, low) / low) / Math.log(high / low)
    : (value: number) => (value - low) / (high - low);
  return { ticks, y: (value: number) => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * place(value) };
}

/** Powers of ten around the values. */
function decades(values: readonly number[]): number[] {
  const positive = values.filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...positive)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive))));
  return Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
}

/** Four to seven round numbers around the values. */
function evenTicks(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || Math.abs(high) || 1;
  const rough = span / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * (rough / unit > 5 ? 10 : rough / unit > 2 ? 5 : rough / unit > 1 ? 2 : 1);
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function gridLine(y: number, label: string): string {
  return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" stroke="var(--line)"/>${text(LEFT - 8, y + 4, label, "end")}`;
}

function markLine(y: number, name: string): string {
  const rule = `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}" stroke="var(--soft)" stroke-dasharray="4 4"/>`;
  return rule + text(WIDTH - RIGHT - 4, y - 5, name, "end");
}

function line({ colour, points }: StepSeries, x: (value: number) => number, y: (value: number) => number): string {
  const finite = points.filter(([, value]) => Number.isFinite(value));
  const path = finite.map(([step, value]) => `${x(step).toFixed(1)},${y(value).toFixed(1)}`);
  const dots = path.map(
    (point) => `<circle cx="${point.split(",")[0]}" cy="${point.split(",")[1]}" r="3" fill="${colour}"/>`,
  );
  return `<polyline points="${path.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join("")}`;
}

/** Names at the ends of their lines, moved apart where they would touch. */
function endLabels(series: readonly StepSeries[], y: (value: number) => number): string[] {
  const ends = series.map(({ name, colour, points }) => ({ name, colour, at: y(points.at(-1)![1]) }));
  ends.sort((a, b) => a.at - b.at);
  for (let i = 1; i < ends.length; i++) ends[i]!.at = Math.max(ends[i]!.at, ends[i - 1]!.at + 14);
  return ends.map(({ name, colour, at }) => {
    return `<text x="${WIDTH - RIGHT + 10}" y="${(at + 4).toFixed(1)}" style="fill:${colour}">${name}</text>`;
  });
}

function text(x: number, y: number, content: string, anchor: "start" | "middle" | "end"): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`;
}
