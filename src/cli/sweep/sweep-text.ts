/** A sweep as text and as JSON: its plan, the run that is next, the table of its settings. */
import type { Spread } from "../../reproduction/scores.ts";
import { durationText } from "../../runs/progress-sink.ts";
import type { SweepPlan } from "../../sweep/plan.ts";
import type { SweepStep } from "../../sweep/run-sweep.ts";
import { stepsOfAll } from "../../sweep/rungs.ts";
import { type CellRecord, remaining, type SettingStanding, type Standing } from "../../sweep/standing.ts";
import { type Column, counted, formatTable } from "../table.ts";

/** What will be trained, for people. */
export function planText({ task, names, settings, seeds, rungs }: SweepPlan, out: string): string {
  const rung = ({ settings: count, steps }: SweepPlan["rungs"][number], k: number) =>
    `  rung ${k + 1}: ${counted(count, "setting")}, runs up to ${countText(steps)} steps each`;
  const all = `${counted(settings.length, "setting")} × ${counted(seeds.length, "seed")} (${seeds.join(", ")})`;
  const ownReward = names.some((name) => name.startsWith("reward."));
  return [
    `sweep of ${task}: ${all}, ${countText(stepsOfAll(rungs, seeds.length))} environment steps in all`,
    ...rungs.map(rung),
    `  runs: ${out}`,
    ...(ownReward
      ? ["note: rewards are varied, and each setting is scored by its own; scores of different rewards do not compare"]
      : []),
  ].join("\n");
}

/** "rung 1 of 2, run 3 of 12: algorithm.clip 0.1, seed 1; about 5m 10s left for all" */
export function stepText(plan: SweepPlan, { cell, rung, records, standing }: SweepStep): string {
  const { present, open } = standing.rungs.at(-1)!;
  const runs = present.length * plan.seeds.length;
  const { seconds } = remaining(plan, records, standing);
  const left = seconds === null ? "" : `; about ${durationText(seconds)} left for all`;
  const { name } = plan.settings[cell.setting]!;
  return `rung ${rung} of ${plan.rungs.length}, run ${runs - open.length + 1} of ${runs}: ${name}, seed ${cell.seed}${left}`;
}

/** The table of settings, best first. */
export function sweepText(plan: SweepPlan, { settings }: Standing): string {
  const right = (heading: string): Column => ({ heading, align: "right" });
  const columns = ["", ...plan.names, "steps", "score", "difference to the first", "state"].map(right);
  const rows = settings.map((standing, rank) => {
    const { values } = plan.settings[standing.setting]!;
    return [
      String(rank + 1),
      ...values.map(([, value]) => value),
      countText(standing.steps),
      scoreText(standing),
      standing.difference === null ? "–" : spreadText(standing.difference, true),
      stateText(standing, plan),
    ];
  });
  const seeds = plan.seeds.length === 1 ? "one seed" : `${plan.seeds.length} seeds, ± standard error`;
  return [
    `score: mean return of evaluations at the end of a setting's last rung, ${seeds}`,
    ...(plan.seeds.length > 1
      ? [
          "difference: seed by seed at the last rung of both, since all settings are trained with the same random numbers",
        ]
      : []),
    formatTable(columns, rows, "  "),
  ].join("\n");
}

/** The documented fields, in the documented order. */
export function sweepJson(plan: SweepPlan, out: string, records: readonly CellRecord[], standing: Standing) {
  const { task, id, seeds, rungs } = plan;
  return {
    task,
    id,
    out,
    seeds,
    rungs,
    steps: stepsOfAll(rungs, seeds.length),
    done: standing.isDone,
    remaining: remaining(plan, records, standing),
    settings: standing.settings.map(({ setting, ...rest }) => ({
      values: Object.fromEntries(plan.settings[setting]!.values),
      ...rest,
      runs: plan.cells.filter((cell) => cell.setting === setting).map(({ name }) => name),
    })),
  };
}

function scoreText({ scores, ...spread }: SettingStanding): string {
  const there = scores.filter((score) => score !== null).length;
  const some = there < scores.length ? ` (${there} of ${scores.length} seeds)` : "";
  return there === 0 ? "missing" : `${spreadText(spread)}${some}`;
}

function stateText({ state, rung }: SettingStanding, { rungs }: SweepPlan): string {
  if (state === "stopped") return `stopped after rung ${rung} of ${rungs.length}`;
  return state === "done" ? "done" : `in rung ${rung} of ${rungs.length}`;
}

function spreadText({ mean, standardError }: Spread, isSigned = false): string {
  if (mean === null) return "–";
  if (!Number.isFinite(mean)) return "not finite";
  const number = `${isSigned && mean > 0 ? "+" : ""}${mean.toFixed(1).replace("-", "−")}`;
  return standardError === null ? number : `${number} ± ${standardError.toFixed(1)}`;
}

/** 1234567 → "1.23M" */
function countText(count: number): string {
  if (count >= 1e6) return `${Number((count / 1e6).toPrecision(3))}M`;
  return count >= 1e4 ? `${Math.round(count / 1e3)}k` : Math.round(count).toLocaleString("en");
}
