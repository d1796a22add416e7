/** Turning a cube about the vertical, by the LEAP and the Aero hand. */
import { describe, expect, it } from "vitest";
import type { Environment } from "../../../src/tasks/index.ts";
import { plainEnvironments, term } from "../locomotion/aloft.ts";
import { observation, startRanges, taskEnvironments } from "../registered-tasks.ts";
import { about, float, stepFrom } from "./hands.ts";

const create = taskEnvironments();
const FINGERTIP = { leap: ["th", "if", "mf", "rf"], aero: ["if", "mf", "rf", "pf", "th"] };

function privileged(env: Environment): number[] {
  const values = new Float32Array(env.privilegedSize);
  env.writePrivileged(values, 0);
  return [...values];
}

/** What the critic sees under a name. */
function seen(env: Environment, name: string): number[] {
  const slice = env.privilegedLayout.find((one) => one.name === name)!;
  return privileged(env).slice(slice.offset, slice.offset + slice.size);
}

describe.each([
  { name: "LeapCubeRotateZAxis", tips: FINGERTIP.leap },
  { name: "AeroCubeRotateZAxis", tips: FINGERTIP.aero },
])("$name", ({ name, tips }) => {
  const plain = plainEnvironments(name);

  it("lasts 500 steps and ends when the cube is below z = −0.05 m, which costs 5", async () => {
    const env = await plain();
    expect(env.episodeSteps).toBe(500);
    float(env);
    stepFrom(env, { position: [0.5, 0, -0.04] });
    expect([env.terminated, env.reward, env.goal!.dropped]).toEqual([false, 0, false]);
    stepFrom(env, { position: [0.5, 0, -0.06] });
    expect([...env.terminationFlags]).toEqual([1, 0]);
    expect(env.reward).toBeCloseTo(-5, 9);
    expect(env.goal!.dropped).toBe(true);
  });

  it("rewards the turning rate about the vertical, however the cube lies, and counts the angle", async () => {
    const env = await plain();
    float(env);
    // turned by 90° about x, the cube's y axis points up
    stepFrom(env, { orientation: about(0, Math.PI / 2), angVel: [0, 3, 0] });
    expect(term(env, "turn")).toBeCloseTo(3, 6);
    expect(env.reward).toBeCloseTo(0.15, 6);
    expect(env.goal!.counts[0]).toBeCloseTo(0.15, 6);
    stepFrom(env, { orientation: about(0, Math.PI / 2), angVel: [2, 0, 2] });
    expect(term(env, "turn")).toBeCloseTo(0, 6);
    stepFrom(env, { angVel: [0, 0, -2] });
    expect(env.reward).toBeCloseTo(-0.1, 6);
  });

  it("starts with the cube above the palm, turned any way, joints near home within their ranges, the goal out of sight", async () => {
    const env = await plain();
    const { sim } = env;
    const home = sim.keyframeQpos("home");
    const { low, high } = startRanges(env, () => sim.qpos);
    [0.1, 0, 0.05].forEach((middle, i) => {
      expect(low[16 + i]).toBeGreaterThanOrEqual(middle - 0.01);
      expect(low[16 + i]).toBeLessThan(middle - 0.0095);
      expect(high[16 + i]).toBeLessThanOrEqual(middle + 0.01);
      expect(high[16 + i]).toBeGreaterThan(middle + 0.0095);
    });
    for (let i = 19; i < 23; i++) {
      expect(low[i]).toBeLessThan(-0.9);
      expect(high[i]).toBeGreaterThan(0.9);
    }
    const { jnt_range: ranges } = sim.model;
    for (let i = 0; i < 16; i++) {
      // of 300 normal draws, the outermost lie between 2 and 5 standard deviations of 0.1 rad
      expect(low[i]).toBeGreaterThanOrEqual(Math.max(ranges[2 * i], home[i] - 0.5));
      expect(low[i]).toBeLessThanOrEqual(Math.max(ranges[2 * i], home[i] - 0.2));
      expect(high[i]).toBeLessThanOrEqual(Math.min(ranges[2 * i + 1], home[i] + 0.5));
      expect(high[i]).toBeGreaterThanOrEqual(Math.min(ranges[2 * i + 1], home[i] + 0.2));
    }
    expect([...sim.mocapPos]).toEqual([-100, -100, -100]);
    expect(Math.max(...sim.qvel.map(Math.abs))).toBe(0);
  });

  it("shows the critic fingertips in the palm's frame, and the cube, from the first observation on", async () => {
    const env = await plain();
    const { siteXpos, siteXmat, qpos, siteXpos: places } = env.sim;
    const palm = env.sim.siteId("grasp_site");
    const expected = tips.flatMap((tip) => {
      const at = 3 * env.sim.siteId(`${tip}_tip`);
      const away = [0, 1, 2].map((i) => siteXpos[at + i] - places[3 * palm + i]);
      // Rᵀ v
      return [0, 1, 2].map((i) => [0, 1, 2].reduce((sum, k) => sum + siteXmat[9 * palm + 3 * k + i] * away[k], 0));
    });
    const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6));
    expect(seen(env, "fingertips")).toEqual(close(expected));
    const palmPlace = name.startsWith("Leap") ? [0.11, 0, 0.03] : [...places.subarray(3 * palm, 3 * palm + 3)];
    expect(seen(env, "cubeToPalm")).toEqual(close(palmPlace.map((x, i) => x - qpos[16 + i])));
    expect(seen(env, "cubeOrientation")).toEqual(close([...qpos.subarray(19, 23)]));
    expect(seen(env, "trueJointAngle")).toEqual(close([...qpos.subarray(0, 16)]));
  });

  it("draws hands and cubes within the published ranges", async () => {
    const env = await create(name);
    const { sim } = env;
    const nominal = (await plain()).sim.model;
    const { model } = sim;
    const parameters = model.actuator_gainprm.length / sim.nu;
    const [cube, palm] = [sim.bodyId("cube"), sim.bodyId("palm")];
    const ratio = (field: keyof typeof model, index: number) => {
      const [now, before] = [model[field], nominal[field]] as [Float64Array, Float64Array];
      return now[index] / before[index];
    };
    const { low, high } = startRanges(env, () => [
      model.geom_friction[3 * sim.geomId(`${tips[0]}_tip`)],
      ratio("body_inertia", 3 * cube),
      model.body_ipos[3 * cube] - nominal.body_ipos[3 * cube],
      model.qpos0[5] - nominal.qpos0[5],
      ratio("dof_frictionloss", 6),
      ratio("dof_armature", 7),
      ratio("body_mass", palm),
      ratio("actuator_gainprm", parameters),
      ratio("dof_damping", 9),
      ratio("body_mass", cube),
    ]);
    const ranges = [
      [0.5, 1],
      [0.8, 1.2],
      [-0.005, 0.005],
      [-0.05, 0.05],
      [0.5, 2],
      [1, 1.05],
      [0.9, 1.1],
      [0.8, 1.2],
      [0.8, 1.2],
    ];
    ranges.forEach(([from, to], i) => {
      expect(low[i]).toBeGreaterThanOrEqual(from - 1e-9);
      expect(low[i]).toBeLessThan(from + 0.05 * (to - from));
      expect(high[i]).toBeLessThanOrEqual(to + 1e-9);
      expect(high[i]).toBeGreaterThan(to - 0.05 * (to - from));
    });
    expect([low[9], high[9]]).toEqual([1, 1]);
    const frictions = tips.map((tip) => model.geom_friction[3 * sim.geomId(`${tip}_tip`)]);
    expect(new Set(frictions).size).toBe(1);
    expect(ratio("body_inertia", 3 * cube + 2)).toBeCloseTo(ratio("body_inertia", 3 * cube), 12);
    for (let drive = 0; drive < sim.nu; drive++) {
      expect(model.actuator_biasprm[drive * parameters + 1]).toBe(-model.actuator_gainprm[drive * parameters]);
    }
    expect(ratio("dof_damping", 0)).not.toBeCloseTo(ratio("dof_damping", 1), 6);
  });
});

describe("LeapCubeRotateZAxis", () => {
  const plain = plainEnvironments("LeapCubeRotateZAxis");

  it("observes 32 values and gives the critic 73 more, in the published order", async () => {
    const env = await plain();
    expect(env.observationLayout.map(({ name, size, noise }) => [name, size, noise])).toEqual([
      ["jointAngle", 16, 0.05],
      ["lastAction", 16, 0],
    ]);
    expect(env.privilegedLayout.map(({ size }) => size)).toEqual([16, 16, 16, 12, 3, 4, 3, 3]);
    env.step(1, 0, new Float32Array(16).fill(0.25), 0);
    expect(observation(env)).toEqual(
      [...env.sim.qpos.subarray(0, 16), ...Array<number>(16).fill(0.25)].map(Math.fround),
    );
    expect(seen(env, "driveForce")).toEqual([...env.sim.actuatorForce].map(Math.fround));
  });

  it("asks for home + 0.6 · action, without a limit, and begins with the drives where the joints are", async () => {
    const env = await plain();
    expect([...env.sim.ctrl]).toEqual([...env.sim.qpos.subarray(0, 16)]);
    env.step(1, 0, new Float32Array(16).fill(-5), 0);
    expect(env.sim.ctrl[0]).toBeCloseTo(0.8 - 3, 9);
    expect(env.sim.ctrl[1]).toBeCloseTo(-3, 9);
    expect(env.sim.ctrl[15]).toBeCloseTo(-3, 9);
    expect(env.actionDescription.names.slice(11, 13)).toEqual(["rf_dip", "th_cmc"]);
  });
});

describe("AeroCubeRotateZAxis", () => {
  const plain = plainEnvironments("AeroCubeRotateZAxis");

  it("observes 14 values and gives the critic 67 more, in the published order", async () => {
    const env = await plain();
    expect(env.observationLayout.map(({ name, size, noise }) => [name, size, noise])).toEqual([
      ["tendons", 6, 0.005],
      ["thumbAbduction", 1, 0.05],
      ["lastAction", 7, 0],
    ]);
    expect(env.privilegedLayout.map(({ size }) => size)).toEqual([16, 16, 7, 15, 3, 4, 3, 3]);
    const lengths = ["if", "mf", "rf", "pf", "th1", "th2"].map(
      (tendon) => env.sim.sensordata[env.sim.sensor(`len_${tendon}`).address],
    );
    expect(lengths[0]).toBeGreaterThan(0.05);
    expect(observation(env)).toEqual([...lengths, env.sim.qpos[12], ...Array<number>(7).fill(0)].map(Math.fround));
  });

  it("adds scaled actions to the controls of home, without a limit, and begins with those", async () => {
    const env = await plain();
    const home = [0.09, 0.09, 0.09, 0.09, 0.75, 0.035, 0.1];
    expect([...env.sim.ctrl]).toEqual(home);
    env.step(1, 0, new Float32Array(7).fill(-2), 0);
    [0.05, 0.05, 0.05, 0.05, -0.65, 0.029, 0.076].forEach((control, i) => {
      expect(env.sim.ctrl[i]).toBeCloseTo(control, 9);
    });
  });

  it("costs changes of the action", async () => {
    const env = await plain();
    float(env);
    stepFrom(env, { action: 0.5 });
    expect(term(env, "actionRate")).toBeCloseTo(7 * 0.25, 6);
    expect(env.reward).toBeCloseTo(-0.05 * 7 * 0.25, 6);
    stepFrom(env, { action: 0.5 });
    expect(term(env, "actionRate")).toBeCloseTo(0, 9);
    stepFrom(env, { action: -0.5 });
    expect(term(env, "actionRate")).toBeCloseTo(7, 6);
  });
});
