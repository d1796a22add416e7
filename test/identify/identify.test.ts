/** Recordings by the simulator with known values, and what is found in them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { excitation } from "../../src/identify/excitation.ts";
import type { HungRobot } from "../../src/identify/hung-robot.ts";
import { type Identification, identify } from "../../src/identify/identify.ts";
import type { JointLog } from "../../src/identify/joint-log.ts";
import { recorded } from "../../src/identify/recorded.ts";
import { hungArm, recordedArm, type Truth, writeArm } from "./hanging-arm.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-arm-"));
const scene = writeArm(folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const alive: HungRobot[] = [];
afterEach(() => {
  for (const robot of alive.splice(0)) robot.delete();
});
async function arm(truth?: Truth): Promise<HungRobot> {
  const robot = await hungArm(scene, truth);
  alive.push(robot);
  return robot;
}

/** kd of the scene's servos */
const KD = { shoulder: 1.5, elbow: 1 };
const SHOULDER = { armature: 0.035, frictionLoss: 0.35, damping: 0.5, kp: 48, delay: 0.007 };
const ELBOW = { armature: 0.006, frictionLoss: 0.06, damping: 0.3, kp: 52, delay: 0.0115 };

/** Shares by which what was found is off. */
function errors({ fits }: Identification, joint: string, { damping, ...truth }: typeof SHOULDER, kd: number) {
  const known: Record<string, number> = { ...truth, totalDamping: damping + kd };
  return Object.fromEntries(
    Object.entries(fits[joint]!).map(([name, { value }]) => [name, Math.abs(value / known[name]! - 1)]),
  );
}

const grades = ({ fits }: Identification, joint: string) =>
  Object.values(fits[joint]!).map(({ excitation: grade }) => grade);

it("every value of a joint that is swept is found within 5 %, and the truth lies near its interval", async () => {
  const log = await recordedArm(scene, { left_shoulder: SHOULDER, left_elbow: ELBOW }, { seconds: 3, amplitude: 0.4 });
  const found = await identify(await arm(), log, "kd");
  for (const [joint, truth, kd] of [
    ["left_shoulder", SHOULDER, KD.shoulder],
    ["left_elbow", ELBOW, KD.elbow],
  ] as const) {
    for (const [name, error] of Object.entries(errors(found, joint, truth, kd)))
      expect(error, `${joint} ${name}`).toBeLessThan(0.05);
    expect(grades(found, joint)).not.toContain("weak");
    expect(found.joints[joint]!.kd).toBe(kd);
    expect(found.joints[joint]!.damping! / truth.damping).toBeCloseTo(1, 1);
  }
  expect(found.fit.rmsAfter).toBeLessThan(1.2e-4); // the noise of 0.1 mrad
  expect(found.fit.rmsBefore).toBeGreaterThan(50 * found.fit.rmsAfter);
  expect(found.still).toEqual([]);
});

it("where a log hardly excites a joint it says so, and is still within 20 %", async () => {
  const log = await recordedArm(scene, { left_elbow: ELBOW }, { seconds: 4, amplitude: 0.02 });
  const found = await identify(await arm(), log, "kd");
  expect(grades(found, "left_elbow")).toContain("weak");
  for (const [name, error] of Object.entries(errors(found, "left_elbow", ELBOW, KD.elbow)))
    expect(error, name).toBeLessThan(0.2);
});

it("a joint that stands still keeps the model's values, and is named; the same log gives the same values", async () => {
  const log = await recordedArm(scene, { left_elbow: ELBOW, right_elbow: {} }, { seconds: 2, amplitude: 0.3 });
  const place = log.joints.indexOf("right_elbow");
  for (let at = place; at < log.targets.length; at += log.joints.length) {
    log.targets[at] = log.targets[place]!;
    log.positions[at] = log.positions[place]!;
  }
  const found = await identify(await arm(), log, "kd");
  expect(await identify(await arm(), log, "kd")).toEqual(found);
  expect(found.still).toEqual(["right_elbow"]);
  expect(Object.keys(found.joints)).toEqual(["left_elbow"]);
});

it("both dampings act as one: what keeps the model's value is chosen, and the sum is found either way", async () => {
  const truth = { left_elbow: { damping: 0.1, kd: 1.6 } };
  const log = await recordedArm(scene, truth, { seconds: 2, amplitude: 0.4 });
  const robot = await arm();
  const [kd, damping] = [await identify(robot, log, "kd"), await identify(robot, log, "damping")];
  expect(kd.joints.left_elbow).toMatchObject({ kd: KD.elbow, damping: expect.closeTo(0.7, 1) });
  expect(damping.joints.left_elbow).toMatchObject({ kd: expect.closeTo(1.6, 1), damping: 0.1 });
  expect(kd.fits.left_elbow!.totalDamping!.value).toBeCloseTo(1.7, 1);
});

it("a base that hangs askew is taken as it was recorded", async () => {
  const straight = await recordedArm(scene, { left_shoulder: SHOULDER }, { seconds: 2, amplitude: 0.4, noise: 0 });
  const quarter = [Math.SQRT1_2, 0, Math.SQRT1_2, 0]; // the arms hang forward: gravity acts across them
  const base = Float64Array.from({ length: 4 * straight.time.length }, (_, i) => 3 * quarter[i % 4]!);
  const real = await arm({ left_shoulder: SHOULDER });
  const askew = recorded(real, { ...straight, base }, { noise: 1e-4, seed: 1 });
  const sag = (log: JointLog) => log.positions[0]! - log.targets[0]!;
  expect(Math.abs(sag(askew))).toBeGreaterThan(20 * Math.abs(sag(straight)));
  const found = await identify(await arm(), askew, "kd");
  for (const [name, error] of Object.entries(errors(found, "left_shoulder", SHOULDER, KD.shoulder)))
    expect(error, name).toBeLessThan(0.05);
});

it("targets to record with stay within the joints' limits, begin and end at home, and move one joint at a time", async () => {
  const robot = await arm();
  const { time, joints, targets } = excitation(robot, { seconds: 3, amplitude: 3, joints: [] });
  expect(joints).toEqual(robot.joints);
  const moved = joints.map((_, joint) => {
    const values = Array.from(time, (_at, row) => targets[row * joints.length + joint]!);
    expect(Math.max(...values.map(Math.abs))).toBeLessThan(1.2); // ctrlrange
    expect(Math.max(...values)).toBeGreaterThan(0.7);
    expect([values[0], values.at(-1)]).toEqual([0, 0]);
    return [...time.keys()].filter((row) => values[row] !== 0);
  });
  expect(new Set(moved.flat()).size).toBe(moved.flat().length);
  expect(() => excitation(robot, { seconds: 3, amplitude: 1, joints: ["left_elbwo"] })).toThrow(
    /^--joints: unknown joint: .*"left_elbwo".*left_elbow/,
  );
});
