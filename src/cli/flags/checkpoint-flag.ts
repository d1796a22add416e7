/** `--checkpoint`: which checkpoint of a run folder a command takes. */
import type { Command } from "commander";
import type { FoundPolicy } from "../../catalogue/found-policy.ts";
import type { Output } from "../../files/output.ts";
import { nearest } from "../../math/near-names.ts";
import { parseNumber } from "../../math/number-text.ts";
import { UserError } from "../../math/user-error.ts";
import type { CheckpointChoice } from "../../runs/checkpoint.ts";

/** The flag as commander reads it. */
export interface CheckpointOptions {
  checkpoint?: string;
}

/** Gives a command the flag. */
export function addCheckpointOption(command: Command): Command {
  return command.option(
    "--checkpoint <which>",
    "checkpoint of a run folder: best, last, or its environment steps (default: best)",
  );
}

/**
 * Finds a policy, and reports which checkpoint of a run folder it is where that is not the newest and was not requested.
 * @throws UserError (exit code 2) when the flag is wrong, and like `findPolicy`
 */
export async function takePolicy(
  reference: string,
  { checkpoint }: CheckpointOptions,
  output: Output,
): Promise<FoundPolicy> {
  const { findPolicy } = await import("../../catalogue/policy-reference.ts");
  const found = await findPolicy(reference, checkpoint === undefined ? undefined : choiceOf(checkpoint));
  if (checkpoint !== undefined || found.taken === undefined || found.trained === null) return found;
  const { checkpointSteps, latestCheckpoint } = await import("../../runs/checkpoint.ts");
  const newest = checkpointSteps(await latestCheckpoint(reference));
  const { envSteps } = found.trained;
  if (envSteps !== newest)
    output.note(`${reference}: using the best checkpoint by evaluation, ${at(envSteps)}; the newest is ${at(newest)}`);
  return found;
}

function at(steps: number): string {
  return `at ${steps.toLocaleString("en")} steps`;
}

function choiceOf(text: string): CheckpointChoice {
  if (text === "best" || text === "last") return text;
  const steps = parseNumber(text.replaceAll(",", ""));
  if (steps !== undefined && Number.isInteger(steps) && steps >= 0) return steps;
  const found = `--checkpoint: got "${text}", expected best, last or a number of environment steps`;
  throw new UserError(`${found}${nearest(text, ["best", "last"])}`, { exitCode: 2 });
}
