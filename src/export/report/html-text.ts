/** Pieces of self-contained HTML pages: escaping, tables, the style that all pages share. */

/** Text as HTML shows it. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** A table; the first column is text, the others are right-aligned. Cells are HTML already. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = headings.map((heading) => `<th>${heading}</th>`).join("");
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("\n");
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** A word in the colour of its verdict. */
export function verdict(kind: "pass" | "warn" | "fail" | "skip", text: string): string {
  return `<span class="${kind}">${escaped(text)}</span>`;
}

/** Up to `digits` significant digits, small and large ones with an exponent. */
export function shown(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "NaN";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1).replace("e+", "e");
  return String(Number(value.toPrecision(digits))).replace("-", "−");
}

/** A whole page without any request. */
export function page(title: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body.join("\n")}
</main>
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #22272e; --soft: #66707c; --line: #dfe3e8; --ground: #fff; --card: #f6f7f9;
  --pass: #1a7f4b; --warn: #9a6400; --fail: #c02b2b; --a: #2f6fde; --b: #d9662b; --c: #2c9c6a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ed; --soft: #98a3b0; --line: #353c45; --ground: #16191d;
  --card: #1e2227; --pass: #4cc98a; --warn: #e0a93d; --fail: #ff7b72; --a: #74a7ff; --b: #ff9f66; --c: #5fd3a0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.05rem; margin: 2.5rem 0 .75rem; }
p { margin: .25rem 0 .75rem; max-width: 46rem; }
.soft { color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { font-weight: 500; color: var(--soft); text-align: right; padding: .35rem .75rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
td { text-align: right; padding: .4rem .75rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
code { font: .85em ui-monospace, "SF Mono", Consolas, monospace; }
p code { overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .75rem; margin: 1.5rem 0; }
.card { background: var(--card); border-radius: 10px; padding: .9rem 1rem; }
.card b { display: block; font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.card span { color: var(--soft); font-size: .87rem; }
.pass { color: var(--pass); } .warn { color: var(--warn); } .fail { color: var(--fail); } .skip { color: var(--soft); }
.card .pass, .card .warn, .card .fail { color: inherit; }
figure { margin: 0; } svg { width: 100%; height: auto; display: block; } svg text { fill: var(--soft); font-size: 12px; }
.charts { margin-bottom: 1.5rem; display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1.5rem; }
figcaption { color: var(--soft); font-size: .87rem; margin-top: .4rem; }
td.wrap { white-space: normal; text-align: left; }
`;
