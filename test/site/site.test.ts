/** The built site: every link leads somewhere, nothing is loaded from another host, and the search finds pages. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allPages } from "../../site/assemble.ts";
import { placeOf } from "../../site/pages.ts";
import { trainFlags } from "../../src/config/config-flags.ts";
import { packageRoot } from "../../src/files/package-root.ts";
import { registry } from "../../src/tasks/index.ts";
import { axeViolations } from "../viewer/axe.ts";
import { launchBrowser } from "../viewer/browser.ts";

const site = join(packageRoot, "dist", "docs");
const textOf = (file: string) => readFileSync(join(site, file), "utf8");
let files: readonly string[] = [];
const pagesOfSite = () => files.filter((file) => file.endsWith(".html"));

beforeAll(() => {
  execFileSync(process.execPath, [join(packageRoot, "dist", "site", "build.js")], { stdio: "pipe" });
  files = readdirSync(site, { recursive: true, encoding: "utf8" });
}, 600_000);

/** Addresses in a page's markup. */
function addressesOf(html: string): string[] {
  return [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, address]) => address!.replaceAll("&amp;", "&"));
}

/** What a relative address of a page does not find: the file, or the heading in it. "" where all is well. */
function missing(page: string, address: string): string {
  const [path = "", anchor = ""] = address.split("#");
  const file = path === "" ? page : normalize(join(dirname(page), decodeURI(path))).replace(/\/$|^\.$/, "");
  const found = [file, join(file, "index.html")].find((name) => existsSync(join(site, name)) && /\.\w+$/.test(name));
  if (found === undefined) return `${page}: ${address}`;
  if (anchor === "" || !found.endsWith(".html")) return "";
  return textOf(found).includes(`id="${decodeURIComponent(anchor)}"`) ? "" : `${page}: ${address}`;
}

describe("the documentation site", () => {
  it("has every page", () => {
    expect(
      allPages()
        .map((page) => `${placeOf(page)}.html`)
        .filter((page) => !files.includes(page)),
    ).toEqual([]);
  });

  it("every link, picture, script and style of every page is there, headings included", () => {
    const inside = pagesOfSite().flatMap((page) =>
      addressesOf(textOf(page))
        .filter((address) => !/^(https?:|mailto:|data:)/.test(address))
        .map((address) => missing(page, address)),
    );
    expect(inside.length).toBeGreaterThan(1000);
    expect([...new Set(inside)].filter((problem) => problem !== "")).toEqual([]);
  });

  it("loads nothing from another host", () => {
    const loads = /<(?:script|link|img|iframe)[^>]*\s(?:src|href)="(?:https?:)?\/\//;
    expect(pagesOfSite().filter((page) => loads.test(textOf(page)))).toEqual([]);
    const styles = files.filter((file) => file.endsWith(".css"));
    expect(styles.length).toBeGreaterThan(0);
    expect(styles.filter((file) => /url\(["']?(?:https?:)?\/\//.test(textOf(file)))).toEqual([]);
  });

  it("its addresses are relative, so that any host serves it at any path", () => {
    const rooted = pagesOfSite().flatMap((page) =>
      addressesOf(textOf(page)).filter((address) => /^\/(?!\/)/.test(address)),
    );
    expect([...new Set(rooted)]).toEqual([]);
  });

  it("lists every setting, every command and every task", () => {
    const settings = textOf("reference/settings.html");
    expect(trainFlags.filter(({ name }) => !settings.includes(`--${name}<`)).map(({ name }) => name)).toEqual([]);
    const tasks = textOf("reference/tasks.html");
    expect(
      registry
        .list()
        .filter(({ name }) => !tasks.includes(`>${name}<`))
        .map(({ name }) => name),
    ).toEqual([]);
    for (const command of ["train", "export", "doctor", "diagnose ratio"])
      expect(textOf("reference/commands.html")).toContain(`flowgait ${command} <`);
    expect(textOf("reference/api.html")).toContain('id="definetask"');
    expect(textOf("reference/contract.html")).toContain("task.observation[].offset");
    expect(textOf("reference/protocol.html")).toContain('id="hellomessage"');
  });

  it("its equations are rendered, and its search index holds every page", () => {
    expect(textOf("concepts/fpo.html")).toContain('class="katex"');
    const index = files
      .filter((file) => /localSearchIndex/.test(file))
      .map(textOf)
      .join("");
    for (const word of ["feedforward", "watchdog", "aspo"]) expect(index).toContain(word);
  });
});

describe("the documentation in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** Long pages take axe-core long: one theme is enough for them. */
  it.each([
    ["index.html", ["light", "dark"]],
    ["get-started.html", ["light", "dark"]],
    ["concepts/lessons.html", ["light"]],
    ["reference/commands.html", ["dark"]],
  ] as const)("%s has no accessibility error", { timeout: 300_000 }, async (file, themes) => {
    for (const colorScheme of themes) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme });
      await page.goto(pathToFileURL(join(site, file)).href);
      expect([colorScheme, await axeViolations(page)]).toEqual([colorScheme, []]);
      await page.close();
    }
  });
});
