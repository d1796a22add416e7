import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { installStandIn } from "../graph/tensorflow-stand-in.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { jsonLines, runCli, TINY } from "./cli-process.ts";

const TRAIN = [
  "train",
  "GridWorldTwoWalls",
  "--engine",
  "tfjs",
  ...TINY,
  "--evaluation.every-steps",
  "0",
  "--run",
  "run",
];

/** A native part that was built for another machine. */
const BROKEN = `throw new Error("tfjs_binding.node: invalid ELF header\\nsecond line");`;

describe("--engine tfjs", () => {
  it("trains on the package of the user's project, resumes, and gives a run that eval measures", async () => {
    const folder = scratchFolder();
    installStandIn(folder);
    const trained = await runCli([...TRAIN, "--steps", "512"], folder);
    expect(trained.code, trained.stderr).toBe(0);
    const config = JSON.parse(readFileSync(join(folder, "run", "config.json"), "utf8"));
    expect(config).toMatchObject({ engine: "@tensorflow/tfjs-node 4.22.0", config: { engine: "tfjs" } });
    const resumed = await runCli(["train", "--resume", "run", "--steps", "1024", "--json"], folder);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(jsonLines(resumed.stdout).at(-1)).toMatchObject({ event: "done", steps: 1024 });
    const evaluated = await runCli(["eval", "run", "--episodes", "2", "--json"], folder);
    expect(evaluated.code, evaluated.stderr).toBe(0);
    expect(jsonLines(evaluated.stdout)).toMatchObject([{ task: "GridWorldTwoWalls", episodes: 2, nonFinite: [] }]);

    rmSync(join(folder, "node_modules"), { recursive: true });
    const before = readFileSync(join(folder, "run", "metrics.jsonl"), "utf8");
    const missed = await runCli(["train", "--resume", "run", "--steps", "2048"], folder);
    expect(missed).toMatchObject({ code: 1, stderr: expect.stringContaining("is installed, expected it") });
    expect(readFileSync(join(folder, "run", "metrics.jsonl"), "utf8")).toBe(before);
  });

  it("without a package says in one line what to install, and makes nothing", async () => {
    const folder = scratchFolder();
    const { code, stdout, stderr } = await runCli(TRAIN, folder);
    expect(stderr).toBe(
      "flowgait: tfjs engine: neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed, " +
        "expected it in this project; try: npm install @tensorflow/tfjs-node\n",
    );
    expect([code, stdout, existsSync(join(folder, "run"))]).toEqual([1, "", false]);
  });

  it.each([
    ["does not load", BROKEN, "tfjs_binding.node: invalid ELF header; expected"],
    ["has no native backend", "module.exports = { setBackend: async () => false };", "its backend tensorflow did not"],
  ])("a package that %s is named with its reason, and no run folder stays", async (_, main, reason) => {
    const folder = scratchFolder();
    installStandIn(folder, main);
    const { code, stderr } = await runCli(TRAIN, folder);
    const lines = stderr.split("\n").filter((line) => line.startsWith("flowgait:"));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`${join("@tensorflow", "tfjs-node", "main.js")}) but does not work: `);
    expect(lines[0]).toContain(reason);
    expect(lines[0]).toContain("try: npm rebuild @tensorflow/tfjs-node --build-addon-from-source");
    expect([code, existsSync(join(folder, "run"))]).toEqual([1, false]);
  });
});
