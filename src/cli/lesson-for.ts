/** `flowgait lesson-for <task>`: searches for a robot's step, measures it, and writes the task with a lesson that begins from it. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, dirname, extname, relative, resolve } from "node:path";
import { z } from "zod";
import { realNumber, wholeNumber } from "../catalogue/flag-value.ts";
import { readError, writeFileAtomically } from "../files/atomic-file.ts";
import { type Output, resultJson } from "../files/output.ts";
import { figuresOf, lessonFile, measuredLines, type TaskSource } from "../footwork/lesson-file.ts";
import { measure } from "../footwork/measure.ts";
import { beginning, type SearchState, StepSearch } from "../footwork/search.ts";
import { look, type Subject } from "../footwork/subject.ts";
import type { TrialJob, TrialSetup } from "../footwork/trial-thread.ts";
import { UserError } from "../math/user-error.ts";
import { isTaskFile, resolveTask } from "../tasks/index.ts";
import { openUserTask } from "../tasks/own/user-task.ts";
import { JobThreads } from "../threads/job-threads.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { stageProgress } from "./stage-progress.ts";

/** The flags. */
export interface LessonForOptions {
  readonly minutes: string;
  readonly out?: string;
  readonly hz?: string;
  readonly seed: string;
  readonly episodes: string;
  readonly workers: string;
  readonly again?: boolean;
  readonly json?: boolean;
}

/** Generations after which a search is kept. */
const KEPT_EVERY = 5;
/** A step that is this good is not searched for any longer. */
const GOOD = { commands: 1, up: 0.95 } as const;

const keptSchema = z.object({
  task: z.string(),
  seed: z.number(),
  hz: z.number(),
  state: z.object({
    mean: z.array(z.number()),
    spread: z.array(z.number()),
    step: z.number(),
    generation: z.number(),
    commands: z.number(),
    up: z.number(),
    score: z.number(),
  }),
});

/** Runs the command. */
export async function lessonFor(reference: string, options: LessonForOptions, output: Output): Promise<void> {
  const minutes = realNumber("--minutes", options.minutes, 0, 100_000);
  const seed = wholeNumber("--seed", options.seed, 0, 0xffff);
  const hz = options.hz === undefined ? undefined : realNumber("--hz", options.hz, 0.2, 10);
  const episodes = wholeNumber("--episodes", options.episodes, 1, 1000);
  const workers = wholeNumber("--workers", options.workers, 0, 256) || availableParallelism();
  const subject = await look(await resolveTask(reference), hz);
  const out = options.out ?? `${basename(subject.task.name.replaceAll("/", "-"))}-walk.ts`;
  const keptFile = `${out.slice(0, out.length - extname(out).length)}.search.json`;
  if (extname(out) !== ".ts")
    throw new UserError(`--out: got "${out}", expected a file that ends in .ts`, { exitCode: 2 });
  const kept = { task: subject.task.name, seed, hz: subject.hz };
  const state = options.again === true ? null : await keptSearch(keptFile, kept, subject);
  if (state !== null) output.note(`resumes ${keptFile} after ${state.generation} generations`);
  const setup: TrialSetup = { task: reference, ...(hz !== undefined && { hz }) };
  const threads = new JobThreads<TrialJob>(new URL("../footwork/trial-thread.js", import.meta.url), setup, (reason) =>
    output.note(reason),
  );
  await threads.start(workers);
  try {
    const search = new StepSearch(subject, threads, workers, state ?? beginning(subject), seed);
    const keep = () => writeFileAtomically(keptFile, `${JSON.stringify({ ...kept, state: search.state })}\n`);
    await searched(search, minutes, keep, output);
    await write({ subject, threads, search, reference, out, keptFile, output, episodes, json: options.json === true });
  } finally {
    await threads.close();
  }
}

async function searched(search: StepSearch, minutes: number, keep: () => Promise<void>, output: Output): Promise<void> {
  const interrupt = listenForInterrupt(() =>
    output.note("measures the step that was found so far, and writes it; Ctrl-C again stops at once"),
  );
  const progress = stageProgress(output);
  const begun = performance.now();
  const spent = () => (performance.now() - begun) / 60_000;
  try {
    while (spent() < minutes && !interrupt.signal.aborted && !isGood(search.state)) {
      await search.advance();
      const { generation, up, commands } = search.state;
      const found = `${Math.round(100 * up)} % of the time on its feet, commands up to ${Math.round(100 * commands)} % of their ranges`;
      progress.tell(`generation ${generation}: ${found}`, Math.min(minutes, Math.round(10 * spent()) / 10), minutes);
      if (generation % KEPT_EVERY === 0) await keep();
    }
    await keep();
  } finally {
    progress.close();
    interrupt.release();
  }
}

function isGood({ commands, up }: SearchState): boolean {
  return commands >= GOOD.commands && up >= GOOD.up;
}

async function write(found: {
  readonly subject: Subject;
  readonly threads: JobThreads<TrialJob>;
  readonly search: StepSearch;
  readonly reference: string;
  readonly out: string;
  readonly keptFile: string;
  readonly output: Output;
  readonly episodes: number;
  readonly json: boolean;
}): Promise<void> {
  const { subject, threads, search, reference, out, keptFile, output } = found;
  const { state } = search;
  const step = subject.form.step(state.mean);
  const progress = stageProgress(output);
  const tell = (stage: string, done: number, total: number) => progress.tell(stage, done, total);
  const measured = await measure({ subject, step, threads, episodes: found.episodes }, tell);
  progress.close();
  const figures = figuresOf(subject, step, measured, state);
  const name = `${subject.task.name}Walk`;
  await writeFileAtomically(out, lessonFile(name, await sourceOf(reference, out), figures, measured, state));
  if (found.json) return resultJson(output, { file: out, search: keptFile, task: name, figures, measured });
  const shown = out.startsWith("/") ? out : `./${out}`;
  output.result(
    `${measuredLines(measured).join("\n")}\n\nwrote ${out}\ntrain it with: flowgait train ${shown}\nthe same command resumes the search: ${keptFile}\n`,
  );
}

async function sourceOf(reference: string, out: string): Promise<TaskSource> {
  if (!isTaskFile(reference)) return { registered: reference };
  const { file, exportName } = await openUserTask(reference);
  const beside = relative(dirname(resolve(out)), file);
  return { file: beside.startsWith(".") ? beside : `./${beside}`, exportName };
}

/**
 * The search in the file, or null if there is no file.
 * @throws UserError if it is the search of another robot, seed or rate, or damaged
 */
async function keptSearch(
  file: string,
  { task, seed, hz }: { task: string; seed: number; hz: number },
  { form }: Subject,
): Promise<SearchState | null> {
  if (!existsSync(file)) return null;
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw readError(file, error, "a search that lesson-for kept");
  });
  const kept = keptSchema.safeParse(parsed(text));
  const refuse = (found: string) =>
    new UserError(`${file}: ${found}; expected a search of this robot. try: --again, which starts a new one`);
  if (!kept.success) throw refuse("is no search that lesson-for kept");
  if (kept.data.task !== task) throw refuse(`is a search for ${kept.data.task}`);
  if (kept.data.seed !== seed) throw refuse(`is a search with seed ${kept.data.seed}`);
  if (kept.data.hz !== hz) throw refuse(`is a search at ${kept.data.hz} steps a second`);
  if (kept.data.state.mean.length !== form.numbers.length) throw refuse(`has ${kept.data.state.mean.length} numbers`);
  return kept.data.state;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
