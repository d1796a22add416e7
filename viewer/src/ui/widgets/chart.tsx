/** One curve over environment steps, with its newest value beside the title and the value under the pointer while it hovers. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { Theme } from "../../state/store.ts";
import { formatCount, formatValue } from "./format.ts";

/** What a chart shows. */
export interface ChartProps {
  readonly label: string;
  /** Environment steps, rising. */
  readonly x: readonly number[];
  /** A value for each of `x`; null leaves a gap. */
  readonly y: readonly (number | null)[];
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
export function Chart({ label, x, y, points, unit, theme, title, others = nobody }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const data = useMemo(() => tableOf(x, y, points ?? x.map(() => null), others), [x, y, points, others]);
  const runs = others.map(({ label: run, colour }) => `${run} ${colour}`).join("\n");

  useLayoutEffect(() => {
    const element = holder.current!;
    plot.current = new uPlot(chartOptions(element, label, others, setHovered), data, element);
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [theme, label, runs]);

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
          {hovered !== null && <small class="chart-at">at {formatCount(steps[hovered])}</small>}
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

/** All curves over the union of their steps: steps, own values, single points, then one row per other run. */
function tableOf(
  x: readonly number[],
  y: readonly (number | null)[],
  points: readonly (number | null)[],
  others: readonly OtherCurve[],
): uPlot.AlignedData {
  const own: uPlot.AlignedData = [[...x], [...y], [...points]];
  if (others.length === 0) return own;
  return uPlot.join([own, ...others.map((run): uPlot.AlignedData => [[...run.x], [...run.y]])]);
}

function countValues(values: readonly (number | null)[]): number {
  let count = 0;
  for (const value of values) if (value !== null) count++;
  return count;
}

function chartOptions(
  element: HTMLElement,
  label: string,
  others: readonly OtherCurve[],
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
    scales: { x: { time: false } },
    axes: [
      { ...axis, space: 70, size: 20, gap: 3, values: (_, ticks) => ticks.map(formatCount) },
      {
        ...axis,
        space: 30,
        size: 40,
        gap: 4,
        values: (_, ticks) => ticks.map((tick) => formatCount(tick).replace("-", "−")),
      },
    ],
    series: [
      {},
      {
        label,
        stroke: color("--accent"),
        width: 1.6,
        fill: color("--accent-wash"),
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
    ],
    hooks: { setCursor: [(self) => hover(self.cursor.idx ?? null)] },
  };
}
