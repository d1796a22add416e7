/** A studio in a process and a folder of its own, and what a person does with the form on its page. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import { type Running, startCli } from "../cli/cli-process.ts";
import { launchBrowser, pageUntil, watchPage } from "./browser.ts";

/** A setting and what a person types into its field. */
export type Typed = readonly [name: string, text: string];

/** What makes a training small enough. */
export const SMALL: readonly Typed[] = [
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

export class StudioProcess {
  readonly folder: string;
  readonly #browser: Browser;
  readonly #process: Running;
  readonly url: string;
  readonly #pages: { readonly page: Page; readonly errors: readonly string[] }[] = [];

  private constructor(folder: string, browser: Browser, process: Running, url: string) {
    this.folder = folder;
    this.#browser = browser;
    this.#process = process;
    this.url = url;
  }

  /**
   * Starts the studio, without a training, and a browser.
   * @param prepare writes what the studio is to find into its folder
   */
  static async start(args: readonly string[], prepare: (folder: string) => void = () => {}): Promise<StudioProcess> {
    const folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
    prepare(folder);
    const process = startCli(["studio", "--port", "0", "--no-train", ...args], folder);
    const browser = await launchBrowser();
    const url = /http:\S+/.exec(await process.until("stdout", /http:\S+\//))![0];
    return new StudioProcess(folder, browser, process, url);
  }

  /** A page that looks at the training. */
  async open(size = { width: 1000, height: 700 }): Promise<Page> {
    const page = await this.openAt("#training", size);
    await pageUntil(page, "flowgait.state.studio.catalogue !== null && flowgait.state.status !== null");
    return page;
  }

  /** A page at an address of the studio, such as "#drive" or "" for the start screen. */
  async openAt(hash: string, size = { width: 1000, height: 700 }): Promise<Page> {
    const page = await this.#browser.newPage({ viewport: size, colorScheme: "dark" });
    page.setDefaultTimeout(120_000);
    const { errors } = watchPage(page);
    this.#pages.push({ page, errors });
    await page.goto(this.url + hash);
    return page;
  }

  /** Closes the pages that were opened; one that met an error fails. */
  async closePages(): Promise<void> {
    const opened = this.#pages.splice(0);
    for (const { page } of opened) await page.close();
    expect(opened.flatMap(({ errors }) => errors)).toEqual([]);
  }

  run(name: string): string {
    return join(this.folder, "runs", name);
  }

  async end(): Promise<void> {
    this.#process.child.kill("SIGINT");
    await this.#process.finished;
    await this.#browser.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The input of a setting, which is searched for as a person would. */
export async function field(page: Page, name: string) {
  await page.getByRole("searchbox", { name: "Search settings" }).fill(name);
  return page.locator(`[data-setting="${name}"] .form-value`).locator("input, select");
}

export async function fill(page: Page, settings: readonly Typed[]): Promise<void> {
  for (const [name, text] of settings) await (await field(page, name)).fill(text);
  await page.getByRole("searchbox", { name: "Search settings" }).fill("");
}

/** Sends the form off; the training that it begins is on the page when it is gone. */
export async function submit(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Start training" }).click();
  await pageUntil(page, "flowgait.state.studio.form === null");
}

/** Fills the form for a small run and begins it. */
export async function train(page: Page, task: string, ...more: readonly Typed[]): Promise<void> {
  await page.getByRole("banner").getByRole("button", { name: "New training" }).click();
  await page.getByLabel("Task").selectOption(task);
  await page.getByRole("radio", { name: "fpo", exact: true }).click();
  await pageUntil(page, "flowgait.state.studio.form?.plan?.algorithm === 'fpo'");
  await fill(page, [...SMALL, ...more]);
  await submit(page);
}

export async function stop(page: Page): Promise<void> {
  await page.getByRole("banner").getByRole("button", { name: "Stop training" }).click();
  await hasEnded(page);
}

/** Waits until the training on the page is over. */
export function hasEnded(page: Page): Promise<void> {
  return pageUntil(page, "['stopped', 'done'].includes(flowgait.state.status.state)");
}
