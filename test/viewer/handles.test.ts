import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StreamServer } from "../../src/stream/server.ts";
import { DriveView } from "../../src/studio/drive-view.ts";
import { PolicyShelf } from "../../src/studio/policy-shelf.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";
import { launchBrowser, pageUntil, type Watch, watchPage } from "./browser.ts";

const TASK = "PandaPickCube";

let browser: Browser;
let env: Environment;
let server: StreamServer;
let view: DriveView;
let page: Page;
let watch: Watch;

beforeAll(async () => {
  browser = await launchBrowser();
  env = await Environment.create(await resolveTask(TASK));
  server = await StreamServer.listen({ port: 0, channels: ["drive"] });
  const start = { seed: 0, disturbances: false, command: null };
  view = new DriveView(server, { task: TASK, env, shelf: new PolicyShelf(env, { first: "zero" }), start });
  page = await browser.newPage({ viewport: { width: 1000, height: 640 } });
  watch = watchPage(page);
  await page.goto(server.url);
  await pageUntil(page, "flowgait.state.hasPoses && !flowgait.isMoving && flowgait.state.drive?.state === 'playing'");
});
afterAll(async () => {
  await view?.close();
  await server?.close();
  env?.delete();
  await browser?.close();
});

const bodyOf = (name: string) => env.handles.get(name)!.body;
const at = (name: string) => `flowgait.position(0, ${bodyOf(name)})`;
const pixel = (name: string) => page.evaluate(`flowgait.pixel(0, ${bodyOf(name)})`) as Promise<number[]>;

describe("a task with a target and a cube", () => {
  it("names the target under the pointer, and moves it with the pointer, no further than it may go", async () => {
    const [x, y] = await pixel("target");
    await page.mouse.move(x + 1, y);
    await page.getByText("target: where the cube is to be brought (drag to move)").waitFor();
    const [, , before] = (await page.evaluate(at("target"))) as number[];
    await page.mouse.down();
    await page.mouse.move(x, y - 30, { steps: 3 });
    await pageUntil(page, `${at("target")}[2] > ${before} + 0.01`);
    await page.mouse.move(x, 60, { steps: 3 });
    await page.getByText("(out of reach)").waitFor();
    await pageUntil(page, `Math.abs(${at("target")}[2] - 0.43) < 1e-5`);
    await page.mouse.up();
    await page.getByText("(out of reach)").waitFor({ state: "hidden" });
  });

  it("moves the target by keys while they are held", async () => {
    await page.keyboard.down("q");
    await pageUntil(page, `${at("target")}[2] < 0.3`);
    await page.keyboard.up("q");
    const held = (await page.evaluate("flowgait.state.pointed")) as unknown;
    expect(held).toBeNull();
  });

  it("lifts the cube with the pointer, and lets it fall", async () => {
    const [x, y] = await pixel("cube");
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y - 150, { steps: 4 });
    await pageUntil(page, `${at("cube")}[2] > 0.15`);
    await page.mouse.up();
    await pageUntil(page, `${at("cube")}[2] < 0.05`);
  });

  it("puts the cube elsewhere while the simulation stands", async () => {
    await page.keyboard.press(" ");
    await pageUntil(page, "flowgait.state.drive.state === 'paused'");
    const [x, y] = await pixel("cube");
    const step = await page.evaluate("flowgait.state.drive.step");
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x, y - 120, { steps: 4 });
    await pageUntil(page, `${at("cube")}[2] > 0.1`);
    await page.mouse.up();
    expect(await page.evaluate("flowgait.state.drive.step")).toBe(step);
  });

  it("shows the goal beside the reward, and does all this without an error", async () => {
    await page.getByTestId("success").getByText("not yet").waitFor();
    expect(watch.errors).toEqual([]);
  });
});
