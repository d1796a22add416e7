/** What tests of the page share. There is always a browser or a clear failure: nothing is skipped. */
import type { Page } from "playwright-core";

export { browserPath, launchBrowser } from "../../bench/browser.ts";

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
