/** One curve over environment steps, with its newest value beside the title and the value under the pointer while it hovers. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { Theme } from "../store.ts";
import { formatCount, formatValue } from "./format.ts";

export interface ChartProps {
  readonly label: string;
  /** Environment steps, rising. */
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  /** Single points over the curve, such as evaluations; same length as `x`. */
  readonly points?: readonly (number | null)[];
  readonly unit?: string;
  readonly theme: Theme;
  /** Replaces the title, such as by a choice of curves. */
  readonly title?: preact.ComponentChildren;
}

const HEIGHT = 118;

export function Chart({ label, x, y, points, unit, theme, title }: ChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const noPoints = points ?? x.map(() => null);

  useLayoutEffect(() => {
    const element = holder.current!;
    plot.current = new uPlot(chartOptions(element, label, setHovered), [[...x], [...y], [...noPoints]], element);
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
    };
  }, [theme, label]);

  useEffect(() => {
    plot.current?.setData([[...x], [...y], [...noPoints]]);
  }, [x, y, points]);

  const shown = hovered ?? lastIndex(y);
  return (
    <section class="chart" aria-label={label} data-testid="chart" data-points={countValues(y)}>
      <header>
        {title ?? <h3>{label}</h3>}
        <span class="chart-value">
          {shown !== null && <b>{formatValue(y[shown])}</b>}
          {unit && <small>{unit}</small>}
          {hovered !== null && <small class="chart-at">at {formatCount(x[hovered])}</small>}
        </span>
      </header>
      <div class="chart-plot" ref={holder} />
      {countValues(y) === 0 && <p class="chart-empty">Waiting for the first finished episode</p>}
    </section>
  );
}

function lastIndex(values: readonly (number | null)[]): number | null {
  for (let k = values.length - 1; k >= 0; k--) if (values[k] !== null) return k;
  return null;
}

function countValues(values: readonly (number | null)[]): number {
  let count = 0;
  for (const value of values) if (value !== null) count++;
  return count;
}

function chartOptions(element: HTMLElement, label: string, hover: (index: number | null) => void): uPlot.Options {
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
    ],
    hooks: { setCursor: [(self) => hover(self.cursor.idx ?? null)] },
  };
}
