import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { checkpointSteps, latestCheckpoint } from "../../src/train/checkpoint.ts";
import { readJsonl } from "../../src/train/jsonl-sink.ts";
import { readRunConfig } from "../../src/train/run-folder.ts";
import { type Running, startCli } from "../cli/cli-process.ts";
import { launchBrowser, pageUntil, watchPage } from "./browser.ts";

/** Changes that make a training small enough: what a person would type into the form. */
const SMALL: readonly (readonly [name: string, text: string])[] = [
  ["envs", "64"],
  ["shards", "4"],
  ["horizon", "32"],
  ["workers", "1"],
  ["evaluation.every-steps", "0"],
  ["algorithm.policy-hidden", "8,8"],
  ["algorithm.critic-hidden", "8"],
  ["algorithm.epochs", "1"],
  ["algorithm.minibatches", "4"],
];

let browser: Browser;
let cwd: string;
let studio: Running;
let url: string;
const pages: Page[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
  cwd = mkdtempSync(join(tmpdir(), "flowgait-test-"));
  studio = startCli(["studio", "--port", "0", "--no-train", "--task", "CartpoleBalance"], cwd);
  url = /http:\S+/.exec(await studio.until("stdout", /http:\S+\//))![0];
});
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});
afterAll(async () => {
  studio?.child.kill("SIGINT");
  await studio?.finished;
  await browser?.close();
  if (cwd) rmSync(cwd, { recursive: true, force: true });
});

/** A page that looks at the training. */
async function open(): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1000, height: 700 }, colorScheme: "dark" });
  pages.push(page);
  page.setDefaultTimeout(60_000);
  const { errors } = watchPage(page);
  page.on("close", () => expect(errors).toEqual([]));
  await page.goto(url);
  await page.getByRole("radio", { name: "Training" }).click();
  await pageUntil(page, "flowgait.state.studio.catalogue !== null && flowgait.state.status !== null");
  return page;
}

/** The input of a setting, which is searched for as a person would. */
async function field(page: Page, name: string) {
  await page.getByRole("searchbox", { name: "Search settings" }).fill(name);
  return page.locator(`[data-setting="${name}"] .form-value`).locator("input, select");
}

async function fill(page: Page, settings: typeof SMALL): Promise<void> {
  for (const [name, text] of settings) await (await field(page, name)).fill(text);
  await page.getByRole("searchbox", { name: "Search settings" }).fill("");
}

/** Fills the form for a run and begins it. */
async function start(page: Page, steps: number, ...more: (readonly [string, string])[]): Promise<void> {
  await page.getByRole("banner").getByRole("button", { name: "New training" }).click();
  await page.getByLabel("Task").selectOption("CartpoleBalance");
  await page.getByRole("radio", { name: "fpo", exact: true }).click();
  await pageUntil(page, "flowgait.state.studio.form?.plan?.algorithm === 'fpo'");
  await fill(page, [...SMALL, ["steps", String(steps)], ...more]);
  await page.getByRole("button", { name: "Start training" }).click();
  await pageUntil(page, "flowgait.state.studio.form === null");
}

async function stop(page: Page): Promise<void> {
  await page.getByRole("banner").getByRole("button", { name: "Stop training" }).click();
  await pageUntil(page, "['stopped', 'done'].includes(flowgait.state.status.state)");
}

function run(name: string): string {
  return join(cwd, "runs", name);
}

async function trainedSteps(folder: string): Promise<number> {
  return checkpointSteps(await latestCheckpoint(folder));
}

describe("a training that a person starts on the page", () => {
  it("is told what is wrong beside its fields before anything is made", async () => {
    const page = await open();
    await page.keyboard.press("n");
    await (await field(page, "envs")).fill("many");
    await page.getByText('got "many", expected a whole number').waitFor();
    await (await field(page, "envs")).fill("-3");
    await page.getByText('got "-3", expected at least 1').waitFor();
    expect(await page.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
    await (await field(page, "envs")).fill("10");
    await (await field(page, "shards")).fill("3");
    await page.getByText("3 does not divide --envs 10").waitFor();
    await (await field(page, "shards")).fill("2");
    await (await field(page, "run")).fill("../elsewhere");
    await page.getByText("expected a folder below the one that the studio was started in").waitFor();
    await page.keyboard.press("Escape");
    await pageUntil(page, "flowgait.state.studio.form === null");
    expect(existsSync(join(cwd, "runs"))).toBe(false);
  });

  it("offers every setting of the schema, and those of the chosen algorithm only", async () => {
    const page = await open();
    await page.keyboard.press("n");
    await page.getByRole("radio", { name: "ppo" }).click();
    await pageUntil(page, "flowgait.state.studio.form?.plan?.algorithm === 'ppo'");
    await page.getByRole("searchbox", { name: "Search settings" }).fill("algorithm");
    expect(await page.locator('[data-setting="algorithm.dual-clip"]').count()).toBe(1);
    expect(await page.locator('[data-setting="algorithm.pairs"]').count()).toBe(0);
    await page.getByRole("searchbox", { name: "Search settings" }).fill("e");
    const offered = await page.locator("[data-setting]").count();
    expect(offered).toBe(await page.evaluate("Object.keys(flowgait.state.studio.form.plan.values).length"));
  });

  it("trains as it was filled in, stops with a checkpoint, and goes on from it", async () => {
    const page = await open();
    await start(page, 9_000_000, ["seed", "7"]);
    const folder = run("CartpoleBalance-fpo-s7-1");
    await pageUntil(page, "flowgait.state.status.state === 'training' && flowgait.state.points.length > 1");
    expect(await readRunConfig(folder)).toMatchObject({
      task: "CartpoleBalance",
      seed: 7,
      envs: 64,
      horizon: 32,
      algorithm: { name: "fpo", policyHidden: [8, 8], epochs: 1 },
    });
    await page.reload();
    await pageUntil(page, "flowgait.state.status?.state === 'training' && flowgait.state.points.length > 2");
    await stop(page);
    const stopped = await trainedSteps(folder);
    expect(stopped).toBeGreaterThan(0);
    expect(stopped % (64 * 32)).toBe(0);
    const points = await page.evaluate<number>("flowgait.state.points.length");
    await page.getByRole("banner").getByRole("button", { name: "Resume" }).click();
    await pageUntil(page, `flowgait.state.status.state === 'training' && flowgait.state.status.steps > ${stopped}`);
    await pageUntil(page, `flowgait.state.points.length > ${points}`);
    await stop(page);
    expect(await trainedSteps(folder)).toBeGreaterThan(stopped);
    const steps = (await readJsonl(join(folder, "metrics.jsonl"))).map(({ steps }) => steps);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => Number(a) - Number(b)));
  });

  it("is the only one: another page is told so and starts none", async () => {
    const page = await open();
    await start(page, 9_000_000, ["seed", "8"]);
    const other = await open();
    await other.keyboard.press("n");
    await other.getByText("One training runs at a time").waitFor();
    expect(await other.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
    await stop(page);
    expect(readdirSync(join(cwd, "runs")).filter((name) => name.includes("-s8-"))).toEqual([
      "CartpoleBalance-fpo-s8-1",
    ]);
  });
});
