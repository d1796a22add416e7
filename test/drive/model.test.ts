/** A model without a task, driven: joints and controls set by hand are part of the recording. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { courseOf, readReplay, replayText } from "../../src/catalogue/replay-file.ts";
import { DriveSession } from "../../src/drive/drive-session.ts";
import { packageRoot } from "../../src/files/package-root.ts";
import { createEngine } from "../../src/graph/index.ts";
import { loadMujoco } from "../../src/physics/engine.ts";
import { SENSOR_KINDS, sensorKind } from "../../src/physics/sensor-kinds.ts";
import { Environment, sceneTask } from "../../src/tasks/index.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

const scene = join(packageRoot, "scenes", "go1-flat.xml");
const zero = { key: "zero", data: { kind: "zero" }, noise: "zero" } as const;
const setup = { task: scene, seed: 0, policy: zero, disturbances: false, command: null };

async function driven(): Promise<DriveSession> {
  const session = await DriveSession.create({ setup }, createEngine("ort"));
  onTestFinished(() => session.delete());
  return session;
}

async function advance(session: DriveSession, steps: number): Promise<void> {
  for (let k = 0; k < steps; k++) await session.advance();
}

describe("a model without a task", () => {
  it("stands in its home keyframe, held by its servos", async () => {
    const session = await driven();
    const { sim } = session.env;
    const home = sim.keyframeQpos("home");
    await advance(session, 100);
    const [from, to] = [7, sim.nq];
    for (let k = from; k < to; k++) expect(Math.abs(sim.qpos[k]! - home[k]!)).toBeLessThan(0.3);
    expect(sim.qpos[2]).toBeGreaterThan(0.2);
  });

  it("shows a joint that was set at once, without a step", async () => {
    const session = await driven();
    const { sim } = session.env;
    const { qposAddress, dofAddress } = sim.joint("FR_calf_joint");
    const foot = sim.siteId("FR");
    const before = sim.siteXpos[3 * foot + 2]!;
    await session.change({ kind: "coordinate", qposAddress, dofAddress, value: -2.6 });
    expect(session.step).toBe(0);
    expect(sim.siteXpos[3 * foot + 2]! - before).toBeGreaterThan(0.05);
  });

  it("moves a servo to the control that was set, and another session repeats it to the same digest", async () => {
    const session = await driven();
    const { sim } = session.env;
    const actuator = sim.actuatorId("FR_thigh");
    const { qposAddress, dofAddress } = sim.joint("FL_hip_joint");
    await advance(session, 5);
    await session.change({ kind: "control", actuator, value: 1.4 });
    await session.change({ kind: "coordinate", qposAddress, dofAddress, value: -0.4 });
    await advance(session, 60);
    expect(sim.qpos[sim.joint("FR_thigh_joint").qposAddress]).toBeGreaterThan(1.2);
    const course = (await session.course())!;
    const file = join(scratchFolder(), "by-hand.replay.json");
    writeFileSync(file, replayText(course).text);
    const env = await Environment.create(await sceneTask(scene));
    onTestFinished(() => env.delete());
    const read = await courseOf(await readReplay(file), { task: scene, modelDir: "" }, env);
    expect(read.log.map(({ change }) => change.kind)).toEqual(["control", "coordinate"]);
    const again = await DriveSession.create({ setup: read.setup, course: read }, createEngine("ort"));
    onTestFinished(() => again.delete());
    while (again.step < again.newest) await again.advance();
    expect(again.digest).toBe(course.digest);
  });
});

describe("the list of sensor kinds", () => {
  let kinds: Readonly<Record<string, { value: number }>>;
  beforeAll(async () => {
    kinds = (await loadMujoco()).mjtSensor as unknown as typeof kinds;
  });

  it.each([
    ["mjSENS_TOUCH", "touch", "N"],
    ["mjSENS_GYRO", "gyro", "rad/s"],
    ["mjSENS_JOINTVEL", "joint velocity", "rad/s"],
    ["mjSENS_FRAMEQUAT", "orientation, w-x-y-z", ""],
    ["mjSENS_SUBTREEANGMOM", "angular momentum", "kg·m²/s"],
    ["mjSENS_CONTACT", "contact", ""],
    ["mjSENS_CLOCK", "time", "s"],
    ["mjSENS_USER", "user", ""],
  ])("has %s in MuJoCo's place", (name, kind, unit) => {
    expect(sensorKind(kinds[name]!.value)).toEqual({ kind, unit });
  });

  it("is as long as MuJoCo's", () => {
    expect(Object.keys(kinds).filter((name) => name.startsWith("mjSENS_"))).toHaveLength(SENSOR_KINDS);
  });
});
