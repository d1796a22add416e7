/** How smoothly a robot moves, measured on the Go1: it stands, or its legs are shaken to and fro. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { swingAsymmetry } from "../../src/rollout/gait-measures.ts";
import { DrivenJoints, SmoothnessMeasures, summariseSmoothness } from "../../src/rollout/smoothness.ts";
import { Environment, resolveTask } from "../../src/tasks/index.ts";

describe("smoothness", () => {
  let env: Environment;
  beforeAll(async () => {
    env = await Environment.create(await resolveTask("Go1JoystickFlatTerrain"), { events: false, randomise: false });
  });
  afterAll(() => env.delete());

  /** One second of actions that are `action` and −`action` in turn. */
  function measured(action: number) {
    const measures = new SmoothnessMeasures(new DrivenJoints(env), env.actionSize);
    const actions = new Float32Array(env.actionSize);
    env.start(3, 0);
    for (let step = 0; step < env.controlHz; step++) {
      actions.fill(step % 2 === 0 ? action : -action);
      env.step(3, 0, actions, 0);
      measures.add(env);
    }
    return measures.sums;
  }

  it("counts how fast targets change: 0.1 rad to and fro at 50 Hz is 10 rad/s", () => {
    expect(summariseSmoothness([measured(0)]).targetRate).toBe(0);
    // half a radian per unit of action
    expect(summariseSmoothness([measured(0.2)]).targetRate).toBeCloseTo(0.2 * 50, 3);
  });

  it("a robot that is shaken accelerates more, loads its motors more and slides more than one that stands", () => {
    const [stands, shakes] = [measured(0), measured(0.3)].map((sums) => summariseSmoothness([sums]));
    for (const figure of ["jointAcceleration", "torqueShare", "footSlip"] as const) {
      expect(shakes![figure]).toBeGreaterThan(1.5 * stands![figure]!);
    }
    expect(stands!.torqueShare).toBeGreaterThan(0);
    expect(shakes!.torqueShare).toBeLessThanOrEqual(1);
    expect(shakes!.costOfTransport).toBeGreaterThan(0);
  });

  it("is null for tasks that do not say where feet are", () => {
    expect(Object.values(summariseSmoothness([]))).toEqual([null, null, null, null, null]);
  });

  it("compares the mean swings of the feet", () => {
    const of = (...seconds: number[]) => ({ swingSecondsByFoot: seconds, swingsByFoot: seconds.map(() => 2) });
    expect(swingAsymmetry([of(0.8, 0.6), of(0.8, 0.6)])).toBeCloseTo(0.2 / 0.7, 9);
    expect(swingAsymmetry([of(0.5, 0.5)])).toBe(0);
    expect(swingAsymmetry([of(0.5)])).toBeNull();
  });
});
