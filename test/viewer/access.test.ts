import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StreamServer } from "../../src/stream/server.ts";
import { DriveView } from "../../src/studio/drive-view.ts";
import { PolicyShelf } from "../../src/studio/policy-shelf.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";
import { launchBrowser, pageUntil } from "./browser.ts";
import { SampleTraining } from "./sample-training.ts";

const TASK = "HumanoidJoystick";
/** WCAG 2.2, 1.4.3 level AA: normal text, and text from 24 px, or 18.66 px bold. */
const CONTRAST = { normal: 4.5, large: 3 } as const;
const PRESSES = 80;

let browser: Browser;
let env: Environment;
let server: StreamServer;
let view: DriveView;
let training: SampleTraining;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
  env = await Environment.create(await resolveTask(TASK));
  server = await StreamServer.listen({ port: 0, channels: ["training", "drive"] });
  training = new SampleTraining(server);
  const start = { seed: 0, disturbances: false, command: null };
  view = new DriveView(server, { task: TASK, env, shelf: new PolicyShelf(env, { first: "zero" }), start });
  page = await browser.newPage({
    viewport: { width: 1440, height: 900 },
    colorScheme: "dark",
    reducedMotion: "reduce",
  });
  page.setDefaultTimeout(120_000);
  await page.goto(server.url);
  await pageUntil(page, "globalThis.flowgait?.state.hasPoses && flowgait.state.points.length > 1");
});
afterAll(async () => {
  training?.stop();
  await view?.close();
  await server?.close();
  env?.delete();
  await browser?.close();
});

/** Runs on the page: what a keyboard or a reader must be able to use, by what it is called. */
const controls = `[...document.querySelectorAll("button, input, select, textarea, a[href], [tabindex]")]
  .filter((element) => !element.disabled && element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }))`;
const nameOf = `(element) => {
  const read = element.cloneNode(true);
  for (const hidden of read.querySelectorAll("[aria-hidden=true]")) hidden.remove();
  return (element.getAttribute("aria-label") || [...(element.labels ?? [])].map((label) => label.textContent).join(" ")
    || read.textContent || element.title || "").trim();
}`;

/** Runs on the page: text whose colour is too near to what it stands on, as "ratio text". Panels of glass are judged on the page behind them. */
const faintText = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((value, i) => a * value + (1 - a) * below[i]);
  const luminance = (color) => {
    const [r, g, b] = color.map((value) => value / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    if (!element) return rgba(getComputedStyle(document.documentElement).getPropertyValue("--page")).slice(0, 3);
    const own = rgba(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own.slice(0, 3) : over(own, background(element.parentElement));
  };
  const faint = [];
  for (const element of document.querySelectorAll("#interface *")) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.textContent.trim()).join("");
    if (text === "" || element.closest("svg, [aria-hidden=true]") || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const style = getComputedStyle(element);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const below = background(element);
    const [a, b] = [luminance(over(rgba(style.color), below)), luminance(below)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < (isLarge ? ${CONTRAST.large} : ${CONTRAST.normal})) faint.push(ratio.toFixed(2) + " " + text.slice(0, 40));
  }
  return [...new Set(faint)];
})()`;

async function show(channel: "training" | "drive"): Promise<void> {
  await page.evaluate("document.activeElement?.blur()");
  await page.getByRole("radio", { name: channel === "drive" ? "Drive" : "Training" }).click();
  await pageUntil(page, `flowgait.state.channel === "${channel}" && flowgait.state.hasPoses`);
}

/** Presses Tab until everything was reached, or nothing new comes. Names of what never had the focus, and of what did not show it. */
async function tabThrough(): Promise<{ missed: string[]; unseen: string[] }> {
  const unseen: string[] = [];
  for (let press = 0; press < PRESSES; press++) {
    await page.keyboard.press("Tab");
    const hidden = (await page.evaluate(`(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      element.dataset.reached = "";
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2 ? null : (${nameOf})(element);
    })()`)) as string | null;
    if (hidden !== null) unseen.push(hidden);
  }
  const missed = `${controls}.filter((element) => element.dataset.reached === undefined).map(${nameOf})`;
  return { missed: (await page.evaluate(missed)) as string[], unseen };
}

describe.each(["training", "drive"] as const)("whoever looks at %s", (channel) => {
  beforeAll(() => show(channel));

  it("reaches every control with the Tab key, and sees where the focus is", async () => {
    const first = await tabThrough();
    // a control may have come meanwhile, such as one beside a fall
    const { missed, unseen } = first.missed.length === 0 ? first : await tabThrough();
    expect(await page.evaluate(`${controls}.length`)).toBeGreaterThan(12);
    expect(missed).toEqual([]);
    expect(unseen).toEqual([]);
  });

  it("moves within a group of radio buttons by the arrow keys, and chooses by Enter", async () => {
    await page.getByRole("button", { name: "Camera" }).click();
    await page.getByRole("radio", { name: "Three-quarter" }).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Front");
    expect(await page.evaluate("flowgait.state.cameraView")).toBe("three-quarter");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("flowgait.state.cameraView")).toBe("side");
    await page.getByRole("button", { name: "Camera" }).click();
    await page.getByRole("radio", { name: "Three-quarter" }).click();
  });

  it("is told what every control is", async () => {
    for (const menu of (await page.locator(".menu > .tool").all()).slice(0, 3)) {
      await menu.click();
      expect(await page.evaluate(`${controls}.filter((element) => (${nameOf})(element) === "").length`)).toBe(0);
      await page.keyboard.press("Escape");
    }
    const unnamed = await page.evaluate(
      `${controls}.filter((element) => (${nameOf})(element) === "").map((element) => element.outerHTML)`,
    );
    expect(unnamed).toEqual([]);
    expect(await page.evaluate("document.documentElement.lang")).not.toBe("");
  });

  it("can read all text, in the dark and in the light", async () => {
    for (const theme of ["dark", "light"]) {
      await page.evaluate("document.activeElement?.blur()");
      if ((await page.evaluate("flowgait.state.theme")) !== theme) await page.keyboard.press("t");
      await pageUntil(page, `document.documentElement.dataset.theme === "${theme}"`);
      expect([theme, await page.evaluate(faintText)]).toEqual([theme, []]);
    }
  });
});
