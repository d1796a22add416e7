import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StreamServer } from "../../src/stream/server.ts";
import { DriveView } from "../../src/studio/drive-view.ts";
import { PolicyShelf } from "../../src/studio/policy-shelf.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";
import { launchBrowser, pageUntil, type Watch, watchPage } from "./browser.ts";
import { ALL_VERTICES, CLOTH_VERTICES, writeSoftTask } from "./soft-task.ts";

let folder = "";
let browser: Browser;
let env: Environment;
let server: StreamServer;
let view: DriveView;
let page: Page;
let watch: Watch;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
  const task = writeSoftTask(folder);
  browser = await launchBrowser();
  env = await Environment.create(await resolveTask(task));
  server = await StreamServer.listen({ port: 0, channels: ["drive"] });
  const start = { seed: 0, disturbances: false, command: null };
  view = new DriveView(server, { task, env, shelf: new PolicyShelf(env, { first: "zero" }), start });
  page = await browser.newPage({ viewport: { width: 900, height: 600 }, colorScheme: "light" });
  page.setDefaultTimeout(120_000);
  watch = watchPage(page);
  await page.goto(server.url);
  await pageUntil(page, "flowgait.state.hasPoses && flowgait.state.drive?.state === 'playing'");
});
afterAll(async () => {
  await view?.close();
  await server?.close();
  env?.delete();
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Lowest vertex of the cloth on screen, m. */
const lowest = `Math.min(...flowgait.points(0).slice(0, ${3 * CLOTH_VERTICES}).filter((_, k) => k % 3 === 2))`;

/** Which pixels count as what; lit colours keep their ratios. */
const hues = {
  cloth: "r > 90 && b > 90 && g < 0.5 * r && g < 0.5 * b",
  jelly: "g > 90 && r < 0.5 * g && b < 0.5 * g",
  rope: "r > 120 && g > 0.25 * r && g < 0.75 * r && b < 0.3 * r",
  sleeve: "g > 90 && b > 90 && r < 0.5 * g && r < 0.5 * b",
  crate: "r > 90 && g < 0.4 * r && b < 0.4 * r",
  crateTop: "b > 90 && r < 0.4 * b && g < 0.4 * b",
  floor: "r > 120 && g > 0.8 * r && b < 0.6 * r",
} as const;
type Hue = keyof typeof hues;

/** Pixels of each hue in the picture, once it stands. */
async function count(): Promise<Record<Hue, number>> {
  await pageUntil(page, "!flowgait.isRestless");
  await page.evaluate("document.querySelector('#interface').style.visibility = 'hidden'");
  const png = (await page.screenshot()).toString("base64");
  await page.evaluate("document.querySelector('#interface').style.visibility = ''");
  return page.evaluate(`(async () => {
    const image = Object.assign(new Image(), { src: "data:image/png;base64,${png}" });
    await image.decode();
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const tests = [${Object.entries(hues).map(([name, test]) => `["${name}", (r, g, b) => ${test}]`)}];
    const counts = Object.fromEntries(tests.map(([name]) => [name, 0]));
    for (let k = 0; k < data.length; k += 4)
      for (const [name, test] of tests) if (test(data[k], data[k + 1], data[k + 2])) counts[name]++;
    return counts;
  })()`);
}

async function toggle(name: string): Promise<void> {
  await page.getByRole("button", { name: "Display" }).click();
  await page.getByRole("switch", { name }).click();
  await page.keyboard.press("Escape");
}

describe("things that bend and textures", () => {
  it("move: the cloth falls where the physics has it", async () => {
    expect(await page.evaluate("flowgait.points(0).length")).toBe(3 * ALL_VERTICES);
    await pageUntil(page, `${lowest} < 0.45`);
    await page.keyboard.press(" ");
    await pageUntil(page, "flowgait.state.drive.state === 'paused'");
  });

  it("are in the picture: cloth, soft body, rope, skin, a box and a floor with textures", async () => {
    const counts = await count();
    for (const name of Object.keys(hues) as Hue[]) expect([name, counts[name] > 40]).toEqual([name, true]);
  });

  it("go with the robot when it is not drawn, and the floor with the model's", async () => {
    const before = await count();
    await toggle("Robot");
    const without = await count();
    await toggle("Model's floor and sky");
    const bare = await count();
    for (const name of ["Robot", "Model's floor and sky"]) await toggle(name);
    for (const name of ["cloth", "jelly", "rope", "sleeve"] as const) expect([name, without[name]]).toEqual([name, 0]);
    expect(without.floor).toBeGreaterThan(before.floor / 2);
    expect(bare.floor).toBe(0);
  });

  it("are there of a branch's original too", async () => {
    await page.keyboard.press("b");
    await page.keyboard.press(" ");
    await pageUntil(page, "flowgait.hasOriginal && flowgait.points(1) !== null");
    expect(await page.evaluate("flowgait.points(1).length")).toBe(3 * ALL_VERTICES);
  });

  it("cause no error", () => {
    expect(watch.errors).toEqual([]);
  });
});
