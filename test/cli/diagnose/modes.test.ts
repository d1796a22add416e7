import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { scratchFolder } from "../../train/scratch-folder.ts";
import { callCli, TINY } from "../cli-process.ts";
import { checkWellFormed } from "../well-formed.ts";

const SMALL = ["--draws", "400", "--episodes", "4"];

describe("flowgait diagnose modes", () => {
  it("prints tables of modes and goals", async () => {
    const { code, stdout } = await callCli("diagnose", "modes", "random", "--task", "GridWorldTwoWalls", ...SMALL);
    expect(code).toBe(0);
    expect(stdout).toContain("GridWorldTwoWalls, random, 400 actions per state, 4 episodes per start");
    expect(stdout).toMatch(/^ {2}state +modes +occupied by +around +moves +entropy$/m);
    expect(stdout).toMatch(/^ {2}start +north +south +none +entropy +moves$/m);
    for (const cell of ["12,12", "4,12", "20,12", "17,12", "11,13", "6,9", "20,17"])
      expect(stdout).toMatch(new RegExp(`^  ${cell} `, "m"));
    expect(stdout).not.toContain("picture");
  });

  it("answers in JSON and draws the picture where it is told to", async () => {
    const svg = join(scratchFolder(), "four.svg");
    const cells = ["--state", "12,12", "--state", "3,20", "--start", "5,5"];
    const task = ["--task", "GridWorldFourGoals"];
    const { code, stdout } = await callCli(
      "diagnose",
      "modes",
      "random",
      ...task,
      ...cells,
      ...SMALL,
      "--svg",
      svg,
      "--json",
    );
    expect(code).toBe(0);
    const document = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual(["task", "policy", "noise", "draws", "episodes", "states", "starts", "svg"]);
    expect(document.states.map(({ cell }: { cell: number[] }) => cell)).toEqual([
      [12, 12],
      [3, 20],
    ]);
    expect(Object.keys(document.starts[0].goals)).toEqual(["northeast", "northwest", "southwest", "southeast"]);
    const picture = readFileSync(svg, "utf8");
    expect(picture).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg".*<\/svg>\n$/s);
    for (const words of ["(12, 12)", "(3, 20)", "(5, 5)", "GridWorldFourGoals, random"])
      expect(picture).toContain(words);
    expect(picture).not.toMatch(/NaN|undefined|Infinity/);
    checkWellFormed(picture);
  });

  it.each(["fpo", "ppo"])("looks into what %s trained, and leaves the picture in the run folder", async (algorithm) => {
    const run = join(scratchFolder(), "run");
    const train = ["train", "GridWorldTwoWalls", "--algorithm", algorithm, "--steps", "512", "--run", run, ...TINY];
    expect((await callCli(...train)).code).toBe(0);
    const { code, stdout } = await callCli("diagnose", "modes", run, ...SMALL, "--json");
    expect(code).toBe(0);
    const { task, states, svg } = JSON.parse(stdout);
    expect([task, svg]).toEqual(["GridWorldTwoWalls", join(run, "modes.svg")]);
    expect(states[0].deviation[0]).toBeGreaterThan(0.05);
    expect(existsSync(svg)).toBe(true);
    expect(readFileSync(svg, "utf8")).toContain(`${algorithm} after 512 steps`);
  });
});
