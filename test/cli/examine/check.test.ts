import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { SOUND, writeTask } from "../../check/sound-task.ts";
import { scratchFolder } from "../../train/scratch-folder.ts";
import { callCli, TINY } from "../cli-process.ts";

/** The command is not observed, and effort is paid for. */
const FAULTY = {
  observe: SOUND.observe.replace("command: { of: (s) => s.command },", ""),
  reward: SOUND.reward.replace("-0.01", "0.01"),
};

describe("flowgait check", () => {
  it("names the faults of a user's task, what mends them, and fails; the page lies beside the task", async () => {
    const file = writeTask(FAULTY);
    const { code, stdout, stderr } = await callCli("check", file);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Sled, fpo\+\+: discount 0\.99\d* looks about [\d.]+ s ahead$/m);
    expect(stdout).toMatch(
      /^ {2}fail {2}command in the observation {2}lin_vel_x, lin_vel_y, ang_vel_z changes nothing/m,
    );
    expect(stdout).toMatch(/→ observe it: command: \{ of: \(s\) => s\.command \}/);
    expect(stdout).toMatch(/A learner finds first: .+, worth [\d.]+, then/);
    expect(stderr).toMatch(/flowgait: .*: signs of terms, command in the observation failed; see the fixes above\n$/);
    const page = readFileSync(join(dirname(file), "sled.check.html"), "utf8");
    expect(page).toContain("effort is paid for");
    expect(page).toContain("trackYawRate");
  });

  it("compares a task with a policy, and prints one JSON document", async () => {
    const page = join(scratchFolder(), "page.html");
    const { code, stdout, stderr } = await callCli("check", "PandaPickCube", "--page", page, "--json");
    expect(code, stderr).toBe(0);
    const { checks, behaviours, ...told } = JSON.parse(stdout);
    expect(told).toMatchObject({ page, task: "PandaPickCube", lesson: "shown" });
    expect(Object.keys(checks[0])).toEqual(["name", "verdict", "found", "fix"]);
    const names = behaviours.map(({ name }: { name: string }) => name);
    expect(names.indexOf("PandaPickCube")).toBeLessThan(names.indexOf("untrained policy"));
    expect(existsSync(page)).toBe(true);
  });

  it("refuses what it cannot check in one line", async () => {
    expect(await callCli("check", "Cartpole")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^flowgait: task: there is no task "Cartpole"[^\n]*\n$/),
    });
    expect(await callCli("check", "CartpoleBalance", "--policy", "HumanoidJoystick")).toMatchObject({
      code: expect.any(Number),
      stderr: expect.stringMatching(/flowgait: [^\n]*HumanoidJoystick[^\n]*\n$/),
    });
  });

  it("a training prints one line about a task with faults, and none where that is not wanted", async () => {
    const lines = async (file: string, ...more: string[]) => {
      const run = join(scratchFolder(), "run");
      const { code, stderr } = await callCli("train", file, ...TINY, "--steps", "512", "--run", run, ...more);
      expect(code, stderr).toBe(0);
      return stderr.split("\n").filter((line) => line.startsWith("check: "));
    };
    expect(await lines(writeTask(FAULTY))).toEqual([
      expect.stringMatching(
        /^check: (signs of terms|command in the observation): .*; \d more\. See flowgait check .*sled\.ts$/,
      ),
    ]);
    expect(await lines(writeTask(FAULTY), "--no-check")).toEqual([]);
  });
});
