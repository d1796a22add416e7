/** The site of `flowgait web` on a host that sends no headers, as a person uses it. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { siteFiles } from "../../../src/export/web-site.ts";
import { launchBrowser, pageUntil } from "../browser.ts";
import { stop, submit } from "../studio-process.ts";

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
const SETTINGS = {
  seed: "3",
  steps: "9000000",
  envs: "64",
  shards: "4",
  horizon: "32",
  workers: "2",
  "evaluation.every-steps": "0",
  "algorithm.policy-hidden": "8,8",
  "algorithm.critic-hidden": "8",
  "algorithm.epochs": "1",
  "algorithm.minibatches": "4",
  "checkpoint.every-seconds": "1",
};
const link = (more: Record<string, string> = {}) =>
  `#${new URLSearchParams({ train: "CartpoleBalance", preset: "laptop", algorithm: "fpo", ...SETTINGS, ...more })}`;

const folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
let server: Server;
let site: string;
let browser: Browser;

beforeAll(async () => {
  const files = await siteFiles();
  server = createServer((request, response) => {
    const path = (request.url ?? "").replace(/[?#].*$/, "").replace(/^\/below\//, "") || "index.html";
    const content = files.get(decodeURIComponent(path));
    response.writeHead(content === undefined ? 404 : 200, {
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
    });
    response.end(content ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/below/`;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function opened(context: BrowserContext, hash: string): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  await page.goto(site + hash);
  return page;
}

/** The page may load once more meanwhile, to be isolated. */
async function eventually(page: Page, expression: string): Promise<void> {
  const end = Date.now() + 100_000;
  while (!(await page.evaluate(`Boolean(globalThis.flowgait && (${expression}))`).catch(() => false))) {
    if (Date.now() > end) throw new Error(`waited for: ${expression}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function begin(page: Page): Promise<void> {
  await eventually(page, "crossOriginIsolated && flowgait.state.studio.form?.plan != null");
  await submit(page);
  await pageUntil(page, "flowgait.state.points.length > 2");
}

describe("a page without a server", () => {
  it("trains what a link says, resumes after a reload, and stops", async () => {
    const context = await browser.newContext();
    const page = await opened(context, link());
    await begin(page);
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    const before = await page.evaluate<number>("flowgait.state.status.steps");
    await pageUntil(page, "flowgait.state.studio.runs[0]?.checkpoints.length > 0");
    await page.reload();
    await eventually(page, "flowgait.state.status?.state === 'training' && flowgait.state.points.length > 2");
    await pageUntil(page, `flowgait.state.status.steps > ${before}`);
    await stop(page);
    await context.close();
  });

  it("refuses a link to an unknown task and a damaged run file in one line each", async () => {
    const context = await browser.newContext();
    const page = await opened(context, "#train=NoSuchTask");
    await page.getByText("link: there is no task NoSuchTask").waitFor();
    const broken = join(folder, "broken.flowgait");
    writeFileSync(broken, "not a run");
    await page.goto(`${site}#training`);
    await page.reload();
    await page.getByLabel("Run file").first().setInputFiles(broken);
    await page.getByText("broken.flowgait: not a safetensors file").waitFor();
    await context.close();
  });
});
