/** `flowgait verify <run>`: checks the files of a run and computes iterations again. Fails where anything differs. */
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { wholeNumber } from "../catalogue/flag-value.ts";
import { missingRobot, missingTask } from "../catalogue/task-reference.ts";
import type { TrainConfig } from "../config/config.ts";
import { type Output, resultJson } from "../files/output.ts";
import { shownPath } from "../files/shown-path.ts";
import { UserError } from "../math/user-error.ts";
import { keptPlaces } from "../runs/own-files.ts";
import { runPaths } from "../runs/run-folder.ts";
import { refuseWhileTrained } from "../runs/run-lock.ts";
import { foundRobot, foundTask, type Home, homeAt, robotChanges, taskChanges } from "../runs/run-places.ts";
import { hireFrom } from "../studio/training-session.ts";
import type { Verdict } from "../verify/replay.ts";
import { type Choice, type Subject, type Verification, verifyRun } from "../verify/verify-run.ts";
import { stageProgress } from "./stage-progress.ts";
import { askedConnection } from "./train.ts";

/** The flags. */
export interface VerifyFlags {
  readonly sample: string;
  readonly replay?: boolean;
  readonly iterations?: string;
  readonly task?: string;
  readonly modelDir?: string;
  readonly workers: string;
  readonly queue?: string;
  readonly json?: boolean;
}

const MOST = 1e9;

/** Runs the command. */
export async function verify(run: string, flags: VerifyFlags, output: Output): Promise<void> {
  const choice = choiceOf(flags);
  const workers = wholeNumber("--workers", flags.workers, 0, 256);
  const folder = resolve(run);
  if (!existsSync(runPaths(folder).config)) throw new UserError(`${run}: has no config.json, expected a run folder`);
  await refuseWhileTrained(folder);
  const queue = await askedConnection(flags, output);
  const progress = stageProgress(output);
  const subject = async (): Promise<Subject> => {
    const home = (await homeAt(folder))!;
    const config = { ...(await placed(home, run, flags)), workers };
    return { config, ...(queue !== null && { hire: hireFrom(queue, { stored: home.config, ...home }) }) };
  };
  try {
    const found = await verifyRun({
      folder,
      subject,
      choice,
      random: randomInt,
      report: output.note,
      progress: (done, total) => progress.tell("computing iterations again", done, total),
    });
    progress.close();
    if (flags.json === true) resultJson(output, { run: shownPath(folder), ...found });
    else output.result(`${verificationText(run, found, choice)}\n`);
    if (!found.passed) throw new UserError(`${run}: ${failureText(found)}`);
  } finally {
    progress.close();
    queue?.close();
  }
}

function choiceOf({ sample, replay = false, iterations }: VerifyFlags): Choice {
  if (iterations === undefined) return { sample: wholeNumber("--sample", sample, 0, MOST), replay };
  return { iterations: iterations.split(",").map((text) => wholeNumber("--iterations", text.trim(), 1, MOST)) };
}

/** The run's configuration with task and robot where they are, which must be what it was trained on. */
async function placed(home: Home, run: string, { task: given, modelDir }: VerifyFlags): Promise<TrainConfig> {
  const { config } = home;
  const task = foundTask(config.task, home) ?? given;
  if (task === undefined) throw missingTask(config.task, run);
  const robot = foundRobot(config.modelDir, home) ?? modelDir;
  if (robot === undefined) throw missingRobot(config.modelDir, run);
  // Copies of the run differ from the originals; the manifest has their hashes.
  const kept = keptPlaces(home.folder, home.files);
  const changed = task === kept.task ? [] : [...(await taskChanges(home, task))];
  if (robot !== "" && robot !== kept.modelDir) changed.push(...(await robotChanges(home, { task, modelDir: robot })));
  if (changed.length === 0) return { ...config, task, modelDir: robot };
  throw new UserError(`${run}: ${changed.join(", ")} changed since the run began, expected the same files`);
}

function verificationText(
  run: string,
  { iterations, first, states, quick, faults, verdicts, passed }: Verification,
  choice: Choice,
) {
  const count = (n: number, what: string) => `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;
  const earlier =
    first > 1 ? `; ${count(first - 1, "earlier iteration")} of an older flowgait or another run are not recorded` : "";
  const recorded = `${run}: ${count(iterations, "recorded iteration")}${earlier}`;
  const files = faults.length === 0 ? ["config.json, manifest, metrics and checkpoints are what was written"] : [];
  const few = "sample" in choice && !choice.replay && passed && quick < choice.sample;
  const hint = few
    ? [`only ${quick} of them follow a stored state (the beginning or a checkpoint); --replay chooses among all`]
    : [];
  return [
    recorded,
    ...files,
    ...faults.map(({ place, found }) => `${place}: ${found}`),
    ...verdicts.map(verdictText),
    ...hint,
    ...(passed ? [passText(verdicts, states)] : []),
  ].join("\n");
}

function verdictText({ iteration, steps, from, replayed, part, differs }: Verdict): string {
  const between = replayed === 0 ? "" : ` over ${replayed.toLocaleString("en")} others`;
  const where = `iteration ${iteration}, up to ${steps.toLocaleString("en")} steps, from ${from}${between}`;
  if (part === null) return `${where}: the same bits`;
  const of = part === "log" ? "metrics.jsonl has other numbers" : `the ${part} differs`;
  return `${where}: ${of}: ${differs.join(", ")}`;
}

function passText(verdicts: readonly Verdict[], states: number): string {
  if (verdicts.length === 0) return states === 0 ? "pass" : "pass: no iteration was computed again";
  return `pass: ${verdicts.length === 1 ? "1 iteration" : `${verdicts.length} iterations`} computed again with the same bits`;
}

function failureText({ faults, verdicts }: Verification): string {
  const wrong = verdicts.filter(({ part }) => part !== null);
  const places = [
    ...faults.map(({ place }) => place),
    ...wrong.map(({ iteration, part }) => `iteration ${iteration} (${part})`),
  ];
  return `failed: ${places.join("; ")}`;
}
