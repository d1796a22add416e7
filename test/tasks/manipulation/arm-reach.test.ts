import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../../src/files/package-root.ts";
import { Simulation } from "../../../src/physics/simulation.ts";
import { ArmReach } from "../../../src/tasks/manipulation/arm-reach.ts";

const JOINTS = ["waist", "shoulder", "elbow", "forearm_roll", "wrist_angle", "wrist_rotate"].map(
  (name) => `left/${name}`,
);

it("an arm reaches places and rotations of its hand that other joint angles have, and comes near those beyond its reach", async () => {
  const sim = await Simulation.load(join(packageRoot, "scenes", "aloha-hand-over.xml"));
  const reach = new ArmReach(sim, "left/gripper", JOINTS);
  const site = sim.siteId("left/gripper");
  const iterate = (count: number) => {
    for (let n = 0; n < count; n++) {
      reach.step();
      sim.forward();
    }
  };
  for (const offsets of [
    [0.3, 0.2, -0.3, 0.4, 0.2, -0.5],
    [-0.5, -0.3, 0.2, -0.2, 0.5, 0.3],
  ]) {
    sim.resetToKeyframe("home");
    JOINTS.forEach((joint, i) => {
      sim.qpos[sim.joint(joint).qposAddress]! += offsets[i]!;
    });
    sim.forward();
    reach.position.set(sim.siteXpos.subarray(3 * site, 3 * site + 3));
    reach.rotation.set(sim.siteXmat.subarray(9 * site, 9 * site + 9));
    sim.resetToKeyframe("home");
    sim.forward();
    expect(reach.distance).toBeGreaterThan(0.05);
    iterate(20);
    expect(reach.distance).toBeLessThan(1e-4);
    const turned = sim.siteXmat.subarray(9 * site, 9 * site + 9);
    expect([...turned]).toEqual([...reach.rotation].map((value) => expect.closeTo(value, 3)));
  }
  reach.position[0] = 2;
  iterate(50);
  // 0.75 m from the shoulder at most
  expect(reach.distance).toBeLessThan(2 + 0.469 - 0.6);
  for (const joint of JOINTS) {
    const { qposAddress, range } = sim.joint(joint);
    expect(sim.qpos[qposAddress]).toBeGreaterThanOrEqual(range[0]);
    expect(sim.qpos[qposAddress]).toBeLessThanOrEqual(range[1]);
  }
  sim.delete();
});

it("joint velocities move the hand as it should move, and keep as near to others as that allows", async () => {
  const sim = await Simulation.load(join(packageRoot, "scenes", "panda_robotiq-cube.xml"));
  const joints = Array.from({ length: 7 }, (_, i) => `joint${i + 1}`);
  const reach = new ArmReach(sim, "gripper", joints);
  const site = 3 * sim.siteId("gripper");
  sim.resetToKeyframe("home");
  sim.forward();
  const before = [...sim.siteXpos.subarray(site, site + 3)];
  const rates = [...reach.rates([0.3, -0.2, 0.1, 0, 0, 0], new Float64Array(7))];
  const elbow = [...reach.rates([0.3, -0.2, 0.1, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0])];
  expect(elbow[2]! - rates[2]!).toBeGreaterThan(0.1);
  for (const velocities of [rates, elbow]) {
    sim.resetToKeyframe("home");
    for (let j = 0; j < 7; j++) sim.qpos[j]! += 1e-3 * velocities[j]!;
    sim.forward();
    const moved = before.map((value, i) => (sim.siteXpos[site + i]! - value) / 1e-3);
    expect(moved).toEqual([0.3, -0.2, 0.1].map((value) => expect.closeTo(value, 1)));
  }
  sim.delete();
});
