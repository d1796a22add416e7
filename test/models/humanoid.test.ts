import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";

const LEG = ["hip_yaw", "hip_roll", "hip_pitch", "knee", "ankle_pitch", "ankle_roll"];
const ARM = ["shoulder_pitch", "shoulder_roll", "shoulder_yaw", "elbow"];
const VISUAL_GROUP = 2;
/** Steps per second and the swing leg's offsets of the stepping pose that the robot is built to follow. */
const STEP_HZ = 1.35;
const SWING = { hip_pitch: -0.35, knee: 0.7, ankle_pitch: -0.35 };

let sim: Simulation;

beforeAll(async () => {
  sim = await Simulation.load(join(packageRoot, "scenes", "humanoid-flat.xml"));
});

afterAll(() => sim.delete());

beforeEach(() => {
  sim.model.opt.timestep = 0.004;
  sim.clearForces();
  sim.resetToKeyframe("home");
  sim.forward();
});

function sided(names: readonly string[], side: string): string[] {
  return names.map((name) => `${side}_${name}`);
}

function sensor(name: string): number[] {
  const { address, size } = sim.sensor(name);
  return Array.from(sim.sensordata.subarray(address, address + size));
}

function sitePosition(name: string): number[] {
  const site = 3 * sim.siteId(name);
  return Array.from(sim.siteXpos.subarray(site, site + 3));
}

/** Height of the site's x axis end: positive when toes point up. */
function sitePitch(name: string): number {
  return Math.asin(sim.siteXmat[9 * sim.siteId(name) + 6]);
}

function moveJoint(name: string, change: number): void {
  sim.qpos[sim.joint(name).qposAddress] += change;
  sim.forward();
}

function tilt(): number {
  return Math.acos(Math.min(1, sensor("up")[2]));
}

describe("the humanoid's figures", () => {
  it("drives 21 joints, in the order legs, waist, arms", () => {
    const order = [
      ...sided(LEG, "left"),
      ...sided(LEG, "right"),
      "waist_yaw",
      ...sided(ARM, "left"),
      ...sided(ARM, "right"),
    ];
    expect(sim.names.all("actuator")).toEqual(order);
    expect(sim.names.all("joint")).toEqual(["root", ...order]);
  });

  it("weighs 38 to 42 kg and stands about 1.45 m tall", () => {
    const mass = sim.model.body_subtreemass[0];
    expect(mass).toBeGreaterThan(38);
    expect(mass).toBeLessThan(42);
    const head = sim.geomId("head_shell");
    const dataId = sim.model.geom_dataid[head];
    const first = sim.model.mesh_vertadr[dataId];
    let top = 0;
    for (let v = first; v < first + sim.model.mesh_vertnum[dataId]; v++) {
      const [x, y, z] = sim.model.mesh_vert.subarray(3 * v, 3 * v + 3);
      const m = sim.geomXmat.subarray(9 * head + 6, 9 * head + 9);
      top = Math.max(top, sim.geomXpos[3 * head + 2] + m[0] * x + m[1] * y + m[2] * z);
    }
    expect(top).toBeGreaterThan(1.4);
    expect(top).toBeLessThan(1.5);
  });

  it("holds its home pose with equal targets, inside every range", () => {
    for (const name of sim.names.all("actuator")) {
      const { qposAddress, range } = sim.joint(name);
      expect(sim.ctrl[sim.actuatorId(name)]).toBe(sim.qpos[qposAddress]);
      expect(sim.qpos[qposAddress]).toBeGreaterThan(range[0]);
      expect(sim.qpos[qposAddress]).toBeLessThan(range[1]);
    }
  });

  it("shows at most 70 geoms, and none of them collides", () => {
    const { model } = sim;
    const visual = Array.from({ length: sim.ngeom }, (_, i) => i).filter((i) => model.geom_group[i] === VISUAL_GROUP);
    expect(visual.length).toBeLessThanOrEqual(70);
    expect(visual.every((i) => model.geom_contype[i] === 0 && model.geom_conaffinity[i] === 0)).toBe(true);
  });
});

describe("the humanoid's signs", () => {
  it("swings the leg forward with negative hip pitch", () => {
    const before = sitePosition("left_foot");
    moveJoint("left_hip_pitch", -0.3);
    expect(sitePosition("left_foot")[0]).toBeGreaterThan(before[0] + 0.1);
  });

  it("bends the knee with positive angles", () => {
    const before = sitePosition("right_foot");
    moveJoint("right_knee", 0.5);
    expect(sitePosition("right_foot")[0]).toBeLessThan(before[0] - 0.1);
    expect(sitePosition("right_foot")[2]).toBeGreaterThan(before[2]);
  });

  it("lifts the toes with negative ankle pitch", () => {
    moveJoint("left_ankle_pitch", -0.3);
    expect(sitePitch("left_foot")).toBeCloseTo(0.3, 6);
  });

  it("spreads the left leg with positive, the right with negative hip roll", () => {
    moveJoint("left_hip_roll", 0.2);
    moveJoint("right_hip_roll", -0.2);
    expect(sitePosition("left_foot")[1]).toBeGreaterThan(0.2);
    expect(sitePosition("right_foot")[1]).toBeLessThan(-0.2);
  });

  it("raises the foot and keeps it level through the stepping pose", () => {
    for (const [joint, offset] of Object.entries(SWING)) moveJoint(`left_${joint}`, offset);
    expect(sitePosition("left_foot")[2]).toBeGreaterThan(0.06);
    expect(sitePitch("left_foot")).toBeCloseTo(0, 6);
  });
});

describe("the humanoid on home", () => {
  it("has flat feet on the floor and its centre of mass above them", () => {
    for (const side of ["left", "right"]) {
      expect(Math.abs(sitePosition(`${side}_foot`)[2])).toBeLessThan(2e-4);
      expect(sitePitch(`${side}_foot`)).toBeCloseTo(0, 6);
      expect(sensor(`${side}_foot_floor`)[0]).toBe(4);
    }
    expect(Math.abs(sim.subtreeCom[0] - sitePosition("left_foot")[0])).toBeLessThan(0.02);
    expect(Math.abs(sim.subtreeCom[1])).toBeLessThan(1e-6);
  });

  it.each([0.004, 0.005])("stands for 12 s with constant targets at a step of %d s", (timestep) => {
    sim.model.opt.timestep = timestep;
    let largestTilt = 0;
    for (let t = 0; t < 12; t += 25 * timestep) {
      sim.step(25);
      largestTilt = Math.max(largestTilt, tilt());
    }
    expect(largestTilt).toBeLessThan(0.08);
    expect(sim.qpos[2]).toBeGreaterThan(0.75);
    expect(Math.hypot(sim.qpos[0], sim.qpos[1])).toBeLessThan(0.03);
    expect([sensor("left_foot_floor")[0], sensor("right_foot_floor")[0]]).toEqual([4, 4]);
  });

  it("reports no contact in the air", () => {
    sim.qpos[2] += 0.5;
    sim.step(2);
    expect([sensor("left_foot_floor")[0], sensor("right_foot_floor")[0]]).toEqual([0, 0]);
  });

  it("stays finite under full-range random targets", () => {
    const ranges = sim.model.actuator_ctrlrange;
    let seed = 7;
    for (let k = 0; k < 400; k++) {
      for (let i = 0; i < sim.nu; i++) {
        seed = (seed * 1664525 + 1013904223) >>> 0;
        sim.ctrl[i] = ranges[2 * i] + (seed / 2 ** 32) * (ranges[2 * i + 1] - ranges[2 * i]);
      }
      sim.step(5);
    }
    expect(sim.hasNaN()).toBe(false);
    expect(Math.max(...sim.qvel.map(Math.abs))).toBeLessThan(100);
  });
});

describe("the humanoid stepping in place, its pelvis held upright by a spring", () => {
  it.each([0.004, 0.005])("lifts its feet 4 cm and lands flat at a step of %d s", (timestep) => {
    sim.model.opt.timestep = timestep;
    const { lifts, landings, largestLoad } = stepInPlace(timestep, 5);
    expect(lifts.length).toBeGreaterThanOrEqual(4);
    expect(Math.min(...lifts)).toBeGreaterThan(0.04);
    expect(Math.max(...landings.map(Math.abs))).toBeLessThan(0.06);
    expect(largestLoad).toBeLessThan(0.8);
  });
});

/** Peak heights of the left sole, its pitch at each landing, and the largest share of a torque limit that was used. */
function stepInPlace(timestep: number, seconds: number) {
  const home = Float64Array.from(sim.ctrl);
  const lifts: number[] = [];
  const landings: number[] = [];
  let largestLoad = 0;
  let height = 0;
  for (let t = 0; t < seconds; t += timestep) {
    aimStep(home, 2 * Math.PI * STEP_HZ * t);
    holdPelvis();
    sim.step(1);
    if (t < 1) continue;
    largestLoad = Math.max(largestLoad, ...sim.actuatorForce.map((f, i) => Math.abs(f) / torqueLimit(i)));
    height = Math.max(height, sensor("left_foot_pos")[2]);
    if (height > 0.02 && sensor("left_foot_floor")[0] > 0) {
      lifts.push(height);
      landings.push(sitePitch("left_foot"));
      height = 0;
    }
  }
  return { lifts, landings, largestLoad };
}

function torqueLimit(actuator: number): number {
  return sim.model.actuator_forcerange[2 * actuator + 1];
}

function aimStep(home: Float64Array, phase: number): void {
  sim.ctrl.set(home);
  for (const [side, sign] of [
    ["left", 1],
    ["right", -1],
  ] as const) {
    const swing = Math.max(0, sign * Math.sin(phase));
    for (const [joint, offset] of Object.entries(SWING)) sim.ctrl[sim.actuatorId(`${side}_${joint}`)] += offset * swing;
  }
}

/** Holds x, y and the orientation; the legs carry the weight. */
function holdPelvis(): void {
  const { qpos, qvel } = sim;
  const force = [0, 1].map((i) => -3000 * qpos[i] - 300 * qvel[i]);
  const torque = [0, 1, 2].map((i) => -800 * qpos[4 + i] - 30 * qvel[3 + i]);
  sim.applyForce(sim.bodyId("pelvis"), [...force, 0], torque);
}
