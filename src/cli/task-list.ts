/** `flowgait tasks`: the registry as a table. Sizes that only a simulation knows are read from a table, so that the list appears at once. */
import { type Output, resultJson } from "../files/output.ts";
import type { Task } from "../tasks/define-task.ts";
import { registeredSizes } from "../tasks/registered-sizes.ts";
import { list } from "../tasks/registry.ts";
import { formatNumber, formatTable } from "./table.ts";

/** Prints the list. */
export function listTasks(output: Output, json = false): void {
  const summaries = list().map(summaryOf);
  if (json) resultJson(output, summaries);
  else
    output.result(
      `${summaryTable(summaries)}\n\nflowgait tasks <name> describes one, flowgait train <name> trains it.\n`,
    );
}

type TaskSummary = ReturnType<typeof summaryOf>;

/** The documented fields of `tasks --json`. */
function summaryOf({ name, family, timing: { controlHz }, decimation, episodeSteps }: Task) {
  const { obsSize, actionSize, privilegedSize } = registeredSizes(name);
  return { name, family, obsSize, actionSize, privilegedSize, controlHz, decimation, episodeSteps };
}

function summaryTable(summaries: readonly TaskSummary[]): string {
  const columns = [
    { heading: "task" },
    { heading: "family" },
    { heading: "observation", align: "right" },
    { heading: "action", align: "right" },
    { heading: "privileged", align: "right" },
    { heading: "control", align: "right" },
    { heading: "episode", align: "right" },
  ] as const;
  const rows = summaries.map((task) => [
    task.name,
    task.family,
    String(task.obsSize),
    String(task.actionSize),
    String(task.privilegedSize),
    `${formatNumber(task.controlHz)} Hz`,
    `${formatNumber(task.episodeSteps / task.controlHz)} s`,
  ]);
  return formatTable(columns, rows);
}
