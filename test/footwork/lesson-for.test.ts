/** `flowgait lesson-for`: the search for a step, the file that it writes, and what a person can do with it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { beginning, type SearchState, StepSearch } from "../../src/footwork/search.ts";
import { look } from "../../src/footwork/subject.ts";
import type { TrialJob } from "../../src/footwork/trial-thread.ts";
import { resolveTask } from "../../src/tasks/index.ts";
import { JobThreads } from "../../src/threads/job-threads.ts";
import { callCli, TINY } from "../cli/cli-process.ts";

const TASK = "BerkeleyHumanoidJoystickFlatTerrain";

describe("a search for a step", () => {
  const searched = async (workers: number, generations: number, from?: SearchState) => {
    const subject = await look(await resolveTask(TASK));
    const entry = new URL("../../src/footwork/trial-thread.js", import.meta.url);
    const threads = new JobThreads<TrialJob>(entry, { task: TASK }, () => {});
    await threads.start(workers);
    const search = new StepSearch(subject, threads, workers, from ?? beginning(subject), 3);
    for (let i = 0; i < generations; i++) await search.advance();
    await threads.close();
    return search.state;
  };

  it("comes to the same bits with any number of threads", async () => {
    expect(await searched(1, 2)).toEqual(await searched(3, 2));
  });

  it("stands longer after a few generations than at its guess", async () => {
    const [early, later] = [await searched(2, 1), await searched(2, 10)];
    expect(later.score).toBeGreaterThan(1.5 * early.score);
  });
});

describe("lesson-for", () => {
  let folder = "";
  const inFolder = (...args: string[]) => callCli("lesson-for", ...args, "--workers", "2", "--episodes", "1");
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lesson-for-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("writes a task that trains as it is, and says what the step makes of commands", async () => {
    const out = join(folder, "spot-walk.ts");
    const { code, stdout } = await inFolder("SpotFlatTerrainJoystick", "--minutes", "0", "--out", out);
    expect(code).toBe(0);
    expect(stdout).toMatch(/told .*makes .*on its feet\n0\.00, 0\.00, 0\.00/);
    expect(stdout).toContain(`wrote ${out}`);
    expect(readFileSync(out, "utf8")).toContain("export const figures: WalkingFigures = {");
    const trained = await callCli("train", out, ...TINY, "--steps", "512", "--run", join(folder, "run"));
    expect(trained.stderr + trained.stdout).toContain("512 steps");
    expect(trained.code).toBe(0);
  });

  it("writes the lesson of a task of your own beside it, by the name that the file exports", async () => {
    for (const file of ["biped.xml", "walk.ts"])
      cpSync(join(packageRoot, "docs", "tutorial", file), join(folder, file));
    const out = join(folder, "found-walk.ts");
    expect((await inFolder(join(folder, "walk.ts"), "--minutes", "0", "--out", out)).code).toBe(0);
    expect(readFileSync(out, "utf8")).toContain('import given from "./walk.ts";');
    const trained = await callCli("train", out, ...TINY, "--steps", "512", "--run", join(folder, "own-run"));
    expect([trained.code, trained.stderr]).toEqual([0, expect.stringContaining("512 steps")]);
  });

  it("goes on with the search that it kept, and refuses another's", async () => {
    const out = join(folder, "go1-walk.ts");
    const kept = join(folder, "go1-walk.search.json");
    await inFolder("Go1JoystickFlatTerrain", "--minutes", "0.0001", "--out", out);
    const before = JSON.parse(readFileSync(kept, "utf8"));
    expect(before.state.generation).toBe(1);
    const again = await inFolder("Go1JoystickFlatTerrain", "--minutes", "0", "--out", out);
    expect(again.stderr).toContain("search.json after 1 generations");
    const other = await inFolder("SpotFlatTerrainJoystick", "--minutes", "0", "--out", out);
    expect([other.code, other.stderr]).toEqual([
      1,
      expect.stringContaining("is a search for Go1JoystickFlatTerrain; expected a search of this robot. try: --again"),
    ]);
    writeFileSync(kept, "{}");
    const broken = await inFolder("Go1JoystickFlatTerrain", "--minutes", "0", "--out", out);
    expect(broken.stderr).toContain("is no search that lesson-for kept");
  });

  it("refuses what cannot be searched, in one line", async () => {
    const refused = async (...args: string[]) => {
      const { code, stderr } = await inFolder(...args);
      expect(code).toBe(2);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      return stderr;
    };
    expect(await refused("CheetahRun")).toContain("expected a robot with legs");
    expect(await refused("Go1JoystickFlatTerrain", "--out", "walk.txt")).toContain("expected a file that ends in .ts");
    expect(await refused("Go1JoystickFlatTerrain", "--hz", "fast")).toContain("--hz: got");
  });
});
