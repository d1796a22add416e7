/** The documentation as Markdown: what people read in the repository and in the package, without the site. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { allPages, fileOf, isElsewhere } from "../../site/assemble.ts";
import { generatedFiles } from "../../site/generated-files.ts";
import { fencesOf, linksOf } from "../../site/markdown.ts";
import { SECTIONS } from "../../site/pages.ts";
import { packageRoot } from "../../src/files/package-root.ts";

const textOf = (file: string) => readFileSync(join(packageRoot, file), "utf8");
const pages = ["README", ...allPages()];
/** Folders and files that the package ships. */
const shipped: readonly string[] = ["README.md", "LICENSE", ...JSON.parse(textOf("package.json")).files];

function sourcesBelow(folder: string): string[] {
  return readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => textOf(join(folder, name)));
}

describe("the documentation's Markdown", () => {
  it("every page is in the menu once, and every Markdown file of docs is a page", () => {
    const listed = SECTIONS.flatMap((section) => section.pages);
    expect(new Set(listed).size).toBe(listed.length);
    const files = readdirSync(join(packageRoot, "docs"), { recursive: true, encoding: "utf8" });
    const found = files.filter((name) => name.endsWith(".md")).map((name) => `docs/${name.replace(/\.md$/, "")}`);
    expect(found.filter((page) => !listed.includes(page))).toEqual([]);
  });

  it.each(pages)("%s links to files that exist and that the package ships", (page) => {
    const files = linksOf(textOf(`${page}.md`))
      .filter((target) => !isElsewhere(target))
      .map((target) => fileOf(page, target));
    expect(files.filter((file) => !existsSync(join(packageRoot, file)))).toEqual([]);
    expect(files.filter((file) => !shipped.some((path) => file === path || file.startsWith(`${path}/`)))).toEqual([]);
  });

  it("model cards, the table of controllers and the concepts' figures are as `npm run generate` writes them", () => {
    for (const [file, text] of generatedFiles()) expect(textOf(file), file).toBe(text);
  });

  it("the messages that Troubleshooting explains are those of the program", () => {
    const program = ["src", "viewer"].flatMap(sourcesBelow).join("\n").replace(/\s+/g, " ");
    const cells = textOf("docs/troubleshooting.md").matchAll(/^\| (`[^|]*) \|/gm);
    const quoted = [...cells].flatMap(([, cell]) => [...cell!.matchAll(/`([^`]+)`/g)].map(([, text]) => text!));
    const parts = quoted
      .flatMap((text) => text.split("…"))
      .map((part) => part.replace(/; (nearest|try):\s*$/, "").trim());
    const fixed = parts.filter((part) => /[a-z]{3} [a-z]{2}/.test(part));
    expect(fixed.length).toBeGreaterThan(20);
    expect(fixed.filter((part) => !program.includes(part))).toEqual([]);
  });
});

describe("the tutorial", () => {
  const tutorial = textOf("docs/tutorial.md");
  const shown = (language: string) => fencesOf(tutorial).filter((fence) => fence.language === language);

  it("shows the whole task in order, and parts of the robot as they stand in its file", () => {
    const blank = (text: string) => text.replace(/\n+/g, "\n");
    const task = shown("ts").map(({ text }) => text);
    expect(blank(task.join(""))).toBe(blank(textOf("docs/tutorial/walk.ts")));
    const robot = textOf("docs/tutorial/biped.xml");
    for (const { text } of shown("xml")) expect(robot).toContain(text);
  });
});
