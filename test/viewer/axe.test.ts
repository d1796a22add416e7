/** Every screen of the studio under axe-core: no accessibility error, in the dark and in the light, wide and on a phone. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { axeViolations } from "./axe.ts";
import { pageUntil } from "./browser.ts";
import { StudioProcess } from "./studio-process.ts";

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

let studio: StudioProcess;
beforeAll(async () => {
  studio = await StudioProcess.start([]);
});
afterAll(() => studio?.end());
afterEach(() => studio.closePages());

/** Checks in both themes. */
async function inBothThemes(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
  for (const theme of ["dark", "light"]) {
    await page.emulateMedia({ colorScheme: theme as "dark" | "light", reducedMotion: "reduce" });
    await pageUntil(page, `document.documentElement.dataset.theme === "${theme}"`);
    await page.waitForTimeout(400); // colours fade
    expect([theme, await axeViolations(page)]).toEqual([theme, []]);
  }
}

describe.each([
  ["a wide screen", WIDE],
  ["a phone", PHONE],
])("no accessibility error on %s", { timeout: 300_000 }, (_, size) => {
  it("start screen", async () => {
    const page = await studio.openAt("", size);
    await pageUntil(page, "globalThis.flowgait?.state.gallery !== null");
    await page.getByRole("heading", { name: "Drive it now" }).waitFor();
    await inBothThemes(page);
  });

  it("driving, with its panel and a menu open", async () => {
    const page = await studio.openAt("#drive/HumanoidJoystick", size);
    await pageUntil(page, "globalThis.flowgait?.state.hasPoses && flowgait.state.drive?.state === 'playing'");
    if (!(await page.evaluate("flowgait.state.isPanelOpen")))
      await page.getByRole("banner").getByRole("button", { name: "Plots" }).click();
    await page.getByText("Sensors and contacts").click();
    await pageUntil(page, "flowgait.state.readings !== null");
    if (size === WIDE) await page.getByRole("button", { name: "Camera" }).click();
    await inBothThemes(page);
  });

  it("the form of a new training, the help and the list of robots", async () => {
    const page = await studio.open(size);
    await page.getByRole("button", { name: "New training" }).first().click();
    await pageUntil(page, "flowgait.state.studio.form?.plan !== undefined");
    await inBothThemes(page);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Help" }).click();
    await inBothThemes(page);
  });
});

it("the page about flows has no accessibility error", async () => {
  const page = await studio.openAt("flow", WIDE);
  await pageUntil(page, "globalThis.flowPage !== undefined");
  for (const theme of ["dark", "light"]) {
    expect([theme, await axeViolations(page)]).toEqual([theme, []]);
    await page.getByRole("button", { name: /^(Dark|Light)$/ }).click();
    await page.waitForTimeout(300);
  }
});

it("single keys can be switched off, and stay off in the next visit; buttons still work", {
  timeout: 300_000,
}, async () => {
  const page = await studio.openAt("#drive/HumanoidJoystick", WIDE);
  await pageUntil(page, "globalThis.flowgait?.state.drive?.state === 'playing'");
  await page.keyboard.press("?");
  await page.getByRole("switch", { name: "Single-key shortcuts" }).click();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  const theme = await page.evaluate("flowgait.state.theme");
  await page.keyboard.press("t");
  await page.keyboard.press("w");
  expect(await page.evaluate("[flowgait.state.theme, flowgait.state.axes.forward]")).toEqual([theme, 0]);
  await page.reload();
  await pageUntil(page, "globalThis.flowgait?.state.drive?.state === 'playing'");
  await page.keyboard.press("t");
  expect(await page.evaluate("flowgait.state.theme")).toBe(theme);
  await page.keyboard.press(" ");
  await pageUntil(page, "flowgait.state.drive.state === 'paused'");
});
