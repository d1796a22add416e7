import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Simulation } from "../../src/physics/simulation.ts";

const SECOND = 200; // physics steps
const CONTROL = 4; // physics steps
const ANKLES = ["l_ankle_pd", "r_ankle_pd"];

describe("Apollo on flat ground", () => {
  let sim: Simulation;
  let ankles: readonly number[];

  beforeAll(async () => {
    sim = await Simulation.load(join(packageRoot, "scenes", "apollo-flat.xml"));
    ankles = ANKLES.map((joint) => sim.actuatorJoints().indexOf(joint));
  });

  afterAll(() => sim.delete());

  beforeEach(() => {
    sim.clearForces();
    sim.resetToKeyframe("stand");
    sim.forward();
  });

  const reading = (name: string) => {
    const { address, size } = sim.sensor(name);
    return [...sim.sensordata.subarray(address, address + size)];
  };
  const at = (places: Float64Array, id: number) => [...places.subarray(3 * id, 3 * id + 3)];
  const touches = (side: string) => reading(`collision_${side}_sole_floor_found`)[0] > 0;

  /** Stands for so long while the ankles' targets follow `gain` times the lean and `damping` times the speed forward. */
  function stand(seconds: number, gain: number, damping: number): void {
    const home = ankles.map((actuator) => sim.ctrl[actuator]);
    for (let t = 0; t < seconds * SECOND; t += CONTROL) {
      const push = gain * reading("upvector")[0] + damping * reading("global_linvel")[0];
      ankles.forEach((actuator, i) => {
        sim.ctrl[actuator] = home[i] + push;
      });
      sim.step(CONTROL);
    }
  }

  it("stands for a second on both feet, held by its drives; then its soft ankles give way, as published", () => {
    stand(1, 0, 0);
    expect([touches("l"), touches("r")]).toEqual([true, true]);
    expect(sim.qpos[2]).toBeGreaterThan(1.07);
    expect(reading("upvector")[2]).toBeGreaterThan(0.999);
    stand(1, 0, 0);
    expect(reading("upvector")[2]).toBeLessThan(0.9);
  });

  it("stands for longer where its ankles lean against the fall", () => {
    stand(4, 15, 4);
    expect([touches("l"), touches("r")]).toEqual([true, true]);
    expect(sim.qpos[2]).toBeGreaterThan(1.07);
    expect(sim.qpos[2]).toBeLessThan(1.09);
    expect(reading("upvector")[2]).toBeGreaterThan(0.998);
  });

  it("is the same left and right in its poses", () => {
    for (const key of ["stand", "knees_bent"]) {
      sim.resetToKeyframe(key);
      sim.forward();
      for (const part of ["elbow_fe_link", "wrist_pitch_link", "knee_fe_link", "foot_link"]) {
        const [left, right] = ["l", "r"].map((side) => at(sim.xpos, sim.bodyId(`${side}_${part}`)));
        [left[0] - right[0], left[1] + right[1], left[2] - right[2]].forEach((difference) => {
          expect(Math.abs(difference), `${key}, ${part}`).toBeLessThan(1e-4);
        });
      }
    }
  });

  it("has shells that touch nothing, and stands 4 mm deep in the floor at first, as published", () => {
    const { model } = sim;
    const shells = Array.from({ length: sim.ngeom }, (_, geom) => geom).filter((geom) => model.geom_group[geom] === 2);
    expect(shells.length).toBeGreaterThan(100);
    expect(shells.every((geom) => model.geom_contype[geom] === 0 && model.geom_conaffinity[geom] === 0)).toBe(true);
    const [, , middle] = at(sim.siteXpos, sim.siteId("l_foot"));
    expect(middle - 0.009).toBeCloseTo(-0.0038, 4);
  });

  it("holds its face upright above the torso", () => {
    const mouth = at(sim.geomXpos, sim.geomId("mouth"));
    const eyes = ["left_eye", "right_eye"].map((eye) => at(sim.geomXpos, sim.geomId(eye)));
    const chest = at(sim.geomXpos, sim.geomId("chest_display"));
    expect(eyes[0][2]).toBeCloseTo(eyes[1][2], 4);
    expect(eyes[0][1]).toBeCloseTo(-eyes[1][1], 4);
    expect(mouth[2]).toBeLessThan(eyes[0][2] - 0.04);
    expect(mouth[2]).toBeGreaterThan(chest[2] + 0.2);
  });
});
