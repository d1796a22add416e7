/** One finding of the doctor. */

/** skip: nothing to check it with. */
export type Verdict = "pass" | "warn" | "fail" | "skip";

/** What was checked, what was found, and what would help. */
export interface Check {
  readonly name: string;
  readonly verdict: Verdict;
  readonly found: string;
  /** Empty where nothing has to be done. */
  readonly fix: string;
}

/** A check that found what it should. */
export function pass(name: string, found: string): Check {
  return { name, verdict: "pass", found, fix: "" };
}

/** A check that found something to look at. */
export function warn(name: string, found: string, fix: string): Check {
  return { name, verdict: "warn", found, fix };
}

/** A check that found something to mend. */
export function fail(name: string, found: string, fix: string): Check {
  return { name, verdict: "fail", found, fix };
}

/** A check that had nothing to work with. */
export function skip(name: string, found: string): Check {
  return { name, verdict: "skip", found, fix: "" };
}
