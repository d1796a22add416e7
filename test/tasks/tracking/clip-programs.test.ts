import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { humanoidTrack } from "../../../src/tasks/humanoid/track.ts";
import { ClipMaker } from "../../../src/tasks/tracking/clip-maker.ts";
import { clipPrograms } from "../../../src/tasks/tracking/clip-programs.ts";
import type { ReferenceReading } from "../../../src/tasks/tracking/reference.ts";
import { taskEnvironments } from "../registered-tasks.ts";

const environment = taskEnvironments();

it("a program gives the same bits on every machine, whatever was made before it", async () => {
  const maker = await ClipMaker.create();
  const [first, second] = clipPrograms();
  maker.make(second!);
  const { qpos, frames } = maker.make(first!);
  maker.delete();
  expect([frames, qpos.length]).toEqual([506, 506 * 28]);
  const bytes = new Uint8Array(Float32Array.from(qpos).buffer);
  expect(createHash("sha256").update(bytes).digest("hex")).toBe(
    "c6f7630cbd149555536d52b0ea875e1250d3f0250a0991af8f7d2b765a4d0bd0",
  );
});

it("the actions of a clip lead along it for more than a second, where no action lets the robot fall behind", async () => {
  const env = await environment(humanoidTrack);
  const { reference } = env.readings as { reference: ReferenceReading };
  const errorAfter = (share: number) => {
    env.start(7, 0);
    for (let step = 0; step < 60; step++) {
      env.step(
        7,
        0,
        Float32Array.from(reference.clipAction, (action) => share * action),
        0,
      );
    }
    return reference.globalError;
  };
  expect(errorAfter(1)).toBeLessThan(0.05);
  expect(errorAfter(0)).toBeGreaterThan(3 * errorAfter(1));
});
