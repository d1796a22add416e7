import { describe, expect, it, onTestFinished } from "vitest";
import type { DriveCourse } from "../../../src/drive/drive-orders.ts";
import { StreamServer } from "../../../src/stream/server.ts";
import { DriveView } from "../../../src/studio/drive-view.ts";
import { PolicyShelf } from "../../../src/studio/policy-shelf.ts";
import { Environment, resolveTask } from "../../../src/tasks/index.ts";
import { writeTask } from "../../check/sound-task.ts";
import { launchBrowser, pageUntil, watchPage } from "../browser.ts";

const STEPS = 150;

/** A drive under no policy in which a push topples the pole. */
function toppled(task: string): DriveCourse {
  const policy = { key: "zero", data: { kind: "zero" }, noise: "zero" } as const;
  const setup = { task, seed: 5, policy, disturbances: false, command: null };
  return { setup, log: [{ step: 60, change: { kind: "push", angle: 0, speed: 3 } }], steps: STEPS, digest: "" };
}

describe("the button beside the falls", () => {
  it("names what the fall took, and each verdict can be watched and left again", { timeout: 600_000 }, async () => {
    const task = writeTask();
    const env = await Environment.create(await resolveTask(task));
    const server = await StreamServer.listen({ port: 0, channels: ["drive"] });
    const course = toppled(task);
    const shelf = new PolicyShelf(env, { first: "zero" });
    const view = new DriveView(server, { task, env, shelf, course, start: course.setup });
    const browser = await launchBrowser();
    onTestFinished(async () => {
      await view.close();
      await server.close();
      env.delete();
      await browser.close();
    });
    const page = await browser.newPage({ viewport: { width: 1000, height: 640 }, colorScheme: "dark" });
    page.setDefaultTimeout(120_000);
    const watch = watchPage(page);
    await page.goto(server.url);
    await pageUntil(page, "flowgait.state.hasPoses && flowgait.state.drive?.state === 'paused'");
    expect(await page.getByRole("button", { name: "Why did it fall?" }).count()).toBe(0);
    await page.getByRole("slider", { name: "Time" }).fill(String(STEPS));
    await pageUntil(page, `flowgait.state.drive.step === ${STEPS} && flowgait.state.drive.falls === 1`);

    await page.getByRole("button", { name: "Why did it fall?" }).click();
    await pageUntil(page, "flowgait.state.drive.fall?.state === 'found'");
    expect(await page.locator("[data-testid=why]").textContent()).toMatch(
      /^It fell after 1\.\d\d s \(fell\)\. Without push 3 m\/s at 1\.20 s it does not fall/,
    );
    await page.getByRole("button", { name: "without push 3 m/s at 1.20 s" }).click();
    await pageUntil(page, "flowgait.state.drive.fall?.shown === 1 && flowgait.state.drive.state === 'playing'");
    const end = Number(await page.evaluate("flowgait.state.drive.newest"));
    await pageUntil(page, `flowgait.state.drive.step >= ${end - 5}`);
    expect(await page.evaluate("flowgait.state.drive.falls")).toBe(0);
    await page.keyboard.press(" ");
    await pageUntil(page, "flowgait.state.drive.state === 'paused'");

    await page.getByRole("button", { name: "Back to my drive" }).click();
    await pageUntil(page, `flowgait.state.drive.fall?.shown === null && flowgait.state.drive.newest >= ${STEPS}`);
    await page.getByRole("button", { name: "Close" }).click();
    await pageUntil(page, "flowgait.state.drive.fall === undefined");
    expect(watch.errors).toEqual([]);
  });
});
