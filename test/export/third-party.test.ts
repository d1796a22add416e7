import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Adapter, rearrange } from "../../src/export/adapter.ts";
import { compileC } from "../../src/export/c/c-compiler.ts";
import { PAYLOAD_ID } from "../../src/export/page/payload.ts";
import { constant, graphFunction, input, loadOnnxSession, matmul, tanh, writeOnnx } from "../../src/graph/index.ts";
import { callCli } from "../cli/cli-process.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { writeAdapted } from "./adapted-file.ts";
import { compilerPath } from "./compiler.ts";

/** A report that takes no time. */
const SMALL = "--rows 50 --episodes 1 --calls 10 --physics none --workers 1".split(" ");

const exported = (...args: string[]) => callCli("export", ...args, ...SMALL);

const ROWS = 20;
const OBS = 48;
const ACTIONS = 12;

async function outputs(path: string, inputName: string, output: string, obs: Float32Array): Promise<Float32Array> {
  const session = await loadOnnxSession(readFileSync(path), path);
  try {
    return (await session.run({ [inputName]: obs }, ROWS, output)).slice();
  } finally {
    await session.dispose();
  }
}

/** The largest distance between values. */
function distance(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}

describe("flowgait export of an adapted file", () => {
  const folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
  const out = join(folder, "out");
  let [walk, adapted, told] = ["", "", ""];
  const json = (name: string) => JSON.parse(readFileSync(join(out, name), "utf8"));
  const choices = {
    "joint order": "breadth first",
    "sign of gravity": "reversed",
    "place of the command": "after the body",
  };

  beforeAll(async () => {
    [walk, adapted] = await writeAdapted("Go1JoystickFlatTerrain", choices, folder);
    const { code, stdout, stderr } = await exported(adapted, "--format", "onnx,c,html", "--out", out);
    expect(code, stderr).toBe(0);
    told = stdout;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("writes all that an export of a trained policy writes", () => {
    const c = ["go1_joystick_flat_terrain.c", "go1_joystick_flat_terrain.h"];
    const onnx = ["Go1JoystickFlatTerrain.html", "Go1JoystickFlatTerrain.onnx"];
    expect(readdirSync(out).sort()).toEqual([...onnx, "contract.json", ...c, "report.html", "report.json"]);
    expect(json("contract.json")).toMatchObject({
      policy: { kind: "file", noise: "zero" },
      adapter: { file: "walk.onnx", words: Object.entries(choices).map(([what, how]) => `${what}: ${how}`) },
      training: { run: "walk.onnx" },
    });
  });

  it("gives the third-party file's own actions as ONNX and as C", async () => {
    const obs = Float32Array.from({ length: ROWS * OBS }, (_, i) => Math.sin(3.7 * i));
    const { observation, action } = json("contract.json").adapter as Adapter;
    const given = new Float32Array(obs.length);
    rearrange(observation, obs, given);
    const answer = await outputs(walk, "observations", "mean", given);
    const own = new Float32Array(answer.length);
    rearrange(action, answer, own);
    const path = join(out, "Go1JoystickFlatTerrain.onnx");
    expect(distance(await outputs(path, "obs", "actions", obs), own)).toBeLessThan(1e-5);
    const program = join(folder, "go1");
    await compileC(compilerPath(), join(out, "go1_joystick_flat_terrain.c"), program, ["-DFLOWGAIT_MAIN"]);
    const rows = execFileSync(program, ["-", "-"], {
      input: Buffer.from(obs.buffer),
      stdio: ["pipe", "pipe", "ignore"],
    });
    expect(distance(new Float32Array(new Uint8Array(rows).buffer), own)).toBeLessThan(1e-5);
    expect(execFileSync(program, { encoding: "utf8" })).toMatch(/recorded observations: 32, largest difference \d/);
  });

  it("reports what was measured, and nothing of flows", () => {
    const { formats, driving, comparedWith, file, ...report } = json("report.json");
    expect(formats.map(({ format }: { format: string }) => format)).toEqual(["onnx", "c", "typescript"]);
    for (const { format, network, closedLoop } of formats) {
      expect(network.maxDifference, format).toBeLessThan(1e-5);
      expect(closedLoop.driving.survived, format).toBe(1);
      expect(closedLoop.driving.linVelError, format).toBeCloseTo(driving.linVelError, 2);
    }
    expect(driving.linVelError).toBeLessThan(0.1);
    expect([comparedWith, file.name, file.differs.length]).toEqual(["file", "walk.onnx", 3]);
    const none = ["flowSteps", "stepLatencies", "stepReturns", "fewestFlowSteps", "distillation", "onlyOnnx"];
    for (const key of none) expect(report).not.toHaveProperty(key);
    expect(report.sizes).not.toHaveProperty("flowStepCounts");
    expect(readFileSync(join(out, "report.html"), "utf8")).not.toMatch(/flow steps|distil|noise|NaN|undefined|null/i);
    expect(told).toMatch(/the policy survives 100 % of the episodes, velocity error 0\.0\d+ m\/s/);
    expect(told).not.toMatch(/flow steps/);
  });

  it("puts the controller into the page", () => {
    const text = readFileSync(join(out, "Go1JoystickFlatTerrain.html"), "utf8");
    const payload = JSON.parse(new RegExp(`id="${PAYLOAD_ID}">(.*?)</script>`, "s").exec(text)![1]!);
    expect(payload).toMatchObject({ task: "Go1JoystickFlatTerrain", lesson: "trot", run: "walk.onnx" });
    const onnx = readFileSync(join(out, "Go1JoystickFlatTerrain.onnx"));
    expect(Buffer.from(payload.controller, "base64").equals(onnx)).toBe(true);
  });

  it("refuses flags of flows in one line", async () => {
    for (const flag of ["--distill=1", "--noise=zero", "--flow-step-counts=1"]) {
      const stderr = `flowgait: ${flag.split("=")[0]}: ${adapted} has no flow; omit this flag\n`;
      expect(await exported(adapted, flag)).toMatchObject({ code: 2, stdout: "", stderr });
    }
  });
});

/** A network that learned nothing, for one row at a time. */
function networkFile(path: string, operator: "Tanh" | "Sinh"): string {
  const layer = (rows: number, columns: number) =>
    constant(
      Float32Array.from({ length: rows * columns }, (_, i) => 0.1 * Math.sin(1.7 * i ** 1.5)),
      [rows, columns],
    );
  const hidden = tanh(matmul(input("observation", [1, OBS]), layer(OBS, 16)));
  const bytes = writeOnnx(graphFunction("network", { mean: matmul(hidden, layer(16, ACTIONS)) }));
  writeFileSync(path, Buffer.from(bytes).toString("latin1").replaceAll("Tanh", operator), "latin1");
  return path;
}

describe("flowgait export of a third-party file in the task's layout", () => {
  it("takes one that wants a row at a time, and writes its deploy.yaml", async () => {
    const folder = scratchFolder();
    const [file, out] = [networkFile(join(folder, "plain.onnx"), "Tanh"), join(folder, "out")];
    const given = ["--task", "Go1JoystickFlatTerrain", "--format", "onnx,c", "--out", out, "--json"];
    const { code, stdout, stderr } = await exported(file, ...given);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`${file}: has no contract; its layout is taken as that of Go1JoystickFlatTerrain`);
    const { formats, file: found } = JSON.parse(stdout);
    expect(found).toMatchObject({ name: "plain.onnx", differs: [] });
    expect(formats).toHaveLength(3);
    for (const { network, format } of formats) expect(network.maxDifference, format).toBeLessThan(1e-5);
    expect(readFileSync(join(out, "deploy.yaml"), "utf8")).toContain("joint_ids_map: [0,1,2");
    expect(readFileSync(join(out, "go1_joystick_flat_terrain.h"), "utf8")).toContain("the network of plain.onnx.");
  });

  it("leaves C and the page out where an operator is not known, and refuses them where they are asked for", async () => {
    const folder = scratchFolder();
    const [file, out] = [networkFile(join(folder, "sinh.onnx"), "Sinh"), join(folder, "out")];
    const given = [file, "--task", "Go1JoystickFlatTerrain", "--out", out];
    const obstacle = `${file}: operator Sinh is not supported`;
    expect(await exported(...given, "--format", "onnx,c")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining(`flowgait: --format c: ${obstacle}; expected onnx\n`),
    });
    const { code, stdout, stderr } = await exported(...given, "--json");
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`${obstacle}: the report omits C and TypeScript\n`);
    const { formats, onlyOnnx } = JSON.parse(stdout);
    expect(formats).toMatchObject([{ format: "onnx", network: { maxDifference: 0 } }]);
    expect(onlyOnnx).toBe(obstacle);
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain(`Only ONNX: ${obstacle}.`);
  });
});
