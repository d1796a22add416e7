import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findPolicy } from "../../src/catalogue/policy-reference.ts";
import { replayText } from "../../src/catalogue/replay-file.ts";
import { DriveSession } from "../../src/drive/drive-session.ts";
import { createEngine } from "../../src/graph/index.ts";
import { bestCheckpoint, encodeCheckpoint, latestCheckpoint, loadCheckpoint } from "../../src/runs/checkpoint.ts";
import { homeAt, takenFiles } from "../../src/runs/run-places.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";
import { callCli, TINY } from "./cli-process.ts";

const POLE = `<mujoco model="pole">
  <option timestep="0.005"/>
  <worldbody>
    <body pos="0 0 0.8">
      <joint name="hinge" axis="0 1 0" damping="0.05"/>
      <geom type="mesh" mesh="rod" mass="1"/>
    </body>
  </worldbody>
  <asset><mesh name="rod" file="parts/rod.obj"/></asset>
  <actuator><motor name="motor" joint="hinge" gear="2" ctrlrange="-1 1"/></actuator>
</mujoco>`;

const ROD = "v 0 0 0\nv 0.1 0 0\nv 0 0.1 0\nv 0 0 0.6\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n";

/** Its scene lies above its file, which reads the package, a file of its own and `import.meta`. */
const TASK = `import { defineTask, direct } from "flowgait";
import { WEIGHT } from "./weight.ts";

export const pole = defineTask({
  name: "MovedPole",
  scene: new URL("../robot/pole.xml", import.meta.url),
  timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 1 },
  action: direct({ squash: "tanh" }),
  reset: ({ sim, rng }) => {
    sim.qpos[0] = rng.uniform(-1, 1);
  },
  observe: { angle: { of: (s) => [Math.cos(s.sim.qpos[0]), Math.sin(s.sim.qpos[0])] }, speed: { of: (s) => s.sim.qvel } },
  reward: { up: { weight: WEIGHT, of: (s) => Math.cos(s.sim.qpos[0]) } },
});
`;

const SHORT = [...TINY, "--algorithm", "fpo", "--evaluation.every-steps", "0"];
const FEW = "--episodes 2 --rows 64 --calls 10 --flow-step-counts 1 --workers 1 --physics none".split(" ");

const root = mkdtempSync(join(tmpdir(), "flowgait-moved-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A project of one task. @returns the task's file */
function project(folder: string): string {
  for (const name of ["tasks", "robot/parts"]) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "robot/pole.xml"), POLE);
  writeFileSync(join(folder, "robot/parts/rod.obj"), ROD);
  writeFileSync(join(folder, "tasks/weight.ts"), "export const WEIGHT: number = 1;\n");
  writeFileSync(join(folder, "tasks/my-task.ts"), TASK);
  return join(folder, "tasks/my-task.ts");
}

/** Contents by path below the folder. */
function filesBelow(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true });
  const paths = names.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path)]));
}

async function call(...argv: string[]) {
  const result = await callCli(...argv);
  expect(result.code, result.stderr).toBe(0);
  return result;
}

async function policyData(run: string) {
  const found = await findPolicy(run);
  const env = await Environment.create(await resolveTask(found.task!));
  try {
    return await found.bind(env);
  } finally {
    env.delete();
  }
}

async function returnOf(policy: string, ...more: string[]): Promise<{ value: number; notes: string }> {
  const newest = statSync(policy).isDirectory() ? ["--checkpoint", "last"] : [];
  const flags = [...newest, "--episodes", "2", "--workers", "1", "--json", ...more];
  const { stdout, stderr } = await call("eval", policy, ...flags);
  return { value: JSON.parse(stdout).returnMean, notes: stderr };
}

describe("a run of a user's own task", () => {
  const here = join(root, "here");
  const odd = join(root, `a$& $1'b #c?d%20"ü`);
  const [run, oddRun] = [here, odd].map((folder) => join(folder, "runs", "one")) as [string, string];
  /** The second run, taken away from its project. */
  const moved = join(root, "elsewhere", "other name");
  let value = 0;

  beforeAll(async () => {
    for (const [folder, place] of [
      [here, run],
      [odd, oddRun],
    ] as const)
      await call("train", project(folder), ...SHORT, "--steps", "512", "--run", place);
    ({ value } = await returnOf(run));
    mkdirSync(join(root, "elsewhere"));
    renameSync(oddRun, moved);
    rmSync(odd, { recursive: true });
  });

  it("holds the same bytes whatever its project's folder is called, and names no folder of the machine", () => {
    const [first, second] = [filesBelow(run), filesBelow(moved)];
    const timed = /^((metrics|manifest)\.jsonl|tensorboard.*)$/;
    const compared = [...first.keys()].filter((name) => !timed.test(name)).sort();
    expect(compared).toEqual([
      "checkpoints/best.safetensors",
      "checkpoints/step-000000000512.safetensors",
      "config.json",
      "controller.onnx",
      "task/my-task.mjs",
      "task/robot/parts/rod.obj",
      "task/robot/pole.xml",
    ]);
    for (const name of compared) expect(second.get(name)!.equals(first.get(name)!), name).toBe(true);
    for (const [name, bytes] of [...first, ...second]) expect(bytes.includes(root), name).toBe(false);
  });

  it("is exported to the same bytes wherever it lies, with scenes by name", async () => {
    const exported = async (from: string, name: string) => {
      const out = join(root, name);
      await call("export", from, "--format", "onnx,c,html", "--out", out, ...FEW);
      return filesBelow(out);
    };
    const [first, second] = [await exported(run, "first"), await exported(moved, "second")];
    expect(JSON.parse(String(first.get("contract.json")))).toMatchObject({
      task: { scene: "pole.xml" },
      training: { run: "one" },
    });
    for (const [name, bytes] of first) {
      expect(bytes.includes(root), name).toBe(false);
      // Reports hold times.
      if (!name.startsWith("report.")) expect(second.get(name)!.equals(bytes), name).toBe(true);
    }
  });

  it("is measured, examined and taken up again without its sources, bit for bit", async () => {
    expect(await returnOf(moved)).toEqual({ value, notes: "" });
    const still = (await returnOf(moved, "--noise", "zero")).value;
    expect((await returnOf(join(moved, "controller.onnx"), "--noise", "zero")).value).toBeCloseTo(still, 4);
    await callCli("doctor", moved, "--no-table", "--episodes", "1", "--seconds", "0.2");
    expect(readFileSync(join(moved, "doctor.html"), "utf8")).not.toContain(root);
    const { stdout } = await call("diagnose", "ratio", moved, "--rows", "16", "--ode-steps", "2", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ task: "MovedPole" });
    for (const folder of [run, moved]) await call("train", "--resume", folder, "--steps", "1024");
    const newest = await Promise.all([run, moved].map(async (folder) => readFileSync(await latestCheckpoint(folder))));
    expect(newest[1]!.equals(newest[0]!)).toBe(true);
    await call("train", "--fork", moved, "--steps", "1536", "--run", join(root, "fork"));
    expect(existsSync(join(root, "fork/task/my-task.mjs"))).toBe(true);
  });

  it("is replayed from a file that names no folder, by the task that the policy's run keeps", async () => {
    const policy = { key: run, data: await policyData(run), noise: "zero" } as const;
    const setup = { task: join(run, "task/my-task.mjs"), seed: 5, policy, disturbances: false, command: null };
    const session = await DriveSession.create({ setup }, createEngine("ort"));
    for (let step = 0; step < 5; step++) await session.advance();
    const { text } = replayText(await session.course());
    session.delete();
    expect(text).not.toContain(root);
    const file = join(root, "pole.replay.json");
    writeFileSync(file, text);
    const { stdout } = await call("replay", file, "--policy", moved, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ task: "MovedPole", steps: 5, same: true });
    expect((await call("replay", file, "--policy", moved, "--task", join(here, "tasks/my-task.ts"))).stdout).toContain(
      "identical, bit for bit",
    );
  });

  it("is taken from where it was when its copy vanishes while a lost run is saved elsewhere", async () => {
    const half = join(root, "half");
    cpSync(here, half, { recursive: true });
    const own = join(half, "runs/one");
    const namesIn = (folder: string) => readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
    const [mesh] = namesIn(join(own, "task")).filter((name) => name.endsWith(".obj"));
    rmSync(join(own, "task", mesh!));
    const to = join(root, "taken");
    mkdirSync(to);
    const { task } = await takenFiles(to, (await homeAt(own))!);
    expect(task?.copy).toBe("task/my-task.mjs");
    expect(namesIn(join(to, "task"))).toEqual(namesIn(join(run, "task")));
  });

  it("says where its task was changed since, goes on with what it keeps, and takes the changed one where it is named", async () => {
    const changed = join(root, "changed");
    cpSync(here, changed, { recursive: true });
    writeFileSync(join(changed, "tasks/weight.ts"), "export const WEIGHT: number = 2;\n");
    const [own, file] = [join(changed, "runs/one"), join(changed, "tasks/my-task.ts")];
    const kept = await returnOf(own);
    expect(kept.value).toBe((await returnOf(run)).value);
    expect(kept.notes).toBe(
      `${file}: changed since ${own} began (weight.ts); the stored version is used; try: --task ${file} for the present one\n`,
    );
    const now = await returnOf(own, "--task", file);
    expect(now.value).toBeCloseTo(2 * kept.value, 3);
    expect(now.notes).toBe(`${file}: differs from what ${own} was trained on (weight.ts); the given version is used\n`);

    const { code, stderr } = await callCli("train", "--resume", own, "--task", file, "--steps", "2048");
    expect([code, stderr]).toEqual([
      2,
      `flowgait: ${file}: changed since the run began (weight.ts), expected the same, since a run resumes bit for bit; try a new run from it: flowgait train ${file} --fork ${own}\n`,
    ]);
    await call("train", file, "--fork", own, "--steps", "1536", "--run", join(root, "new"));
    expect(readFileSync(join(root, "new/task/my-task.mjs"), "utf8")).toContain("WEIGHT = 2");
  });
});

describe("a run that keeps no copy", () => {
  it("as its task reads files while it loads, finds the task from its own folder, and says that it needs it", async () => {
    const folder = join(root, "absolute");
    const [file, run] = [project(folder), join(folder, "run")];
    const scene = join(folder, "robot/pole.xml");
    const reading = `import { readFileSync } from "node:fs";\n${TASK}export const text = readFileSync(new URL("notes.txt", import.meta.url));\n`;
    writeFileSync(file, reading);
    writeFileSync(join(folder, "tasks/notes.txt"), "read while the task loads");
    const { stderr } = await call("train", file, ...SHORT, "--steps", "512", "--run", run);
    expect(stderr).toContain(
      "\nmy-task.ts is not copied, because it is too large or works only in its place: the run needs it there\n",
    );
    expect(existsSync(join(run, "task"))).toBe(false);
    const { value } = await returnOf(run);
    renameSync(folder, join(root, "renamed"));
    const moved = join(root, "renamed/run");
    expect(await returnOf(moved)).toEqual({ value, notes: "" });
    writeFileSync(scene.replace(folder, join(root, "renamed")), POLE.replace("0.05", "0.5"));
    const { notes } = await returnOf(moved);
    expect(notes).toMatch(
      /my-task\.ts: changed since .* began \(\.\.\/robot\/pole\.xml\); the present version is used\n$/,
    );
    expect(await callCli("train", "--resume", moved, "--steps", "1024")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("changed since the run began (../robot/pole.xml), expected the same"),
    });
  });

  it("as its scene names a mesh by an absolute path, tells of that no more than the name", async () => {
    const [folder, far] = [join(root, "far"), join(root, "rod.obj")];
    const [file, run] = [project(folder), join(folder, "run")];
    writeFileSync(far, ROD);
    writeFileSync(join(folder, "robot/pole.xml"), POLE.replace("parts/rod.obj", far));
    await call("train", file, ...SHORT, "--steps", "512", "--run", run);
    const config = readFileSync(join(run, "config.json"), "utf8");
    expect(Object.keys(JSON.parse(config).task.sha256)).toContain("…/rod.obj");
    expect(config).not.toContain(root);
    mkdirSync(join(root, "one/deeper"), { recursive: true });
    const moved = join(root, "one/deeper/far");
    renameSync(folder, moved);
    expect((await returnOf(join(moved, "run"))).notes).toBe("");
    writeFileSync(far, ROD.replace("0.6", "0.7"));
    expect((await returnOf(join(moved, "run"))).notes).toMatch(/changed since .* began \(…\/rod\.obj\)/);
  });

  it("finds its task by the path that it names, or by --task, and keeps it from then on", async () => {
    const folder = join(root, "old");
    const [file, run] = [project(folder), join(folder, "run")];
    await call("train", file, ...SHORT, "--steps", "512", "--run", run);
    const { value } = await returnOf(run);
    await makeOld(run, file);
    expect((await returnOf(run)).value).toBe(value);
    renameSync(join(folder, "tasks"), join(folder, "moved"));
    const { code, stderr } = await callCli("eval", run);
    expect([code, stderr]).toEqual([
      2,
      `flowgait: ${run}: its task ${file} does not exist, expected its present path, given as --task <file>\n`,
    ]);
    const now = join(folder, "moved/my-task.ts");
    expect(await returnOf(run, "--task", now)).toEqual({ value, notes: "" });
    await call("train", "--resume", run, "--task", now, "--steps", "1024");
    expect(JSON.parse(readFileSync(join(run, "config.json"), "utf8"))).toMatchObject({
      task: { name: "MovedPole", source: "../moved/my-task.ts", copy: "task/my-task.mjs" },
      config: { task: "my-task.ts" },
    });
  });

  /** As the program wrote runs before it kept tasks. */
  async function makeOld(run: string, file: string): Promise<void> {
    rmSync(join(run, "task"), { recursive: true });
    const path = join(run, "config.json");
    const { task: _, ...document } = JSON.parse(readFileSync(path, "utf8"));
    document.config.task = file;
    writeFileSync(path, JSON.stringify(document));
    for (const checkpoint of [await latestCheckpoint(run), await bestCheckpoint(run)]) {
      const { metadata, tensors } = await loadCheckpoint(checkpoint);
      const config = JSON.stringify({ ...JSON.parse(metadata.config), task: file });
      writeFileSync(checkpoint, encodeCheckpoint({ tensors, metadata: { ...metadata, task: file, config } }));
    }
  }
});
