import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policySpec } from "../../src/learner/networks.ts";
import { policyLayout } from "../../src/policy/policy.ts";
import { StreamServer } from "../../src/stream/server.ts";
import { DriveView } from "../../src/studio/drive-view.ts";
import { PolicyShelf } from "../../src/studio/policy-shelf.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { launchBrowser, pageUntil } from "./browser.ts";

const TASK = "CartpoleBalance";

let browser: Browser;
let env: Environment;
let server: StreamServer;
let view: DriveView;
let page: Page;

/** A flow that has learnt nothing. */
function untrained() {
  const spec = policySpec(resolveTrainConfig({ task: TASK, algorithm: "fpo" }), env);
  const weights = Float32Array.from({ length: policyLayout(spec).size }, (_, k) => 0.2 * Math.sin(k));
  const [mean, std] = [new Float32Array(env.obsSize), new Float32Array(env.obsSize).fill(1)];
  return { key: "made", data: { kind: "trained", spec, weights, mean, std }, noise: "random" } as const;
}

beforeAll(async () => {
  env = await Environment.create(await resolveTask(TASK));
  server = await StreamServer.listen({ port: 0, channels: ["drive"] });
  const shelf = new PolicyShelf(env, { first: { key: "made", label: () => "Made", take: untrained } });
  view = new DriveView(server, { task: TASK, env, shelf, start: { seed: 0, disturbances: false, command: null } });
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 1000, height: 640 } });
  page.setDefaultTimeout(120_000);
  await page.goto(server.url);
  await pageUntil(page, "flowgait.state.hasPoses && flowgait.state.drive?.flow !== null");
});
afterAll(async () => {
  await browser?.close();
  await view?.close();
  await server?.close();
  env?.delete();
});

describe("the flow that is driven", () => {
  it("is drawn in as many steps, from as much noise, as the page asks, and tells what an action costs", async () => {
    const steps = page.getByRole("slider", { name: "Flow steps" });
    expect(Number(await steps.inputValue())).toBe(await page.evaluate("flowgait.state.drive.flow.steps"));
    await steps.fill("3");
    await pageUntil(page, "flowgait.state.drive.flow.steps === 3");
    await page.getByRole("radio", { name: "Zero" }).click();
    await pageUntil(page, "flowgait.state.drive.flow.noise === 'zero' && flowgait.state.drive.flow.steps === 3");
    await pageUntil(page, "flowgait.state.drive.actMs > 0");
    expect(await page.locator("[data-testid=act-ms]").textContent()).toMatch(/^[\d.]+ ms of 10/);
  });

  it("offers no steering where the task follows no command", async () => {
    expect(await page.locator("[data-testid=stick]").count()).toBe(0);
    await page.keyboard.press("w");
    await page.getByRole("button", { name: "Policy" }).click();
    await page.getByRole("radio", { name: "No action" }).click();
    await pageUntil(page, "flowgait.state.drive.policy === 'zero' && flowgait.state.drive.flow === null");
    expect(await page.getByRole("slider", { name: "Flow steps" }).count()).toBe(0);
  });
});
