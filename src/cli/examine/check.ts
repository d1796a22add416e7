/** `flowgait check <task>`: what a learner will find first in a task, before anything is trained. Fails when a check fails. */
import { basename, dirname, extname, join } from "node:path";
import { controllersFor } from "../../catalogue/controller-cards.ts";
import { checkPage } from "../../check/check-page.ts";
import { checkTask, type GivenPolicy, type TaskCheck } from "../../check/check-task.ts";
import { headline } from "../../check/check-words.ts";
import { FULL } from "../../check/sizes.ts";
import type { TrainConfig } from "../../config/config.ts";
import type { Check } from "../../export/doctor/check.ts";
import { writeFileAtomically } from "../../files/atomic-file.ts";
import { type Output, resultJson } from "../../files/output.ts";
import { publicPath } from "../../files/shown-path.ts";
import { createEngine } from "../../graph/index.ts";
import { UserError } from "../../math/user-error.ts";
import { Environment, isTaskFile, resolveTask, taskFileName } from "../../tasks/index.ts";
import { type CheckpointOptions, takePolicy } from "../flags/checkpoint-flag.ts";
import { formatNumber, formatTable, percent } from "../table.ts";
import { requestedConfig } from "../train.ts";

/** The flags. */
export interface CheckOptions extends CheckpointOptions {
  readonly preset?: string;
  readonly algorithm?: string;
  readonly policy?: string;
  readonly page?: string;
  readonly json?: boolean;
  readonly [setting: string]: unknown;
}

/** Runs the command. */
export async function check(reference: string, options: CheckOptions, output: Output): Promise<void> {
  const config = await requestedConfig(reference, options);
  const policy = await givenPolicy(config, options, output);
  const engine = await createEngine("ort");
  try {
    const sizes = { ...FULL, seed: config.seed };
    const report = await checkTask({ config, sizes, engine, policy }, (stage) => output.note(`${stage} …`));
    const page = options.page ?? pagePath(reference, report.task);
    await writeFileAtomically(page, checkPage(report, isTaskFile(reference) ? publicPath(reference) : report.task));
    if (options.json === true) resultJson(output, { page, ...report });
    else output.result(`${checkText(report, page)}\n`);
    const failed = report.checks.filter(({ verdict }) => verdict === "fail");
    if (failed.length > 0)
      throw new UserError(`${reference}: ${failed.map(({ name }) => name).join(", ")} failed; see the fixes above`);
  } finally {
    await engine.dispose();
  }
}

/** The policy of --policy. Default: the first controller that ships for the task; null if none ships. */
async function givenPolicy(config: TrainConfig, options: CheckOptions, output: Output): Promise<GivenPolicy | null> {
  const name = options.policy ?? (isTaskFile(config.task) ? undefined : controllersFor(config.task)[0]);
  if (name === undefined || name === "none") return null;
  const found = await takePolicy(name, options, output);
  const task = await resolveTask(config.task, { ...config, lesson: found.variant.lesson });
  const env = await Environment.create(task, { looks: false });
  try {
    return { name, data: await found.bind(env), noise: found.noise ?? "random", task };
  } finally {
    env.delete();
  }
}

/** Beside a task's file; of a task that ships, in the working directory. */
function pagePath(reference: string, task: string): string {
  if (isTaskFile(reference)) return join(dirname(reference), `${basename(reference, extname(reference))}.check.html`);
  return `${taskFileName(task)}.check.html`;
}

function checkText(report: TaskCheck, page: string): string {
  const { task, lesson, algorithm, gamma, horizonSeconds, checks } = report;
  const taught = lesson === "" ? "" : `, lesson ${lesson}`;
  const ahead = `discount ${gamma} looks about ${formatNumber(horizonSeconds, 2)} s ahead`;
  const width = Math.max(...checks.map(({ name }) => name.length));
  const count = (verdict: Check["verdict"]) => checks.filter((one) => one.verdict === verdict).length;
  const skipped = count("skip") > 0 ? `, ${count("skip")} not applicable` : "";
  return [
    `${task}${taught}, ${algorithm}: ${ahead}`,
    behaviourTable(report),
    headline(report),
    checks.map((one) => checkLine(one, width)).join("\n"),
    `${count("pass")} pass, ${count("warn")} warn, ${count("fail")} fail${skipped}; page: ${page}`,
  ].join("\n\n");
}

function behaviourTable({ behaviours }: TaskCheck): string {
  const right = (heading: string) => ({ heading, align: "right" as const });
  const columns = [
    { heading: "" },
    right("stays up"),
    right("for"),
    right("reward/s"),
    right("worth"),
    { heading: "" },
  ];
  const rows = behaviours.map(({ name, about, survived, seconds, perSecond, value }) => [
    name,
    percent(survived),
    `${formatNumber(seconds, 3)} s`,
    formatNumber(perSecond, 3),
    formatNumber(value, 3),
    about,
  ]);
  return formatTable(columns, rows, "  ");
}

function checkLine({ name, verdict, found, fix }: Check, width: number): string {
  const advice = fix === "" ? "" : `\n  ${" ".repeat(width + 6)}→ ${fix}`;
  return `  ${verdict}  ${name.padEnd(width)}  ${found}${advice}`;
}
