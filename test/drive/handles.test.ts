import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { courseOf, policyHash } from "../../src/catalogue/replay-file.ts";
import type { DriveSetup } from "../../src/drive/drive-orders.ts";
import { DriveSession } from "../../src/drive/drive-session.ts";
import { createEngine } from "../../src/graph/index.ts";
import { Hands } from "../../src/physics/hands.ts";
import { Environment, registry } from "../../src/tasks/index.ts";

const zero = { key: "zero", data: { kind: "zero" }, noise: "zero" } as const;

function setupOf(task: string): DriveSetup {
  return { task, seed: 3, policy: zero, disturbances: false, command: null };
}

async function advance(session: DriveSession, steps: number): Promise<void> {
  for (let k = 0; k < steps; k++) await session.advance();
}

describe("a target moved by hand", () => {
  let session: DriveSession;
  beforeAll(async () => {
    session = await DriveSession.create({ setup: setupOf("PandaPickCube") }, createEngine("ort"));
  });
  afterAll(() => session?.delete());

  it("is seen at once, shows in the observation after the next step, and stays in the workspace", async () => {
    await advance(session, 3);
    await session.change({ kind: "place", handle: "target", pos: [0.6, 0.1, 5], quat: null });
    const { handles, sim, observationLayout } = session.env;
    const { body } = handles.get("target")!;
    const seen = session.moment().poses.subarray(7 * body, 7 * body + 3);
    expect([...seen].map((value) => Number(value.toFixed(6)))).toEqual([0.6, 0.1, 0.43]);
    await session.advance();
    const { offset: start } = observationLayout.find(({ name }) => name === "toTarget")!;
    const cube = sim.xpos.subarray(3 * sim.bodyId("box"), 3 * sim.bodyId("box") + 3);
    const toTarget = session.decision.obs.subarray(start, start + 3);
    for (const [i, target] of [0.6, 0.1, 0.43].entries()) expect(toTarget[i]).toBeCloseTo(target - cube[i], 6);
  });

  it("is part of the recording: another session goes through it to the same digest", async () => {
    await session.change({ kind: "place", handle: "target", pos: [0.8, -0.1, 0.3], quat: null });
    await session.change({ kind: "place", handle: "cube", pos: [0.5, 0.2, 0.2], quat: [0.5, 0.5, 0.5, 0.5] });
    await advance(session, 30);
    await session.seek(20);
    await session.seek(session.newest);
    const course = (await session.course())!;
    expect(course.log.map(({ change }) => change.kind)).toEqual(["place", "place", "place"]);
    const again = await DriveSession.create({ setup: course.setup, course }, createEngine("ort"));
    while (again.step < again.newest) await again.advance();
    expect(again.digest).toBe(course.digest);
    again.delete();
  });
});

describe("the goal of a driven task", () => {
  it("is reached, timed from when its target was moved, and counted once per attempt", async () => {
    const session = await DriveSession.create({ setup: setupOf("PandaPickCube") }, createEngine("ort"));
    await advance(session, 10);
    expect(session.moment().goal).toMatchObject({ success: false, successes: 0, drops: null, counters: null });
    const { sim, handles } = session.env;
    const cube = [...sim.xpos.subarray(3 * handles.get("cube")!.body).slice(0, 3)] as [number, number, number];
    await session.change({ kind: "place", handle: "target", pos: cube, quat: null });
    await advance(session, 30);
    expect(session.moment().goal).toMatchObject({ success: true, secondsToSuccess: 1 / 50, successes: 1 });
    await session.change({ kind: "place", handle: "target", pos: [cube[0], cube[1], 0.4], quat: null });
    await advance(session, 2);
    expect(session.moment().goal).toMatchObject({ success: false, secondsToSuccess: null, successes: 1 });
    session.delete();
  });

  it("counts a cube out of a hand as one drop, says so, and begins another episode", async () => {
    const session = await DriveSession.create({ setup: setupOf("LeapCubeReorient") }, createEngine("ort"));
    await session.change({ kind: "place", handle: "cube", pos: [0.3, 0.2, -0.1], quat: null });
    await advance(session, 5);
    const { goal, falls, complaint } = session.moment();
    expect(goal).toMatchObject({ success: null, drops: 1, ends: { dropped: 1 }, counters: { goals: 0 } });
    expect([falls, complaint]).toEqual([1, "the episode ended: dropped"]);
    await advance(session, 40);
    expect(session.env.sim.xpos[3 * session.env.handles.get("cube")!.body + 2]).toBeGreaterThan(0);
    session.delete();
  });
});

describe("an object held by hand", () => {
  let env: Environment;
  beforeAll(async () => {
    env = await Environment.create(registry.get("PandaPickCube"));
    env.start(1, 0);
  });
  afterAll(() => env?.delete());

  const idle = () => new Float32Array(env.actionSize);
  const cube = () => env.handles.get("cube")!.body;

  it("goes where it is drawn to without sagging, and turns where it is turned to", () => {
    const hands = new Hands(env.sim, 1 / env.controlHz, env.handles.objects);
    hands.hold({ body: cube(), point: [0, 0, 0], target: [0.5, 0.3, 0.4] });
    for (let k = 0; k < 60; k++) {
      hands.apply();
      env.step(1, 0, idle(), 0);
    }
    const at = env.sim.xpos.subarray(3 * cube(), 3 * cube() + 3);
    expect(Math.hypot(at[0] - 0.5, at[1] - 0.3, at[2] - 0.4)).toBeLessThan(0.005);
    hands.hold({ body: cube(), point: [0, 0, 0], target: [0, 0, 0], turn: [Math.SQRT1_2, 0, 0, Math.SQRT1_2] });
    for (let k = 0; k < 60; k++) {
      hands.apply();
      env.step(1, 0, idle(), 0);
    }
    const q = env.sim.xquat.subarray(4 * cube(), 4 * cube() + 4);
    expect(Math.abs(q[0] * Math.SQRT1_2 + q[3] * Math.SQRT1_2)).toBeGreaterThan(0.999);
    expect(Math.abs(at[2] - 0.4)).toBeLessThan(0.02);
  });
});

describe("handles of a task", () => {
  it("name bodies that can be put somewhere, else the task is refused in one line", async () => {
    const task = registry.get("PandaPickCube");
    const handles = { arm: { about: "a link", body: "link3", turn: { about: "z" } } } as const;
    await expect(Environment.create({ ...task, handles })).rejects.toThrow(
      'task PandaPickCube: handle "arm": body "link3" has a fixed place or hangs on joints; expected a mocap body or one with a free joint',
    );
  });
});

describe("a replay file", () => {
  it("that moves something the task lets nobody move is refused in one line", async () => {
    const env = await Environment.create(registry.get("PandaPickCube"));
    onTestFinished(() => env.delete());
    const policy = { key: "zero", noise: "zero" as const, hash: policyHash(zero.data) };
    const place = { step: 0, kind: "place" as const, handle: "lamp", pos: null, quat: null };
    const head = { format: "flowgait replay" as const, version: 1 as const, packageVersion: "0", digest: "" };
    const rest = { task: "PandaPickCube", seed: 0, disturbances: false, command: null, steps: 1 };
    const file = { ...head, ...rest, policies: [policy], log: [place] };
    await expect(courseOf(file, { task: "PandaPickCube", modelDir: "" }, env)).rejects.toThrow(
      'replay: PandaPickCube has no handle "lamp", expected one of target, cube',
    );
  });
});
