import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readOnnx, writeOnnx } from "../../src/graph/index.ts";
import { pushPolicy, slipperyPush, triedPush } from "../export/slippery-push.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { callCli } from "./cli-process.ts";
import { tinyRun } from "./tiny-run.ts";

const BRIEF = "--episodes 1 --seconds 0.3 --no-table".split(" ");

describe("flowgait doctor", () => {
  const run = tinyRun("CheetahRun", "--algorithm", "fpo");

  it("examines a run and the controller that it left, and says the same of both", async () => {
    const page = join(scratchFolder(), "page.html");
    const ofRun = await callCli("doctor", run(), ...BRIEF, "--page", page, "--json");
    const { checks, ...told } = JSON.parse(ofRun.stdout);
    expect(told).toMatchObject({ policy: run(), page, task: "CheetahRun", worlds: [], physics: null });
    expect(Object.keys(checks[0])).toEqual(["name", "verdict", "found", "fix"]);
    expect(readFileSync(page, "utf8")).toContain("joint order");
    const ofFile = await callCli("doctor", join(run(), "controller.onnx"), ...BRIEF, "--json");
    expect(JSON.parse(ofFile.stdout).checks).toEqual(checks);
    expect(existsSync(join(run(), "controller.doctor.html"))).toBe(true);
  });

  it("fails with the names of what failed, after the findings in words", async () => {
    const { code, stdout, stderr } = await callCli("doctor", run(), ...BRIEF, "--task", "WalkerWalk");
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^ {2}fail {2}behaviour +cannot run: 17 observations and 6 actions, WalkerWalk has 24 and 6$/m,
    );
    expect(stdout).toContain("→ choose the task that the policy was trained on");
    expect(stderr).toMatch(/flowgait: .*: joint order, .*behaviour failed; see the fixes above\n$/);
  });

  it("examines a file without a contract in the task that is named, and asks for one", async () => {
    const file = join(scratchFolder(), "elsewhere.onnx");
    const { function: graph } = readOnnx(readFileSync(join(run(), "controller.onnx")));
    writeFileSync(file, writeOnnx(graph));
    const told = await callCli("doctor", file, ...BRIEF, "--task", "CheetahRun", "--json");
    expect(told.code, told.stderr).toBe(0);
    const { checks, nominal } = JSON.parse(told.stdout);
    expect(checks.find(({ name }: { name: string }) => name === "joint order")).toMatchObject({ verdict: "skip" });
    const ofRun = JSON.parse((await callCli("doctor", run(), ...BRIEF, "--json")).stdout);
    expect(nominal.returnMean).toBeCloseTo(ofRun.nominal.returnMean, 4);
    expect(await callCli("doctor", file)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^flowgait: --task: is missing, [^\n]*elsewhere\.onnx carries no contract[^\n]*\n$/,
      ),
    });
    expect(await callCli("doctor", file, "--task", "WalkerWalk")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^flowgait: [^\n]*expected the 24 values of WalkerWalk[^\n]*\n$/),
    });
  });

  it("fails a push that was fitted to the errors of one solver, and shows the episodes side by side", async () => {
    const folder = scratchFolder();
    const task = slipperyPush(folder);
    const file = pushPolicy(join(folder, "push.onnx"), await triedPush(task), 0);
    const given = [
      "doctor",
      file,
      "--task",
      task,
      ...BRIEF,
      "--physics",
      "newton,pyramidal",
      "--physics-episodes",
      "1",
    ];
    const { code, stdout, stderr } = await callCli(...given, "--workers", "1");
    expect(code).toBe(1);
    expect(stderr).toMatch(/push\.onnx: other physics failed; see the fixes above\n$/);
    expect(stdout).toMatch(/^ {2}fail {2}other physics +worst of 1: newton \(.*\) keeps 0 % of its survival, loses /m);
    expect(stdout).toMatch(/^ {2}own +100 % +\d+ {2}MuJoCo 3\.3\.8, PGS solver with up to 1 iterations/m);
    expect(stdout).toMatch(/^ {2}newton +0 % .* 100 iterations: keeps 0 % of its survival.* \(worst\)$/m);
    expect(stdout).toContain("  not run: pyramidal, the task's own");
    expect(readFileSync(join(folder, "push.doctor.html"), "utf8")).toContain("<h2>Other physics</h2>");
  });

  it("names the nearest physics of one that it does not know, before it runs anything", async () => {
    expect(await callCli("doctor", run(), "--physics", "newton,rk5")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(
        /^flowgait: --physics: got "rk5", expected all, none or names of .*; nearest: rk4[^\n]*\n$/,
      ),
    });
  });

  it("refuses what is no controller in one line", async () => {
    const file = join(scratchFolder(), "a.onnx");
    writeFileSync(file, readFileSync(join(run(), "controller.onnx")).subarray(0, 3000));
    const { code, stderr, stdout } = await callCli("doctor", file);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^flowgait: [^\n]*a\.onnx: [^\n]*\n$/);
    expect(await callCli("doctor", `${file}x.onnx`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("does not exist"),
    });
    expect(await callCli("doctor", run(), "--task", "CheetahRan")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("nearest: CheetahRun"),
    });
  });
});
