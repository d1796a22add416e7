/** One curve over environment steps or time, with its newest value beside the title and the value under the pointer while it hovers. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import { type CurveStyle, smoothed } from "../../page/curve-style.ts";
import type { Theme } from "../../state/store.ts";
import { formatCount, formatValue } from "./format.ts";

/** What a chart shows. */
export interface ChartProps {
  readonly label: string;
  /** Environment steps or seconds, as the style says, rising. */
  readonly x: readonly number[];
  /** A value for each of `x`; null leaves a gap. */
  readonly y: readonly (number | null)[];
  readonly style: CurveStyle;
  /** Single points over the curve, such as evaluations; same length as `x`. */
  readonly points?: readonly (number | null)[];
  readonly unit?: string;
  /** Curves of other runs, drawn thinly over this one. */
  readonly others?: readonly OtherCurve[];
  readonly theme: Theme;
  /** Replaces the title, such as by a choice of curves. */
  readonly title?: preact.ComponentChildren;
}

/** A curve of another run, with its own environment steps. */
export interface OtherCurve {
  readonly label: string;
  /** Name of a colour of the style sheet. */
  readonly colour: string;
  /** Environment steps, rising. */
  readonly x: readonly number[];
  /** A value for each of `x`; null leaves a gap. */
  readonly y: readonly (number | null)[];
}

const HEIGHT = 118;
const nobody: readonly OtherCurve[] = [];

/** A chart with its title and newest value. */
export function Chart({ label, x, y, points, unit, theme, title, style, others = nobody }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const { axis, isLog, smoothing } = style;
  const data = useMemo(
    () => tableOf({ x, y, points: points ?? x.map(() => null), others }, smoothing),
    [x, y, points, others, smoothing],
  );
  const scale = isLog ? (isPositive(data) ? "log" : "signed log") : "linear";
  const runs = others.map(({ label: run, colour }) => `${run} ${colour}`).join("\n");

  useLayoutEffect(() => {
    const element = holder.current!;
    plot.current = new uPlot(
      chartOptions(element, { label, others, axis, scale, isSmoothed: smoothing > 0 }, setHovered),
      data,
      element,
    );
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [theme, label, runs, axis, scale, smoothing > 0]);

  useEffect(() => {
    plot.current?.setData(data);
  }, [data]);

  const [steps, own] = data;
  const shown = lastIndex(own, hovered ?? own.length - 1);
  return (
    <section class="chart" aria-label={label} data-testid="chart" data-points={countValues(y)}>
      <header>
        {title ?? <h3>{label}</h3>}
        <span class="chart-value">
          {shown !== null && <b>{formatValue(own[shown])}</b>}
          {unit && <small>{unit}</small>}
          {hovered !== null && <small class="chart-at">at {formatPlace(steps[hovered], axis)}</small>}
        </span>
      </header>
      <div class="chart-plot" ref={holder} />
      {hovered !== null && others.length > 0 && (
        <ul class="chart-others" data-testid="hovered-runs">
          {others.map((run, k) => {
            const at = lastIndex(data[k + 3], hovered);
            return (
              <li key={run.label}>
                <i style={{ background: `var(${run.colour})` }} />
                {run.label.replace(/^runs\//, "")} <b>{at === null ? "–" : formatValue(data[k + 3][at])}</b>
              </li>
            );
          })}
        </ul>
      )}
      {countValues(y) === 0 && others.every((run) => countValues(run.y) === 0) && (
        <p class="chart-empty">Waiting for the first finished episode</p>
      )}
    </section>
  );
}

/** The last index at or before `from` that has a value. */
function lastIndex(values: ArrayLike<number | null | undefined>, from: number): number | null {
  for (let k = from; k >= 0; k--) if (values[k] !== null && values[k] !== undefined) return k;
  return null;
}

/** All curves over the union of their places: places, own values, single points, then one row per other run; last, where it is smoothed, the own values as they are. */
function tableOf(
  { x, y, points, others }: Pick<ChartProps, "x" | "y"> & Required<Pick<ChartProps, "points" | "others">>,
  smoothing: number,
): uPlot.AlignedData {
  const own: uPlot.AlignedData = [[...x], [...smoothed(y, smoothing)], [...points]];
  const raw: uPlot.AlignedData[] = smoothing > 0 ? [[[...x], [...y]]] : [];
  if (others.length + raw.length === 0) return own;
  const beside = others.map((run): uPlot.AlignedData => [[...run.x], [...smoothed(run.y, smoothing)]]);
  return uPlot.join([own, ...beside, ...raw]);
}

/** Whether every value of every curve may stand on a logarithmic scale. */
function isPositive([, ...rows]: uPlot.AlignedData): boolean {
  return rows.every((row) => Array.from(row).every((value) => value === null || value === undefined || value > 0));
}

/** A place on the horizontal axis: steps, or time. */
function formatPlace(place: number, axis: CurveStyle["axis"]): string {
  if (axis === "steps") return formatCount(place);
  if (place >= 3600) return `${formatCount(place / 3600)} h`;
  return place >= 60 ? `${formatCount(place / 60)} min` : `${formatCount(place)} s`;
}

function countValues(values: readonly (number | null)[]): number {
  let count = 0;
  for (const value of values) if (value !== null) count++;
  return count;
}

interface Drawn extends Pick<ChartProps, "label"> {
  readonly others: readonly OtherCurve[];
  readonly axis: CurveStyle["axis"];
  readonly scale: "linear" | "log" | "signed log";
  readonly isSmoothed: boolean;
}

/** uPlot's kinds of scales; the last is an inverse hyperbolic sine, linear within ±1 of 0. */
const DISTRIBUTIONS = { linear: 1, log: 3, "signed log": 4 } as const;

function chartOptions(
  element: HTMLElement,
  { label, others, axis: xAxis, scale, isSmoothed }: Drawn,
  hover: (index: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color("--text-faint"),
    font: `10px ${style.fontFamily}`,
    grid: { stroke: color("--line-faint"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth || 300,
    height: HEIGHT,
    padding: [6, 16, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: { x: { time: false }, y: { distr: DISTRIBUTIONS[scale] } },
    axes: [
      { ...axis, space: 70, size: 20, gap: 3, values: (_, ticks) => ticks.map((tick) => formatPlace(tick, xAxis)) },
      {
        ...axis,
        space: 30,
        size: 40,
        gap: 4,
        // A logarithmic axis leaves marks without a number, which are null.
        values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : formatCount(tick).replace("-", "−"))),
      },
    ],
    series: [
      {},
      {
        label,
        stroke: color("--accent"),
        width: 1.6,
        fill: scale === "linear" ? color("--accent-wash") : undefined,
        points: { size: 4, fill: color("--accent") },
        spanGaps: true,
      },
      {
        label: "evaluation",
        stroke: color("--second"),
        paths: () => null,
        points: { show: true, size: 6, fill: color("--second"), stroke: color("--panel-solid"), width: 1 },
      },
      ...others.map((run) => ({
        label: run.label,
        stroke: color(run.colour),
        width: 1.4,
        points: { show: false },
        spanGaps: true,
      })),
      ...(isSmoothed
        ? [
            {
              label: `${label} unsmoothed`,
              stroke: color("--accent-wash"),
              width: 1.2,
              points: { show: false },
              spanGaps: true,
            },
          ]
        : []),
    ],
    hooks: { setCursor: [(self) => hover(self.cursor.idx ?? null)] },
  };
}
