/** `flowgait sweep <task>`: trains a task with several settings and compares them; resumes where it stopped. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { wholeNumber } from "../../catalogue/flag-value.ts";
import { storedReference } from "../../catalogue/task-reference.ts";
import { makeFolder, writeFileAtomically } from "../../files/atomic-file.ts";
import { type Output, resultJson } from "../../files/output.ts";
import { shellWord, shownPath } from "../../files/shown-path.ts";
import { parseNumber } from "../../math/number-text.ts";
import { UserError } from "../../math/user-error.ts";
import { progressSink } from "../../runs/progress-sink.ts";
import { RUNS_FOLDER } from "../../runs/run-folder.ts";
import { planSweep, type SweepPlan, type SweepRequest } from "../../sweep/plan.ts";
import { readSweep, runSweep, type SweepStep, writeFigure } from "../../sweep/run-sweep.ts";
import { type Scoring, standingOf } from "../../sweep/standing.ts";
import { Environment, resolveTask } from "../../tasks/index.ts";
import { givenSettings } from "../flags/setting-options.ts";
import { type Interrupt, listenForInterrupt } from "../interrupt.ts";
import { askedConnection } from "../train.ts";
import { planText, stepText, sweepJson, sweepText } from "./sweep-text.ts";

/** The flags. */
export interface SweepFlags {
  readonly vary?: readonly string[];
  readonly budget?: string;
  readonly halving: string;
  readonly random?: string;
  readonly randomSeed: string;
  readonly preset?: string;
  readonly algorithm?: string;
  readonly out?: string;
  readonly dryRun?: boolean;
  readonly report?: boolean;
  readonly queue?: string;
  readonly json?: boolean;
  readonly [setting: string]: unknown;
}

const MOST_STEPS = 1e15;
const MOST_FACTOR = 1000;
const MOST_DRAWN = 1000;

/** Runs the command. */
export async function sweep(task: string, flags: SweepFlags, output: Output): Promise<void> {
  const plan = await planSweep(requestOf(task, flags));
  const scoring = await scoringOf(plan);
  const out = resolve(flags.out ?? join(RUNS_FOLDER, "sweep", `${plan.task}-${plan.id}`));
  await checkFolder(out, plan);
  const trains = flags.dryRun !== true && flags.report !== true;
  const isPlanOnly = flags.dryRun === true && flags.json !== true;
  if (isPlanOnly) output.result(`${planText(plan, shownPath(out))}\n`);
  else output.note(planText(plan, shownPath(out)));
  const interrupt = trains ? await trainAll(plan, { out, scoring, flags }, output) : null;
  const records = await readSweep(plan, out, scoring);
  const standing = standingOf(plan, records);
  if (flags.json === true) resultJson(output, sweepJson(plan, shownPath(out), records, standing));
  else if (flags.dryRun !== true) output.result(`${sweepText(plan, standing)}\n`);
  if (flags.dryRun !== true && records.some(({ evaluations }) => evaluations.length > 0))
    output.note(`picture: ${shownPath(await writeFigure(plan, out, records))}`);
  if (interrupt?.signal.aborted === true && !standing.isDone) output.note(`resume with: ${resumeLine(task, flags)}`);
  interrupt?.end();
}

function requestOf(task: string, flags: SweepFlags): SweepRequest {
  const { vary = [], budget, halving, random, randomSeed, preset, algorithm } = flags;
  const given = givenSettings(flags);
  const conflict = given.find(([name]) => name === "run" || (name === "steps" && budget !== undefined))?.[0];
  if (conflict === "run") throw new UserError("--run: a sweep has a folder of runs; expected --out", { exitCode: 2 });
  if (conflict !== undefined)
    throw new UserError("--steps: cannot be given with --budget, expected one of them", { exitCode: 2 });
  return {
    task: storedReference(task),
    vary,
    given,
    factor: wholeNumber("--halving", halving, 1, MOST_FACTOR),
    randomSeed: wholeNumber("--random-seed", randomSeed, 0, 0xffffffff),
    ...(random !== undefined && { random: wholeNumber("--random", random, 1, MOST_DRAWN) }),
    ...(budget !== undefined && { budget: stepsOf(budget) }),
    ...(preset !== undefined && { preset }),
    ...(algorithm !== undefined && { algorithm }),
  };
}

/** "2M" */
function stepsOf(text: string): number {
  const steps = parseNumber(text);
  if (steps !== undefined && Number.isInteger(steps) && steps >= 1 && steps <= MOST_STEPS) return steps;
  throw new UserError(`--budget: got "${text}", expected environment steps, such as 2M`, { exitCode: 2 });
}

async function scoringOf({ cells }: SweepPlan): Promise<Scoring> {
  const { config } = cells[0]!;
  const env = await Environment.create(await resolveTask(config.task, config), { looks: false });
  const { episodeSteps, task } = env;
  env.delete();
  return { followsCommands: task.measured !== undefined, episodeSteps };
}

/** @throws UserError (exit code 2) where the folder holds another sweep, or something else */
async function checkFolder(out: string, { id }: SweepPlan): Promise<void> {
  if (!existsSync(out)) return;
  const path = join(out, "sweep.json");
  const text = await readFile(path, "utf8").catch(() => null);
  const found = text === null ? null : (JSON.parse(text) as { id?: string }).id;
  if (found === id) return;
  const what = found === null ? "no sweep" : "a sweep with other settings";
  throw new UserError(`--out: ${shownPath(out)} holds ${what}, expected a new folder or the same sweep`, {
    exitCode: 2,
  });
}

interface Surroundings {
  readonly out: string;
  readonly scoring: Scoring;
  readonly flags: SweepFlags;
}

/** Trains what remains. @returns what may have interrupted it */
async function trainAll(plan: SweepPlan, { out, scoring, flags }: Surroundings, output: Output): Promise<Interrupt> {
  const queue = await askedConnection(flags, output);
  const { id, task, settings, seeds, rungs } = plan;
  await makeFolder(out);
  await writeFileAtomically(
    join(out, "sweep.json"),
    `${JSON.stringify({ id, task, settings: settings.map(({ values }) => Object.fromEntries(values)), seeds, rungs }, null, 2)}\n`,
  );
  let note = (text: string) => output.note(text);
  const interrupt = listenForInterrupt(() =>
    note("stopping after this iteration and saving; Ctrl-C again stops at once"),
  );
  const begin = (step: SweepStep) => {
    output.note(stepText(plan, step));
    const progress = progressSink({ totalSteps: step.steps, stream: output.notes });
    note = progress.note;
    const end = () => {
      note = output.note;
    };
    return { sinks: [progress], end };
  };
  try {
    await runSweep({ plan, out, scoring, signal: interrupt.signal, queue, begin });
    return interrupt;
  } finally {
    interrupt.release();
    queue?.close();
  }
}

/** The command that continues with the same runs; a queue's address may hold a password. */
function resumeLine(task: string, flags: SweepFlags): string {
  const { vary = [], budget, halving, random, randomSeed, preset, algorithm, out } = flags;
  const named = Object.entries({ budget, halving, random, "random-seed": randomSeed, preset, algorithm, out });
  const isDefault = (name: string, value: unknown) =>
    (name === "halving" && value === "3") || (name === "random-seed" && value === "1");
  const given = [...vary.map((text) => ["vary", text]), ...named, ...givenSettings(flags)].filter(
    ([name, value]) => value !== undefined && !isDefault(name!, value),
  );
  return [
    `flowgait sweep ${shellWord(task)}`,
    ...given.map(([name, value]) => `--${name} ${shellWord(String(value))}`),
  ].join(" ");
}
