/** The Panda's kinematics in closed form against the model's own. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../../src/math/rng.ts";
import { pandaArm } from "../../../src/tasks/actions/panda-arm.ts";
import { Environment, registry } from "../../../src/tasks/index.ts";

let env: Environment;
beforeAll(async () => {
  env = await Environment.create(registry.get("PandaPickCubeCartesian"));
});
afterAll(() => env.delete());

/** Where the model has the tip for these joints: 3.4 mm beyond its site. */
function modelTip(joints: ArrayLike<number>): { position: number[]; matrix: number[] } {
  const { sim } = env;
  sim.qpos.set(joints);
  sim.forward();
  const site = sim.siteId("gripper");
  const matrix = [...sim.siteXmat.subarray(9 * site, 9 * site + 9)];
  const position = [0, 1, 2].map((i) => sim.siteXpos[3 * site + i]! + 0.0034 * matrix[3 * i + 2]!);
  return { position, matrix };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
}

const LOW = [-2.8973, -1.7628, -2.8973, -3.0718, -2.8973, -0.0175, -2.8973];
const HIGH = [2.8973, 1.7628, 2.8973, -0.4663, 2.8973, 3.7525, 2.8973];

/** So many poses anywhere within the joints' limits, with an arm that is not stretched out. */
function poses(count: number): number[][] {
  const rng = new Rng().seek(3, 1);
  return Array.from({ length: count }, () => LOW.map((low, i) => rng.uniform(low, HIGH[i])));
}

describe("the Panda's arm", () => {
  it("puts its tip where the model does", () => {
    const [position, matrix] = [new Float64Array(3), new Float64Array(9)];
    for (const joints of poses(300)) {
      pandaArm.forward(joints, position, matrix);
      const model = modelTip(joints);
      expect(largestDifference(position, model.position)).toBeLessThan(1e-6);
      expect(largestDifference(matrix, model.matrix)).toBeLessThan(1e-6);
    }
  });

  it("finds the joints of a pose again, from poses near by", () => {
    const rng = new Rng().seek(4, 1);
    const found = new Float64Array(7);
    const worst = poses(2000).map((joints) => {
      const [position, matrix] = [new Float64Array(3), new Float64Array(9)];
      pandaArm.forward(joints, position, matrix);
      // joint 6 at the edge of its two solutions, or joint 2 at 0, may come out as the other kind
      const near = joints.map((joint, i) => (i === 6 ? joint : joint + rng.uniform(-0.001, 0.001)));
      expect(pandaArm.inverse(position, matrix, near, found)).toBe(true);
      return largestDifference(found, joints);
    });
    expect(worst.filter((difference) => difference < 1e-6).length).toBeGreaterThan(1960);
  });

  it("puts the model's tip on every reachable place of the task's box, joint 7 kept", () => {
    const home = env.sim.keyframeControls("low_home").slice(0, 7);
    const [start, matrix, found, reached] = [3, 9, 7, 3].map((size) => new Float64Array(size));
    pandaArm.forward(home, start!, matrix!);
    expect([...start!]).toEqual([0.661053, -0.000518, 0.179068].map((value) => expect.closeTo(value, 5)));
    let places = 0;
    for (let x = 0.25; x <= 0.77; x += 0.052)
      for (let y = -0.32; y <= 0.32; y += 0.08)
        for (let z = 0.02; z <= 0.5; z += 0.08) {
          const wanted = [x, y, z];
          if (!pandaArm.inverse(wanted, matrix!, home, found!)) continue;
          places++;
          expect(found![6]).toBe(home[6]);
          const tip = modelTip(found!);
          expect(largestDifference(tip.position, wanted)).toBeLessThan(1e-6);
          expect(largestDifference(tip.matrix, matrix!)).toBeLessThan(1e-6);
          pandaArm.forward(found!, reached!, new Float64Array(9));
          expect(largestDifference(reached!, wanted)).toBeLessThan(1e-12);
        }
    // of 693 places; at those high and far out the wrist would be beyond the arm
    expect(places).toBeGreaterThan(500);
  });

  it("knows that nothing puts the tip beyond the arm, and writes nothing then", () => {
    const found = new Float64Array(7).fill(9);
    const down = [1, 0, 0, 0, -1, 0, 0, 0, -1];
    expect(pandaArm.inverse([0.9, 0, 0.3], down, [0, 0.5, 0, -1.8, 0, 2.3, 0.785], found)).toBe(false);
    expect([...found]).toEqual(new Array<number>(7).fill(9));
  });
});
