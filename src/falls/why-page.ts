/** Why a robot fell, on one page. */
import { escaped, page, table } from "../export/report/html-text.ts";
import type { FallReport } from "./why.ts";
import { rescueWords, seconds, verdictWords } from "./why-words.ts";

/** The page's text. @param files of the verdicts, in their order, beside the page */
export function whyPage(report: FallReport, source: string, files: readonly string[]): string {
  const { task, number, count, causes, smallest, shown, controlHz, fall } = report;
  const isSmallest = (id: string) => smallest?.some(({ cause }) => cause.id === id) ?? false;
  const rows = causes.map(({ cause, saves, suffices, weight }) => [
    isSmallest(cause.id) ? `<b>${escaped(cause.words)}</b>` : escaped(cause.words),
    saves ? `<span class="pass">stays up</span>` : "falls",
    suffices === null ? "–" : suffices ? `<span class="fail">falls</span>` : "stays up",
    `<span class="bar" style="width:${Math.round(70 * Math.max(0, weight))}px"></span> ${weight.toFixed(2).replace("-", "−")}`,
  ]);
  const drives = shown.map(({ words, falls }, i) => [
    escaped(words),
    falls ? "falls" : "stays up",
    `<code>npx flowgait replay ${escaped(files[i]!)} --view</code>`,
  ]);
  return page(`${task}: why it fell`, [
    `<style>${STYLE}</style>`,
    `<h1>${escaped(task)}: why it fell</h1>`,
    `<p class="soft">Fall ${number} of ${count} in ${escaped(source)}, ${seconds(fall.step - fall.begun, controlHz)} after its episode began.</p>`,
    `<p><b>${escaped(verdictWords(report))}</b></p>`,
    `<p>${escaped(rescueWords(report.rescue))}</p>`,
    "<h2>Causes taken away</h2>",
    table(["cause", "without", "alone", "weight"], rows),
    `<p class="soft">The weight is how much likelier a fall is with the cause than without it, over random selections of the others.</p>`,
    "<h2>Watch the verdicts</h2>",
    table(["drive", "", "command"], drives),
  ]);
}

const STYLE = `
td:nth-child(n+2) { text-align: left; } th:nth-child(n+2) { text-align: left; }
.bar { display: inline-block; height: .6em; border-radius: 3px; background: var(--b); }
`;
