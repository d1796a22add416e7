/** Starts a Chromium for tests of the page. There is always a browser or a clear failure: nothing is skipped. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const usualPlaces = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @throws Error with one line when no browser is found */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath(), args: flags, timeout: 60_000 });
}

/** Where a Chromium or Chrome lies: CHROME_PATH, the search path, or a usual place. */
export function browserPath(env: NodeJS.ProcessEnv = process.env): string {
  const onPath = (env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = [env.CHROME_PATH ?? "", ...onPath, ...usualPlaces].find((path) => path !== "" && isExecutable(path));
  if (found === undefined)
    throw new Error("browser tests need Chromium or Chrome: none found on PATH, install one or set CHROME_PATH");
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What went wrong on a page, and whom it talked to. */
export interface Watch {
  readonly errors: string[];
  readonly requests: string[];
}

export function watchPage(page: Page): Watch {
  const watch: Watch = { errors: [], requests: [] };
  page.on("console", (message) => {
    if (message.type() === "error") watch.errors.push(message.text());
  });
  page.on("pageerror", (error) => watch.errors.push(error.message));
  page.on("request", (request) => watch.requests.push(request.url()));
  return watch;
}

/** Repeats an expression on the page until it holds. */
export async function pageUntil(page: Page, expression: string, timeoutMs = 30_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await page.evaluate(expression))) {
    if (Date.now() > end) throw new Error(`waited ${timeoutMs / 1000} s for: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}
