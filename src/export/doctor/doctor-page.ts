/** The examination for people, in one file: the checks, and the table of worlds as a heat map. */
import { physicsSection } from "../physics/physics-section.ts";
import { relativeLoss } from "../report/closed-loop.ts";
import { escaped, page, shown, verdict } from "../report/html-text.ts";
import type { Check } from "./check.ts";
import { type Examination, WORLD_AXES, type WorldResult } from "./examine.ts";

const WORDS: Readonly<Record<Check["verdict"], string>> = { pass: "pass", warn: "warn", fail: "fail", skip: "skip" };

/** The page's text. @param subject what was examined, as the user called it */
export function doctorPage(examination: Examination, subject: string): string {
  const { task, sizes, nominal } = examination;
  const run =
    nominal === null
      ? "No episode could be run."
      : `${sizes.episodes} episodes of ${sizes.seconds} s each: mean return ${shown(nominal.returnMean, 4)}, ${percent(nominal.survived)} stayed up.`;
  return page(`${task}: examination`, [
    `<style>${STYLE}</style>`,
    `<h1>${escaped(task)}</h1>`,
    `<p class="soft">Examination of ${escaped(subject)}. ${run}</p>`,
    ...examination.identified.map((words) => `<p>Physics: ${escaped(words)}</p>`),
    `<h2>Checks</h2>`,
    checkTable(examination.checks),
    physicsSection(examination.physics),
    worldSection(examination),
  ]);
}

function checkTable(checks: readonly Check[]): string {
  const rows = checks.map(({ name, verdict: kind, found, fix }) => {
    const advice = fix === "" ? "" : `<div class="soft">${escaped(fix)}</div>`;
    return `<tr><td>${verdict(kind, WORDS[kind])}</td><td class="wrap">${escaped(name)}</td><td class="wrap">${escaped(found)}${advice}</td></tr>`;
  });
  return `<div class="scroll"><table class="checks"><tbody>${rows.join("\n")}</tbody></table></div>`;
}

function worldSection({ worlds, nominal }: Examination): string {
  if (worlds.length === 0 || nominal === null) return "";
  const pushes = [...new Set(worlds.map(({ world }) => world.push))];
  const columns = WORLD_AXES.friction.flatMap((friction) =>
    WORLD_AXES.latency.map((latency) => ({ friction, latency })),
  );
  const head = `<tr><th colspan="2"></th>${WORLD_AXES.friction.map((friction) => `<th colspan="${WORLD_AXES.latency.length}">${friction} × friction</th>`).join("")}</tr>
<tr><th>push</th><th>mass</th>${columns.map(({ latency }) => `<th>latency ${latency}</th>`).join("")}</tr>`;
  const rows = pushes.flatMap((push) =>
    WORLD_AXES.mass.map((mass) => {
      const cells = columns.map((column) => cell(worlds, nominal.returnMean, { push, mass, ...column }));
      return `<tr><td>${push} m/s</td><td>${mass} ×</td>${cells.join("")}</tr>`;
    }),
  );
  return `<h2>Robustness sweep</h2>
<p>Share of the undisturbed return that remains, and below it the share of episodes that stayed up. A push in a random direction comes every two seconds. Latency is in control steps.</p>
<div class="scroll"><table class="heat"><thead>${head}</thead><tbody>${rows.join("\n")}</tbody></table></div>`;
}

function cell(
  worlds: readonly WorldResult[],
  nominal: number,
  at: { readonly push: number; readonly mass: number; readonly friction: number; readonly latency: number },
): string {
  const found = worlds.find(({ world }) =>
    (["push", "mass", "friction", "latency"] as const).every((key) => world[key] === at[key]),
  )!;
  const left = 1 - relativeLoss(nominal, found.returnMean);
  return `<td style="background:${colour(left)}"><b>${percent(left)}</b><span>${percent(found.survived)}</span></td>`;
}

/** From red at nothing left over yellow to green at everything. */
function colour(left: number): string {
  const share = Math.max(0, Math.min(1, left));
  return `hsl(${Math.round(8 + 132 * share)} 62% ${Math.round(74 + 6 * share)}%)`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`.replace("-", "−");
}

const STYLE = `
.checks td:first-child { font-weight: 600; width: 3.5rem; vertical-align: top; }
.checks td { vertical-align: top; }
.checks td:nth-child(2) { width: 15rem; text-align: left; }
.heat { width: auto; border-collapse: separate; border-spacing: 3px; }
.heat th, .heat td { border: 0; padding: .35rem .5rem; text-align: center; }
.heat td[style] { color: #16191d; border-radius: 6px; min-width: 4.2rem; }
.heat td b { display: block; font-weight: 600; } .heat td span { font-size: .78rem; opacity: .75; }
`;
