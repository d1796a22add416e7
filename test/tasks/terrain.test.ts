/** Tasks on rough ground: what they share with those on flat ground, and what their seed decides. */
import { describe, expect, it } from "vitest";
import { registry, resolveTask } from "../../src/tasks/index.ts";
import { taskEnvironments } from "./registered-tasks.ts";

const create = taskEnvironments();
const FIELD = "rough_ground";

const STARTS = [
  { robot: "G1", height: 0.8 },
  { robot: "Go1", height: 0.35 },
  { robot: "T1", height: 0.72 },
  { robot: "BerkeleyHumanoid", height: 0.56 },
];

describe.each(STARTS)("the $robot on rough ground", ({ robot, height }) => {
  const flat = registry.get(`${robot}JoystickFlatTerrain`);
  const rough = registry.get(`${robot}JoystickRoughTerrain`);

  it("is judged as on flat ground, and starts above the highest bump", async () => {
    for (const part of [
      "observe",
      "critic",
      "action",
      "command",
      "reward",
      "terminate",
      "events",
      "randomise",
    ] as const)
      expect(rough[part]).toBe(flat[part]);
    const env = await create(rough);
    const places = Array.from({ length: 5 }, (_, n) => {
      env.start(2, n);
      expect(env.sim.qpos[2]).toBe(height);
      return env.sim.qpos[0];
    });
    expect(new Set(places).size).toBe(5);
  });

  it.each(Object.keys(rough.lessons))("starts there in its lesson %s too", async (lesson) => {
    const { training } = (await resolveTask(rough.name, { lesson })).lesson!;
    const env = await create(training);
    for (let n = 0; n < 5; n++) {
      env.start(2, n);
      expect(env.sim.qpos[2]).toBe(height);
    }
  });

  it("stands on the ground of its seed, in every simulation", async () => {
    const [first, same, other] = [
      await create(rough),
      await create(rough),
      await create(await resolveTask(rough.name, { terrainSeed: 5 })),
    ];
    const ground = (env: typeof first) => env.sim.heightField(FIELD).data;
    expect(ground(same)).toEqual(ground(first));
    expect(ground(other)).not.toEqual(ground(first));
    expect(other.task.model.ground.description).toEqual({ kind: "rough-ground", field: FIELD, seed: 5 });
  });

  it("refuses a seed of the ground where that is flat", async () => {
    await expect(resolveTask(flat.name, { terrainSeed: 5 })).rejects.toThrow(
      `--terrain-seed: the terrain of ${flat.name} is not generated from a seed; omit this flag`,
    );
    expect(await resolveTask(flat.name, { terrainSeed: 0 })).toBe(flat);
  });
});
