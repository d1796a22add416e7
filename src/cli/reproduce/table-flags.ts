/** Flags of `flowgait reproduce`, whatever the table. */
import { wholeNumber } from "../../catalogue/flag-value.ts";
import { oneOf } from "../../config/config-issue.ts";
import { nearest } from "../../math/near-names.ts";
import { UserError } from "../../math/user-error.ts";

/** The flags. */
export interface ReproduceOptions {
  readonly preset?: string;
  readonly tasks?: string;
  readonly masks?: string;
  readonly clips?: string;
  readonly algorithms?: string;
  readonly seeds?: string;
  readonly out?: string;
  readonly dryRun?: boolean;
  readonly report?: boolean;
  readonly json?: boolean;
  readonly [setting: string]: unknown;
}

/** Settings that the table decides, and what to do instead. */
export const DECIDED: Readonly<Record<string, string>> = {
  seed: "expected --seeds",
  run: "expected --out",
  "evaluation.every-steps": "omit this flag",
};

/** "a,b" as some of `choices`, in their order; undefined where it was not given. Throws UserError (exit code 2). */
export function names<T extends string>(
  flag: string,
  text: string | undefined,
  choices: readonly T[],
): T[] | undefined {
  if (text === undefined) return undefined;
  const given = text.split(",").map((part) => part.trim());
  for (const name of given)
    if (!choices.some((known) => known === name))
      throw new UserError(`${flag}: got "${name}", expected ${oneOf(choices)}${nearest(name, choices)}`, {
        exitCode: 2,
      });
  return choices.filter((known) => given.includes(known));
}

export function readSeeds(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  return [...new Set(text.split(",").map((part) => wholeNumber("--seeds", part, 0, 0xffffffff)))];
}
