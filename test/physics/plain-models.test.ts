/** Training compiles the package's scenes without what is only drawn. That must change no bit. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import { Simulation } from "../../src/physics/simulation.ts";
import { Environment, registry, resolveTask, scenePath, type Task } from "../../src/tasks/index.ts";

const STEPS = 1500;
const tasks = registry.list();
/** One task for each scene. */
const scenes = new Map(tasks.map((task) => [scenePath(task), task]));

/** States of an environment along random actions, as one checksum of their bits, and its number of geoms. */
async function stepped(task: Task, looks: boolean, steps: number) {
  const env = await Environment.create(task, { looks });
  const rng = new Rng().seek(5, 1);
  const action = new Float32Array(env.actionSize);
  const state = new Float64Array(env.stateSize);
  const bits = new Uint32Array(state.buffer);
  let sum = 0;
  env.start(1, 0);
  for (let k = 0; k < steps; k++) {
    for (let i = 0; i < action.length; i++) action[i] = rng.uniform(-1, 1);
    env.step(1, 0, action, 0);
    env.save(state, 0);
    for (let i = 0; i < bits.length; i++) sum = (Math.imul(sum, 31) + bits[i]) | 0;
    if (env.terminated || env.truncated) env.reset(1, 0);
  }
  const { ngeom } = env.sim;
  env.delete();
  return { sum, ngeom };
}

describe("a model without what is only drawn", () => {
  it.each([...scenes.values()].map((task) => [task.name, task] as const))(
    "steps %s to the same bits",
    async (_, task) => {
      const controlSteps = Math.ceil((STEPS * task.timing.controlHz) / task.timing.physicsHz);
      const whole = await stepped(task, true, controlSteps);
      const plain = await stepped(task, false, controlSteps);
      expect(plain.sum).toBe(whole.sum);
      expect(plain.ngeom).toBeLessThanOrEqual(whole.ngeom);
    },
  );

  it("has far fewer geoms where a robot has a shell", async () => {
    const g1 = registry.get("G1JoystickFlatTerrain");
    const [whole, plain] = [await stepped(g1, true, 1), await stepped(g1, false, 1)];
    expect(plain.ngeom).toBeLessThan(whole.ngeom / 4);
  });

  it.each(tasks.map((task) => [task.name, task] as const))(
    "has every name that %s and its lessons look up",
    async (_, task) => {
      const lessons = Object.keys(task.lessons).map((lesson) => resolveTask(task.name, { lesson }));
      const forms = [task, ...(await Promise.all(lessons)).map(({ lesson }) => lesson!.training)];
      for (const form of forms) await stepped(form, false, 3);
    },
  );

  it("is found through a symbolic link to its folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), "flowgait-link-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, "robots/arm"), { recursive: true });
    const ball = '<geom name="drawn" size="1" contype="0" conaffinity="0" mass="0"/><geom name="solid" size="1"/>';
    writeFileSync(join(folder, "robots/ball.xml"), `<mujoco><worldbody>${ball}</worldbody></mujoco>`);
    writeFileSync(join(folder, "robots/arm/scene.xml"), '<mujoco><include file="../ball.xml"/></mujoco>');
    symlinkSync("robots", join(folder, "link"));
    const sim = await Simulation.load(join(folder, "link/arm/scene.xml"), { looks: false });
    onTestFinished(() => sim.delete());
    expect(sim.names.all("geom")).toEqual(["solid"]);
  });
});
