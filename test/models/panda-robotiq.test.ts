import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";

/** Pins that close the linkages, in the frames of follower and coupler, m. */
const PIN = { follower: [-0.0179014, -0.00651468, 0.0044], coupler: [0.0067833, 0.04703335, -0.008] };
const PAD_HALF_THICKNESS = 0.004;
/** m, of an open 2F-85: it is named for it. */
const STROKE = 0.085;

let sim: Simulation;

beforeAll(async () => {
  sim = await Simulation.load(join(packageRoot, "scenes", "panda_robotiq-cube.xml"));
});

afterAll(() => sim.delete());

beforeEach(() => {
  sim.clearForces();
  sim.resetToKeyframe("home");
  sim.forward();
});

/** Moves the box out of the gripper's reach. */
function clearTable(): void {
  sim.qpos[sim.joint("box_joint").qposAddress + 1] = 0.5;
}

function grip(target: number): void {
  sim.ctrl[sim.actuatorId("fingers_actuator")] = target;
  sim.step(400);
  sim.forward();
}

function pointOf(body: string, [x, y, z]: readonly number[]): number[] {
  const id = sim.bodyId(body);
  const r = sim.xmat.subarray(9 * id, 9 * id + 9);
  return [0, 1, 2].map((i) => sim.xpos[3 * id + i] + r[3 * i] * x + r[3 * i + 1] * y + r[3 * i + 2] * z);
}

function padCentre(side: string): number[] {
  const pad = 3 * sim.geomId(`${side}_finger_pad`);
  return Array.from(sim.geomXpos.subarray(pad, pad + 3));
}

function apart(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, i) => value - b[i]));
}

function gap(): number {
  return apart(padCentre("left"), padCentre("right")) - 2 * PAD_HALF_THICKNESS;
}

function sensor(name: string): number[] {
  const { address, size } = sim.sensor(name);
  return Array.from(sim.sensordata.subarray(address, address + size));
}

describe("the Panda with a Robotiq gripper", () => {
  it("floats where it is put: its weight is carried, and motors are at rest", () => {
    const home = Array.from(sim.qpos.subarray(0, 7));
    sim.step(200);
    expect(Math.max(...home.map((angle, i) => Math.abs(sim.qpos[i] - angle)))).toBeLessThan(1e-4);
    sim.ctrl[1] = 0.02;
    sim.step(100);
    expect(sim.qpos[1] - home[1]).toBeGreaterThan(0.1);
  });

  it("opens to its stroke and shuts", () => {
    clearTable();
    grip(0);
    expect(gap()).toBeGreaterThan(STROKE);
    expect(gap()).toBeLessThan(STROKE + 0.003);
    grip(0.82);
    expect(gap()).toBeLessThan(0.003);
  });

  it("moves both fingers alike, pads facing each other, linkages closed", () => {
    clearTable();
    grip(0.4);
    const base = pointOf("base", [0, 0, 0]);
    expect(apart(padCentre("left"), base)).toBeCloseTo(apart(padCentre("right"), base), 4);
    for (const side of ["left", "right"]) {
      expect(sim.qpos[sim.joint(`${side}_driver_joint`).qposAddress]).toBeCloseTo(0.4, 2);
      const pins = [pointOf(`${side}_follower`, PIN.follower), pointOf(`${side}_coupler`, PIN.coupler)];
      expect(apart(pins[0], pins[1])).toBeLessThan(2e-4);
      const pad = sim.xmat.subarray(9 * sim.bodyId(`${side}_pad`), 9 * sim.bodyId(`${side}_pad`) + 9);
      const palm = sim.xmat.subarray(9 * sim.bodyId("base"), 9 * sim.bodyId("base") + 9);
      expect(pad[2] * palm[2] + pad[5] * palm[5] + pad[8] * palm[8]).toBeGreaterThan(0.9999);
    }
  });

  it("lets the box lie still on the floor", () => {
    const { qposAddress } = sim.joint("box_joint");
    sim.step(100);
    const before = Array.from(sim.qpos.subarray(qposAddress, qposAddress + 3));
    sim.step(200);
    const after = sim.qpos.subarray(qposAddress, qposAddress + 3);
    expect(apart(Array.from(after), before)).toBeLessThan(1e-5);
    expect(before[2]).toBeCloseTo(-0.02297 + 0.05073, 4);
  });

  it("reports the direction of the box's push on its fingers, and no direction without one", () => {
    expect(sensor("left_coupler_col_1_box_normal")).toEqual([0, 0, 0]);
    sim.qpos[sim.joint("box_joint").qposAddress + 2] += 0.09;
    sim.forward();
    const normal = sensor("left_coupler_col_1_box_normal");
    expect(Math.hypot(...normal)).toBeCloseTo(1, 9);
  });

  it("feels the floor and the wall with its pads", () => {
    const names = ["floor_left_finger_pad_found", "wall_left_finger_pad_found"];
    expect(names.flatMap(sensor)).toEqual([0, 0]);
    sim.qpos[1] += 0.4;
    sim.forward();
    expect(sensor(names[0])[0]).toBeGreaterThan(0);
    sim.qpos.set([0, 1, 0, -0.3, 0, 2.6, 0]);
    sim.forward();
    expect(sensor(names[1])[0]).toBeGreaterThan(0);
  });
});
