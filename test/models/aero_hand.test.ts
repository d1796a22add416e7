import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";

const SECOND = 100; // steps
/** Where the cube's coordinates begin. */
const CUBE = 16;
const FINGERS = { index: "if", middle: "mf", ring: "rf", pinky: "pf" } as const;
/** Controls: tendon lengths in m (index, middle, ring, pinky), thumb abduction in rad, the thumb's two tendons. */
const LONG = [0.110387, 0.110387, 0.110387, 0.110387, 0, 0.038389, 0.112138];
const SHORT = [0.08, 0.08, 0.08, 0.08, 0.3, 0.035, 0.1]; // a loose fist in which no fingertip meets the thumb
/** rad */
const BENT = 1.57;

let sim: Simulation;

beforeAll(async () => {
  sim = await Simulation.load(join(packageRoot, "scenes", "aero_hand-cube.xml"));
});

afterAll(() => sim.delete());

beforeEach(() => {
  sim.clearForces();
  sim.resetToKeyframe("home");
  sim.forward();
});

function read(sensor: string): number[] {
  const { address, size } = sim.sensor(sensor);
  return Array.from(sim.sensordata.subarray(address, address + size));
}

function angle(joint: string): number {
  return sim.qpos[sim.joint(`right_${joint}`).qposAddress];
}

function bend(joint: string, value: number): void {
  sim.qpos[sim.joint(`right_${joint}`).qposAddress] = value;
}

/** m */
function length(tendon: string): number {
  return sim.data.ten_length[sim.id("tendon", tendon)];
}

function hold(controls: readonly number[]): void {
  sim.qpos[CUBE + 1] = 5; // the cube out of the way
  sim.ctrl.set(controls);
  sim.step(2 * SECOND);
}

/** Lengths of a tendon while joints bend together in 50 parts. */
function sweep(tendon: string, joints: readonly string[]): number[] {
  sim.resetToInitial();
  return Array.from({ length: 51 }, (_, i) => {
    for (const joint of joints) bend(joint, (BENT * i) / 50);
    sim.forward();
    return length(tendon);
  });
}

describe("the Aero Hand", () => {
  it("straightens by its springs when its tendons are let out", () => {
    expect(angle("index_mcp_flex")).toBeGreaterThan(BENT);
    hold(LONG);
    for (const finger of Object.keys(FINGERS)) {
      for (const joint of ["mcp_flex", "pip", "dip"]) expect(Math.abs(angle(`${finger}_${joint}`))).toBeLessThan(0.01);
    }
  });

  it("bends every finger over the palm when its tendons are drawn in, to 2 mm of the asked lengths", () => {
    hold(SHORT);
    for (const finger of Object.keys(FINGERS)) {
      for (const joint of ["mcp_flex", "pip", "dip"]) expect(angle(`${finger}_${joint}`)).toBeGreaterThan(0.35);
    }
    const lengths = ["len_if", "len_mf", "len_rf", "len_pf", "len_th_abd", "len_th1", "len_th2"].flatMap(read);
    const errors = lengths.map((value, drive) => Math.abs(value - SHORT[drive]));
    expect(Math.max(...errors.filter((_, drive) => drive !== 4))).toBeLessThan(0.002);
    expect(errors[4]).toBeLessThan(0.03);
  });

  it("couples the last joint of every finger and of the thumb to the one before", () => {
    hold(SHORT);
    const pairs = [...Object.keys(FINGERS).map((f) => [`${f}_pip`, `${f}_dip`]), ["thumb_mcp", "thumb_ip"]];
    for (const [first, last] of pairs) {
      expect(angle(first)).toBeGreaterThan(0.35);
      expect(Math.abs(angle(first) - angle(last))).toBeLessThan(0.005);
    }
  });

  it("shortens each flexor without a jump as its joints bend", () => {
    const ways = Object.entries(FINGERS).map(([finger, short]) => ({
      tendon: `${short}_tendon0`,
      joints: ["mcp_flex", "pip", "dip"].map((joint) => `${finger}_${joint}`),
      total: 0.046,
    }));
    ways.push({ tendon: "th_tendon2", joints: ["thumb_mcp", "thumb_ip"], total: 0.028 });
    for (const { tendon, joints, total } of ways) {
      const lengths = sweep(tendon, joints);
      const parts = lengths.slice(1).map((value, i) => lengths[i] - value);
      expect([tendon, Math.min(...parts) > 0, Math.max(...parts) < 0.0012]).toEqual([tendon, true, true]);
      expect(Math.abs(lengths[0] - lengths[50] - total)).toBeLessThan(0.001);
    }
  });

  it("leads the cable of the last joints the short way past its pulley, whatever the pose", () => {
    for (const [finger, short] of Object.entries(FINGERS)) {
      const lengths = sweep(`${short}_tendon1`, [`${finger}_mcp_flex`]);
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThan(1e-6);
      expect(lengths[0]).toBeCloseTo(0.04805, 5);
    }
  });

  it("keeps the dropped cube: after two seconds it lies still, 2 cm above where a task ends", () => {
    sim.step(2 * SECOND);
    expect(read("cube_position")[2]).toBeGreaterThan(-0.03);
    expect(Math.hypot(...read("cube_linvel"))).toBeLessThan(0.001);
    expect(Math.hypot(...read("cube_angvel"))).toBeLessThan(0.02);
  });
});
