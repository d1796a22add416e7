import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { latestCheckpoint } from "../../src/runs/checkpoint.ts";
import { callCli, startCli, TINY } from "../cli/cli-process.ts";
import { checkWellFormed } from "../cli/well-formed.ts";
import { pile } from "../physics/pile.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

/** Two settings with two seeds, 512 steps each; then the better one continues to 1,536. */
const SWEEP = [
  ...["sweep", "CartpoleBalance", "--algorithm", "fpo", ...TINY],
  ..."--vary algorithm.learning-rate=0.003,1e-12 --vary seed=1..2 --budget 4096 --halving 2".split(" "),
];

const broken = pile(0);

interface Document {
  readonly done: boolean;
  readonly rungs: readonly object[];
  readonly settings: readonly { readonly runs: readonly string[]; readonly scores: readonly number[] }[];
}

describe("flowgait sweep", () => {
  it("interrupted, killed and started again it goes on, and ends with the same bits and numbers as in one go", async () => {
    const cwd = scratchFolder();
    const [interruptedAt, whole] = [join(cwd, "interrupted"), join(cwd, "whole")];
    const start = () => startCli([...SWEEP, "--out", interruptedAt, "--checkpoint.every-seconds", "0"], cwd);
    const interrupted = start();
    await interrupted.until("stderr", /run 1 of 4: algorithm\.learning-rate 0\.003, seed 1\n[\s\S]*512 of/);
    interrupted.child.kill("SIGINT");
    const { code, stderr, stdout } = await interrupted.finished;
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /resume with: flowgait sweep CartpoleBalance --vary algorithm\.learning-rate=0\.003,1e-12 --vary seed=1\.\.2 --budget 4096 --halving 2 /,
    );
    expect(stdout).toContain("missing");
    const killed = start();
    await killed.until("stderr", /run 2 of 4[\s\S]*512 of/);
    killed.child.kill("SIGKILL");
    await killed.finished;

    const [resumed, straight] = [
      await callCli(...SWEEP, "--out", interruptedAt, "--json", "--checkpoint.every-seconds", "0"),
      await callCli(...SWEEP, "--out", whole, "--json"),
    ];
    expect([resumed.code, straight.code], resumed.stderr).toEqual([0, 0]);
    const [document, expected] = [resumed, straight].map((result) => JSON.parse(result.stdout) as Document);
    expect(document!.settings).toEqual(expected!.settings);
    expect(document!).toMatchObject({
      done: true,
      rungs: [
        { settings: 2, steps: 512 },
        { settings: 1, steps: 1536 },
      ],
      remaining: { steps: 0 },
      settings: [
        { values: { "algorithm.learning-rate": "0.003" }, rung: 2, state: "done", steps: 1536, difference: null },
        { values: { "algorithm.learning-rate": "1e-12" }, rung: 1, state: "stopped", steps: 512 },
      ],
    });
    for (const name of document!.settings.flatMap(({ runs }) => runs)) {
      const [one, other] = await Promise.all([interruptedAt, whole].map((out) => latestCheckpoint(join(out, name))));
      expect(readFileSync(one!).equals(readFileSync(other!)), name).toBe(true);
    }
    checkWellFormed(readFileSync(join(interruptedAt, "sweep.svg"), "utf8"));

    const again = await callCli(...SWEEP, "--out", interruptedAt);
    expect(again.stderr).not.toContain("run 1 of");
    expect(again.stdout).toMatch(
      /1 +0\.003 +1,536 +[\d.]+ ± [\d.]+ +– +done\n +2 +1e-12 +512 .* stopped after rung 1 of 2\n/,
    );
    const other = await callCli(...SWEEP, "--out", interruptedAt, "--algorithm.epochs", "2");
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining("holds a sweep with other settings")]);
  });

  it("ranks a setting with which the simulation breaks last, and goes on without it", async () => {
    const out = join(scratchFolder(), "out");
    // A time limit of two control steps is over before the pile lands.
    const vary = ["--vary", "episode-steps=0,2", "--budget", "4096", "--halving", "2"];
    const sweep = ["sweep", broken.task, "--algorithm", "fpo", ...TINY, ...vary, "--out", out];
    const { code, stdout, stderr } = await callCli(...sweep);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/1 +2 +3,072 .* done\n +2 +0 +1,024 +not finite .* stopped after rung 1 of 2\n/);
    expect((await callCli(...sweep)).stderr).not.toContain("run 1 of");
  });

  it("checks all settings before anything is trained or written", async () => {
    const out = join(scratchFolder(), "out");
    const { code, stderr } = await callCli(...SWEEP, "--vary", "algorithm.pairs=2,x", "--out", out);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--algorithm.pairs: got "x", expected a whole number')]);
    expect(existsSync(out)).toBe(false);
    const plan = await callCli(...SWEEP, "--out", out, "--dry-run");
    expect(plan.stdout).toContain("2 settings × 2 seeds (1, 2), 4,096 environment steps in all\n");
    expect(existsSync(out)).toBe(false);
  });
});
