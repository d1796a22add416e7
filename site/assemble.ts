/**
 * The source of the site: the package's Markdown files at the places where the site shows them, their links changed accordingly, and the
 * reference pages filled in from the program's own declarations.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { packageRoot } from "../src/files/package-root.ts";
import { titleOf, withLinks } from "./markdown.ts";
import { placeOf, SECTIONS, UNLISTED } from "./pages.ts";
import { apiReference } from "./reference/api.ts";
import { commandsReference } from "./reference/commands.ts";
import { contractReference } from "./reference/contract.ts";
import { protocolReference } from "./reference/protocol.ts";
import { settingsReference } from "./reference/settings.ts";
import { tasksReference } from "./reference/tasks.ts";

/** What stands in place of `<!-- generated: name -->`. */
const GENERATED: Readonly<Record<string, () => string | Promise<string>>> = {
  api: apiReference,
  commands: commandsReference,
  contract: contractReference,
  protocol: protocolReference,
  settings: settingsReference,
  tasks: tasksReference,
};

const MARKER = /^<!-- generated: (\w+) -->$/gm;

/** Front matter of the front page: the site shows it with a picture and three ways in. */
const FRONT = readFileSync(join(packageRoot, "site", "front.yaml"), "utf8");

/** The picture that it names. */
const FRONT_PICTURE = "humanoid.gif";

/** All pages: files relative to the package, without ending. */
export function allPages(): string[] {
  const listed = SECTIONS.flatMap(({ pages }) => pages);
  const cards = linkedFiles("controllers/README").filter((file) => UNLISTED.test(file));
  return [...listed, ...cards.map((file) => file.replace(/\.md$/, ""))];
}

/** Writes the source of the site into an empty folder, with the menu as `site.json`. */
export async function assemble(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  const pages = allPages();
  for (const page of pages) await writePage(folder, page, new Set(pages));
  const menu = SECTIONS.map(({ title, pages: within }) => ({
    text: title,
    items: within.map((page) => ({
      text: titleOf(textOf(page), page),
      link: `/${placeOf(page).replace(/index$/, "")}`,
    })),
  }));
  copy(join(packageRoot, "docs", FRONT_PICTURE), join(folder, "public", FRONT_PICTURE));
  writeFileSync(join(folder, "site.json"), JSON.stringify({ menu }));
}

/** Files that a page links to, relative to the package. */
function linkedFiles(page: string): string[] {
  const found: string[] = [];
  withLinks(textOf(page), (target) => {
    if (!isElsewhere(target)) found.push(fileOf(page, target));
    return target;
  });
  return found;
}

async function writePage(folder: string, page: string, pages: ReadonlySet<string>): Promise<void> {
  const place = placeOf(page);
  const linked = withLinks(await filledIn(textOf(page), page), (target) => linkFrom(page, target, pages, folder));
  const text = place === "index" ? `---\n${FRONT}---\n\n${linked.replace(/^# .*\n/, "")}` : linked;
  write(join(folder, `${place}.md`), text.replace(/^<!--[\s\S]*?-->\n/gm, ""));
}

/** A page with its generated parts. @throws Error for an unknown one */
async function filledIn(text: string, page: string): Promise<string> {
  let filled = text;
  for (const [marker, name] of text.matchAll(MARKER)) {
    const generate = GENERATED[name!];
    if (generate === undefined) throw new Error(`${page}: nothing generates "${name}"`);
    const part = await generate();
    filled = filled.replace(marker, () => part);
  }
  return filled;
}

/** Where a link of a page leads on the site. Files that are no pages are copied beside it. */
function linkFrom(page: string, target: string, pages: ReadonlySet<string>, folder: string): string {
  if (isElsewhere(target)) return target;
  const [, anchor = ""] = /(#.*)$/.exec(target) ?? [];
  const file = fileOf(page, target);
  const named = file.replace(/\.md$/, "");
  if (pages.has(named)) return between(placeOf(page), `${placeOf(named)}.md`) + anchor;
  const full = join(packageRoot, file);
  if (!existsSync(full)) throw new Error(`${page}: links to ${target}, which does not exist`);
  if (statSync(full).isDirectory()) throw new Error(`${page}: links to the folder ${target}; expected a file`);
  if (/\.(svg|png|gif|webp|jpg)$/.test(file)) {
    const place = file.replace(/^docs\//, "");
    copy(full, join(folder, place));
    return between(placeOf(page), place);
  }
  // a name without ending would be taken for a page
  const shown = /\.\w+$/.test(file) ? file : `${file}.txt`;
  copy(full, join(folder, "public", "files", shown));
  return `/files/${shown}`;
}

/** Links that no file answers: other hosts, and headings of the page itself. */
export function isElsewhere(target: string): boolean {
  return /^(https?:|mailto:|#)/.test(target);
}

/** A link's file, relative to the package. */
export function fileOf(page: string, target: string): string {
  return posix.join(posix.dirname(page), decodeURI(target.replace(/#.*$/, "")));
}

function between(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}

function textOf(page: string): string {
  return readFileSync(join(packageRoot, `${page}.md`), "utf8");
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}
