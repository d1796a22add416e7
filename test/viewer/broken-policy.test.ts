/** A policy that gives no finite actions, played: page and terminal say so, the robot is held, and the command fails in the end. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startCli } from "../cli/cli-process.ts";
import { linearPolicy } from "../cli/linear-policy.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { launchBrowser, pageUntil, watchPage } from "./browser.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser?.close());

it("play holds the robot of a policy without finite actions, says so, and goes on with another", async () => {
  const folder = scratchFolder();
  const bytes = linearPolicy(({ graph }) => {
    graph!.initializer[0]!.rawData = new Uint8Array(new Float32Array(5).fill(Number.NaN).buffer);
  });
  writeFileSync(join(folder, "broken.onnx"), bytes);
  const line = 'broken.onnx: gave a non-finite action "slide"; the robot is held';
  const play = startCli(["play", "broken.onnx", "--task", "CartpoleBalance", "--port", "0"], folder);
  const [url] = /http:\S+/.exec(await play.until("stdout", /http:\S+/))!;
  const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
  page.setDefaultTimeout(120_000);
  const watch = watchPage(page);
  await page.goto(url!);
  const notice = page.getByTestId("drive-detail");
  await notice.waitFor();
  expect(await notice.textContent()).toContain(line);
  await pageUntil(page, "flowgait.state.drive.state === 'paused'");
  expect(await page.evaluate("[flowgait.state.drive.step, flowgait.state.drive.falls]")).toEqual([1, 0]);
  await page.getByRole("button", { name: "Policy" }).click();
  await page.getByRole("radio", { name: "No action" }).click();
  await notice.waitFor({ state: "detached" });
  await page.keyboard.press(" ");
  await pageUntil(page, "flowgait.state.drive.step > 5");
  expect(watch.errors).toEqual([]);
  await page.close();
  play.child.kill("SIGINT");
  const { code, stderr } = await play.finished;
  expect(code).toBe(1);
  expect(stderr.split("\n").filter((text) => text.includes(line))).toEqual([
    expect.stringMatching(/^broken\.onnx: gave/),
    expect.stringMatching(/^flowgait: broken\.onnx: gave/),
  ]);
});
