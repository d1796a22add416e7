import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { checkpointSteps, latestCheckpoint } from "../../src/runs/checkpoint.ts";
import { readJsonl } from "../../src/runs/jsonl-sink.ts";
import { readRunConfig } from "../../src/runs/run-folder.ts";
import { pageUntil } from "./browser.ts";
import { field, fill, hasEnded, SMALL, StudioProcess, stop, submit, train } from "./studio-process.ts";

const TASK = "CartpoleBalance";

let studio: StudioProcess;

beforeAll(async () => {
  studio = await StudioProcess.start(["--task", TASK]);
});
afterEach(() => studio.closePages());
afterAll(() => studio?.end());

async function trainedSteps(folder: string): Promise<number> {
  return checkpointSteps(await latestCheckpoint(folder));
}

describe("a training that a person starts on the page", () => {
  it("is told what is wrong beside its fields before anything is made", async () => {
    const page = await studio.open();
    await page.keyboard.press("n");
    await (await field(page, "envs")).fill("many");
    await page.getByText('got "many", expected a whole number').waitFor();
    await (await field(page, "envs")).fill("-3");
    await page.getByText('got "-3", expected at least 1').waitFor();
    expect(await page.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
    await (await field(page, "envs")).fill("10");
    await (await field(page, "shards")).fill("3");
    await page.getByText("3 does not divide --envs 10").waitFor();
    await (await field(page, "shards")).fill("2");
    await (await field(page, "run")).fill("../elsewhere");
    await page.getByText("expected a folder below the one that the studio was started in").waitFor();
    await page.keyboard.press("Escape");
    await pageUntil(page, "flowgait.state.studio.form === null");
    expect(existsSync(join(studio.folder, "runs"))).toBe(false);
  });

  it("offers every setting of the schema, and those of the chosen algorithm only", async () => {
    const page = await studio.open();
    await page.keyboard.press("n");
    await page.getByRole("radio", { name: "ppo" }).click();
    await pageUntil(page, "flowgait.state.studio.form?.plan?.algorithm === 'ppo'");
    await page.getByRole("searchbox", { name: "Search settings" }).fill("algorithm");
    expect(await page.locator('[data-setting="algorithm.dual-clip"]').count()).toBe(1);
    expect(await page.locator('[data-setting="algorithm.pairs"]').count()).toBe(0);
    await page.getByRole("searchbox", { name: "Search settings" }).fill("e");
    const offered = await page.locator("[data-setting]").count();
    expect(offered).toBe(await page.evaluate("Object.keys(flowgait.state.studio.form.plan.values).length"));
  });

  it("has a slider for every weight of the task's rewards, whose run is of that weight", async () => {
    const page = await studio.open();
    await page.keyboard.press("n");
    await page.getByRole("button", { name: /^Rewards/ }).click();
    const weight = page.locator('[data-setting="reward.balance"]');
    await weight.locator("input[type=text]").fill("heavy");
    await page.getByText('got "heavy", expected a number').waitFor();
    await weight.getByRole("slider").fill("1.5");
    expect(await weight.locator("input[type=text]").inputValue()).toBe("1.5");
    await fill(page, [...SMALL, ["steps", "2048"], ["seed", "6"]]);
    await submit(page);
    await hasEnded(page);
    const { taskSettings } = await readRunConfig(studio.run("CartpoleBalance-fpo-s6-1"));
    expect(taskSettings).toEqual({ "reward.balance": 1.5 });
  });

  it("trains as it was filled in, stops with a checkpoint, and goes on from it", async () => {
    const page = await studio.open();
    await train(page, TASK, ["steps", "9000000"], ["seed", "7"]);
    const folder = studio.run("CartpoleBalance-fpo-s7-1");
    await pageUntil(page, "flowgait.state.status.state === 'training' && flowgait.state.points.length > 1");
    expect(await readRunConfig(folder)).toMatchObject({
      task: TASK,
      seed: 7,
      envs: 64,
      horizon: 32,
      algorithm: { name: "fpo", policyHidden: [8, 8], epochs: 1 },
    });
    await page.reload();
    await pageUntil(page, "flowgait.state.status?.state === 'training' && flowgait.state.points.length > 2");
    await stop(page);
    const stopped = await trainedSteps(folder);
    expect(stopped).toBeGreaterThan(0);
    expect(stopped % (64 * 32)).toBe(0);
    const points = await page.evaluate<number>("flowgait.state.points.length");
    await page.getByRole("banner").getByRole("button", { name: "Resume" }).click();
    await pageUntil(page, `flowgait.state.status.state === 'training' && flowgait.state.status.steps > ${stopped}`);
    await pageUntil(page, `flowgait.state.points.length > ${points}`);
    await stop(page);
    expect(await trainedSteps(folder)).toBeGreaterThan(stopped);
    const steps = (await readJsonl(join(folder, "metrics.jsonl"))).map(({ steps }) => steps);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => Number(a) - Number(b)));
  });

  it("is the only one: another page is told so and starts none", async () => {
    const page = await studio.open();
    await train(page, TASK, ["steps", "9000000"], ["seed", "8"]);
    const other = await studio.open();
    await other.keyboard.press("n");
    await other.getByText("Only one training runs at a time").waitFor();
    expect(await other.getByRole("button", { name: "Start training" }).isDisabled()).toBe(true);
    await stop(page);
    expect(readdirSync(join(studio.folder, "runs")).filter((name) => name.includes("-s8-"))).toEqual([
      "CartpoleBalance-fpo-s8-1",
    ]);
  });
});
