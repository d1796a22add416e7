import { describe, expect, it } from "vitest";
import { lineChart } from "../../src/figures/line-chart.ts";
import type { CellRecord } from "../../src/reproduction/cell-record.ts";
import { planCells } from "../../src/reproduction/cells.ts";
import { curvesFigure } from "../../src/reproduction/curves-figure.ts";
import { fpoTable1 } from "../../src/reproduction/fpo-table1.ts";
import { checkWellFormed } from "../cli/well-formed.ts";

const chart = { width: 200, height: 100, x: [0, 10], y: [0, 1000] } as const;

describe("a line chart", () => {
  it("draws a line through its points, the band one half to either side, a dot for a single point", () => {
    const points = [
      { x: 0, y: 0, half: 100 },
      { x: 10, y: 500, half: 200 },
    ];
    const line = { colour: "#123456", points };
    const shapes = lineChart({ ...chart, title: "a < b", lines: [line] }).join("");
    expect(shapes).toContain('d="M0 100L200 50" stroke="#123456"');
    expect(shapes).toContain('d="M0 90L200 30L200 70L0 110z" fill="#123456"');
    expect(shapes).toContain("a &lt; b");
    const dot = lineChart({ ...chart, title: "", lines: [{ colour: "#123456", points: [{ x: 5, y: 250 }] }] });
    expect(dot.join("")).toContain('d="M100 75h0"');
  });
});

describe("the picture of a table", () => {
  const { tasks, algorithms } = fpoTable1;
  const cells = planCells({ preset: "paper", tasks, algorithms, seeds: [1, 2], overrides: {} }, fpoTable1);
  const records = cells.map((cell, n): CellRecord => {
    const steps = Array.from({ length: 10 }, (_, k) => ((k + 1) * cell.config.steps) / 10);
    const evaluations = steps.map((at, k) => ({ steps: at, returnMean: 60 * k + n, returnStd: 5, episodes: 128 }));
    return { cell, state: "done", steps: cell.config.steps, seconds: 1, evaluations, other: null };
  });

  it("is well-formed and has a panel per task with a line and a band per algorithm", () => {
    const svg = curvesFigure("fpo-table1 & more", records, fpoTable1);
    checkWellFormed(svg);
    for (const task of tasks) expect(svg).toContain(`>${task}</text>`);
    expect(svg.match(/opacity="0.2"/g)).toHaveLength(30);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("draws the published logs where they lie on the axis, and nothing where nothing was run", () => {
    const all = curvesFigure("all", records, fpoTable1);
    expect(all.match(/opacity="0.6"/g)).toHaveLength(2);
    expect(all).toContain("published log");
    const missing = records.map((record): CellRecord => ({ ...record, state: "missing", evaluations: [] }));
    const svg = curvesFigure(
      "none",
      missing.filter(({ cell }) => cell.task !== "CheetahRun"),
      fpoTable1,
    );
    checkWellFormed(svg);
    expect(svg).not.toMatch(/opacity="0.2"|published log|NaN|undefined/);
  });

  it("leaves out returns that were no numbers", () => {
    const broken = records.map((record, n) => {
      const evaluations = record.evaluations.map((e, k) => (n === 0 && k === 3 ? { ...e, returnMean: Number.NaN } : e));
      return { ...record, evaluations };
    });
    expect(curvesFigure("broken", broken, fpoTable1)).not.toContain("NaN");
  });
});
