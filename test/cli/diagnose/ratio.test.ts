import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diagnoseRatio } from "../../../src/diagnose/ratio-diagnosis.ts";
import { type Checkpoint, encodeCheckpoint, latestCheckpoint, loadCheckpoint } from "../../../src/runs/checkpoint.ts";
import { resolveTrainConfig } from "../../../src/tasks/requested-config.ts";
import { callCli, TINY } from "../cli-process.ts";
import { checkWellFormed } from "../well-formed.ts";

const ROWS = 256;
const SMALL = ["--rows", String(ROWS), "--ode-steps", "8", "--workers", "1"];
const folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Trains two iterations of 512 rows. */
async function trained(name: string, ...settings: string[]): Promise<string> {
  const run = join(folder, name);
  const all = [...TINY, "--algorithm.epochs", "3", "--steps", "1024", ...settings, "--run", run];
  const { code, stderr } = await callCli("train", "CartpoleBalance", ...all);
  if (code !== 0) throw new Error(stderr);
  return run;
}

/** A copy of the run's checkpoint with something changed. */
async function changed(run: string, name: string, change: (checkpoint: Checkpoint) => Checkpoint): Promise<string> {
  const path = join(folder, `${name}.safetensors`);
  writeFileSync(path, encodeCheckpoint(change(await loadCheckpoint(await latestCheckpoint(run)))));
  return path;
}

function withConfig(checkpoint: Checkpoint, config: object): Checkpoint {
  return { ...checkpoint, metadata: { ...checkpoint.metadata, config: JSON.stringify(config) } };
}

describe("flowgait diagnose ratio", () => {
  let run = "";
  beforeAll(async () => {
    run = await trained("fpo", "--algorithm", "fpo", "--algorithm.learning-rate", "3e-3");
  });

  it("prints a table over the epochs for either likelihood, draws the picture and leaves the checkpoints alone", async () => {
    const files = () =>
      readdirSync(join(run, "checkpoints")).map((name) => [name, readFileSync(join(run, "checkpoints", name), "hex")]);
    const before = files();
    const { code, stdout } = await callCli("diagnose", "ratio", run, ...SMALL);
    expect(code).toBe(0);
    expect(stdout).toContain("CartpoleBalance, fpo after 1,024 steps, seed 1");
    expect(stdout).toContain("256 of the 512 actions of one iteration; ρ averaged over 8 pairs, clip 0.2");
    expect(stdout).toContain("true ratio r under the 10-step euler sampler");
    expect(stdout).toContain("true ratio r under the continuous flow");
    for (const epoch of [0, 1, 2, 3])
      expect(stdout.match(new RegExp(`^ +${epoch} +\\d\\.\\d{3}`, "gm"))).toHaveLength(2);
    expect(files()).toEqual(before);
    const picture = readFileSync(join(run, "ratio.svg"), "utf8");
    checkWellFormed(picture);
    for (const words of ["epoch 1", "epoch 3", "least-squares line", "fpo after 1,024 steps"])
      expect(picture).toContain(words);
    expect(picture).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("answers in JSON, the same whatever the threads", async () => {
    const ask = async (workers: string) => {
      const svg = join(folder, "elsewhere.svg");
      const flags = ["--rows", String(ROWS), "--ode-steps", "8", "--workers", workers, "--svg", svg, "--json"];
      return (await callCli("diagnose", "ratio", run, ...flags)).stdout;
    };
    const [one, two] = [await ask("1"), await ask("2")];
    expect(two).toBe(one);
    const document = JSON.parse(one);
    expect(Object.keys(document)).toEqual([
      ..."run task algorithm seed envSteps clip pairs perPair sampler flowSteps actionNoise".split(" "),
      ..."iterationRows rows odeError epochs svg".split(" "),
    ]);
    expect(document.epochs.map(({ epoch }: { epoch: number }) => epoch)).toEqual([0, 1, 2, 3]);
    for (const { sampler } of document.epochs) {
      expect(sampler.actions).toBe(ROWS);
      // E[π_new/π_old] = 1 under π_old
      expect(sampler.ratioMean).toBeGreaterThan(0.9);
      expect(sampler.ratioMean).toBeLessThan(1.1);
      expect(sampler.unsolved + sampler.folded).toBe(0);
      expect(sampler.gap).toBeGreaterThan(0);
    }
    const last = document.epochs[3];
    expect(last.sampler.divergence).toBeGreaterThan(1e-4);
    expect(last.sampler.correlation).toBeGreaterThan(0.2);
  });

  it("finds both log-ratios zero before the first step where the normaliser waits for the end of the update", async () => {
    const waiting = await trained("after", "--algorithm", "fpo", "--normaliser-update", "after");
    const source = await latestCheckpoint(waiting);
    const request = { checkpoint: await loadCheckpoint(source), source, workers: 1, rows: ROWS, odeSteps: 8 };
    const { points, epochs } = await diagnoseRatio(request, () => {});
    const largest = (values: Float64Array) => Math.max(...values.map(Math.abs));
    expect(largest(points[0].proxy)).toBeLessThan(1e-4);
    expect(largest(points[0].truth)).toBeLessThan(1e-4);
    expect(epochs[0].flow.divergence).toBeLessThan(1e-8);
    expect(largest(points[1].proxy)).toBeGreaterThan(1e-3);
    expect(largest(points[1].truth)).toBeGreaterThan(1e-3);
  });

  it("takes a ratio per pair, and says that noise was added to the actions", async () => {
    const noisy = ["--algorithm.pairs", "4", "--algorithm.action-noise", "0.1", "--algorithm.flow-steps", "6"];
    const plus = await trained("fpo++", "--algorithm", "fpo++", ...noisy);
    const { code, stdout } = await callCli("diagnose", "ratio", await latestCheckpoint(plus), ...SMALL);
    expect(code).toBe(0);
    expect(stdout).toContain("ρ per pair, 4 pairs");
    expect(stdout).toContain("actions carry added noise of standard deviation 0.1");
    expect(stdout).toContain("true ratio r under the 6-step euler sampler");
    expect(stdout).toContain(join(plus, "ratio-step-000000001024.svg"));
  });

  it("compares with the continuous flow alone where the sampler draws noise", async () => {
    const stochastic = await trained("sde", "--algorithm", "fpo++", "--algorithm.sampler", "sde");
    const { code, stdout } = await callCli("diagnose", "ratio", stochastic, ...SMALL, "--json");
    expect(code).toBe(0);
    for (const { sampler } of JSON.parse(stdout).epochs) expect(sampler).toBeNull();
  });

  it.each([
    ["--rows", "1", '--rows: got "1", expected a whole number from 2'],
    ["--ode-steps", "5", "--ode-steps: got 5, expected an even number"],
    ["--workers", "many", '--workers: got "many", expected a whole number'],
    ["--row", "9", "--row: unknown flag; nearest: --rows"],
  ])("refuses %s %s", async (flag, value, message) => {
    const { code, stdout, stderr } = await callCli("diagnose", "ratio", run, flag, value);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect([code, stdout]).toEqual([2, ""]);
  });

  it("refuses what has no such ratio in one line", async () => {
    const config = JSON.parse((await loadCheckpoint(await latestCheckpoint(run))).metadata.config);
    const large = await changed(run, "large", (it) => withConfig(it, { ...config, task: "HumanoidJoystick" }));
    const exact = await changed(run, "exact", (it) =>
      withConfig(it, {
        ...config,
        algorithm: resolveTrainConfig({ task: "CartpoleBalance", algorithm: "ppo" }).algorithm,
      }),
    );
    const broken = await changed(run, "broken", (it) => ({
      ...it,
      tensors: Object.fromEntries(
        Object.entries(it.tensors).map(([name, tensor]) =>
          name.startsWith("weights/actor")
            ? [name, { ...tensor, data: tensor.data.map(() => Number.NaN) }]
            : [name, tensor],
        ),
      ),
    }));
    const cases: [string, 1 | 2, string][] = [
      [large, 2, "expected at most 6 for exact likelihoods"],
      [exact, 2, "was trained with ppo, whose ratio is exact, expected fpo or fpo++"],
      [broken, 1, "0 of 256 actions have a finite likelihood"],
      ["zero", 2, "zero: was not trained, expected a run folder or a checkpoint"],
      [join(folder, "nothing"), 1, "nothing: does not exist, expected a run folder or a checkpoint"],
      [folder, 1, "no checkpoint found"],
    ];
    for (const [reference, code, message] of cases) {
      const result = await callCli("diagnose", "ratio", reference, ...SMALL);
      expect(result.stderr).toContain(message);
      expect(result.stderr.trimEnd().split("\n").at(-1)).toMatch(/^flowgait: /);
      expect([result.code, result.stdout]).toEqual([code, ""]);
    }
  });
});
