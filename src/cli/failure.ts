/** Turns what a command threw into one line and an exit code. */
import type { CommanderError } from "commander";
import type { Output } from "../files/output.ts";
import { suggestion } from "../math/near-names.ts";
import { UserError } from "../math/user-error.ts";
import { asUserFault } from "../tasks/own/user-fault.ts";
import { HungUp } from "./interrupt.ts";

/** 0 done, 1 failed, 2 used wrongly, 129 stopped because the terminal was lost. */
export type ExitCode = 0 | 1 | 2 | 129;

/** Reports the error and returns the exit code: users' mistakes in one line, bugs with their stack trace. */
export function reportFailure(thrown: unknown, output: Output): ExitCode {
  const error = asUserFault(thrown);
  if (error instanceof HungUp) return error.exitCode;
  if (error instanceof UserError) {
    for (const line of [error.message, ...error.more]) output.note(`flowgait: ${oneLine(line)}`);
    return error.exitCode;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  output.note(`flowgait: internal error; please report it with these lines\n${stack}`);
  return 1;
}

/** What the argument parser complains about, as a UserError; null where it only printed help or the version. */
export function parserFailure(error: CommanderError, names: ParserNames): UserError | null {
  if (error.exitCode === 0) return null;
  return new UserError(parserComplaint(error, names), { exitCode: 2, cause: error });
}

/** What unknown words are compared with. */
export interface ParserNames {
  readonly commands: readonly string[];
  /** Says what is wrong with a flag that the command does not have. */
  readonly describeUnknownFlag: (flag: string) => string;
}

function parserComplaint(error: CommanderError, { commands, describeUnknownFlag }: ParserNames): string {
  const [, word = ""] = /'([^']*)'/.exec(error.message) ?? [];
  switch (error.code) {
    case "commander.unknownCommand":
      return `${word}: unknown command${suggestion(word, commands)}`;
    case "commander.unknownOption":
      return describeUnknownFlag(word);
    case "commander.help":
      return `no command given, expected one of ${commands.join(", ")}; see flowgait --help`;
    case "commander.missingArgument":
      return `<${word}> is missing; see --help`;
    case "commander.optionMissingArgument":
      return `${word.split(" ")[0]}: its value is missing, expected ${word.split(" ").slice(1).join(" ")}`;
    case "commander.excessArguments":
      return `too many arguments, ${error.message.replace(/^.*Expected/, "expected")}`;
    default:
      return oneLine(error.message.replace(/^error: /, ""));
  }
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " ");
}
