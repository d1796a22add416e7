/** `flowgait status [run]`: how far trainings are, from what they write. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Output, resultJson } from "../../files/output.ts";
import { shellPath } from "../../files/shown-path.ts";
import { readJsonl } from "../../runs/jsonl-sink.ts";
import type { EvaluationMetrics, IterationMetrics } from "../../runs/metrics.ts";
import { readRun, runPaths } from "../../runs/run-folder.ts";
import { isTrainedIn } from "../../runs/run-lock.ts";
import { listRuns, runKey } from "../../studio/run-list.ts";
import { formatNumber, formatTable, percent } from "../table.ts";

/** The flags. */
export interface StatusOptions {
  readonly json?: boolean;
}

/** How far one run is. */
interface RunStatus {
  readonly run: string;
  readonly task: string;
  readonly algorithm: string;
  readonly state: "training" | "done" | "stopped";
  readonly steps: number;
  readonly totalSteps: number;
  /** s of training so far, and s left at the present rate; null where it does not train */
  readonly seconds: number;
  readonly secondsLeft: number | null;
  readonly stepsPerSecond: number | null;
  /** Of recent training episodes; null before the first one ends */
  readonly returnMean: number | null;
  readonly evaluations: readonly { readonly steps: number; readonly returnMean: number; readonly fallRate: number }[];
  readonly best: { readonly steps: number; readonly returnMean: number } | null;
}

/** Evaluations that are printed, the newest ones. */
const SHOWN = 8;

/** Runs the command. */
export async function status(run: string | undefined, { json }: StatusOptions, output: Output): Promise<void> {
  if (run === undefined) return listAll(json === true, output);
  const found = await statusOf(run);
  if (json === true) resultJson(output, found);
  else output.result(`${statusText(found)}\n`);
}

async function listAll(json: boolean, output: Output): Promise<void> {
  const entries = await listRuns(null, null);
  const runs: RunStatus[] = [];
  for (const { key } of entries) runs.push(await statusOf(key));
  if (json) return resultJson(output, runs);
  if (runs.length === 0) return output.result("no runs in runs/; start one with flowgait train <task>\n");
  const rows = runs.map(({ run: name, state, steps, totalSteps, best }) => [
    name,
    state,
    `${steps.toLocaleString("en")} of ${totalSteps.toLocaleString("en")} steps`,
    best === null ? "" : `best return ${formatNumber(best.returnMean)}`,
  ]);
  output.result(`${formatTable([{ heading: "" }, { heading: "" }, { heading: "" }, { heading: "" }], rows)}\n`);
}

async function statusOf(run: string): Promise<RunStatus> {
  const { config, files } = await readRun(run);
  const { metrics } = runPaths(run);
  const reports = existsSync(metrics) ? await readJsonl(metrics) : [];
  const last = reports.findLast(({ event }) => event === "iteration") as unknown as IterationMetrics | undefined;
  const evaluations = (reports.filter(({ event }) => event === "evaluation") as unknown as EvaluationMetrics[]).map(
    ({ steps, returnMean, fallRate }) => ({ steps, returnMean, fallRate }),
  );
  const isTraining = await isTrainedIn(run);
  const steps = last?.steps ?? 0;
  const rate = isTraining ? (last?.stepsPerSecond ?? null) : null;
  return {
    ...{ run: runKey(resolve(run)), task: files.task?.name ?? config.task, algorithm: config.algorithm.name },
    state: isTraining ? "training" : steps >= config.steps ? "done" : "stopped",
    ...{ steps, totalSteps: config.steps, seconds: last?.seconds ?? 0, stepsPerSecond: rate },
    secondsLeft: rate === null || rate === 0 ? null : Math.max(0, config.steps - steps) / rate,
    returnMean: last?.returnMean ?? null,
    evaluations,
    best: evaluations.reduce<RunStatus["best"]>(
      (best, one) => (best === null || one.returnMean > best.returnMean ? one : best),
      null,
    ),
  };
}

function statusText(found: RunStatus): string {
  const { run, task, algorithm, state, steps, totalSteps, seconds, secondsLeft, returnMean, evaluations } = found;
  const left = secondsLeft === null ? "" : `, ${Math.round(secondsLeft).toLocaleString("en")} s left`;
  const rows = [
    ["state", state],
    ["steps", `${steps.toLocaleString("en")} of ${totalSteps.toLocaleString("en")}`],
    ["time", `${Math.round(seconds).toLocaleString("en")} s${left}`],
    ["return of recent episodes", returnMean === null ? "–" : formatNumber(returnMean)],
  ];
  const evaluated = evaluations
    .slice(-SHOWN)
    .map((one) => [one.steps.toLocaleString("en"), formatNumber(one.returnMean), percent(one.fallRate)]);
  const right = (heading: string) => ({ heading, align: "right" as const });
  const columns = [right("steps"), right("return"), right("early terminations")];
  const next = state === "training" ? [] : [`evaluate with: flowgait eval ${shellPath(resolve(run))}`];
  return [
    `${run}: ${task} by ${algorithm}`,
    formatTable([{ heading: "" }, { heading: "" }], rows, "  "),
    ...(evaluated.length > 0 ? [`evaluations\n${formatTable(columns, evaluated, "  ")}`] : []),
    ...next,
  ].join("\n\n");
}
