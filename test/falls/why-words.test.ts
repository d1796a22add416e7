import { describe, expect, it } from "vitest";
import type { FallReport } from "../../src/falls/why.ts";
import { verdictWords } from "../../src/falls/why-words.ts";

const weighed = (words: string, suffices: boolean) => ({
  cause: { id: words, words, changes: [] },
  ...{ saves: true, suffices, weight: 0 },
});

/** A report in which each of the causes saves the robot. */
function report(causes: FallReport["causes"]): FallReport {
  const fall = { step: 50, reason: "fell", begun: 0 };
  const rest = { task: "Sled", number: 1, count: 1, rescue: undefined, shown: [], runs: 1 };
  return { ...rest, controlHz: 50, fall, causes, smallest: causes.slice(0, 1) };
}

describe("the verdict in words", () => {
  it("blames no cause where every change saves the robot and none topples it alone", () => {
    const edge = ["push", "noise", "start"].map((words) => weighed(words, false));
    expect(verdictWords(report(edge))).toMatch(/^It fell after 1\.00 s \(fell\)\. Each of 3 causes .* at the edge/);
    expect(verdictWords(report([weighed("push", true), ...edge.slice(1)]))).toBe(
      "It fell after 1.00 s (fell). Without push it does not fall, and with nothing else it still falls.",
    );
    expect(verdictWords(report(edge.slice(0, 2)))).toBe("It fell after 1.00 s (fell). Without push it does not fall.");
  });
});
