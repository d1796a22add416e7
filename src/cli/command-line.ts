/** `flowgait <command>`: runs one, and turns failures into one line and an exit code. A command's modules are loaded when it is named. */
import { Command, CommanderError } from "commander";
import { type Output, processOutput } from "../files/output.ts";
import { packageVersion } from "../files/version.ts";
import { unknownFlag } from "../math/near-names.ts";
import { type ExitCode, parserFailure, reportFailure } from "./failure.ts";

/** The properties of a command that are known before it is loaded. */
interface Listed {
  /** Its arguments, as the list of commands shows them. */
  readonly takes: string;
  readonly summary: string;
  /** `words` is the command line from the command's name on. */
  load(): Promise<{ declare(command: Command, output: Output, words: readonly string[]): void | Promise<void> }>;
}

const COMMANDS: Readonly<Record<string, Listed>> = {
  init: {
    takes: "<folder>",
    summary: "write a new project with a robot of your own",
    load: () => import("./commands/init.ts"),
  },
  view: {
    takes: "<model>",
    summary: "look at any MJCF or URDF: sliders, sensors, contacts",
    load: () => import("./commands/view.ts"),
  },
  tasks: {
    takes: "[name]",
    summary: "list the tasks, or describe one",
    load: () => import("./commands/tasks.ts"),
  },
  "lesson-for": {
    takes: "<task>",
    summary: "find a step for a robot with legs, to train from",
    load: () => import("./commands/lesson-for.ts"),
  },
  check: {
    takes: "<task>",
    summary: "check a task's rewards and observations before training",
    load: () => import("./commands/check.ts"),
  },
  clips: {
    takes: "[name]",
    summary: "list, play and make the motions that tracking follows",
    load: () => import("./commands/clips.ts"),
  },
  train: {
    takes: "<task>",
    summary: "train a policy",
    load: () => import("./commands/train.ts"),
  },
  eval: {
    takes: "<policy>",
    summary: "evaluate a policy",
    load: () => import("./commands/eval.ts"),
  },
  status: {
    takes: "[run]",
    summary: "list runs, or report how far one is",
    load: () => import("./commands/status.ts"),
  },
  play: {
    takes: "<policy>",
    summary: "drive a policy in the viewer",
    load: () => import("./commands/play.ts"),
  },
  replay: {
    takes: "<file>",
    summary: "replay a recorded drive bit for bit",
    load: () => import("./commands/replay.ts"),
  },
  why: {
    takes: "<replay>",
    summary: "explain why a robot fell",
    load: () => import("./commands/why.ts"),
  },
  studio: {
    takes: "",
    summary: "serve the viewer and train in it",
    load: () => import("./commands/studio.ts"),
  },
  web: {
    takes: "",
    summary: "write the studio as a site that trains in browsers",
    load: () => import("./commands/web.ts"),
  },
  worker: {
    takes: "",
    summary: "compute shards for trainings on other machines",
    load: () => import("./commands/worker.ts"),
  },
  verify: {
    takes: "<run>",
    summary: "compute iterations of a run again and compare them",
    load: () => import("./commands/verify.ts"),
  },
  bench: {
    takes: "[what]",
    summary: "measure this machine",
    load: () => import("./commands/bench.ts"),
  },
  export: {
    takes: "<policy>",
    summary: "export a controller with its contract and a report",
    load: () => import("./commands/export.ts"),
  },
  doctor: {
    takes: "<policy>",
    summary: "check a policy before deployment on a robot",
    load: () => import("./commands/doctor.ts"),
  },
  identify: {
    takes: "<robot> [log]",
    summary: "find the physics of a robot's joints from a recording",
    load: () => import("./commands/identify.ts"),
  },
  diagnose: {
    takes: "<diagnosis>",
    summary: "diagnose a trained policy",
    load: () => import("./commands/diagnose.ts"),
  },
  sweep: {
    takes: "<task>",
    summary: "train with several settings and compare them",
    load: () => import("./commands/sweep.ts"),
  },
  reproduce: {
    takes: "<table>",
    summary: "reproduce a published table and compare the numbers",
    load: () => import("./commands/reproduce.ts"),
  },
  mcp: {
    takes: "",
    summary: "serve these commands to agents over MCP",
    load: () => import("./commands/mcp.ts"),
  },
};

/** Runs the command that the arguments name. */
export async function runCommandLine(argv: readonly string[], output: Output = processOutput()): Promise<ExitCode> {
  const words = asFlag(argv);
  const program = buildProgram(output, words);
  try {
    await program.parseAsync(words, { from: "user" });
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, output);
    const failure = parserFailure(error, await parserNames(program, words));
    return failure === null ? 0 : reportFailure(failure, output);
  }
}

/** All commands, each declared as its `--help` prints it: for the documentation. */
export async function declaredCommands(): Promise<readonly Command[]> {
  const silent: Output = { result: () => undefined, note: () => undefined, notes: process.stderr };
  const { commands } = buildProgram(silent, []);
  for (const command of commands) await declareCommand(command, silent, [command.name()]);
  return commands;
}

/** `help train` becomes `train --help`, which loads the command; `help trian` becomes `trian`, which is refused. */
function asFlag(argv: readonly string[]): readonly string[] {
  const [first, ...rest] = argv;
  if (first !== "help") return argv;
  return rest.length === 0 || rest[0]! in COMMANDS ? [...rest, "--help"] : rest;
}

/** The parser, which throws instead of ending the process and writes to `output`. Commands are named here and declared when they are loaded. */
function buildProgram(output: Output, words: readonly string[]): Command {
  const program = new Command("flowgait")
    .description(
      "Train robot controllers with flow-matching policies on MuJoCo WebAssembly, watch them live, export them.",
    )
    .version(packageVersion(), "--version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({ writeOut: (text) => output.result(text), writeErr: () => undefined });
  for (const [name, { summary }] of Object.entries(COMMANDS)) program.command(name).summary(summary);
  return program
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${COMMANDS[command.name()]?.takes ?? ""}` })
    .hook("preSubcommand", (_, command) => declareCommand(command, output, words));
}

/** Loads a command's declaration. */
async function declareCommand(command: Command, output: Output, words: readonly string[]): Promise<void> {
  await (await COMMANDS[command.name()]?.load())?.declare(command, output, words);
  unquoteDefaults(command);
  refuseFlagsAsValues(command);
}

/** `--seed --steps 5` lacks the seed; commander would take `--steps` for it. */
function refuseFlagsAsValues(command: Command): void {
  const isFlag = (word: string) => command.options.some(({ long }) => long === word.replace(/=.*$/, ""));
  for (const option of command.options.filter(({ required }) => required)) {
    const parse = option.parseArg;
    option.argParser((word: string, previous) => {
      if (isFlag(word)) throw new CommanderError(2, "commander.optionMissingArgument", `'${option.flags}'`);
      return parse ? parse(word, previous) : word;
    });
  }
  for (const below of command.commands) refuseFlagsAsValues(below);
}

/** Help shows "(default: 32)" in place of commander's "(default: "32")", also in the commands of a group. */
function unquoteDefaults(command: Command): void {
  for (const option of command.options)
    if (typeof option.defaultValue === "string") option.defaultValueDescription ??= option.defaultValue;
  for (const below of command.commands) unquoteDefaults(below);
}

/** The command that the arguments name: below groups, as far as there are such words. */
function namedCommand(program: Command, argv: readonly string[]): Command {
  const below = program.commands.find((candidate) => candidate.name() === argv[0]);
  return below ? namedCommand(below, argv.slice(1)) : program;
}

async function parserNames(program: Command, argv: readonly string[]) {
  const { inNearSection } = await import("../config/task-setting-text.ts");
  const command = namedCommand(program, argv);
  const flags = command.options.map((option) => option.long!.slice(2));
  const nearFlags = (name: string) => {
    const near = flags.includes("help-all") ? inNearSection(name) : null;
    return near === null ? unknownFlag(name, flags) : `--${name}: unknown flag; nearest: --${near}`;
  };
  return {
    commands: command.commands.map((candidate) => candidate.name()),
    describeUnknownFlag: (word: string) => nearFlags(word.replace(/^-+/, "").replace(/=.*$/, "")),
  };
}
