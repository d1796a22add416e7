import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileC } from "../../src/export/c/c-compiler.ts";
import type { ControllerOptions } from "../../src/export/controller-function.ts";
import { controllerOnnx } from "../../src/export/onnx-controller.ts";
import { packageRoot } from "../../src/files/package-root.ts";
import { packageVersion } from "../../src/files/version.ts";
import { readOnnx } from "../../src/graph/index.ts";
import { encodeCheckpoint, latestCheckpoint, loadCheckpoint } from "../../src/runs/checkpoint.ts";
import { compilerPath } from "../export/compiler.ts";
import { describedTask, origin, policyFor } from "../export/sample-policy.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { callCli } from "./cli-process.ts";
import { tinyRun } from "./tiny-run.ts";

/** A report that takes no time. */
const SHORT = "--rows 50 --episodes 1 --calls 10 --physics none".split(" ");
/** Of a flow. */
const SMALL = [...SHORT, "--flow-step-counts", "1"];

describe("flowgait export", () => {
  const run = tinyRun("CheetahRun", "--algorithm", "fpo");
  const contractIn = (folder: string) => JSON.parse(readFileSync(join(folder, "contract.json"), "utf8"));

  it("integrates the flow as asked for, and says so in the contract", async () => {
    const out = join(scratchFolder(), "out");
    const flags = "--sampler midpoint --flow-steps 3 --noise seed --noise-seed 5 --output-name continuous_actions";
    const { code, stderr } = await callCli("export", run(), "--out", out, ...flags.split(" "), ...SMALL);
    expect(code, stderr).toBe(0);
    const { metadata, function: file } = readOnnx(readFileSync(join(out, "CheetahRun.onnx")));
    expect(Object.keys(file.outputs)).toEqual(["continuous_actions"]);
    const contract = contractIn(out);
    expect(contract.policy).toEqual({ kind: "flow", sampler: "midpoint", flowSteps: 3, noise: "seed", noiseSeed: 5 });
    const { fileSha256: _, ...inside } = JSON.parse(metadata.flowgait!);
    expect(inside).toEqual(contract);
  });

  it("says of a controller that ships what it is, wherever its file lies, and names no run", async () => {
    const folder = scratchFolder();
    const shipped = readFileSync(join(packageRoot, "controllers", "PandaPickCube.onnx"));
    const sha256 = createHash("sha256").update(shipped).digest("hex");
    const [copy, out] = [join(folder, "copy.onnx"), join(folder, "out")];
    writeFileSync(copy, shipped);
    const origin = { controller: "PandaPickCube", packageVersion: packageVersion(), sha256 };
    const words = `Shipped controller PandaPickCube, flowgait ${packageVersion()}, sha256 ${sha256}; trained by fpo++ for 1,003,520 environment steps, seed 1`;
    const first = await callCli("export", copy, "--format", "onnx,html", "--out", out, ...SMALL);
    expect(first.code, first.stderr).toBe(0);
    expect(contractIn(out).training).toMatchObject({ run: "PandaPickCube", shipped: origin, envSteps: 1003520 });
    expect(JSON.parse(readFileSync(join(out, "report.json"), "utf8")).run).toBe(words);
    for (const name of ["report.html", "PandaPickCube.html"]) {
      const text = readFileSync(join(out, name), "utf8");
      expect(text).toContain(words);
      expect(text).not.toContain("PandaPickCube-fpo++");
    }
  });

  it("writes C that compiles and replays, and a report of every format in words and as JSON", async () => {
    const out = join(scratchFolder(), "out");
    const { code, stdout, stderr } = await callCli(
      "export",
      run(),
      "--format",
      "onnx,c",
      "--out",
      out,
      ...SMALL,
      ..."--physics newton,cg --workers 1".split(" "),
      "--json",
    );
    expect(code, stderr).toBe(0);
    const names = "CheetahRun.onnx cheetah_run.c cheetah_run.h contract.json report.html report.json".split(" ");
    expect(readdirSync(out).sort()).toEqual(names);
    await compileC(compilerPath(), join(out, "cheetah_run.c"), join(out, "replay"), ["-DFLOWGAIT_MAIN"]);
    expect(execFileSync(join(out, "replay"), { encoding: "utf8" })).toMatch(/largest difference \d/);
    const report = JSON.parse(readFileSync(join(out, "report.json"), "utf8"));
    expect(JSON.parse(stdout)).toEqual({ path: join(out, "CheetahRun.onnx"), folder: out, ...report });
    expect(report.formats.map(({ format }: { format: string }) => format)).toEqual(["onnx", "c", "typescript"]);
    for (const { name, sha256 } of report.files)
      expect(
        createHash("sha256")
          .update(readFileSync(join(out, name)))
          .digest("hex"),
        name,
      ).toBe(sha256);
    const page = readFileSync(join(out, "report.html"), "utf8");
    for (const { sha256 } of report.files) expect(page).toContain(sha256);
    expect(page).not.toMatch(/(?:src|href)=|https?:/);
    const { others, worst } = report.physics;
    expect(others.map(({ name }: { name: string }) => name)).toEqual(["cg", "newton"]);
    expect(report.physics.sizes).toMatchObject({ episodes: 1, seed: 1000003 });
    expect(page).toContain(`Worst: ${worst}, keeps 100 % of its survival`);
  });

  it("takes a controller that was exported, and makes of it what it would make of the run", async () => {
    const folder = scratchFolder();
    const [first, again, short] = ["first", "again", "short"].map((name) => join(folder, name));
    expect((await callCli("export", run(), "--out", first!, ...SMALL)).code).toBe(0);
    const file = join(first!, "CheetahRun.onnx");
    expect((await callCli("export", file, "--out", again!, "--format", "onnx,c", ...SMALL)).code).toBe(0);
    expect(readFileSync(join(again!, "CheetahRun.onnx"))).toEqual(readFileSync(file));
    expect((await callCli("export", file, "--out", short!, "--flow-steps", "2", ...SMALL)).code).toBe(0);
    const [whole, cut] = [contractIn(first!), contractIn(short!)];
    expect(cut.policy.flowSteps).toBe(2);
    expect([cut.weightsSha256, cut.training]).toEqual([whole.weightsSha256, whole.training]);
  });

  it("takes a Gaussian's controller, which keeps no flow, but none that takes noise or gives joint targets", async () => {
    const [gaussian, out] = [join(scratchFolder(), "gaussian.onnx"), join(scratchFolder(), "out")];
    const written = async (name: string, options: ControllerOptions) => {
      const task = await describedTask(name);
      writeFileSync(gaussian, controllerOnnx(policyFor(task, "gaussian"), task, origin, options));
    };
    await written("CheetahRun", { noise: "seed", noiseSeed: 3 });
    const taken = await callCli("export", gaussian, "--out", out, ...SHORT);
    expect(taken.code, taken.stderr).toBe(0);
    const { flowgait } = readOnnx(readFileSync(gaussian)).metadata;
    const { fileSha256: _, training: __, ...own } = JSON.parse(flowgait!);
    expect(contractIn(out)).toMatchObject(own);
    const expected = "expected a file from observation to actions, or the run that it was exported from";
    const refused = async (found: string) => {
      const { code, stderr } = await callCli("export", gaussian);
      expect([code, stderr]).toEqual([1, `flowgait: ${gaussian}: ${found} and contains no flow, ${expected}\n`]);
    };
    await written("CheetahRun", { noise: "input" });
    await refused("takes noise");
    await written("G1JoystickFlatTerrain", { output: "joint-targets" });
    await refused("outputs joint targets");
  });

  it("exports a student of one flow step in the policy's stead, and says what that costs", async () => {
    const out = join(scratchFolder(), "out");
    const distill = "--episodes 2 --distill 1 --distill-updates 20 --distill-rounds 1 --distill-episodes 1".split(" ");
    const { code, stdout, stderr } = await callCli("export", run(), "--out", out, ...SMALL, ...distill, "--json");
    expect(code, stderr).toBe(0);
    const { distillation, weightsSha256, flowSteps, stepReturns } = JSON.parse(stdout);
    expect(distillation).toMatchObject({ fromFlowSteps: 10, flowSteps: 1, updates: 20, rows: 1000 });
    expect([flowSteps, stepReturns.length]).toEqual([1, 1]);
    const { policy, training, ...contract } = contractIn(out);
    expect(policy).toMatchObject({ sampler: "euler", flowSteps: 1 });
    expect(contract.weightsSha256).toBe(weightsSha256);
    expect(training.distilledFrom.flowSteps).toBe(10);
    expect(training.distilledFrom.weightsSha256).not.toBe(weightsSha256);
    expect(distillation.returnLoss).toBeCloseTo(1 - distillation.studentReturn / distillation.teacherReturn, 9);
    expect(distillation.returnLossError).toBeGreaterThan(0);
    const page = readFileSync(join(out, "report.html"), "utf8");
    expect(page).toContain("This export is the student.");
    expect(page).toContain("<td>policy, 1, not distilled</td>");
    expect(page).not.toContain("<h2>Flow steps</h2>");
  });

  it("refuses a folder that holds something, before any work, unless told to write into it", async () => {
    const out = scratchFolder();
    writeFileSync(join(out, "notes.txt"), "mine");
    const refused = await callCli("export", run(), "--out", out);
    expect(refused).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/is not empty, expected .*--force/),
    });
    expect(readdirSync(out)).toEqual(["notes.txt"]);
    expect((await callCli("export", run(), "--out", out, "--force", ...SMALL)).code).toBe(0);
    expect(readFileSync(join(out, "notes.txt"), "utf8")).toBe("mine");
    expect(existsSync(join(out, "CheetahRun.onnx"))).toBe(true);
  });

  it.each([
    ["--format png", '--format: got "png", expected onnx, c, html'],
    ["--distill 0", '--distill: got "0", expected a whole number from 1 to 1000'],
    ["--rows none", '--rows: got "none", expected a whole number from 1'],
    ["--flow-step-counts 1,x", '--flow-step-counts: got "x", expected a whole number from 1 to 1000'],
    ["--noise some", '--noise: got "some", expected zero, seed, input'],
    ["--noise-seed 3", "--noise-seed: has no effect with --noise zero, expected --noise seed"],
    ["--output torques", '--output: got "torques", expected actions, joint-targets'],
    ["--output joint-targets", "--output: CheetahRun has controls, expected actions"],
    ["--output-name obs", '--output-name: got "obs", expected a word'],
    ["--sampler rk4", '--sampler: got "rk4", expected euler'],
    ["--flow-steps 0", '--flow-steps: got "0", expected a whole number from 1 to 1000'],
  ])("with %s gets one line, exit code 2 and no files", async (flags, message) => {
    const out = join(scratchFolder(), "out");
    const { code, stdout, stderr } = await callCli("export", run(), "--out", out, ...flags.split(" "));
    expect(stderr).toContain(message);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect([code, stdout, existsSync(out)]).toEqual([2, "", false]);
  });

  it("refuses what holds no policy", async () => {
    const folder = scratchFolder();
    expect(await callCli("export", folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no checkpoint found, expected checkpoints/step-*.safetensors"),
    });
    const { metadata, tensors } = await loadCheckpoint(await latestCheckpoint(run()));
    const rest = Object.fromEntries(Object.entries(tensors).filter(([name]) => !name.includes("actor/")));
    const bare = join(folder, "bare.safetensors");
    writeFileSync(bare, encodeCheckpoint({ metadata, tensors: rest }));
    for (const command of ["export", "doctor"])
      expect(await callCli(command, bare)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /^flowgait: [^\n]*bare\.safetensors: array "[^"]*actor\/0\/obs" is missing[^\n]*\n$/,
        ),
      });
    const file = join(folder, "controller.onnx");
    writeFileSync(file, "");
    expect(await callCli("export", file)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("must be a whole ONNX file, got one without a graph"),
    });
  });
});
