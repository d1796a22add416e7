/** A second opinion as text: a table of the episodes under each physics, and what was not run. */
import { lossWords, physicsVerdict } from "../../export/physics/physics-check.ts";
import type { PhysicsResult, SecondOpinion } from "../../export/physics/second-opinion.ts";
import { formatNumber, formatTable } from "../table.ts";

/** Lines without an end. */
export function physicsText({ sizes, own, others, worst, skipped }: SecondOpinion): string {
  const measures = MEASURES.filter(({ of }) => of(own) !== null);
  const cells = (result: PhysicsResult) =>
    measures.map(({ of, unit, factor = 1 }) => `${formatNumber(factor * of(result)!, 3)}${unit}`);
  const rows = [
    ["own", ...cells(own), own.about],
    ...others.map((other) => {
      const kind = physicsVerdict(other);
      const verdict = kind === "holds" ? "holds" : `${lossWords(other)}${other.name === worst ? " (worst)" : ""}`;
      return [other.name, ...cells(other), `${other.about}: ${verdict}`];
    }),
  ];
  const right = { align: "right" } as const;
  const columns = [
    { heading: "physics" },
    ...measures.map(({ heading }) => ({ heading, ...right })),
    { heading: "what differs" },
  ];
  return [
    `episodes under each physics: ${sizes.episodes}, seed ${sizes.seed}`,
    formatTable(columns, rows, "  "),
    ...[own, ...others].flatMap(({ about, notes }) => notes.map((words) => `  ${about}: ${words}`)),
    ...skipped.map(({ name, reason }) => `  not run: ${name}, ${reason}`),
  ].join("\n");
}

/** What is shown of each result, where the task has it. */
const MEASURES: readonly {
  readonly heading: string;
  readonly of: (result: PhysicsResult) => number | null;
  readonly unit: string;
  readonly factor?: number;
}[] = [
  { heading: "survived", of: ({ survived }) => survived, unit: " %", factor: 100 },
  { heading: "success", of: ({ successRate }) => successRate, unit: " %", factor: 100 },
  { heading: "return", of: ({ returnMean }) => returnMean, unit: "" },
  { heading: "velocity error", of: ({ linVelError }) => linVelError, unit: " m/s" },
  { heading: "yaw-rate error", of: ({ yawRateError }) => yawRateError, unit: " rad/s" },
];
