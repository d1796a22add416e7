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

/** An expression's value, as text, once the picture has come to rest: two looks apart see the same. */
export async function settled(page: Page, expression: string): Promise<string> {
  let [before, now] = ["", String(await page.evaluate(expression))];
  while (now !== before) {
    await page.waitForTimeout(400);
    [before, now] = [now, String(await page.evaluate(expression))];
  }
  return now;
}
