/** What tasks change in a scene that they share. */
import { afterEach, describe, expect, it } from "vitest";
import { describeScene } from "../../src/physics/looks/scene-description.ts";
import { describeTask, Environment, jointDamping, markerRadius, registry, type Task } from "../../src/tasks/index.ts";

const alive: Environment[] = [];
afterEach(() => {
  for (const env of alive.splice(0)) env.delete();
});

async function create(task: Task): Promise<Environment> {
  const env = await Environment.create(task);
  alive.push(env);
  return env;
}

describe("changes to the model", () => {
  it("are the task's own, seen by its terms, its description and the page", async () => {
    const radii = [];
    for (const name of ["ReacherEasy", "ReacherHard"]) {
      const env = await create(registry.get(name));
      const drawn = describeScene(env.sim).geoms.find((geom) => geom.name === "target")!.size[0];
      radii.push([drawn, describeTask(env).model.target.radius]);
    }
    expect(radii).toEqual([
      [0.05, 0.05],
      [0.015, 0.015],
    ]);
  });

  it("stay when an environment is begun anew, and leave everything else as compiled", async () => {
    const task = registry.get("CartpoleBalance");
    const plain = await create(task);
    const damped = await create({ ...task, model: { rail: jointDamping("slider", 3) } });
    damped.start(1, 0);
    damped.reset(1, 0);
    // The second environment may have made the memory grow.
    plain.sim.refresh();
    expect([...damped.sim.modelFields.dof_damping]).toEqual([3, plain.sim.modelFields.dof_damping[1]]);
    expect(plain.sim.modelFields.dof_damping[0]).toBe(5e-4);
  });

  it("name elements of the scene", async () => {
    const task = registry.get("ReacherEasy");
    const misspelt = { ...task, model: { target: markerRadius("geom", "targt", 0.1) } };
    await expect(Environment.create(misspelt)).rejects.toThrow(/^task ReacherEasy: scene .*"targt".*target/);
  });
});
