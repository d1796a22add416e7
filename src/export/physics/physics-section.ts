/** A second opinion as a part of pages: a table of the episodes under each physics. */
import { escaped, shown, table, verdict } from "../report/html-text.ts";
import { lossWords, type PhysicsVerdict, physicsVerdict } from "./physics-check.ts";
import type { OtherResult, PhysicsResult, SecondOpinion } from "./second-opinion.ts";

const KINDS: Readonly<Record<PhysicsVerdict, "pass" | "warn" | "fail">> = {
  holds: "pass",
  loses: "warn",
  fails: "fail",
};

/** Heading, table and notes; empty where no other physics was asked for. */
export function physicsSection(opinion: SecondOpinion | null): string {
  if (opinion === null) return "";
  const { sizes, own, others, worst, skipped } = opinion;
  const measures = MEASURES.filter(({ of }) => of(own) !== null);
  const cells = (result: PhysicsResult) => measures.map(({ of, text }) => text(of(result)!));
  const rows = [
    ["own", wrapped(own.about), ...cells(own), ""],
    ...others.map((other) => [
      other.name === worst ? `<b>${other.name}</b>` : other.name,
      wrapped(other.about),
      ...cells(other),
      judged(other),
    ]),
  ];
  const headings = ["physics", "", ...measures.map(({ heading }) => heading), "verdict"];
  return `<h2>Other physics</h2>
<p>The same ${sizes.episodes} episodes, seed ${sizes.seed}, with the task's own disturbances, under its own physics and under others. ${worstWords(others, worst)}</p>
${table(headings, rows)}
${notes([own, ...others].flatMap(({ about, notes: said }) => said.map((words) => `${about}: ${words}`)))}${notes(skipped.map(({ name, reason }) => `Not run: ${name}, ${reason}`))}`;
}

/** What is shown of each result, where the task has it. */
const MEASURES: readonly {
  readonly heading: string;
  readonly of: (result: PhysicsResult) => number | null;
  readonly text: (value: number) => string;
}[] = [
  { heading: "survived", of: ({ survived }) => survived, text: percent },
  { heading: "success", of: ({ successRate }) => successRate, text: percent },
  { heading: "return", of: ({ returnMean }) => returnMean, text: (value) => shown(value, 4) },
  { heading: "velocity error", of: ({ linVelError }) => linVelError, text: (value) => `${shown(value)} m/s` },
  { heading: "yaw-rate error", of: ({ yawRateError }) => yawRateError, text: (value) => `${shown(value)} rad/s` },
];

function worstWords(others: readonly OtherResult[], worst: SecondOpinion["worst"]): string {
  const found = others.find(({ name }) => name === worst);
  return found === undefined ? "" : `Worst: ${found.name}, ${escaped(lossWords(found))}.`;
}

function judged(other: OtherResult): string {
  const kind = physicsVerdict(other);
  return verdict(KINDS[kind], kind === "holds" ? "holds" : lossWords(other));
}

function wrapped(text: string): string {
  return `<div style="white-space:normal;text-align:left;min-width:9rem">${escaped(text)}</div>`;
}

function notes(lines: readonly string[]): string {
  return lines.map((line) => `<p class="soft">${escaped(line)}</p>`).join("\n");
}

function percent(share: number): string {
  return `${shown(100 * share)} %`;
}
