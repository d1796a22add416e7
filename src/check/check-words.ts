/** A check in words: its headline, and the one line that a training begins with. */
import type { TaskCheck } from "./check-task.ts";
import { number } from "./pay-checks.ts";

/** What a learner finds first: what is worth most of all that takes no learning. */
export function headline({ behaviours }: TaskCheck): string {
  const found = behaviours.filter(({ about }) => about !== "a trained policy");
  const [best, second] = found;
  if (best === undefined) return "Nothing was tried.";
  if (best.value === found.at(-1)!.value)
    return `A learner finds nothing to climb: everything that was tried is worth ${number(best.value)}.`;
  const next = second === undefined ? "" : `, then ${second.name} (${number(second.value)})`;
  return `A learner finds first: ${best.name}, worth ${number(best.value)}${next}.`;
}

/** The worst finding in a line, and how many there are; "" where nothing was found. @param command that prints all of them */
export function alarm({ checks }: Pick<TaskCheck, "checks">, command: string): string {
  const found = [
    ...checks.filter(({ verdict }) => verdict === "fail"),
    ...checks.filter(({ verdict }) => verdict === "warn"),
  ];
  const [worst] = found;
  if (worst === undefined) return "";
  const more = found.length > 1 ? `; ${found.length - 1} more` : "";
  return `check: ${worst.name}: ${worst.found}${more}. See ${command}`;
}
