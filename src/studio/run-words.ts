/** What people read when a run begins and ends. */
import { shellPath, shellWord, shownPath } from "../files/shown-path.ts";
import type { RunFiles } from "../runs/own-files.ts";
import type { PreparedRun } from "./prepared-run.ts";
import type { RunResult } from "./training-session.ts";

/** What people read before the first iteration. */
export function startText({ config, folder, files, resume, notes }: PreparedRun): string {
  const from = resume === undefined ? "" : ` from ${resume.checkpoint.metadata.envSteps.toLocaleString("en")} steps`;
  const verb = resume === undefined ? "training" : "resuming";
  const task = files.task?.name ?? config.task;
  const by =
    config.lesson === ""
      ? ""
      : ` with lesson ${config.lesson} (flowgait tasks ${shellPath(config.task)} --lesson ${shellWord(config.lesson)})`;
  const what = `${verb} ${task}${by} by ${config.algorithm.name}${from}, ${config.envs} environments, seed ${config.seed}`;
  return [...notes, what, ...referredText(files), `run: ${shownPath(folder)}`].join("\n");
}

/** What a run could not take with it. */
function referredText({ task, robot }: RunFiles): string[] {
  const referred = [task, robot].filter((own) => own?.copy === null);
  return referred.map(
    (own) => `${own!.file} is not copied, because it is too large or works only in its place: the run needs it there`,
  );
}

/** What people read after the last iteration. */
export function endText({ config, folder }: PreparedRun, { steps, seconds, stopped }: RunResult): string {
  const done = `${steps.toLocaleString("en")} steps in ${Math.round(seconds).toLocaleString("en")} s`;
  const run = shellPath(folder);
  if (stopped && steps < config.steps)
    return `stopped and saved at ${done}\nresume with: flowgait train --resume ${run}`;
  return `done: ${done}\nevaluate with: flowgait eval ${run}`;
}
