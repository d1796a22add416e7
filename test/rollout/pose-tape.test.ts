import { expect, it } from "vitest";
import { PoseTape, tapeSizes } from "../../src/rollout/pose-tape.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { ALL_VERTICES, writeSoftTask } from "../viewer/soft-task.ts";

it("a tape of watched environments holds the vertices of their flexes, each step's in its place", async () => {
  const env = await Environment.create(await resolveTask(writeSoftTask(scratchFolder())));
  const sizes = tapeSizes(env, 2, 3);
  expect([sizes.points, sizes.pointSlots, sizes.looks]).toEqual([ALL_VERTICES, 3, 2]);
  const tape = new PoseTape(PoseTape.allocate(sizes), sizes);
  env.start(1, 0);
  env.step(1, 0, new Float32Array(env.actionSize), 0);
  tape.record(1, 2, env);
  const { points } = tape.views;
  // [steps, looks, slots, vertices, 3]
  const row = ((1 * 2 + 1) * 3 + 2) * ALL_VERTICES * 3;
  expect([...points.subarray(row, row + 3 * ALL_VERTICES)]).toEqual([...env.sim.flexvertXpos].map(Math.fround));
  expect(points.subarray(0, row).every((value) => value === 0)).toBe(true);
  env.delete();
});
