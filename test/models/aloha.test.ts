import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";

const ARM = ["waist", "shoulder", "elbow", "forearm_roll", "wrist_angle", "wrist_rotate"];
/** Those that a mirror turns round. */
const TURNED = new Set(["waist", "forearm_roll", "wrist_rotate"]);

let sim: Simulation;

async function load(scene: string): Promise<void> {
  sim = await Simulation.load(join(packageRoot, "scenes", `${scene}.xml`));
}

function reset(keyframe: string): void {
  sim.clearForces();
  sim.resetToKeyframe(keyframe);
  sim.forward();
}

function address(joint: string): number {
  return sim.joint(joint).qposAddress;
}

function place(site: string): number[] {
  return Array.from(sim.siteXpos.subarray(3 * sim.siteId(site), 3 * sim.siteId(site) + 3));
}

function bodyPlace(body: string): number[] {
  return Array.from(sim.xpos.subarray(3 * sim.bodyId(body), 3 * sim.bodyId(body) + 3));
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, i) => value - b[i]));
}

/** m, between the fingertips of an arm */
function opening(side: string): number {
  return distance(place(`${side}/left_finger`), place(`${side}/right_finger`));
}

/** Sensors that report a finger on the table. */
function touching(): string[] {
  return sim.names.all("sensor").filter((name) => sim.sensordata[sim.sensor(name).address] > 0);
}

function seconds(count: number): void {
  sim.step(Math.round(count / sim.timestep));
}

/** How far a free body came from where the keyframe had it, m. */
function drift(body: string, keyframe: string): number {
  reset(keyframe);
  const start = bodyPlace(body);
  seconds(1);
  return distance(bodyPlace(body), start);
}

describe("ALOHA with the box", () => {
  beforeAll(() => load("aloha-hand-over"));
  afterAll(() => sim.delete());
  beforeEach(() => reset("home"));

  it("holds the pose home: its drives give way to gravity by less than 0.03 rad", () => {
    const start = sim.qpos.slice();
    seconds(1);
    for (const side of ["left", "right"])
      for (const joint of ARM) {
        const at = address(`${side}/${joint}`);
        expect(Math.abs(sim.qpos[at] - start[at])).toBeLessThan(0.03);
      }
    expect(touching()).toEqual([]);
  });

  it("leaves the box where it lies", () => {
    expect(drift("box", "home")).toBeLessThan(2e-5);
  });

  it("shuts both fingers of a gripper with one drive, and those of the other gripper stay", () => {
    seconds(1);
    const before = opening("right");
    sim.ctrl[sim.actuatorId("left/gripper")] = 0.002;
    seconds(2);
    for (const finger of ["left/left_finger", "left/right_finger"])
      expect(sim.qpos[address(finger)]).toBeCloseTo(0.002, 3);
    // The sites lie 0.9 mm beyond the middle of a gripper that is shut.
    expect(opening("left")).toBeCloseTo(2 * (0.002 - 0.0009), 3);
    expect(opening("right")).toBeCloseTo(before, 3);
  });

  it("carries the box in its fingers for a second, and drops it when they open", () => {
    reset("picked");
    const held = () => distance(bodyPlace("box"), place("left/gripper"));
    const start = held();
    seconds(1);
    expect(Math.abs(held() - start)).toBeLessThan(0.002);
    expect(bodyPlace("box")[2]).toBeGreaterThan(0.13);
    sim.ctrl[sim.actuatorId("left/gripper")] = 0.037;
    seconds(1);
    expect(bodyPlace("box")[2]).toBeLessThan(0.04);
  });

  it("mirrors a pose of the left arm by turning waist and rolls round on the right", () => {
    const angles = [0.4, -0.3, 0.9, 0.7, -0.5, 1.1];
    ARM.forEach((joint, i) => {
      sim.qpos[address(`left/${joint}`)] = angles[i];
      sim.qpos[address(`right/${joint}`)] = TURNED.has(joint) ? -angles[i] : angles[i];
    });
    sim.forward();
    const [x, y, z] = place("left/gripper");
    const right = place("right/gripper");
    expect([-x, y, z].map((value, i) => Math.abs(value - right[i]) < 1e-12)).toEqual([true, true, true]);
    expect(Math.abs(y + 0.019)).toBeGreaterThan(0.1);
  });

  it("reports which finger is on the table", () => {
    const roll = address("left/wrist_rotate");
    sim.qpos[address("left/shoulder")] = 0.125;
    // On its side the gripper has one finger below the other.
    for (const [angle, finger] of [
      [Math.PI / 2, "left_finger"],
      [-Math.PI / 2, "right_finger"],
    ] as const) {
      sim.qpos[roll] = angle;
      sim.forward();
      expect(touching().sort()).toEqual([`table_left/${finger}_bottom_found`, `table_left/${finger}_top_found`]);
    }
  });
});

describe("ALOHA with socket and peg", () => {
  beforeAll(() => load("aloha-peg"));
  afterAll(() => sim.delete());

  it("leaves both where they lie", () => {
    for (const body of ["socket", "peg"]) expect(drift(body, "home")).toBeLessThan(2e-5);
  });

  it("has a socket that is open where the peg enters and shut behind", () => {
    reset("home");
    const [socket, peg] = [address("socket"), address("peg")];
    const contactsWithPegAt = (x: number) => {
      sim.qpos.set([x, 0, 0.3, 1, 0, 0, 0], peg);
      sim.qpos.set([0, 0, 0.3, 1, 0, 0, 0], socket);
      sim.forward();
      return sim.data.ncon;
    };
    expect(contactsWithPegAt(0.048)).toBe(0);
    expect(distance(place("peg_end2"), place("socket_rear"))).toBeLessThan(1e-12);
    expect(contactsWithPegAt(0.0085)).toBe(0);
    expect(contactsWithPegAt(0.0075)).toBeGreaterThan(0);
  });
});
