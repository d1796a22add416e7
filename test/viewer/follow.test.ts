import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { StreamServer } from "../../src/stream/server.ts";
import { DriveView } from "../../src/studio/drive-view.ts";
import { PolicyShelf } from "../../src/studio/policy-shelf.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";
import { launchBrowser, pageUntil } from "./browser.ts";

const GO1 = "Go1JoystickFlatTerrain";

let browser: Browser;
let env: Environment;
let server: StreamServer;
let view: DriveView;

beforeAll(async () => {
  browser = await launchBrowser();
  env = await Environment.create(await resolveTask(GO1, { lesson: "trot" }));
  server = await StreamServer.listen({ port: 0, channels: ["drive"] });
  const start = { seed: 0, disturbances: false, command: null };
  const shelf = new PolicyShelf(env, { first: GO1 });
  view = new DriveView(server, { task: GO1, variant: { lesson: "trot" }, env, shelf, start });
});
afterAll(async () => {
  await view?.close();
  await server?.close();
  env?.delete();
  await browser?.close();
});

it("the camera is no further behind a robot at full speed than one that stands", async () => {
  const page = await browser.newPage({ viewport: { width: 600, height: 400 } });
  await page.goto(server.url);
  await pageUntil(page, "flowgait.state.hasPoses && flowgait.state.drive?.state === 'playing'");
  await page.waitForTimeout(1500); // the camera flies in
  const standing = await wayFromCamera(page);
  const [x, y] = (await page.evaluate(position())) as number[];
  await page.keyboard.down("w");
  await pageUntil(page, `(([x, y]) => Math.hypot(x - ${x}, y - ${y}))(${position()}) > 3`);
  const walking = await wayFromCamera(page);
  await page.keyboard.up("w");
  expect(Math.hypot(walking[0] - standing[0], walking[1] - standing[1])).toBeLessThan(0.15);
  await page.close();
});

it("a page that draws now and then does not lose the robot", async () => {
  const page = await browser.newPage({ viewport: { width: 600, height: 400 } });
  await page.goto(server.url);
  await pageUntil(page, "flowgait.state.hasPoses && flowgait.state.drive?.state === 'playing'");
  await page.waitForTimeout(1500);
  const standing = await wayFromCamera(page);
  await page.keyboard.down("w");
  await pageUntil(page, "flowgait.command(0)[0] > 1");
  // 0.3 to 1.2 s from one picture to the next
  await page.evaluate(`setInterval(() => {
    const end = performance.now() + 300 + 900 * Math.abs(Math.sin(performance.now()));
    while (performance.now() < end);
  }, 50)`);
  const [x, y] = (await page.evaluate(position())) as number[];
  await pageUntil(page, `(([x, y]) => Math.hypot(x - ${x}, y - ${y}))(${position()}) > 4`);
  const way = (await page.evaluate(
    `(([x, y], camera) => [x - camera[0], y - camera[1]])(${position()}, flowgait.camera)`,
  )) as number[];
  await page.close();
  expect(Math.hypot(way[0] - standing[0], way[1] - standing[1])).toBeLessThan(0.4);
});

function position(): string {
  return `flowgait.position(0, ${env.sim.bodyId("trunk")})`;
}

/** Way on the ground from the camera to the robot, m, in the mean of a second. */
function wayFromCamera(page: Page): Promise<[number, number]> {
  return page.evaluate(`new Promise((resolve) => {
    let [x, y, seen] = [0, 0, 0];
    const timer = setInterval(() => {
      const [way, camera] = [${position()}, flowgait.camera];
      x += way[0] - camera[0];
      y += way[1] - camera[1];
      if (++seen < 50) return;
      clearInterval(timer);
      resolve([x / seen, y / seen]);
    }, 20);
  })`);
}
