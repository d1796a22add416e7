import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { controllerContract } from "../../src/export/contract/contract.ts";
import { htmlPage } from "../../src/export/html-page.ts";
import { controllerOnnx } from "../../src/export/onnx-controller.ts";
import { PlayedRobot } from "../../src/export/page/played-robot.ts";
import { describeTask, Environment, registry, resolveTask } from "../../src/tasks/index.ts";
import { stl } from "../physics/asset-files.ts";
import { launchBrowser, pageUntil, type Watch, watchPage } from "../viewer/browser.ts";
import { describedTask, origin, policyFor } from "./sample-policy.ts";

/** Bytes of the whole page when compressed, physics included. */
const LARGEST = 6_000_000;

const task = registry.get("HumanoidJoystick");

/** Commands and a push, by control step. */
const steps = Array.from({ length: 40 }, (_, step) => ({
  ...(step % 10 === 0 ? { command: [0.1 * step, -0.2, 0.5] } : {}),
  ...(step === 15 ? { push: [0.5, 0.25] as [number, number] } : {}),
}));

describe("a self-contained page", () => {
  let folder = "";
  let browser: Browser;
  let page: Page;
  let watch: Watch;
  let onnx: Uint8Array;
  let text = "";
  let contract: ReturnType<typeof controllerContract>;

  beforeAll(async () => {
    const description = await describedTask(task.name);
    const policy = policyFor(description);
    onnx = controllerOnnx(policy, description, origin);
    contract = controllerContract(policy, description, origin);
    text = await htmlPage(task, null, onnx, contract);
    folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
    writeFileSync(join(folder, "page.html"), text);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 640, height: 480 } });
    watch = watchPage(page);
    await page.goto(pathToFileURL(join(folder, "page.html")).href, { timeout: 90_000 });
    await pageUntil(page, "globalThis.flowgait?.stage.framesDrawn > 2");
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("opens from the disk, draws, and asks nobody for anything", async () => {
    expect(watch.errors).toEqual([]);
    expect(watch.requests).toEqual([pathToFileURL(join(folder, "page.html")).href]);
    expect(await page.textContent("h1")).toBe("HumanoidJoystick");
  });

  it("steers and says why there is no picture in a browser without WebGL", async () => {
    const blind = await launchBrowser(["--disable-3d-apis"]);
    try {
      const bare = await blind.newPage();
      await bare.goto(pathToFileURL(join(folder, "page.html")).href, { timeout: 90_000 });
      await bare.getByTestId("no-picture").getByText("WebGL 2 is not available").waitFor({ timeout: 90_000 });
      await bare.keyboard.down("KeyW");
      await pageUntil(bare, 'globalThis.flowgait.robot.env.command.join() === "1,0,0"');
    } finally {
      await blind.close();
    }
  });

  it("has a colour for all that its styles name, and can be read in light and dark", async () => {
    const style = /<style>(.*?)<\/style>/s.exec(text)![1]!;
    const defined = new Set([...style.matchAll(/(--[\w-]+)\s*:/g)].map(([, name]) => name));
    const used = [...style.matchAll(/var\((--[\w-]+)\)/g)].map(([, name]) => name);
    expect(used.length).toBeGreaterThan(20);
    expect([...new Set(used)].filter((name) => !defined.has(name))).toEqual([]);
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await pageUntil(page, `document.documentElement.dataset.theme === "${colorScheme}"`);
      const ink = (await page.evaluate('getComputedStyle(document.querySelector("h1")).color')) as string;
      const brightest = Math.max(...ink.match(/\d+/g)!.slice(0, 3).map(Number));
      expect(brightest > 128, `${colorScheme}: ${ink}`).toBe(colorScheme === "dark");
    }
  });

  it("gives the same rollout as Node for the same seed, commands and pushes", async () => {
    const inPage = (await page.evaluate(`globalThis.flowgait.replay(${JSON.stringify(steps)})`)) as number[][];
    const robot = await PlayedRobot.create(task, onnx, contract, 1);
    for (const [step, { command, push }] of steps.entries()) {
      if (command) robot.command(command);
      if (push) robot.push(...push);
      await robot.step();
      const found = inPage[step]!;
      expect(found).toHaveLength(robot.env.sim.nq);
      // Browsers and Node may round sines and exponentials differently in the last place, which contacts amplify.
      robot.env.sim.qpos.forEach((value, i) => {
        expect(Math.abs(found[i]! - value), `step ${step}, coordinate ${i}`).toBeLessThan(1e-6);
      });
    }
    robot.delete();
  });

  it("is steered by keys and by the studio's stick, pushed, paused, stepped and begun again", async () => {
    const command = (values: string) => pageUntil(page, `globalThis.flowgait.robot.env.command.join() === "${values}"`);
    await page.keyboard.down("KeyW");
    await command("1,0,0");
    await page.keyboard.down("KeyE");
    await command("1,0,-1");
    await page.keyboard.up("KeyE");
    await page.keyboard.up("KeyW");
    await command("0,0,0");
    const { x, y, width, height } = (await page.getByTestId("stick").boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y);
    await command("1,0,0");
    await page.mouse.up();
    await command("0,0,0");
    await page.getByRole("button", { name: "Pause simulation" }).click();
    await page.getByRole("button", { name: "Play simulation" }).waitFor();
    const velocity = "[...globalThis.flowgait.robot.env.sim.qvel.slice(0, 2)]";
    const before = (await page.evaluate(velocity)) as number[];
    await page.keyboard.press("KeyX");
    const after = (await page.evaluate(velocity)) as number[];
    expect(Math.hypot(after[0]! - before[0]!, after[1]! - before[1]!)).toBeCloseTo(0.8, 6);
    const step = "globalThis.flowgait.robot.env.episodeStep";
    // a policy that learned nothing may fall in that very step, which begins another episode
    const falls = "globalThis.flowgait.robot.falls";
    const [at, fallen] = (await page.evaluate(`[${step}, ${falls}]`)) as [number, number];
    await page.keyboard.press("Period");
    await pageUntil(
      page,
      `${falls} === ${fallen} ? ${step} === ${at + 1} : ${falls} === ${fallen + 1} && ${step} === 0`,
    );
    await page.keyboard.press("KeyR");
    await pageUntil(page, `${step} === 0`);
  });

  it("is small enough to be sent", () => {
    expect(gzipSync(text, { level: 6 }).length).toBeLessThan(LARGEST);
  });

  it("runs a task of one's own with meshes from other folders, by a link and by an absolute path", async () => {
    const file = join(folder, "my-task.ts");
    for (const name of ["shapes", "parts", "far"]) mkdirSync(join(folder, name));
    writeFileSync(join(folder, "pole.xml"), POLE);
    writeFileSync(join(folder, "parts/assets.xml"), ASSETS.replace("@", folder));
    writeFileSync(join(folder, "far/weight.stl"), stl(0.1));
    symlinkSync("../far/weight.stl", join(folder, "shapes/linked.stl"));
    writeFileSync(file, POLE_TASK);
    const own = await resolveTask(file);
    const env = await Environment.create(own);
    const description = describeTask(env);
    env.delete();
    const policy = policyFor(description);
    const bytes = controllerOnnx(policy, description, origin);
    const ownContract = controllerContract(policy, description, origin);
    const ownText = await htmlPage(own, file, bytes, ownContract);
    const { files } = JSON.parse(/<script type="application\/json"[^>]*>(.*?)<\/script>/s.exec(ownText)![1]!);
    const below = ["parts/assets.xml", "pole.xml", "shapes/linked.stl"].map((name) => `/user/${name}`);
    const far = join(folder, "far/weight.stl");
    expect(Object.keys(files).sort()).toEqual([...below, far].sort());
    expect(ownText.replace(JSON.stringify(far), "")).not.toContain(folder);
    writeFileSync(join(folder, "own.html"), ownText);
    await page.goto(pathToFileURL(join(folder, "own.html")).href, { timeout: 90_000 });
    await pageUntil(page, "globalThis.flowgait?.stage.framesDrawn > 0");
    expect(watch.errors).toEqual([]);
    const inPage = (await page.evaluate("globalThis.flowgait.replay(Array(20).fill({}))")) as number[][];
    const robot = await PlayedRobot.create(own, bytes, ownContract, 1);
    for (const found of inPage) {
      await robot.step();
      expect(found[0]).toBeCloseTo(robot.env.sim.qpos[0]!, 6);
    }
    robot.delete();
  });

  it("is refused for a task that reads files, in one line", async () => {
    const file = join(folder, "reading.ts");
    writeFileSync(file, `import { readFileSync } from "node:fs";\nexport const size = readFileSync("x").length;\n`);
    await expect(htmlPage(task, file, onnx, contract)).rejects.toThrow(
      /^task: [^\n]*reading\.ts does not compile: [^\n]*node:fs[^\n]*$/,
    );
  });
});

const ASSETS = `<mujoco>
  <asset><mesh name="linked" file="linked.stl"/><mesh name="far" file="@/far/weight.stl"/></asset>
</mujoco>`;
const POLE = `<mujoco model="pole">
  <compiler meshdir="shapes"/>
  <option timestep="0.005"/>
  <include file="parts/assets.xml"/>
  <worldbody>
    <body pos="0 0 0.8">
      <joint name="hinge" axis="0 1 0" damping="0.05"/>
      <geom type="capsule" fromto="0 0 0 0 0 0.6" size="0.03" mass="1"/>
      <geom type="mesh" mesh="linked" pos="0.1 0 0.6" density="3000"/>
      <geom type="mesh" mesh="far" pos="0 0.1 0.6" density="3000"/>
    </body>
  </worldbody>
  <actuator><motor name="motor" joint="hinge" gear="2" ctrlrange="-1 1"/></actuator>
</mujoco>
`;
const POLE_TASK = `import { defineTask, direct } from "flowgait";
export default defineTask({
  name: "PoleUp",
  scene: "./pole.xml",
  timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 10 },
  action: direct(),
  reset: ({ sim, rng }) => { sim.qpos[0] = rng.uniform(-1, 1); },
  observe: { angle: { of: (s) => s.sim.qpos[0] }, speed: { of: (s) => s.sim.qvel[0] } },
  reward: { upright: { weight: 1, of: (s) => Math.cos(s.sim.qpos[0]) } },
});
`;
