/** The check of a task for people, on one page: what a learner finds first, the findings, and what each term pays for each behaviour. */
import type { Check } from "../export/doctor/check.ts";
import { escaped, page, shown, table, verdict } from "../export/report/html-text.ts";
import type { BehaviourReport, TaskCheck } from "./check-task.ts";
import { headline } from "./check-words.ts";

/** Worst first. */
const ORDER: Readonly<Record<Check["verdict"], number>> = { fail: 0, warn: 1, pass: 2, skip: 3 };

/** The page's text. @param subject what was checked, as the user called it */
export function checkPage(report: TaskCheck, subject: string): string {
  const { task, algorithm, lesson, gamma, horizonSeconds } = report;
  const taught = lesson === "" ? "" : `, lesson ${escaped(lesson)}`;
  const settings = `${escaped(algorithm)}${taught}, discount ${gamma}, which looks about ${shown(horizonSeconds, 2)} s ahead`;
  const from = subject === task ? "" : ` (${escaped(subject)})`;
  return page(`${task}: before training`, [
    `<style>${STYLE}</style>`,
    `<h1>${escaped(task)}</h1>`,
    `<p class="soft">Before training${from}: ${settings}.</p>`,
    `<p><b>${escaped(headline(report))}</b></p>`,
    behaviourTable(report),
    "<h2>Checks</h2>",
    checkTable(report.checks),
    "<h2>What each term pays</h2>",
    `<p class="soft">Weighted reward per second. Blue is paid, orange is charged; the strongest colour is the largest number of the table.</p>`,
    termTable(report.behaviours),
  ]);
}

function behaviourTable({ behaviours }: TaskCheck): string {
  const rows = behaviours.map(({ name, about, seconds, survived, perSecond, value }) => [
    `${escaped(name)}<div class="soft">${escaped(about)}</div>`,
    `${Math.round(100 * survived)} %`,
    `${shown(seconds)} s`,
    shown(perSecond),
    `<b>${shown(value)}</b>`,
  ]);
  return table(["", "stays up", "for", "reward per second", "worth at the start, discounted"], rows);
}

function checkTable(checks: readonly Check[]): string {
  const sorted = [...checks].sort((a, b) => ORDER[a.verdict] - ORDER[b.verdict]);
  const rows = sorted.map(({ name, verdict: kind, found, fix }) => {
    const advice = fix === "" ? "" : `<div class="soft">${escaped(fix)}</div>`;
    return `<tr><td>${verdict(kind, kind)}</td><td class="wrap">${escaped(name)}</td><td class="wrap">${escaped(found)}${advice}</td></tr>`;
  });
  return `<div class="scroll"><table class="checks"><tbody>${rows.join("\n")}</tbody></table></div>`;
}

function termTable(behaviours: readonly BehaviourReport[]): string {
  const names = Object.keys(behaviours[0]?.terms ?? {});
  const largest = Math.max(...behaviours.flatMap(({ terms }) => Object.values(terms).map(Math.abs)));
  const head = `<tr><th></th>${behaviours.map(({ name }) => `<th>${escaped(name)}</th>`).join("")}</tr>`;
  const rows = names.map((name) => {
    const cells = behaviours.map(({ terms }) => termCell(terms[name]!, largest));
    return `<tr><td>${escaped(name)}</td>${cells.join("")}</tr>`;
  });
  return `<div class="scroll"><table class="terms"><thead>${head}</thead><tbody>\n${rows.join("\n")}</tbody></table></div>`;
}

function termCell(value: number, largest: number): string {
  const strength = largest > 0 ? Math.sqrt(Math.abs(value) / largest) : 0;
  const [hue, text] = [value < 0 ? 28 : 212, shown(value, 2)];
  return `<td style="background:hsl(${hue} 80% 55% / ${(0.55 * strength).toFixed(2)})">${text}</td>`;
}

const STYLE = `
.checks td:first-child { font-weight: 600; width: 3.5rem; }
.checks td { vertical-align: top; } .checks td:nth-child(2) { width: 13rem; text-align: left; }
.checks td.wrap { white-space: normal; text-align: left; }
td .soft { font-size: .85em; white-space: normal; }
.terms { width: auto; } .terms td, .terms th { padding: .2rem .6rem; }
`;
