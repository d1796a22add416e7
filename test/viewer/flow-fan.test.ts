import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ActionFans } from "../../src/drive/action-fan.ts";
import type { NamedPolicy } from "../../src/drive/drive-orders.ts";
import { DriveSession } from "../../src/drive/drive-session.ts";
import { GHOSTS } from "../../src/drive/ghosts.ts";
import { BATCH, constant, createEngine, graphFunction, input, matmul, writeOnnx } from "../../src/graph/index.ts";
import { type PolicySpec, policyLayout } from "../../src/policy/policy.ts";
import { StreamServer } from "../../src/stream/server.ts";
import { DriveView } from "../../src/studio/drive-view.ts";
import { PolicyShelf } from "../../src/studio/policy-shelf.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";
import { launchBrowser, pageUntil, type Watch, watchPage } from "./browser.ts";

const TASK = "Go1JoystickFlatTerrain";
const start = { seed: 3, disturbances: false, command: null } as const;

const folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
let browser: Browser;
let env: Environment;
let server: StreamServer;
let view: DriveView;
let page: Page;
let watch: Watch;
/** The same simulation without page and thread. */
let twin: DriveSession;
let fans: ActionFans;

/** A flow that has learnt nothing, yet acts otherwise in every state. */
function untrained(): NamedPolicy {
  const { obsSize, actionSize } = env;
  const shape = { obsSize, actionSize, hidden: [16, 16], activation: "silu" } as const;
  const spec: PolicySpec = { ...shape, kind: "flow", flowSteps: 10, sampler: "euler", stepNoise: 0, outputScale: 0.5 };
  const weights = Float32Array.from({ length: policyLayout(spec).size }, (_, k) => 0.3 * Math.sin(k));
  const [mean, std] = [new Float32Array(obsSize), new Float32Array(obsSize).fill(1)];
  return { key: "made", data: { kind: "trained", spec, weights, mean, std }, noise: "random" };
}

beforeAll(async () => {
  env = await Environment.create(await resolveTask(TASK));
  const engine = createEngine("ort");
  const policy = untrained();
  twin = await DriveSession.create({ setup: { task: TASK, ...start, policy } }, engine);
  fans = new ActionFans(engine, env.actionSize);
  server = await StreamServer.listen({ port: 0, channels: ["drive"] });
  const shelf = new PolicyShelf(env, { first: { key: "made", label: () => "Made", take: () => policy } });
  view = new DriveView(server, { task: TASK, env, shelf, start });
  browser = await launchBrowser();
  page = await browser.newPage({ viewport: { width: 800, height: 640 } });
  page.setDefaultTimeout(120_000);
  watch = watchPage(page);
  await page.goto(server.url);
  await pageUntil(
    page,
    "flowgait.state.hasPoses && flowgait.state.drive?.flow && flowgait.state.drive.state === 'playing'",
    60_000,
  );
  await page.keyboard.press(" ");
  await pageUntil(page, "flowgait.state.drive.state === 'paused'");
  const step = Number(await page.evaluate("flowgait.state.drive.step"));
  while (twin.step < step) await twin.advance();
});
afterAll(async () => {
  await browser?.close();
  await view?.close();
  await server?.close();
  twin?.delete();
  env?.delete();
  rmSync(folder, { recursive: true, force: true });
});

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (value, k) => Math.abs(value - b[k])));
}

/** What the page shows, once it shows this many flow steps. */
async function shownSamples(steps: number): Promise<number[]> {
  await pageUntil(page, `flowgait.state.fan?.flowSteps === ${steps} && flowgait.state.fan.step === ${twin.step}`);
  return page.evaluate("Array.from(flowgait.state.fan.samples)");
}

/** One control step here and there; the robots must stand in the same place. */
async function stepBoth(): Promise<void> {
  await page.keyboard.press(".");
  await twin.advance();
  await pageUntil(page, `flowgait.shownStep === ${twin.step}`);
  const body = env.sim.names.all("body").length - 1;
  const here = twin.env.sim.xpos.slice(3 * body, 3 * body + 3);
  const there = async () => (await page.evaluate(`flowgait.position(0, ${body})`)) as number[];
  // The picture follows its frame by a turn of its loop.
  await expect.poll(async () => farthest(await there(), here), { timeout: 20_000 }).toBeLessThan(1e-5);
}

describe("flow instruments", () => {
  it("show the policy's own samples in the state that the simulation stands in", async () => {
    const { samples } = await fans.draw(twin.decision);
    expect(farthest(await shownSamples(10), samples)).toBeLessThan(1e-5);
    const button = page.getByRole("button", { name: /thigh/ }).first();
    await button.click();
    expect(await button.getAttribute("aria-pressed")).toBe("true");
    await stepBoth();
  });

  it("the slider makes the driven policy integrate in as many steps", async () => {
    await page.getByRole("slider", { name: "Flow steps" }).fill("3");
    await twin.changeFlow({ steps: 3, noise: "random" });
    const { samples, paths } = await fans.draw(twin.decision);
    expect(farthest(await shownSamples(3), samples)).toBeLessThan(1e-5);
    const shown = (await page.evaluate("Array.from(flowgait.state.fan.paths)")) as number[];
    expect(farthest(shown, paths)).toBeLessThan(1e-5);
    await stepBoth();
  });

  it("the noise can be zero, or one draw for good, and what drives follows", async () => {
    await page.getByRole("radio", { name: "Zero" }).click();
    await pageUntil(page, "flowgait.state.drive.flow.noise === 'zero'");
    await twin.changeFlow({ steps: 3, noise: "zero" });
    await stepBoth();
    await page.getByRole("radio", { name: "Fixed" }).click();
    // What is typed stays while the simulation answers.
    await page.getByRole("spinbutton", { name: "Noise seed" }).fill("7");
    await pageUntil(page, "flowgait.state.drive.flow.noise.seed === 1");
    await page.waitForTimeout(300);
    await page.keyboard.press("Enter");
    await page.getByRole("spinbutton", { name: "Noise seed" }).blur();
    await pageUntil(page, "flowgait.state.drive.flow.noise.seed === 7");
    await twin.changeFlow({ steps: 3, noise: { seed: 7 } });
    await stepBoth();
    await pageUntil(page, `flowgait.state.fan.step === ${twin.step}`);
    const first = ((await page.evaluate("Array.from(flowgait.state.fan.samples)")) as number[]).slice(
      0,
      env.actionSize,
    );
    expect(farthest(first, (await fans.draw(twin.decision)).samples.subarray(0, env.actionSize))).toBeLessThan(1e-5);
  });

  it("keep what each setting earned and cost, so that they can be compared", async () => {
    const settings =
      "flowgait.state.drive.tallies.map(({ flow }) => [flow.steps, flow.noise.seed ?? flow.noise].join(' '))";
    await pageUntil(page, `String(${settings}) === "3 7,3 zero,3 random,10 random"`);
    expect(await page.locator("[data-testid=tally]").count()).toBe(4);
    expect(await page.evaluate("flowgait.state.drive.tallies.every(({ actMs }) => actMs > 0)")).toBe(true);
  });

  it("ghosts stand where the samples' joint targets are, and go when they are switched off", async () => {
    expect(await page.evaluate("flowgait.ghosts")).toBe(0);
    await page.getByRole("radio", { name: "Targets" }).click();
    await pageUntil(page, `flowgait.ghosts === ${GHOSTS + 1} && flowgait.state.fan.ghostKind === "targets"`);
    const { samples } = await fans.draw(twin.decision);
    const poses = (await page.evaluate("Array.from(flowgait.state.fan.ghosts)")) as number[];
    const { sim } = twin.env;
    const { names, offset, scale } = env.actionDescription;
    const state = twin.state();
    for (const n of [0, 1, GHOSTS]) {
      env.load(state, 0);
      names.forEach((name, i) => {
        const { qposAddress, range } = env.sim.joint(name);
        const target = offset[i] + scale[i] * samples[n * names.length + i];
        env.sim.qpos[qposAddress] = Math.max(range[0], Math.min(range[1], target));
      });
      env.sim.forward();
      const ghost = poses.slice((n + 1) * 7 * sim.nbody, (n + 2) * 7 * sim.nbody);
      const places = ghost.filter((_, k) => k % 7 < 3);
      expect(farthest(places, env.sim.xpos)).toBeLessThan(1e-5);
    }
    await page.getByRole("radio", { name: "Held 0.2 s" }).click();
    await pageUntil(page, `flowgait.ghosts === ${GHOSTS + 1} && flowgait.state.fan.ghostKind === "ahead"`);
    await page.getByRole("radio", { name: "Off", exact: true }).click();
    await pageUntil(page, "flowgait.ghosts === 0");
  });

  it("cost nothing while nobody looks", async () => {
    expect(server.fanWish()).toEqual({ ghosts: "off" });
    await page.getByRole("button", { name: "Plots" }).click();
    await pageUntil(page, "!flowgait.state.isFanSeen");
    await expect.poll(() => server.fanWish()).toBeNull();
    const before = await page.evaluate("flowgait.state.fan.step");
    await stepBoth();
    await page.waitForTimeout(600);
    expect(await page.evaluate("flowgait.state.fan.step")).toBe(before);
    await page.getByRole("button", { name: "Plots" }).click();
    await pageUntil(page, `flowgait.state.fan.step === ${twin.step}`);
  });

  it("say why a policy that is no flow has no paths", async () => {
    await page.getByRole("button", { name: "Policy" }).click();
    await page.getByRole("radio", { name: "Random actions" }).click();
    await page.getByText("Random actions are the noise itself").waitFor();
    expect(await page.locator("[data-testid=paths]").count()).toBe(0);
    expect(watch.errors).toEqual([]);
  });
});

describe("a controller that is a file", () => {
  /** Drives the file in a page of its own. */
  async function drivenBy(first: string, act: (other: Page) => Promise<void>): Promise<void> {
    const stream = await StreamServer.listen({ port: 0, channels: ["drive"] });
    const shelf = new PolicyShelf(env, { first });
    const driven = new DriveView(stream, { task: TASK, env, shelf, start });
    const other = await browser.newPage({ viewport: { width: 1000, height: 800 } });
    try {
      await other.goto(stream.url);
      await pageUntil(other, "flowgait.state.drive?.kind === 'file' && flowgait.state.drive.step > 5");
      await act(other);
    } finally {
      await other.close();
      await driven.close();
      await stream.close();
    }
  }

  it("acts, and where it keeps its flow, can be drawn in other ways too", () =>
    drivenBy(TASK, async (other) => {
      await pageUntil(other, "flowgait.state.drive.flow?.steps === 10 && flowgait.state.drive.flow.noise === 'zero'");
      await pageUntil(other, "flowgait.state.fan?.flowSteps === 10 && flowgait.state.fan.paths.length > 0");
      await other.getByRole("slider", { name: "Flow steps" }).fill("2");
      await pageUntil(other, "flowgait.state.drive.kind === 'flow' && flowgait.state.drive.flow.steps === 2");
      await pageUntil(other, "flowgait.state.fan.flowSteps === 2");
      await other.getByRole("radio", { name: "Random" }).click();
      await pageUntil(other, "flowgait.state.drive.flow.noise === 'random'");
      const step = await other.evaluate("flowgait.state.drive.step");
      await pageUntil(other, `flowgait.state.drive.step > ${step} + 5`);
    }));

  it("acts, and says why it has no sliders and no paths where it keeps none", () =>
    drivenBy(foreignFile(), async (other) => {
      await other.getByText("This ONNX file contains no flow").waitFor();
      await other.getByText("This policy file contains no flow").waitFor();
      expect(await other.getByRole("slider", { name: "Flow steps" }).count()).toBe(0);
    }));
});

/** A controller made elsewhere: one matrix. */
function foreignFile(): string {
  const { obsSize, actionSize } = env;
  const weights = Float32Array.from({ length: obsSize * actionSize }, (_, i) => 0.01 * Math.sin(i));
  const action = matmul(input("obs", [BATCH, obsSize]), constant(weights, [obsSize, actionSize]));
  const path = join(folder, "foreign.onnx");
  writeFileSync(path, writeOnnx(graphFunction("mlp", { action })));
  return path;
}
