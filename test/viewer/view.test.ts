/** `flowgait view` in a browser: sliders move the model, readings follow, and the page has the code of a task's readings. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { type Running, startCli } from "../cli/cli-process.ts";
import { launchBrowser, pageUntil, settled, type Watch, watchPage } from "./browser.ts";

let browser: Browser;
let view: Running;
let page: Page;
let watch: Watch;

beforeAll(async () => {
  view = startCli(["view", join(packageRoot, "scenes", "go1-flat.xml"), "--port", "0"], tmpdir());
  browser = await launchBrowser();
  const [url] = /http:\S+/.exec(await view.until("stdout", /http:\S+\//))!;
  page = await browser.newPage({ viewport: { width: 1000, height: 800 } });
  page.setDefaultTimeout(120_000);
  watch = watchPage(page);
  await page.goto(url!);
  await pageUntil(page, "globalThis.flowgait?.state.hasPoses && flowgait.state.readings !== null");
});
afterAll(async () => {
  await browser?.close();
  view?.child.kill("SIGINT");
  expect((await view?.finished)?.code).toBe(0);
  expect(watch?.errors).toEqual([]);
});

const slide = (name: string, value: number) =>
  page.getByRole("slider", { name, exact: true }).evaluate((input, wanted) => {
    (input as unknown as { value: string }).value = String(wanted);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, value);

describe("flowgait view", () => {
  it("stands still until somebody plays it, without a policy or a reward", async () => {
    expect(await page.evaluate("flowgait.state.drive.state")).toBe("paused");
    expect(await page.title()).toBe("go1-flat paused – flowgait");
    expect(await page.getByRole("button", { name: "Policy" }).count()).toBe(0);
    expect(await page.getByText("Reward per second").count()).toBe(0);
  });

  it("a joint's slider moves the picture and the readings while the simulation is paused", async () => {
    const body = Number(
      await page.evaluate("flowgait.state.info.model.sites.findIndex(({ label }) => label === 'FR')"),
    );
    const height = `flowgait.state.readings.sites[${3 * body + 2}]`;
    const before = Number(await settled(page, height));
    await slide("FR_calf_joint", -2.6);
    await pageUntil(page, `${height} > ${before + 0.05}`);
    expect(await page.evaluate("flowgait.state.drive.step")).toBe(0);
    const shown = page
      .getByRole("region", { name: "Joints" })
      .getByRole("listitem")
      .filter({ hasText: "FR_calf_joint" });
    expect(await shown.locator("output").textContent()).toContain("−2.60");
  });

  it("draws the model's sites when asked", async () => {
    const before = Number(await settled(page, "flowgait.marks"));
    await page.getByRole("button", { name: "Display" }).click();
    await page.getByRole("switch", { name: "Sites" }).check();
    await pageUntil(page, `flowgait.marks === ${before} + flowgait.state.info.model.sites.length`);
    await page.keyboard.press("Escape");
  });

  it("playing lets it settle on the ground, and contacts are listed by name with their force", async () => {
    await page.getByRole("button", { name: "Play simulation" }).click();
    await pageUntil(page, "flowgait.state.readings.touching.length >= 3");
    await pageUntil(page, "flowgait.state.drive.step > 20");
    await page.getByRole("button", { name: "Pause simulation" }).click();
    await pageUntil(page, "flowgait.state.drive.state === 'paused'");
    const rows = await page.getByTestId("readings-contacts").locator("dt").allTextContents();
    expect(rows.join()).toContain("floor");
  });

  it("an actuator's slider drives its joint once the simulation plays", async () => {
    const address = Number(
      await page.evaluate(
        "flowgait.state.info.model.coordinates.find(({ label }) => label === 'FL_thigh_joint').qposAddress",
      ),
    );
    const angle = `flowgait.state.readings.qpos[${address}]`;
    const before = Number(await settled(page, angle));
    await slide("FL_thigh", before + 0.5);
    await page.getByRole("button", { name: "Play simulation" }).click();
    await pageUntil(page, `${angle} > ${before + 0.2}`);
    await page.getByRole("button", { name: "Pause simulation" }).click();
  });

  it("has the code that reads the model in a task, and describes the picture in words", async () => {
    const code = await page.getByRole("region", { name: "In a task" }).locator("pre").textContent();
    expect(code).toContain('const gyroSensor = sim.sensor("gyro");');
    await pageUntil(
      page,
      "/go1-flat, paused, .* s simulated/.test(document.querySelector('#stage-summary').textContent)",
    );
  });
});
