/** `flowgait <command>`: puts the commands together, runs one, and turns failures into one line and an exit code. */
import { Command, CommanderError } from "commander";
import { unknownFlag } from "../config/overrides.ts";
import { type Output, processOutput } from "../files/output.ts";
import { packageVersion } from "../files/version.ts";
import { nearNames } from "../math/near-names.ts";
import { benchCommand } from "./bench.ts";
import { diagnoseCommand } from "./diagnose.ts";
import { doctorCommand } from "./doctor.ts";
import { evalCommand } from "./eval.ts";
import { exportCommand } from "./export.ts";
import { type ExitCode, parserFailure, reportFailure } from "./failure.ts";
import { playCommand } from "./play.ts";
import { replayCommand } from "./replay.ts";
import { reproduceCommand } from "./reproduce.ts";
import { studioCommand } from "./studio.ts";
import { tasksCommand } from "./tasks.ts";
import { trainCommand } from "./train.ts";

/** Runs the command that the arguments name. */
export async function runCommandLine(argv: readonly string[], output: Output = processOutput()): Promise<ExitCode> {
  const program = buildProgram(output);
  try {
    await program.parseAsync(argv, { from: "user" });
    return 0;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, output);
    const failure = parserFailure(error, parserNames(program, argv));
    return failure === null ? 0 : reportFailure(failure, output);
  }
}

function buildProgram(output: Output): Command {
  const program = new Command("flowgait")
    .description(
      "Train robot controllers with flow-matching policies on MuJoCo WebAssembly, watch them live, export them.",
    )
    .version(packageVersion(), "--version", "print the version")
    .helpOption("-h, --help", "show help");
  const commands = [
    tasksCommand,
    trainCommand,
    evalCommand,
    playCommand,
    replayCommand,
    studioCommand,
    benchCommand,
    exportCommand,
    doctorCommand,
    diagnoseCommand,
    reproduceCommand,
  ];
  for (const build of commands) program.addCommand(build(output));
  configureParser(program, output);
  return program;
}

/** Lets a command and those below it throw instead of ending the process, and write where we say. */
function configureParser(command: Command, output: Output): void {
  command
    .exitOverride()
    .showSuggestionAfterError(false)
    .configureOutput({ writeOut: (text) => output.result(text), writeErr: () => undefined });
  for (const option of command.options)
    if (typeof option.defaultValue === "string") option.defaultValueDescription ??= option.defaultValue; // unquoted
  for (const below of command.commands) configureParser(below, output);
}

/** The command that the arguments name: below groups, as far as there are such words. */
function namedCommand(program: Command, argv: readonly string[]): Command {
  const below = program.commands.find((candidate) => candidate.name() === argv[0]);
  return below ? namedCommand(below, argv.slice(1)) : program;
}

function parserNames(program: Command, argv: readonly string[]) {
  const command = namedCommand(program, argv);
  const flags = command.options.map((option) => option.long!.slice(2));
  return {
    commands: command.commands.map((candidate) => candidate.name()),
    describeUnknownFlag: (word: string) => {
      const name = word.replace(/^-+/, "").replace(/=.*$/, "");
      if (["train", "studio", "reproduce"].includes(command.name())) return unknownFlag(name, flags);
      const [near] = nearNames(name, flags, 1);
      return `${word}: unknown flag${near === undefined ? "" : `; nearest: --${near}`}`;
    },
  };
}
