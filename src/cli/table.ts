/** Aligned plain-text tables. */

/** One column: its heading and on which side its cells are aligned. */
export interface Column {
  readonly heading: string;
  readonly align?: "left" | "right";
}

/** Lines of a table with two blanks between columns; headings are omitted when they are all empty. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[], indent = ""): string {
  const hasHeadings = columns.some(({ heading }) => heading !== "");
  const lines = hasHeadings ? [columns.map(({ heading }) => heading), ...rows] : rows;
  const widths = columns.map((_, k) => Math.max(0, ...lines.map((cells) => cells[k]!.length)));
  const cell = (text: string, k: number) =>
    columns[k]!.align === "right" ? text.padStart(widths[k]!) : text.padEnd(widths[k]!);
  return lines.map((cells) => `${indent}${cells.map(cell).join("  ")}`.trimEnd()).join("\n");
}

/** Up to `digits` significant digits, without trailing zeros. */
export function formatNumber(value: number, digits = 4): string {
  return String(Number(value.toPrecision(digits)));
}

/** "1 episode", "2,000 episodes". @param several the noun's plural where it does not only end in s */
export function counted(count: number, noun: string, several = `${noun}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : several}`;
}

/** A share in whole percent. */
export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
