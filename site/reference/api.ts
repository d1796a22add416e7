/** The API page: what `import … from "flowgait"` gives, from the declarations that the package ships. */
import { join, relative } from "node:path";
import { packageRoot } from "../../src/files/package-root.ts";
import { fence, plain } from "../markdown.ts";
import { type Declaration, exportsOf } from "./declarations.ts";

/** One section per file of the package, one heading per export. */
export function apiReference(): string {
  const declarations = join(packageRoot, "dist", "src");
  const byFile = new Map<string, Declaration[]>();
  for (const one of merged(exportsOf(join(declarations, "index.d.ts")))) {
    const file = relative(declarations, one.file);
    byFile.set(file, [...(byFile.get(file) ?? []), one]);
  }
  return [...byFile]
    .map(([file, found]) => [`## ${file.replace(".d.ts", "")}`, ...found.map(section)].join("\n\n"))
    .join("\n\n");
}

/** Overloads of a function as one. */
function merged(all: readonly Declaration[]): Declaration[] {
  const byName = new Map<string, Declaration>();
  for (const one of all) {
    const known = byName.get(one.name);
    if (known?.text === one.text) continue;
    byName.set(
      one.name,
      known ? { ...known, about: known.about || one.about, text: `${known.text}\n${one.text}` } : one,
    );
  }
  return [...byName.values()];
}

function section({ name, about, text }: Declaration): string {
  return [`### ${name}`, paragraphs(about), fence("ts", text)].filter((part) => part !== "").join("\n\n");
}

/** The text of a doc comment; `@param` and the like become a list. */
export function paragraphs(about: string): string {
  return about
    .split(/\n\s*\n|\n(?=@)/)
    .map((part) => plain(part).replace(/^@(\w+)/, "- **$1**"))
    .join("\n\n");
}
