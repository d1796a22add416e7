import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, it } from "vitest";
import { Environment, isTaskFile, loadUserTask, pageScript, registry, resolveTask } from "../../src/tasks/index.ts";

const root = mkdtempSync(join(tmpdir(), "flowgait-user-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const path = join(root, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const PENDULUM = `<mujoco>
  <option timestep="0.01"/>
  <worldbody><body name="arm"><joint name="hinge" axis="0 1 0" damping="0.1"/><geom name="rod" type="capsule" size="0.02" fromto="0 0 0 0 0 -0.5"/></body></worldbody>
  <actuator><motor name="motor" joint="hinge"/></actuator>
</mujoco>`;

const TASK = (scene: string) => `import { defineTask, direct, readings, tolerance } from "flowgait";
import { LIMIT } from "./limit.ts";

const upright = tolerance({ bounds: [0.9, 1], margin: 1 });

export default defineTask({
  name: "MyPendulum",
  scene: ${scene},
  timing: { controlHz: 50, physicsHz: 100, episodeSeconds: 4 },
  robot: readings((sim) => ({ height: (): number => -Math.cos(sim.qpos[0]) })),
  action: direct({ squash: "tanh" }),
  reset: ({ sim, rng }) => {
    sim.qpos[0] = rng.uniform(-LIMIT, LIMIT);
  },
  observe: {
    angle: { of: (s) => [Math.cos(s.sim.qpos[0]), Math.sin(s.sim.qpos[0])] },
    velocity: { of: (s) => s.sim.qvel },
  },
  reward: { up: { weight: 1, of: (s) => upright(s.robot.height()) } },
});
`;

write("robot/pendulum.xml", PENDULUM);
write("robot/limit.ts", "export const LIMIT: number = Math.PI;\n");

describe("a user's own task", () => {
  it.each([
    ["relative to its file", '"pendulum.xml"'],
    ["by URL", 'new URL("./pendulum.xml", import.meta.url)'],
  ])("runs with its own scene, found %s", async (_, scene) => {
    const task = await resolveTask(write("robot/task.ts", TASK(scene)));
    expect([task.name, task.family]).toEqual(["MyPendulum", "user"]);
    const env = await Environment.create(task);
    try {
      env.start(1, 0);
      env.step(1, 0, Float32Array.of(0.5), 0);
      expect([env.obsSize, env.actionSize, env.decimation, env.episodeSteps]).toEqual([3, 1, 2, 200]);
      expect(env.reward).toBeGreaterThan(0);
      expect(Math.abs(env.sim.qpos[0])).toBeLessThanOrEqual(Math.PI + 0.1);
    } finally {
      env.delete();
    }
  });

  it("may be JavaScript, and the only task among named exports", async () => {
    const code = TASK('"pendulum.xml"')
      .replace("export default", "export const other = 1;\nexport const pendulum =")
      .replace("(): number", "()");
    expect((await loadUserTask(write("robot/task.mjs", code))).name).toBe("MyPendulum");
  });

  it("knows where its files were written, whatever the folders are called, and keeps texts that say so", async () => {
    const folder = `a$& $1'b #c?d%20"ü`;
    write(`${folder}/pendulum.xml`, PENDULUM);
    const limit = "export const LIMIT = 1;\nexport const PLACE = import.meta.dirname; // import.meta.url\n";
    write(`${folder}/limit.ts`, limit);
    const code = TASK('new URL("pendulum.xml", import.meta.url)').replace("LIMIT }", "LIMIT, PLACE }");
    const named = code.replace('"MyPendulum"', '"import.meta.url of " + PLACE');
    const task = await loadUserTask(write(`${folder}/task.ts`, named));
    expect(task.scene).toBe(join(root, folder, "pendulum.xml"));
    expect(task.name).toBe(`import.meta.url of ${join(root, folder)}`);
  });

  it("becomes a page's script that names no folder of this machine", async () => {
    const script = await pageScript(write("robot/task.ts", TASK('new URL("pendulum.xml", import.meta.url)')));
    expect(script).toContain('"file:///user/task.ts"');
    expect(script).not.toContain(root);
  });

  it("loads in a worker thread too", async () => {
    const path = write("robot/task.ts", TASK('"pendulum.xml"'));
    const module = new URL("../../src/tasks/index.js", import.meta.url).href;
    const code = `import(${JSON.stringify(module)})
      .then(({ resolveTask }) => resolveTask(${JSON.stringify(path)}))
      .then((task) => require("node:worker_threads").parentPort.postMessage(task.name));`;
    const worker = new Worker(code, { eval: true });
    const name = await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    await worker.terminate();
    expect(name).toBe("MyPendulum");
  });

  it("leaves no temporary files behind", async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("flowgait-task-"));
    await loadUserTask(write("robot/task.ts", TASK('"pendulum.xml"')));
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("flowgait-task-"))).toEqual(before);
  });
});

describe("a task file that does not work", () => {
  it("is told with file and line when it does not compile", async () => {
    const path = write("broken/task.ts", "export const a = 1;\nexport const b = ;\n");
    await expect(loadUserTask(path)).rejects.toThrow(
      /task: .*broken\/task\.ts does not compile: .*task\.ts:2: Unexpected ";"/,
    );
  });

  it("is told when an import is missing", async () => {
    const path = write("broken/import.ts", 'import { x } from "./gone.ts";\nexport default x;\n');
    await expect(loadUserTask(path)).rejects.toThrow(
      /does not compile: .*import\.ts:1: Could not resolve "\.\/gone\.ts"/,
    );
  });

  it("is told when it throws or asks for what the package does not have", async () => {
    await expect(loadUserTask(write("broken/throws.ts", 'throw new Error("no legs");'))).rejects.toThrow(
      "throws.ts fails to load: no legs",
    );
    const path = write("broken/api.ts", 'import { defineTsk } from "flowgait";\nexport default defineTsk({});\n');
    await expect(loadUserTask(path)).rejects.toThrow(/api\.ts fails to load: .*defineTsk/);
  });

  it("is told when it exports no task, several, or does not exist", async () => {
    await expect(loadUserTask(write("broken/none.ts", "export const n = 1;"))).rejects.toThrow(
      "exports no task; it must export one made by defineTask",
    );
    const two = `import { registry } from "flowgait";\nexport const [a, b] = registry.list();\n`;
    await expect(loadUserTask(write("broken/two.ts", two))).rejects.toThrow("exports 2 tasks");
    await expect(resolveTask(join(root, "nowhere.ts"))).rejects.toThrow("nowhere.ts does not exist");
    await expect(resolveTask(write("broken/task.py", "pass"))).rejects.toThrow(
      "task.py must end in .ts, .mts, .js, .mjs",
    );
  });
});

describe("task references", () => {
  it("are names or files", async () => {
    expect(["CheetahRun", "my-task.ts", "./task", "/tasks/my.mjs"].map(isTaskFile)).toEqual([false, true, true, true]);
    expect(await resolveTask("CheetahRun")).toBe(registry.get("CheetahRun"));
    await expect(resolveTask("CheetaRun")).rejects.toThrow("nearest: CheetahRun");
  });
});
