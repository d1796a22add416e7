import { describe, expect, it, onTestFinished } from "vitest";
import type { DriveBeginning, DriveChange, DriveSetup } from "../../src/drive/drive-orders.ts";
import { DriveSession } from "../../src/drive/drive-session.ts";
import { createEngine } from "../../src/graph/index.ts";

const RANDOM = { key: "random", data: { kind: "random" }, noise: "random" } as const;
const ZERO = { key: "zero", data: { kind: "zero" }, noise: "zero" } as const;
const setup: DriveSetup = { task: "HumanoidJoystick", seed: 7, policy: ZERO, disturbances: true, command: null };

/** What a person does in the course of these tests, by step. */
const deeds: Readonly<Record<number, DriveChange>> = {
  3: { kind: "command", values: [1, 0, 0.5] },
  30: { kind: "push", angle: 2, speed: 0.7 },
  41: { kind: "hold", grip: { body: 1, point: [0, 0, 0.1], target: [1, 1, 1] } },
  60: { kind: "policy", policy: RANDOM },
  77: { kind: "hold", grip: null },
  90: { kind: "command", values: [0, 0, 0] },
};
const STEPS = 130;

async function session(beginning: Partial<DriveBeginning> = {}): Promise<DriveSession> {
  const made = await DriveSession.create({ setup, ...beginning }, createEngine("ort"));
  onTestFinished(() => made.delete());
  return made;
}

/** Poses by step while the deeds are done. */
async function live(robot: DriveSession, poses: Float32Array[] = []): Promise<Float32Array[]> {
  while (robot.step < STEPS) {
    const deed = deeds[robot.step];
    if (deed) await robot.change(deed);
    await robot.advance();
    poses[robot.step] = robot.moment().poses;
  }
  return poses;
}

describe("a drive session", () => {
  it("goes back to any step, and shows the same course again bit for bit", async () => {
    const robot = await session();
    const poses = await live(robot);
    for (const step of [1, 26, 45, 51, 80, 129, 44]) {
      await robot.seek(step);
      expect(robot.step).toBe(step);
      expect(robot.moment().poses).toEqual(poses[step]);
    }
    while (robot.step < robot.newest) {
      await robot.advance();
      expect(robot.moment().poses).toEqual(poses[robot.step]);
    }
    expect(robot.moment()).toMatchObject({ oldest: 1, newest: STEPS, policy: "random" });
  });

  it("gives the same course to whoever has its setup and log: the digest says so", async () => {
    const robot = await session();
    await live(robot);
    await robot.seek(50);
    const course = (await robot.course())!;
    expect(robot.step).toBe(50);
    expect(course.steps).toBe(STEPS);
    expect(course.log.map(({ step }) => step)).toEqual(Object.keys(deeds).map(Number));
    const again = await session({ setup: course.setup, course });
    expect([again.step, again.newest]).toEqual([1, STEPS]);
    expect((await again.course())!.digest).toBe(course.digest);
    const changed = { ...course, log: course.log.slice(1) };
    expect((await (await session({ setup, course: changed })).course())!.digest).not.toBe(course.digest);
  });

  it("begins another future where something else is done in the past", async () => {
    const robot = await session();
    const poses = await live(robot);
    await robot.seek(60);
    await robot.change({ kind: "command", values: [1, 0, 0.5] });
    expect(robot.newest).toBe(STEPS);
    await robot.change({ kind: "command", values: [-0.5, 0, 0] });
    expect(robot.newest).toBe(60);
    await robot.advance();
    await robot.advance();
    expect(robot.moment().poses).not.toEqual(poses[62]);
    await robot.seek(59);
    expect(robot.moment().poses).toEqual(poses[59]);
    expect((await robot.course())!.log.at(-1)).toEqual({
      step: 60,
      change: { kind: "command", values: [-0.5, 0, 0] },
    });
  });

  it("begins anew as if nothing had been before", async () => {
    const robot = await session();
    await live(robot);
    await robot.restart();
    expect([robot.step, robot.newest]).toEqual([0, 0]);
    await live(robot);
    const course = (await robot.course())!;
    expect(course.setup).toMatchObject({ seed: 8, command: null, policy: { key: "random" } });
    const again = await session({ setup: course.setup, course });
    expect((await again.course())!.digest).toBe(course.digest);
  });
});
