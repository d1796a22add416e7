import { describe, expect, it, onTestFinished } from "vitest";
import { solverOptions } from "../../../src/physics/model/solver.ts";
import {
  Environment,
  PHYSICS_NAMES,
  type PhysicsName,
  physicsEngine,
  physicsObstacle,
  physicsWords,
  registry,
  type Task,
  withPhysics,
} from "../../../src/tasks/index.ts";

async function envOf(task: Task): Promise<Environment> {
  const env = await Environment.create(task, { looks: false });
  onTestFinished(() => env.delete());
  return env;
}

const cheetah = registry.get("CheetahRun");

describe("a task under other physics", () => {
  it.each<[PhysicsName, object]>([
    ["pgs", { solver: "PGS", iterations: 100, ls_iterations: 50, integrator: "Euler" }],
    ["cg", { solver: "CG", iterations: 100, cone: "pyramidal" }],
    ["newton", { solver: "Newton", iterations: 100, ls_iterations: 50 }],
    ["elliptic", { cone: "elliptic", solver: "Newton", iterations: 100 }],
    ["implicitfast", { integrator: "implicitfast", iterations: 4 }],
    ["rk4", { integrator: "RK4", iterations: 4 }],
  ])("%s is what MuJoCo steps it with", async (name, expected) => {
    expect(solverOptions((await envOf(withPhysics(cheetah, name))).sim)).toMatchObject(expected);
  });

  it.each<[PhysicsName, number]>([
    ["half-step", 2],
    ["double-step", 0.5],
  ])("%s keeps the control rate and settles for as long", async (name, factor) => {
    const go1 = registry.get("Go1Getup");
    const env = await envOf(withPhysics(go1, name));
    expect(env.controlHz).toBe(go1.timing.controlHz);
    expect(env.decimation).toBe(Math.ceil(factor * go1.decimation));
    expect(env.sim.timestep * env.decimation * env.controlHz).toBeCloseTo(1, 12);
    const settled = ({ settle, timing }: Task) => settle!.physicsSteps / timing.physicsHz;
    expect(Math.abs(settled(env.task) - settled(go1))).toBeLessThanOrEqual(0.5 * env.sim.timestep);
  });

  it("with an odd number of physics steps has half of them, rounded up, and says the timestep", () => {
    const odd = { ...cheetah, timing: { ...cheetah.timing, physicsHz: 5 * cheetah.timing.controlHz }, decimation: 5 };
    expect(withPhysics(odd, "double-step").decimation).toBe(3);
    expect(physicsWords("double-step", odd)).toMatch(/^[\d.]+ ms timestep in place of [\d.]+ ms$/);
  });

  it("has a reason where it would be the task's own, or cannot be", async () => {
    const env = await envOf(cheetah);
    const obstacles = PHYSICS_NAMES.map((name) => [name, physicsObstacle(name, env)]);
    const own = obstacles.filter(([, reason]) => reason !== null);
    expect(own).toEqual([
      ["pyramidal", "the task's own"],
      ["euler", "the task's own"],
      ["double-step", "a control step is one physics step"],
    ]);
    const late = registry.get("PandaRobotiqPushCube");
    expect(() => withPhysics(late, "half-step")).toThrow("its latency counts physics steps");
    expect(withPhysics(late, "newton").model).toMatchObject({ physics: { description: { solver: "Newton" } } });
  });

  it("stays out of the task as declared, and one alone needs another build of MuJoCo", () => {
    expect(Object.keys(cheetah.model)).not.toContain("physics");
    expect(PHYSICS_NAMES.filter((name) => physicsEngine(name) !== undefined)).toEqual(["mujoco"]);
    expect(withPhysics(cheetah, "mujoco").engine).toBe("@mujoco/mujoco");
  });
});
