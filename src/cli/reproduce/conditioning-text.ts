/** The table on conditioning for people: what each algorithm reached with each mask, beside what was published. */
import { fpoConditioning } from "../../reproduction/fpo-conditioning.ts";
import { type MaskRecord, type MaskScore, maskScores } from "../../reproduction/mask-scores.ts";
import type { Spread } from "../../reproduction/scores.ts";
import { durationText } from "../../runs/progress-sink.ts";
import { type Column, formatTable } from "../table.ts";

/** The whole report. */
export function conditioningText(title: string, records: readonly MaskRecord[]): string {
  const zero = maskScores(records, "zero");
  const random = maskScores(records, "random");
  return [
    `${title}\non held-out clips, mean ± standard error over seeds; the same critic for all, which gets the full goal`,
    `success, % of clips: the mean error of the bodies never above 0.5 m, no fall; actions from zero noise\n${successTable(zero, random)}`,
    `zero noise in full\n${measureTable(zero)}`,
    ...verdict(zero),
    `runs\n${runTable(records)}`,
  ].join("\n\n");
}

function successTable(scores: readonly MaskScore[], random: readonly MaskScore[]): string {
  const algorithms = [...new Set(scores.map(({ algorithm }) => algorithm))];
  const masks = [...new Set(scores.map(({ mask }) => mask))];
  const columns: Column[] = [{ heading: "goals" }, ...algorithms.map(right)];
  const row = (of: readonly MaskScore[], mask: string) =>
    algorithms.map((algorithm) => {
      const found = of.find((score) => score.mask === mask && score.algorithm === algorithm)!;
      return seedsText(spreadText(found.successRate, 100), found);
    });
  const published = (mask: string) =>
    algorithms.map((algorithm) => {
      const found = fpoConditioning.published.find((entry) => entry.mask === mask && entry.algorithm === algorithm);
      return found ? (100 * found.successRate).toFixed(1) : "–";
    });
  const rows = masks.flatMap((mask) => [
    [mask, ...row(scores, mask)],
    ["  random noise", ...row(random, mask)],
    ["  published, recorded motions", ...published(mask)],
  ]);
  return formatTable(columns, rows, "  ");
}

function measureTable(scores: readonly MaskScore[]): string {
  const columns: Column[] = [
    { heading: "goals" },
    { heading: "algorithm" },
    ...["success, %", "alive, % of the clip", "body error, mm", "global error, mm"].map(right),
  ];
  const rows = scores.map(({ mask, algorithm, successRate, aliveShare, bodyErrorMm, globalErrorMm }) => [
    mask,
    algorithm,
    spreadText(successRate, 100),
    spreadText(aliveShare, 100),
    spreadText(bodyErrorMm, 1),
    spreadText(globalErrorMm, 1),
  ]);
  return formatTable(columns, rows, "  ");
}

/** Which algorithm is ahead with which mask, and whether by more than the seeds differ. */
function verdict(scores: readonly MaskScore[]): string[] {
  const masks = [...new Set(scores.map(({ mask }) => mask))];
  const lines = masks.flatMap((mask) => {
    const mine = scores.filter((score) => score.mask === mask && score.successRate.mean !== null);
    if (mine.length < 2) return [];
    const [first, second] = [...mine].sort((a, b) => b.successRate.mean! - a.successRate.mean!);
    const lead = 100 * (first!.successRate.mean! - second!.successRate.mean!);
    const spread = 100 * Math.hypot(first!.successRate.standardError ?? 0, second!.successRate.standardError ?? 0);
    const known = Math.min(first!.done, second!.done) < 2 ? "one seed" : `± ${spread.toFixed(1)}`;
    return [
      `goals ${mask}: ${first!.algorithm} is ahead of ${second!.algorithm} by ${lead.toFixed(1)} points (${known})`,
    ];
  });
  return lines.length === 0 ? [] : [lines.join("\n")];
}

function runTable(records: readonly MaskRecord[]): string {
  const columns: Column[] = [
    { heading: "goals" },
    { heading: "algorithm" },
    ...["seed", "success, %", "steps", "wall time"].map(right),
  ];
  const rows = records.map(({ cell, run, result }) => [
    cell.mask,
    cell.algorithm,
    String(cell.seed),
    result === null ? run.state : (100 * result.zero.successRate).toFixed(1),
    run.state === "done"
      ? run.steps.toLocaleString("en")
      : `${run.steps.toLocaleString("en")} of ${cell.config.steps.toLocaleString("en")}`,
    run.state === "missing" ? "–" : durationText(run.seconds),
  ]);
  return formatTable(columns, rows, "  ");
}

function right(heading: string): Column {
  return { heading, align: "right" };
}

function seedsText(text: string, { done, seeds }: MaskScore): string {
  return done > 0 && done < seeds ? `${text} (${done} of ${seeds} seeds)` : text;
}

function spreadText({ mean, standardError }: Spread, factor: number): string {
  if (mean === null) return "missing";
  const half = standardError === null ? "" : ` ± ${(factor * standardError).toFixed(1)}`;
  return `${(factor * mean).toFixed(1)}${half}`;
}
