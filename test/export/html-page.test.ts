import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { controllerContract } from "../../src/export/contract.ts";
import { htmlPage } from "../../src/export/html-page.ts";
import { controllerOnnx } from "../../src/export/onnx-controller.ts";
import { PlayedRobot } from "../../src/export/page/played-robot.ts";
import { registry } from "../../src/tasks/index.ts";
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
    text = await htmlPage(task, onnx, contract);
    folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
    writeFileSync(join(folder, "page.html"), text);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 640, height: 480 } });
    watch = watchPage(page);
    await page.goto(pathToFileURL(join(folder, "page.html")).href);
    await pageUntil(page, "globalThis.flowgait?.stage.framesDrawn > 2", 90_000);
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

  it("is steered by keys, pushed and begun again", async () => {
    await page.keyboard.down("KeyW");
    await pageUntil(page, "globalThis.flowgait.robot.env.command[0] === 1.2");
    await page.keyboard.down("KeyE");
    await pageUntil(page, "globalThis.flowgait.robot.env.command[2] === -1");
    await page.keyboard.up("KeyE");
    await page.keyboard.up("KeyW");
    await pageUntil(page, "globalThis.flowgait.robot.env.command[0] === 0");
    await page.getByRole("button", { name: /Pause/ }).click();
    expect(await page.textContent("nav button")).toContain("Go on");
    const speed = "globalThis.flowgait.robot.env.sim.qvel[0]";
    const before = (await page.evaluate(speed)) as number;
    await page.keyboard.press("Space");
    expect(((await page.evaluate(speed)) as number) - before).toBeCloseTo(0.8, 9);
    await page.keyboard.press("KeyR");
    expect(await page.evaluate("globalThis.flowgait.robot.env.episodeStep")).toBe(0);
  });

  it("is small enough to be sent", () => {
    expect(gzipSync(text, { level: 6 }).length).toBeLessThan(LARGEST);
  });

  it("is refused for a task of one's own, in one line", async () => {
    await expect(htmlPage({ ...task, family: "user", name: "Mine" }, onnx, contract)).rejects.toThrow(
      /^--format: html runs tasks that ship with flowgait, Mine is your own; expected onnx or c$/,
    );
  });
});
