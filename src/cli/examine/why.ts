/** `flowgait why <replay|policy>`: why a robot fell, as text, page, JSON and replay files. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { wholeNumber } from "../../catalogue/flag-value.ts";
import { placeOf } from "../../catalogue/place.ts";
import { courseOf, readReplay, replayPlaces, replayText } from "../../catalogue/replay-file.ts";
import { storedReference } from "../../catalogue/task-reference.ts";
import type { DriveCourse } from "../../drive/drive-orders.ts";
import { provokeFall } from "../../falls/provoke.ts";
import { type FallReport, whyFell } from "../../falls/why.ts";
import { whyPage } from "../../falls/why-page.ts";
import { rescueWords, verdictWords } from "../../falls/why-words.ts";
import { makeFolder, writeFileAtomically } from "../../files/atomic-file.ts";
import { type Output, resultJson } from "../../files/output.ts";
import { publicPath, shellPath, shownPath } from "../../files/shown-path.ts";
import { createEngine, type Engine } from "../../graph/index.ts";
import { UserError } from "../../math/user-error.ts";
import { Environment, resolveTask, taskFileName } from "../../tasks/index.ts";
import { type CheckpointOptions, takePolicy } from "../flags/checkpoint-flag.ts";
import { counted, formatTable } from "../table.ts";

/** The flags. */
export interface WhyOptions extends CheckpointOptions {
  readonly fall?: string;
  readonly policy?: string;
  readonly task?: string;
  readonly modelDir?: string;
  readonly seed: string;
  /** False with --no-rescue. */
  readonly rescue: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

const REPLAY = /\.json$/i;

/** Runs the command. */
export async function why(subject: string, options: WhyOptions, output: Output): Promise<void> {
  const seed = wholeNumber("--seed", options.seed, 0, 0xffffffff);
  const number = options.fall === undefined ? undefined : wholeNumber("--fall", options.fall, 1);
  const engine = createEngine("ort");
  try {
    const isReplay = REPLAY.test(subject);
    const course = isReplay
      ? await replayedCourse(subject, options)
      : await fallenCourse(subject, seed, engine, options, output);
    const question = { course, number, seed, source: subject, rescue: options.rescue };
    const report = await whyFell(question, engine, (stage) => output.note(`${stage} …`));
    const out = options.out ?? (await folderFor(subject, report));
    const files = await write(out, report, subject);
    if (options.json === true) resultJson(output, whyJson(report, out, files));
    else output.result(`${whyText(report, out, files)}\n`);
  } finally {
    await engine.dispose();
  }
}

async function replayedCourse(file: string, { policy, task, modelDir }: WhyOptions): Promise<DriveCourse> {
  const replay = await readReplay(file);
  const places = await replayPlaces(replay, file, { policy, task, modelDir });
  const env = await Environment.create(await resolveTask(places.task, { ...replay, ...places }), { looks: false });
  try {
    return await courseOf(replay, places, env, policy);
  } finally {
    env.delete();
  }
}

/** Drives a policy until it falls. */
async function fallenCourse(
  reference: string,
  seed: number,
  engine: Engine,
  options: WhyOptions,
  output: Output,
): Promise<DriveCourse> {
  const found = await takePolicy(reference, options, output);
  const { task, ...variant } = await placeOf(found, options, output);
  const env = await Environment.create(await resolveTask(task, variant), { looks: false });
  try {
    const key = found.taken ?? reference;
    const policy = { key, data: await found.bind(env), noise: found.noise ?? "random" };
    const setup = { task: storedReference(task), ...variant, seed, policy, disturbances: true, command: null };
    const course = await provokeFall(setup, engine, (seconds) => output.note(`no fall in ${seconds} s …`));
    if (course !== null) return course;
    throw new UserError(`${reference}: no fall in 400 s of driving with all disturbances, expected one to explain`);
  } finally {
    env.delete();
  }
}

/** Beside what is explained, with a number where there is such a folder. */
async function folderFor(subject: string, { task, number }: FallReport): Promise<string> {
  const isFile = existsSync(subject);
  const base = isFile ? subject.replace(/(\.replay)?\.json$/i, "").replace(/[\\/]$/, "") : taskFileName(task);
  const first = `${base}.why-${number}`;
  for (let i = 2, name = first; ; name = `${first}-${i++}`) if (!existsSync(name)) return name;
}

async function write(out: string, report: FallReport, source: string): Promise<string[]> {
  await makeFolder(out);
  const files: string[] = [];
  for (const { name, course } of report.shown) {
    const file = join(out, `${name}.replay.json`);
    await writeFileAtomically(file, replayText(course).text);
    files.push(file);
  }
  const shown = files.map((file) => basename(file));
  await writeFileAtomically(join(out, "index.html"), whyPage(report, publicPath(source), shown));
  return files;
}

function whyText(report: FallReport, out: string, files: readonly string[]): string {
  const { task, number, count, causes, shown, runs } = report;
  const columns = [{ heading: "" }, { heading: "without" }, { heading: "alone" }, { heading: "weight" }];
  const rows = causes.map(({ cause, saves, suffices, weight }) => [
    cause.words,
    saves ? "stays up" : "falls",
    suffices === null ? "–" : suffices ? "falls" : "stays up",
    weight.toFixed(2),
  ]);
  const drives = shown.map(({ words, falls }, i) => [
    `flowgait replay ${shellPath(files[i]!)} --view`,
    `${words}: ${falls ? "falls" : "stays up"}`,
  ]);
  return [
    `${task}, fall ${number} of ${count}`,
    verdictWords(report),
    rescueWords(report.rescue),
    formatTable(columns, rows, "  "),
    `watch the verdicts\n${formatTable([{ heading: "" }, { heading: "" }], drives, "  ")}`,
    `${counted(runs, "episode")} replayed; page: ${shownPath(join(out, "index.html"))}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function whyJson(report: FallReport, out: string, files: readonly string[]) {
  const { shown, causes, smallest, rescue, ...rest } = report;
  const plain = causes.map(({ cause, ...measured }) => ({ id: cause.id, words: cause.words, ...measured }));
  return {
    page: join(out, "index.html"),
    ...rest,
    verdict: verdictWords(report),
    causes: plain,
    smallest: smallest?.map(({ cause }) => cause.id) ?? null,
    rescue: rescue && { ...rescue, log: undefined },
    replays: shown.map(({ words, falls }, i) => ({ file: files[i], words, falls })),
  };
}
