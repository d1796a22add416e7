import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callCli, TINY } from "../cli-process.ts";
import { checkWellFormed } from "../well-formed.ts";

describe("flowgait diagnose stability", () => {
  const folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
  const run = join(folder, "run");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeAll(async () => {
    const settings = [...TINY, "--algorithm", "fpo", "--steps", "2048", "--evaluation.every-steps", "512"];
    const { code, stderr } = await callCli("train", "CartpoleBalance", ...settings, "--run", run);
    expect(code, stderr).toBe(0);
  });

  it("says how a run's evaluations held, and leaves the picture in the run folder", async () => {
    const { code, stdout } = await callCli("diagnose", "stability", run);
    expect(code).toBe(0);
    expect(stdout).toContain("CartpoleBalance, fpo, seed 1: 2,048 steps, 4 evaluations of 2 episodes");
    for (const line of [
      /^ {2}best +[\d.]+ ± [\d.]+ at [\d,]+$/m,
      /^ {2}below 80 % +of the best so far: /m,
      /^ {2}cfmLoss( +[\d.]+){5}$/m,
      /^ {2}learningRate( +[\d.e-]+){5}$/m,
    ])
      expect(stdout).toMatch(line);
    const picture = readFileSync(join(run, "stability.svg"), "utf8");
    checkWellFormed(picture);
    for (const words of ["CartpoleBalance, fpo, seed 1", "flow-matching loss", "80 % of the best"])
      expect(picture).toContain(words);
    expect(picture).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("answers in JSON what fell below which share of the best", async () => {
    const lost = { event: "evaluation", steps: 2048, returnMean: 0.5, returnStd: 0.1, episodes: 2 };
    for (let k = 0; k < 2; k++) appendFileSync(join(run, "metrics.jsonl"), `${JSON.stringify(lost)}\n`);
    const svg = join(folder, "picture.svg");
    const { code, stdout } = await callCli("diagnose", "stability", run, "--threshold", "0.1", "--svg", svg, "--json");
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ task: "CartpoleBalance", algorithm: "fpo", envSteps: 2048, threshold: 0.1, svg });
    expect(document.dips.at(-1)).toMatchObject({ to: 2048, evaluations: 2 });
    expect(document.evaluations).toHaveLength(6);
    const { stdout: text } = await callCli("diagnose", "stability", run, "--threshold", "0.1", "--svg", svg);
    expect(text).toMatch(/below 10 % +of the best so far: 2 times, up to 2 in a row: [\d.]+ % at 2,048/);
  });

  it("refuses what is no run, and a share that is none, in one line", async () => {
    const missing = join(folder, "nothing");
    const none = await callCli("diagnose", "stability", missing);
    expect(none.code).not.toBe(0);
    expect(none.stderr.trim().split("\n")).toEqual([expect.stringContaining("nothing")]);
    const share = await callCli("diagnose", "stability", run, "--threshold", "80");
    expect([share.code, share.stderr]).toEqual([2, expect.stringContaining("--threshold")]);
    expect(share.stderr).toContain('got "80", expected a number from 0 to 1');
  });
});
