/** Pieces of Markdown. Knows no page. */

/** A table; cells are Markdown already. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Plain text inside a cell: no character of it is markup. */
export function plain(text: string): string {
  return text.replace(/[\\`*_<>|[\]]/g, "\\$&").replace(/\s+/g, " ");
}

/** Code inside a cell. */
export function code(text: string): string {
  return `\`${text.replace(/\s+/g, " ").replaceAll("|", "\\|")}\``;
}

/** A fenced block. */
export function fence(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** First heading of a page. @throws Error where it has none */
export function titleOf(markdown: string, name: string): string {
  const title = /^# (.+)$/m.exec(markdown)?.[1];
  if (title === undefined) throw new Error(`${name}: has no heading of the first level`);
  return title;
}

/** Replaces the target of every link and picture outside of code. */
export function withLinks(markdown: string, change: (target: string) => string): string {
  const parts = markdown.split(/(^```[\s\S]*?^```|`[^`\n]*`)/m);
  return parts
    .map((part, k) => (k % 2 === 1 ? part : part.replace(LINK, (_, head, target) => `${head}${change(target)})`)))
    .join("");
}

/** Targets of the links and pictures outside of code. */
export function linksOf(markdown: string): string[] {
  const found: string[] = [];
  withLinks(markdown, (target) => {
    found.push(target);
    return target;
  });
  return found;
}

/** Every fenced block with its language. */
export function fencesOf(markdown: string): { readonly language: string; readonly text: string }[] {
  return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].map(([, language, text]) => ({
    language: language!,
    text: text!,
  }));
}

/** `](target)`, and a title behind it stays where it is */
const LINK = /(!?\]\()([^)\s]+)\)/g;
