/** What tests of the page share. There is always a browser or a clear failure: nothing is skipped. */
import type { Page } from "playwright-core";

export { browserPath, launchBrowser, pageUntil } from "../../bench/browser.ts";

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
