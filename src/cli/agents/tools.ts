/** What an agent may call: the commands of flowgait, with their arguments checked, and JSON in return. */
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../math/user-error.ts";
import { RUNS_FOLDER } from "../../runs/run-folder.ts";
import { isTaskFile, taskFileName } from "../../tasks/index.ts";
import { BackgroundCommand, runCommand } from "./programs.ts";

/** One tool. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodRawShape;
  /** Whether it changes nothing outside of temporary folders */
  readonly reads: boolean;
  /** @returns JSON text @throws UserError with the command's own message */
  run(input: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<string>;
}

const word = z.string().min(1).max(400).regex(/^[^-]/, "a value that does not begin with -");
const task = word.describe("name of a task (see the tool tasks), or path of a task file");
const policy = word.describe("run folder, checkpoint, ONNX file, name of a controller that ships, zero or random");
const settings = z
  .record(z.string().regex(/^[A-Za-z][\w.-]*$/), z.union([z.string(), z.number(), z.boolean()]))
  .optional()
  .describe(
    'settings as in `flowgait train --help-all`, without the dashes: {"steps": 2000000, "algorithm.gamma": 0.97}',
  );

/** Trainings that this server began, by run folder. */
type Trainings = Map<string, BackgroundCommand>;
/** How long a training may take to make its folder or fail, and how often that is looked at, ms. */
const START_MS = 120_000;
const LOOK_MS = 200;

/** All tools. */
export function toolsOf(allowWrites: boolean): readonly Tool[] {
  const trainings: Trainings = new Map();
  const tools = [...readingTools(trainings), ...writingTools(trainings)];
  return tools.filter(({ reads }) => reads || allowWrites);
}

function readingTools(trainings: Trainings): Tool[] {
  return [
    {
      name: "tasks",
      description: "List the tasks that ship, or describe one: observation, action, command, reward terms, timing.",
      input: { name: task.optional() },
      reads: true,
      run: ({ name }, signal) => json(["tasks", ...value(name), "--json"], signal),
    },
    {
      name: "check",
      description:
        "Check a task before training: what standing still, falling at once and other behaviours earn, and what is wrong with rewards, observations, ends and noise. Takes up to a minute. Run it before train.",
      input: { task, settings },
      reads: true,
      run: async ({ task: of, settings: set }, signal) =>
        json(
          ["check", ...value(of), ...flags(set), "--page", join(await scratch(), "check.html"), "--json"],
          signal,
          [0, 1],
        ),
    },
    {
      name: "status",
      description: "List the runs, or report how far one is: state, steps, rate, return, evaluations.",
      input: { run: word.optional().describe("run folder") },
      reads: true,
      run: async ({ run }, signal) => {
        const failed = failureOf(trainings.get(String(run)));
        if (failed !== null) throw new UserError(failed);
        return json(["status", ...value(run), "--json"], signal);
      },
    },
    {
      name: "eval",
      description: "Run whole episodes under a policy: return, reward terms, falls, tracking errors.",
      input: {
        policy,
        task: task.optional(),
        episodes: z.int().min(1).max(1000).optional(),
        seed: z.int().min(0).optional(),
        command: z
          .string()
          .regex(/^-?[\d.]+(,-?[\d.]+){2}$/)
          .optional()
          .describe("vx,vy,yaw held throughout"),
      },
      reads: true,
      run: ({ policy: of, command, ...rest }, signal) =>
        json(["eval", ...value(of), ...flags(rest), ...(command ? [`--command=${command}`] : []), "--json"], signal),
    },
    {
      name: "why",
      description:
        "Explain a fall of a replay file, or of a policy, which is driven until it falls: the causes without which it stays up, and the last moment to save it.",
      input: {
        subject: word.describe("replay file (.replay.json) or policy"),
        task: task.optional(),
        fall: z.int().min(1).optional().describe("which fall of a replay, from 1; default the last"),
      },
      reads: true,
      run: async ({ subject, ...rest }, signal) =>
        json(["why", ...value(subject), ...flags(rest), "--out", join(await scratch(), "why"), "--json"], signal),
    },
  ];
}

function writingTools(trainings: Trainings): Tool[] {
  return [
    {
      name: "train",
      description:
        "Start a training in the background and return its run folder. Ask status how far it is. Presets are made for minutes on two cores; omit settings at first.",
      input: { task, settings, run: word.optional().describe("folder of the run; default a free one in runs/") },
      reads: false,
      run: async ({ task: of, settings: set, run }) => {
        const folder = run === undefined ? freeRun(String(of)) : String(run);
        const command = new BackgroundCommand(["train", ...value(of), ...flags(set), "--run", folder]);
        trainings.set(folder, command);
        await begun(folder, command);
        return JSON.stringify({ run: folder, state: "training" });
      },
    },
    {
      name: "stop",
      description: "Stop a training that this server began; it saves and can be resumed.",
      input: { run: word.describe("run folder") },
      reads: false,
      run: async ({ run }) => {
        const command = trainings.get(String(run));
        if (command === undefined)
          throw new UserError(
            `${run}: is no training of this server, expected one of ${[...trainings.keys()].join(", ") || "none"}`,
          );
        command.interrupt();
        return JSON.stringify({ run, state: "stopping" });
      },
    },
    {
      name: "export",
      description: "Write a policy as a controller (onnx, c or html) with its contract and a report.",
      input: {
        policy,
        format: z.enum(["onnx", "c", "html"]).optional(),
        out: word.optional().describe("folder"),
        settings: settings.describe('flags as in `flowgait export --help`, without the dashes: {"episodes": 4}'),
      },
      reads: false,
      run: ({ policy: of, settings: set, ...rest }, signal) =>
        json(["export", ...value(of), ...flags(rest), ...flags(set), "--json"], signal),
    },
  ];
}

function value(of: unknown): string[] {
  return of === undefined ? [] : [String(of)];
}

/** {"steps": 5} becomes --steps=5, so that no value is taken for a flag. */
function flags(of: unknown): string[] {
  const given = Object.entries((of ?? {}) as Record<string, unknown>).filter(([, one]) => one !== undefined);
  return given.map(([name, one]) => `--${name}=${one}`);
}

function scratch(): Promise<string> {
  return mkdtemp(join(tmpdir(), "flowgait-mcp-"));
}

/** @param good exit codes of a command that has something to say */
async function json(words: readonly string[], signal: AbortSignal, good: readonly number[] = [0]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(words, signal);
  if (code !== null && good.includes(code) && stdout.trim() !== "") return stdout.trim();
  throw new UserError(lastLine(stderr) || `flowgait ${words[0]} ended with code ${code}`);
}

function lastLine(text: string): string {
  return (text.trim().split("\n").at(-1) ?? "").replace(/^flowgait: /, "");
}

function freeRun(of: string): string {
  const name = isTaskFile(of) ? taskFileName(of.replace(/^.*[\\\\/]|\\.\\w+$/g, "")) : of;
  for (let i = 1; ; i++) {
    const folder = join(RUNS_FOLDER, `${name}-agent-${i}`);
    if (!existsSync(folder)) return folder;
  }
}

/** Waits until a training has its folder. @throws UserError where it fails before */
async function begun(folder: string, command: BackgroundCommand): Promise<void> {
  for (let waited = 0; waited < START_MS; waited += LOOK_MS) {
    const failed = failureOf(command);
    if (failed !== null) throw new UserError(failed);
    if (existsSync(join(folder, "config.json"))) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  command.interrupt();
  throw new UserError(`${folder}: the training did not begin within ${START_MS / 1000} s`);
}

/** Why a training ended, where it failed; null else. */
function failureOf(command: BackgroundCommand | undefined): string | null {
  if (command === undefined || command.code === undefined || command.code === 0) return null;
  return lastLine(command.messages) || `the training ended with code ${command.code}`;
}
