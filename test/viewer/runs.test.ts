import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { listCheckpoints, loadCheckpoint } from "../../src/runs/checkpoint.ts";
import { readJsonl } from "../../src/runs/jsonl-sink.ts";
import { readRunConfig } from "../../src/runs/run-folder.ts";
import { runCli } from "../cli/cli-process.ts";
import { pageUntil, settled } from "./browser.ts";
import { fill, hasEnded, StudioProcess, submit, train } from "./studio-process.ts";

const TASK = "CartpoleBalance";
const ITERATION = 64 * 32;
/** Weights in the order of `tensors`; all of the policy. */
const POLICY = ["0/obs", "0/flow", "0/bias", "1/kernel", "1/bias", "2/kernel", "2/bias"];

let studio: StudioProcess;

beforeAll(async () => {
  studio = await StudioProcess.start(["--task", TASK]);
  const page = await studio.open();
  await trainThrough(page, "11", 6);
  await trainThrough(page, "12", 2);
  await studio.closePages();
});
afterEach(() => studio.closePages());
afterAll(() => studio?.end());

/** A run of so many iterations that keeps a checkpoint of each. */
async function trainThrough(page: Page, seed: string, iterations: number): Promise<void> {
  const all = [
    ["checkpoint.every-seconds", "0"],
    ["checkpoint.keep", "20"],
  ] as const;
  await train(page, TASK, ["seed", seed], ["steps", String(iterations * ITERATION)], ...all);
  await hasEnded(page);
}

function folderOf(seed: number): string {
  return studio.run(`${TASK}-fpo-s${seed}-1`);
}

async function weightsOf(checkpoint: string): Promise<number[]> {
  const { tensors } = await loadCheckpoint(checkpoint);
  return POLICY.flatMap((name) => Array.from(tensors[`weights/actor/${name}`].data));
}

/** The panel's slider, at the checkpoints of a run. */
async function checkpointsOf(page: Page, seed: number) {
  const run = `runs/${TASK}-fpo-s${seed}-1`;
  await page.getByLabel("Run whose checkpoints are shown").selectOption(run);
  return page.getByRole("slider", { name: "Checkpoint" });
}

describe("a run that is forked on the page", () => {
  it("begins with the weights of the checkpoint that was chosen, and trains on with other settings", async () => {
    const page = await studio.open();
    await (await checkpointsOf(page, 11)).fill("2");
    await page.getByText("6.14k steps").waitFor();
    await page.getByRole("button", { name: "Fork" }).click();
    await page.getByText("Continue from a checkpoint").waitFor();
    const settings = [
      ["seed", "13"],
      ["algorithm.learning-rate", "1e-9"],
      ["steps", String(5 * ITERATION)],
    ] as const;
    await fill(page, settings);
    await submit(page);
    await hasEnded(page);

    const fork = folderOf(13);
    expect(await readRunConfig(fork)).toMatchObject({ seed: 13, algorithm: { learningRate: 1e-9, epochs: 1 } });
    const iterations = (await readJsonl(join(fork, "metrics.jsonl"))).filter(({ event }) => event === "iteration");
    expect(iterations.map(({ steps }) => steps)).toEqual([4 * ITERATION, 5 * ITERATION]);
    const [first] = await listCheckpoints(fork);
    const [source, later] = (await listCheckpoints(folderOf(11))).slice(2, 4);
    const apart = async (a: string, b: string) => {
      const [x, y] = [await weightsOf(a), await weightsOf(b)];
      return Math.max(...x.map((value, k) => Math.abs(value - y[k])));
    };
    expect(await apart(first, source)).toBeLessThan(1e-6);
    expect(await apart(later, source)).toBeGreaterThan(1e-4);
    const steps = JSON.parse((await loadCheckpoint(first)).metadata.state).optimiserSteps;
    expect(steps.actor).toBe(4 * 4);
  });

  it("keeps the size of its networks: another one is refused beside its field", async () => {
    const page = await studio.open();
    await (await checkpointsOf(page, 11)).fill("1");
    await page.getByRole("button", { name: "Fork" }).click();
    await page.getByText("Continue from a checkpoint").waitFor();
    await page.getByRole("searchbox", { name: "Search settings" }).fill("algorithm.policy-hidden");
    expect(await page.locator('[data-setting="algorithm.policy-hidden"] input:enabled').count()).toBe(0);
    await page.getByRole("button", { name: "Close the form" }).click();
    await pageUntil(page, "flowgait.state.studio.form === null");
  });
});

describe("runs that are compared", () => {
  it("are drawn with the values that they wrote down, and told side by side under the pointer", async () => {
    const page = await studio.open();
    await page.keyboard.press("v");
    await page.getByRole("searchbox", { name: "Search runs" }).fill("s11");
    const others = page.locator(".curves-runs").getByRole("checkbox");
    await pageUntil(page, "document.querySelectorAll('.curves-runs li').length === 1");
    await others.check();
    await pageUntil(page, "flowgait.state.studio.compared[0]?.points?.length === 6");
    const shown = (await page.evaluate(
      "flowgait.state.studio.compared[0].points.map((at) => [at.steps, at.returnMean])",
    )) as number[][];
    const written = (await readJsonl(join(folderOf(11), "metrics.jsonl"))).filter(({ event }) => event === "iteration");
    expect(shown.map(([steps]) => steps)).toEqual(written.map(({ steps }) => steps));

    const chart = page.getByRole("dialog", { name: "Curves" }).locator('[aria-label="Return"]');
    const { x, y, width, height } = (await chart.locator(".u-over").boundingBox())!;
    await page.mouse.move(x + width - 1, y + height / 2);
    const told = (await chart.locator("[data-testid=hovered-runs]").textContent())!;
    expect(told).toContain(`${TASK}-fpo-s11-1`);
    const last = shown.at(-1)![1];
    expect(Math.abs(Number(/ (\S+)$/.exec(told)![1].replace("−", "-")) - last)).toBeLessThan(
      0.01 * Math.abs(last) + 0.01,
    );
  });

  it("stay chosen when the page is loaded again, until they are hidden", async () => {
    const page = await studio.open();
    await page.keyboard.press("v");
    await page.getByRole("searchbox", { name: "Search runs" }).fill("s11");
    await pageUntil(page, "document.querySelectorAll('.curves-runs li').length === 1");
    await page.locator(".curves-runs").getByRole("checkbox").check();
    await pageUntil(page, "flowgait.state.studio.compared[0]?.points?.length === 6");
    await page.reload();
    await pageUntil(page, "flowgait.state?.studio.compared[0]?.points?.length === 6");
    await page.getByRole("button", { name: `Hide runs/${TASK}-fpo-s11-1` }).click();
    await pageUntil(page, "flowgait.state.studio.compared.length === 0");
  });
});

describe("the checkpoint slider", () => {
  it("swaps the policy of the driven robot where it stands, and the course is that of the checkpoints", async () => {
    const page = await studio.open();
    await page.getByRole("radio", { name: "Drive" }).click();
    await pageUntil(page, "flowgait.state.channel === 'drive' && flowgait.state.drive?.state === 'playing'");
    const slider = await checkpointsOf(page, 11);
    const key = (steps: number) =>
      `runs/${TASK}-fpo-s11-1/checkpoints/step-${String(steps).padStart(12, "0")}.safetensors`;
    await slider.fill("0");
    await pageUntil(page, `flowgait.state.drive.policy === "${key(ITERATION)}"`);
    // What was done by the policy in memory cannot be saved.
    await page.keyboard.press("r");
    await pageUntil(page, "flowgait.state.drive.newest > 20 && flowgait.state.drive.newest < 400");
    await page.keyboard.press(" ");
    await pageUntil(
      page,
      "flowgait.state.drive.state === 'paused' && flowgait.shownStep === flowgait.state.drive.step",
    );
    const at = Number(await page.evaluate("flowgait.state.drive.step"));
    const cart = await settled(page, "flowgait.position(0, 1)[0].toFixed(3)");
    await slider.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    await pageUntil(page, `flowgait.state.drive.policy === "${key(5 * ITERATION)}"`);
    expect(await page.evaluate("flowgait.state.drive.step")).toBe(at);
    expect(await settled(page, "flowgait.position(0, 1)[0].toFixed(3)")).toBe(cart);
    await page.keyboard.press(".");
    await pageUntil(page, `flowgait.state.drive.step === ${at + 1}`);
    await page.keyboard.press(" ");
    await pageUntil(page, `flowgait.state.drive.step > ${at + 20}`);

    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save replay" }).click();
    const file = join(studio.folder, "course.json");
    writeFileSync(file, readFileSync(await (await saving).path()));
    const { policies, log } = JSON.parse(readFileSync(file, "utf8"));
    expect(policies.map((policy: { key: string }) => policy.key)).toEqual(
      expect.arrayContaining([key(ITERATION), key(5 * ITERATION)]),
    );
    expect(log.at(-1)).toMatchObject({ kind: "policy", step: at });
    const replayed = await runCli(["replay", "course.json", "--json"], studio.folder);
    expect([replayed.code, JSON.parse(replayed.stdout)]).toMatchObject([0, { task: TASK, same: true }]);
  });
});
