/** Verdicts on a second opinion: under which physics a policy does not do what it does under its own. */

import type { PhysicsName } from "../../tasks/index.ts";
import { type Check, fail, pass, skip, warn } from "../doctor/check.ts";
import type { OtherResult, SecondOpinion } from "./second-opinion.ts";

/** Shares of its own survival, successes and return from which on a policy holds, and below which it fails. */
const HELD = 0.95;
const HELD_RETURN = 0.9;
const FAILED = 0.5;

/** Coarser than the task's own timestep, or integrated otherwise: the simulation itself may be at fault, so that no policy fails by them. */
const COARSE: ReadonlySet<PhysicsName> = new Set(["euler", "implicitfast", "rk4", "double-step"]);

/** holds: it does as under its own physics; loses: less well; fails: less than half as well. */
export type PhysicsVerdict = "holds" | "loses" | "fails";

/** What is judged. */
type Judged = Pick<OtherResult, "name" | "kept" | "returnLoss">;

/** Judges the episodes under one physics. */
export function physicsVerdict({ name, kept, returnLoss }: Judged): PhysicsVerdict {
  if (!COARSE.has(name) && (kept < FAILED || returnLoss > 1 - FAILED)) return "fails";
  return kept < HELD || returnLoss > 1 - HELD_RETURN ? "loses" : "holds";
}

/** The results, worst first: by verdict, then by what they keep. */
export function worstFirst<Result extends Judged>(results: readonly Result[]): Result[] {
  const order: readonly PhysicsVerdict[] = ["fails", "loses", "holds"];
  const rank = (result: Judged) => order.indexOf(physicsVerdict(result));
  return [...results].sort((a, b) => rank(a) - rank(b) || a.kept - b.kept || b.returnLoss - a.returnLoss);
}

/** What was lost, in words: "keeps 88 % of its survival, loses 21 % of the return". */
export function lossWords({ kept, keptOf, returnLoss }: Pick<OtherResult, "kept" | "keptOf" | "returnLoss">): string {
  const keeps = `keeps ${percent(kept)} of its ${keptOf}`;
  return returnLoss > 1 - HELD_RETURN ? `${keeps}, loses ${percent(returnLoss)} of the return` : keeps;
}

/** One check of the doctor: fails where a policy fails under any physics. */
export function physicsCheck({ others, worst, skipped }: SecondOpinion): Check {
  const name = "other physics";
  const found = others.find((other) => other.name === worst);
  if (found === undefined) return skip(name, `not checkable: ${skipped.map(({ reason }) => reason).join("; ")}`);
  const words = `worst of ${others.length}: ${found.name} (${found.about}) ${lossWords(found)}`;
  const verdict = physicsVerdict(found);
  if (verdict === "holds") return pass(name, words);
  const fix =
    "train with a smaller timestep, more solver iterations or randomised contacts, so that it relies on no solver's errors";
  return verdict === "fails" ? fail(name, words, fix) : warn(name, words, fix);
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
