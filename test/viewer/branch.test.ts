import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StreamServer } from "../../src/stream/server.ts";
import { DriveView } from "../../src/studio/drive-view.ts";
import { PolicyShelf } from "../../src/studio/policy-shelf.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";
import { launchBrowser, pageUntil, type Watch, watchPage } from "./browser.ts";

const TASK = "Go1JoystickFlatTerrain";

let browser: Browser;
let env: Environment;
let server: StreamServer;
let view: DriveView;
let page: Page;
let watch: Watch;
let trunk: (of: number) => string;

beforeAll(async () => {
  browser = await launchBrowser();
  env = await Environment.create(await resolveTask(TASK));
  server = await StreamServer.listen({ port: 0, channels: ["drive"] });
  const start = { seed: 0, disturbances: false, command: null };
  view = new DriveView(server, { task: TASK, env, shelf: new PolicyShelf(env, { first: "zero" }), start });
  trunk = (of) => `flowgait.position(${of}, ${env.sim.bodyId("trunk")})`;
  ({ page, watch } = await open());
});
afterAll(async () => {
  await view?.close();
  await server?.close();
  env?.delete();
  await browser?.close();
});

async function open(): Promise<{ page: Page; watch: Watch }> {
  const opened = await browser.newPage({ viewport: { width: 1000, height: 640 }, colorScheme: "dark" });
  opened.setDefaultTimeout(120_000);
  const errors = watchPage(opened);
  await opened.goto(server.url);
  await pageUntil(opened, "flowgait.state.hasPoses && flowgait.state.drive?.state === 'playing'");
  return { page: opened, watch: errors };
}

async function pauseAt(newest: number): Promise<void> {
  await pageUntil(page, `flowgait.state.drive.newest >= ${newest}`);
  await page.keyboard.press(" ");
  await pageUntil(page, "flowgait.state.drive.state === 'paused'");
}

/** Where a robot is, once the picture stands at the simulation's step: two looks apart see the same. */
async function settled(of: number): Promise<string> {
  await pageUntil(page, "flowgait.shownStep === flowgait.state.drive.step");
  const look = () => page.evaluate(`String(${trunk(of)})`) as Promise<string>;
  let [before, now] = ["", await look()];
  while (now !== before) {
    await page.waitForTimeout(500);
    [before, now] = [now, await look()];
  }
  return now;
}

describe("a branch and its original, side by side", () => {
  it("part where the branch is begun, run step beside step, and differ by what is done to the branch alone", async () => {
    await pauseAt(60);
    const newest = Number(await page.evaluate("flowgait.state.drive.newest"));
    const end = await settled(0);
    await page.getByRole("slider", { name: "Time" }).fill("30");
    await pageUntil(page, "flowgait.state.drive.step === 30");
    await page.getByRole("button", { name: "Branch here" }).click();
    await pageUntil(page, "flowgait.state.drive.branch?.start === 30 && flowgait.hasOriginal");
    await page.keyboard.press("x");
    await page.keyboard.press(" ");
    await pauseAt(newest);
    await page.getByRole("slider", { name: "Time" }).fill(String(newest));
    await pageUntil(page, `flowgait.state.drive.step === ${newest}`);
    expect(await settled(1)).toBe(end);
    expect(await settled(0)).not.toBe(end);
    const distance = `Math.hypot(...${trunk(0)}.map((value, i) => value - ${trunk(1)}[i]))`;
    await pageUntil(page, `Math.abs(flowgait.state.divergence?.apart - ${distance}) < 1e-9`);
    const apart = await page.evaluate(`${distance}.toFixed(2)`);
    expect(await page.locator("[data-testid=apart]").textContent()).toBe(`${apart} m apart`);
    expect(await page.locator("[data-testid=branch-return]").textContent()).not.toBe(
      await page.locator("[data-testid=original-return]").textContent(),
    );
  });

  it("another policy acts in the branch alone, and time goes back for both", async () => {
    await page.getByRole("button", { name: "Policy" }).click();
    await page.getByRole("radio", { name: "Random actions" }).click();
    await pageUntil(page, "flowgait.state.drive.policy === 'random'");
    expect(await page.evaluate("flowgait.state.drive.branch.policy")).toBe("zero");
    await page.getByRole("slider", { name: "Time" }).fill("30");
    await pageUntil(page, "flowgait.state.drive.step === 30 && flowgait.shownStep === 30");
    await pageUntil(page, `String(${trunk(0)}) === String(${trunk(1)})`);
  });

  it("stand beside each other or in one place, as chosen", async () => {
    await page.getByRole("radio", { name: "Overlaid" }).click();
    const tags = ["branch", "original"].map((name) => page.locator(`.robot-tag.${name}`));
    const gap = async () => {
      const [a, b] = await Promise.all(tags.map((tag) => tag.boundingBox()));
      return Math.hypot(a!.x - b!.x, a!.y - b!.y);
    };
    await expect.poll(gap, { timeout: 30_000 }).toBeLessThan(8);
    await page.getByRole("radio", { name: "Side by side" }).click();
    await expect.poll(gap, { timeout: 30_000 }).toBeGreaterThan(40);
  });

  it("the original takes the branch's place when it is wanted back", async () => {
    await page.getByRole("button", { name: "Back to original" }).click();
    await pageUntil(page, "flowgait.state.drive.branch === null && !flowgait.hasOriginal");
    expect(await page.evaluate("flowgait.state.drive.policy")).toBe("zero");
    expect(await page.evaluate("flowgait.state.drive.newest")).toBeGreaterThan(50);
  });
});

describe("hands on the robot", () => {
  it("a keyframe of the model is the pose that the robot is in", async () => {
    await page.getByRole("button", { name: "Keyframe" }).click();
    const keyframes = env.sim.names.all("keyframe");
    for (const name of keyframes) await page.getByRole("button", { name, exact: true }).waitFor();
    await page.getByRole("button", { name: "handstand", exact: true }).click();
    const height = env.sim.keyframeQpos("handstand")[2];
    await pageUntil(page, `Math.abs(${trunk(0)}[2] - ${height}) < 1e-5`);
    await page.getByRole("button", { name: "Keyframe" }).click();
    await page.getByRole("button", { name: "home", exact: true }).click();
    await pageUntil(page, `Math.abs(${trunk(0)}[2] - ${env.sim.keyframeQpos("home")[2]}) < 1e-5`);
  });

  it("who watches sees the spring that another page draws with, and the push", async () => {
    await page.keyboard.press(" ");
    await pageUntil(page, "flowgait.state.drive.state === 'playing'");
    const { page: watcher, watch: watcherWatch } = await open();
    const body = env.sim.bodyId("trunk");
    await pageUntil(page, "!flowgait.isMoving");
    const [x, y] = (await page.evaluate(`flowgait.pixel(0, ${body})`)) as number[];
    expect(await watcher.evaluate("flowgait.marks")).toBe(0);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y - 90, { steps: 3 });
    await pageUntil(watcher, "flowgait.marks > 20");
    await page.mouse.up();
    await pageUntil(watcher, "flowgait.marks === 0");
    // A push is shown for 0.4 simulated seconds, which a busy machine might draw nothing of.
    for (let k = 0; k < 3; k++) await page.keyboard.press("-");
    await pageUntil(page, "flowgait.state.drive.speed === 1 / 8");
    await page.keyboard.press("x");
    await pageUntil(watcher, "flowgait.marks > 0");
    await pageUntil(watcher, "flowgait.marks === 0");
    await watcher.close();
    expect([watch.errors, watcherWatch.errors]).toEqual([[], []]);
  });
});
