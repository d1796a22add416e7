import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { motionCsv } from "../../../src/tasks/tracking/motion-csv.ts";
import { scratchFolder } from "../../train/scratch-folder.ts";
import { callCli, TINY } from "../cli-process.ts";
import { checkWellFormed } from "../well-formed.ts";

const JOINTS = ["left_knee", "right_knee", "left_elbow"];

/** A folder with one motion of two seconds: a humanoid that stands and bends an elbow. */
function clipFolder(parent: string): string {
  const folder = join(parent, "motions");
  mkdirSync(folder);
  const frame = (k: number) => [0, 0, 0.77, 1, 0, 0, 0, 0.38, 0.38, -0.5 - k / 200];
  const qpos = Float64Array.from(Array.from({ length: 100 }, (_, k) => frame(k)).flat());
  writeFileSync(join(folder, "bend.csv"), motionCsv(qpos, JOINTS, 50));
  return folder;
}

describe("flowgait reproduce fpo-conditioning", () => {
  it("runs masks and algorithms, writes table and picture beside the published numbers, and redoes nothing", async () => {
    const cwd = scratchFolder();
    const out = join(cwd, "table");
    const words = [
      ..."reproduce fpo-conditioning --masks root --algorithms ppo --seeds 1 --steps 500".split(" "),
      ...TINY.filter(
        (_, i) => !["--evaluation.every-steps"].includes(TINY[i] ?? "") && TINY[i - 1] !== "--evaluation.every-steps",
      ),
      ...["--clips", clipFolder(cwd), "--out", out],
    ];
    const planned = await callCli(...words, "--dry-run");
    expect(planned.stdout).toMatch(/root +ppo +1 +missing +0 of 512/);
    expect(existsSync(out)).toBe(false);
    const run = await callCli(...words);
    expect([run.code, run.stderr]).toEqual([0, expect.stringContaining("cell 1 of 1: goals root, ppo, seed 1")]);
    expect(run.stdout).toMatch(/published, recorded motions +29\.8\n/);
    expect(run.stdout).not.toContain("missing");
    checkWellFormed(readFileSync(join(out, "masks.svg"), "utf8"));
    const again = await callCli(...words, "--json");
    expect(again.stderr).not.toContain("cell");
    const { cells, scores } = JSON.parse(again.stdout);
    expect(cells).toMatchObject([{ mask: "root", state: "done", steps: 512, result: { episodes: 2 } }]);
    expect(scores.zero[0]).toMatchObject({ mask: "root", done: 1, bodyErrorMm: { mean: expect.any(Number) } });
    expect(JSON.parse(readFileSync(join(out, "root-ppo-s1", "config.json"), "utf8")).config.taskSettings.mask).toBe(
      "root",
    );
  });

  it("refuses what the table decides", async () => {
    const refused = await callCli(..."reproduce fpo-conditioning --mask root".split(" "));
    expect([refused.code, refused.stderr]).toEqual([2, "flowgait: --mask: unknown flag; nearest: --masks, --tasks\n"]);
    const misspelt = await callCli(..."reproduce fpo-conditioning --masks hands".split(" "));
    expect(misspelt.stderr).toMatch(/^flowgait: --masks: got "hands", expected full, root\+hands or root/);
    const elsewhere = await callCli(..."reproduce fpo-table1 --masks root --dry-run".split(" "));
    expect(elsewhere.stderr).toContain("--masks: applies to fpo-conditioning; omit this flag");
  });
});
