import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scratchFolder } from "../../train/scratch-folder.ts";
import { callCli, startCli } from "../cli-process.ts";
import { checkWellFormed } from "../well-formed.ts";

/** Two tasks, one algorithm, two seeds; four iterations of 512 rows each, every one with an evaluation. */
const tiny = [
  ..."reproduce fpo-table1 --tasks CartpoleBalance,PointMass --algorithms fpo --seeds 1,2 --steps 2000".split(" "),
  ..."--envs 16 --shards 4 --horizon 32 --workers 1 --evaluation.episodes 1 --checkpoint.every-seconds 0".split(" "),
  ..."--algorithm.policy-hidden 8,8 --algorithm.critic-hidden 8 --algorithm.epochs 1 --algorithm.minibatches 4".split(
    " ",
  ),
];
const CELLS = [1, 2].flatMap((seed) => ["CartpoleBalance", "PointMass"].map((task) => `${task}-fpo-s${seed}`));

interface Document {
  means: { tasks: number; mean: number | null; comparable: boolean }[];
  scores: { task: string; mean: number | null; returns: number[] }[];
  cells: Record<string, unknown>[];
}

/** What two folders of the same cells must share: everything but times and paths. */
function results({ means, scores, cells }: Document) {
  return { means, scores, cells: cells.map(({ seconds: _seconds, secondsLeft: _left, ...rest }) => rest) };
}

describe("flowgait reproduce", () => {
  it("redoes nothing after it was killed, and ends with the numbers of a run in one go", async () => {
    const cwd = scratchFolder();
    const out = join(cwd, "runs", "reproduce", "fpo-table1-laptop");
    const metricsOf = (name: string) => readFileSync(join(out, name, "metrics.jsonl"), "utf8");
    const killed = startCli(tiny, cwd);
    await killed.until("stderr", /cell 2 of 4: PointMass, fpo, seed 1[\s\S]*evaluation at 512/);
    killed.child.kill("SIGKILL");
    await killed.finished;
    const doneBefore = metricsOf("CartpoleBalance-fpo-s1");

    const resumed = await callCli(...tiny, "--out", out, "--json");
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).not.toContain("cell 1 of 4");
    expect(metricsOf("CartpoleBalance-fpo-s1")).toBe(doneBefore);
    const straight = await callCli(...tiny, "--out", join(cwd, "straight"), "--json");
    const document = JSON.parse(resumed.stdout) as Document;
    expect(results(document)).toEqual(results(JSON.parse(straight.stdout)));
    expect(document.cells.map(({ run, state, steps }) => [run, state, steps])).toEqual(
      CELLS.map((name) => [name, "done", 2048]),
    );
    expect(document.scores.map(({ returns }) => returns.length)).toEqual([2, 2]);
    expect(document.cells.map(({ noise, other }) => [noise, other])).toEqual(
      CELLS.map(() => ["random", expect.objectContaining({ noise: "zero", steps: 2048, episodes: 1 })]),
    );
    expect(document.means).toMatchObject([{ tasks: 2, comparable: false }]);
    expect(results(JSON.parse(readFileSync(join(out, "results.json"), "utf8")))).toEqual(results(document));
    checkWellFormed(readFileSync(join(out, "curves.svg"), "utf8"));

    const report = await callCli(...tiny, "--out", out, "--report");
    expect(report.stdout).toMatch(/mean of 10 tasks +missing +811\.1\n/);
    expect(report.stdout).toMatch(/published +759\.3 ± 45\.3\n/);
    expect(report.stdout).toContain("over 2 tasks, not comparable with the published mean: 8 tasks are missing");
    const refused = await callCli(...tiny, "--out", out, "--dry-run", "--algorithm.clip", "0.07");
    expect(refused.stderr).toMatch(
      /^flowgait: .*CartpoleBalance-fpo-s1.config\.json: algorithm\.clip is 0\.2, expected 0\.07; .*\n$/,
    );
    expect([refused.code, refused.stdout]).toEqual([2, ""]);
    // Nine short trainings, each with threads of its own.
  });

  it("stops at Ctrl-C with a checkpoint, the table so far and the command that goes on", async () => {
    const cwd = scratchFolder();
    const long = [...tiny, "--steps", "1000000"];
    const running = startCli(long, cwd);
    await running.until("stderr", /512 of 1000k steps/);
    running.child.kill("SIGINT");
    const { code, stdout, stderr } = await running.finished;
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /resume with: flowgait reproduce fpo-table1 --tasks CartpoleBalance,PointMass .*--steps 1000000/,
    );
    expect(stdout).toMatch(/CartpoleBalance +missing/);
    const out = join(cwd, "runs", "reproduce", "fpo-table1-laptop");
    expect(readdirSync(out).sort()).toEqual(["CartpoleBalance-fpo-s1", "curves.svg", "results.json"]);
    const plan = await callCli(...long, "--out", out, "--dry-run");
    expect(plan.stdout).toMatch(/CartpoleBalance +fpo +1 +partial +– +– +[\d,]+ of 999,936 /);
  });

  it("lists all cells with an estimate before anything was run, and writes nothing", async () => {
    const out = join(scratchFolder(), "out");
    const { code, stdout } = await callCli("reproduce", "fpo-table1", "--dry-run", "--out", out);
    expect(code).toBe(0);
    expect(stdout.match(/^ {2}\w+ +(fpo|ppo|denoising-mdp) +1 +missing .*~.*$/gm)).toHaveLength(30);
    expect(stdout).toMatch(/30 cells, 0 done, 30 left: about \d+h \d\dm\n$/);
    expect(existsSync(out)).toBe(false);
  });

  it("shows cells that were not run as missing in every form", async () => {
    const out = join(scratchFolder(), "out");
    const text = await callCli("reproduce", "fpo-table1", "--report", "--out", out, "--algorithms", "fpo++,fpo");
    expect(text.stdout).toMatch(/FishSwim +missing +missing +581\.0\n/);
    expect(text.stdout).toMatch(/published +759\.3 ± 45\.3 +–\n/);
    const { stdout } = await callCli("reproduce", "fpo-table1", "--report", "--json", "--out", out);
    const document = JSON.parse(stdout) as Document;
    expect(document.scores.map(({ mean }) => mean)).toEqual(Array(30).fill(null));
    expect(document.cells.map(({ returnMean }) => returnMean)).toEqual(Array(30).fill(null));
    expect(document.means.map(({ mean }) => mean)).toEqual([null, null, null]);
  });

  it("does not touch a folder that holds something else", async () => {
    const out = scratchFolder();
    const reproduce = () => callCli("reproduce", "fpo-table1", "--tasks", "FishSwim", "--out", out);
    writeFileSync(join(out, "FishSwim-fpo-s1"), "");
    const onFile = await reproduce();
    expect(onFile.stderr).toMatch(/^flowgait: .*FishSwim-fpo-s1: cannot be read \(ENOTDIR\), expected a run .*\n$/);
    rmSync(join(out, "FishSwim-fpo-s1"));
    mkdirSync(join(out, "FishSwim-fpo-s1"));
    writeFileSync(join(out, "FishSwim-fpo-s1", "notes.txt"), "mine");
    const onFolder = await reproduce();
    expect(onFolder.stderr).toMatch(
      /^flowgait: .*FishSwim-fpo-s1: has no config.json, expected a run of this table .*\n$/,
    );
    expect([onFile.code, onFolder.code]).toEqual([1, 2]);
    expect(readFileSync(join(out, "FishSwim-fpo-s1", "notes.txt"), "utf8")).toBe("mine");
  });

  const wrong: [string, string][] = [
    ["", "<table> is missing"],
    ["table7", 'reproduce: got "table7", expected fpo-table1'],
    ["fpo-table1 --preset huge", '--preset: got "huge"'],
    ["fpo-table1 --tasks CheetahRum", '--tasks: got "CheetahRum", expected BallInCup, '],
    ["fpo-table1 --tasks HumanoidWalk", '--tasks: got "HumanoidWalk"'],
    ["fpo-table1 --algorithms fpo,sac", '--algorithms: got "sac", expected fpo, fpo++, orw, ppo or denoising-mdp'],
    ["fpo-table1 --seeds 1,x", '--seeds: got "x", expected a whole number'],
    ["fpo-table1 --seed 3", "--seed: is set by the table; expected --seeds"],
    ["fpo-table1 --evaluation.every-steps 9", "--evaluation.every-steps: is set by the table; omit this flag"],
    ["fpo-table1 --steps 0", '--steps: got "0", expected at least 1'],
    ["fpo-table1 --task FishSwim", "--task: unknown flag; nearest: --tasks"],
    ["fpo-table1 --algorithm.pairs 4", "--algorithm.pairs: ppo has no such setting"],
  ];
  for (const [line, message] of wrong)
    it(`refuses ${line || "no table"} in one line`, async () => {
      const words = line.split(" ").filter((word) => word !== "");
      const { code, stdout, stderr } = await callCli("reproduce", ...words, "--dry-run");
      expect(stderr).toContain(message);
      expect(stderr).toMatch(/^flowgait: .*\n$/);
      expect([code, stdout]).toEqual([2, ""]);
    });
});
