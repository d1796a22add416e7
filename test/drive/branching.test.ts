import { describe, expect, it, onTestFinished } from "vitest";
import { Branching } from "../../src/drive/branching.ts";
import type { DriveChange, DriveSetup } from "../../src/drive/drive-orders.ts";
import { DriveSession } from "../../src/drive/drive-session.ts";
import { createEngine } from "../../src/graph/index.ts";

const RANDOM = { key: "random", data: { kind: "random" }, noise: "random" } as const;
const setup: DriveSetup = { task: "CheetahRun", seed: 7, policy: RANDOM, disturbances: true, command: null };
const PUSH: DriveChange = { kind: "push", angle: 0, speed: 2 };
const ZERO: DriveChange = { kind: "policy", policy: { key: "zero", data: { kind: "zero" }, noise: "zero" } };

async function begun(task = setup.task): Promise<{ session: DriveSession; branching: Branching }> {
  const session = await DriveSession.create({ setup: { ...setup, task } }, createEngine("ort"));
  onTestFinished(() => session.delete());
  const branching = new Branching(session);
  onTestFinished(() => branching.end("keep"));
  return { session, branching };
}

async function advanceTo(branching: Branching, session: DriveSession, step: number): Promise<void> {
  while (session.step < step) await branching.advance();
}

/** A course of 60 steps with a push after 40, and its poses by step; then a branch at 30. */
async function branched() {
  const { session, branching } = await begun();
  const poses: Float32Array[] = [];
  while (session.step < 60) {
    if (session.step === 40) await session.change(PUSH);
    await branching.advance();
    poses[session.step] = session.moment().poses;
  }
  await branching.seek(30);
  await branching.obey("begin");
  return { session, branching, poses };
}

describe("a branch", () => {
  it("leaves the original as it was, step beside step, and goes its own way after a change", async () => {
    const { session, branching, poses } = await branched();
    expect(session.newest).toBe(30);
    await branching.advance();
    expect([session.moment().poses, branching.moment()!.poses]).toEqual([poses[31], poses[31]]);
    await session.change(ZERO);
    for (const step of [35, 41, 60]) {
      await advanceTo(branching, session, step);
      expect(branching.moment()!.poses).toEqual(poses[step]);
      expect(session.moment().poses).not.toEqual(poses[step]);
    }
    expect(branching.moment()).toMatchObject({ start: 30, policy: "random" });
    expect(session.moment().policy).toBe("zero");
  });

  it("goes on with what nobody does any more where the known future ends", async () => {
    const { session, branching } = await branched();
    await session.change(PUSH);
    await advanceTo(branching, session, 75);
    const { returns, poses } = branching.moment()!;
    expect(poses).not.toEqual(session.moment().poses);
    expect(returns[0]).not.toBe(returns[1]);
  });

  it("can be gone back in with both at the same step, before the fork too", async () => {
    const { session, branching, poses } = await branched();
    await session.change(ZERO);
    await advanceTo(branching, session, 60);
    const own = session.moment().poses;
    for (const step of [45, 20, 60]) {
      await branching.seek(step);
      expect([session.step, branching.moment()!.poses]).toEqual([step, poses[step]]);
    }
    expect(session.moment().poses).toEqual(own);
    await branching.seek(20);
    expect(branching.moment()!.returns).toEqual([0, 0]);
  });

  it("can be given up for the original, whose course is whole, or kept", async () => {
    const { session, branching, poses } = await branched();
    await session.change(ZERO);
    await advanceTo(branching, session, 50);
    await branching.obey("back");
    expect(branching.moment()).toBeNull();
    expect([session.step, session.newest, session.moment().policy]).toEqual([50, 60, "random"]);
    expect(session.moment().poses).toEqual(poses[50]);
    expect((await session.course())!.log).toEqual([{ step: 40, change: PUSH }]);
    await branching.obey("begin");
    await session.change(ZERO);
    await branching.obey("keep");
    expect([branching.moment(), session.moment().policy]).toEqual([null, "zero"]);
  });
});

describe("a keyframe", () => {
  it("puts the robot into its pose, is part of the course, and is seen before any step is done", async () => {
    const { session, branching } = await begun("Go1JoystickFlatTerrain");
    expect(session.env.keyframes).toEqual(expect.arrayContaining(["home", "footstand", "handstand"]));
    await advanceTo(branching, session, 5);
    await session.change({ kind: "keyframe", name: "handstand" });
    const joints = session.env.sim.qpos.slice(7);
    expect(joints).toEqual(session.env.sim.keyframeQpos("handstand").slice(7));
    const { poses, cut } = session.moment();
    expect(cut).toBe(true);
    await advanceTo(branching, session, 9);
    const after = session.moment().poses;
    const course = (await session.course())!;
    expect(course.log).toEqual([{ step: 5, change: { kind: "keyframe", name: "handstand" } }]);
    await branching.seek(4);
    await branching.seek(9);
    expect(session.moment().poses).toEqual(after);
    expect(poses).not.toEqual(after);
  });
});
