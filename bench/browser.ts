/** Finds and starts a Chromium, for measurements and tests of the page. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Browser, Page } from "playwright-core";

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

/** @param more flags of Chromium @throws Error with one line when no browser is found */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const executablePath = browserPath();
  // Needed here alone, and a tool of development.
  const { chromium } = await import("playwright-core");
  return chromium.launch({ executablePath, args: [...flags, ...more], timeout: 60_000 });
}

/** Where a Chromium or Chrome lies: CHROME_PATH, the search path, or a usual place. */
export function browserPath(env: NodeJS.ProcessEnv = process.env): string {
  const onPath = (env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  const found = [env.CHROME_PATH ?? "", ...onPath, ...usualPlaces].find((path) => path !== "" && isExecutable(path));
  if (found === undefined)
    throw new Error("a browser is needed: no Chromium or Chrome on PATH, install one or set CHROME_PATH");
  return found;
}

/** Repeats an expression on the page until it holds. */
export async function pageUntil(page: Page, expression: string, timeoutMs = 120_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await page.evaluate(expression))) {
    if (Date.now() > end) throw new Error(`waited ${timeoutMs / 1000} s for: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
