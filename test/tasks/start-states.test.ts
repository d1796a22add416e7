/** Controls, activations and mocap poses with which episodes start. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Simulation } from "../../src/physics/simulation.ts";
import { direct, Environment, jointTargets, type Task } from "../../src/tasks/index.ts";
import { armScene, armTask } from "./arm.ts";

const { scene, remove } = armScene();
const alive: { delete(): void }[] = [];
afterEach(() => {
  for (const one of alive.splice(0)) one.delete();
});
afterAll(remove);

async function create(task: Task): Promise<Environment> {
  const env = await Environment.create(task);
  alive.push(env);
  env.start(1, 0);
  return env;
}

const held = (sim: Simulation) => {
  const { qpos, qvel, act, ctrl, mocapPos, mocapQuat } = sim;
  return [qpos, qvel, act, ctrl, mocapPos, mocapQuat].map((view) => [...view]);
};

/** What MuJoCo does from the keyframe on its own. */
async function simulated(steps: number): Promise<number[][]> {
  const sim = await Simulation.load(scene);
  alive.push(sim);
  sim.resetToKeyframe("held");
  sim.step(steps);
  return held(sim);
}

const targets = jointTargets({ scale: 0.1 });
const toHeld: Task["reset"] = ({ sim }) => sim.resetToKeyframe("held");

describe("a keyframe's controls, activations and mocap poses", () => {
  it.each([
    ["of the task, with direct controls", armTask(scene, direct(), { keyframe: "held" })],
    ["of the task, with joint targets", armTask(scene, targets, { keyframe: "held" })],
    ["set in reset, with direct controls", armTask(scene, direct(), { keyframe: undefined, reset: toHeld })],
    ["set in reset, with joint targets", armTask(scene, targets, { keyframe: undefined, reset: toHeld })],
  ])("%s, hold while the episode settles", async (_, task) => {
    const settled = await simulated(150);
    const env = await create({ ...task, settle: { physicsSteps: 150 } });
    expect(held(env.sim)).toEqual(settled);
    const pooled = await create({ ...task, settle: { physicsSteps: 150, startStates: 2 } });
    expect(held(pooled.sim)).toEqual(settled);
  });

  it("hold where a person puts a driven robot into it", async () => {
    const env = await create(armTask(scene, targets));
    env.resetToKeyframe(1, 0, "held");
    expect(held(env.sim)).toEqual(await simulated(0));
  });
});

describe("joint targets start", () => {
  const controls = (env: Environment) => [...env.sim.ctrl.subarray(1), ...env.sim.act];

  it("at home with their filters at rest, where keyframe and reset give no controls", async () => {
    const home = [2, 2.7, 2].map((value) => expect.closeTo(value, 12));
    expect(controls(await create(armTask(scene, targets)))).toEqual(home);
    const reset: Task["reset"] = ({ sim }) => sim.resetToKeyframe("home");
    expect(controls(await create(armTask(scene, targets, { reset })))).toEqual(home);
  });

  it("with the controls that reset writes", async () => {
    const reset: Task["reset"] = ({ sim }) => {
      sim.ctrl[2] = 0.25;
    };
    for (const around of ["home", "present", "previous"] as const) {
      const env = await create(armTask(scene, jointTargets({ scale: 0.1, around }), { reset }));
      expect(controls(env)).toEqual([2, 0.25, 2]);
    }
  });

  it("where reset puts the joints, where actions add to positions", async () => {
    const reset: Task["reset"] = ({ sim }) => sim.qpos.set([0.2, 1]);
    for (const around of ["present", "previous"] as const) {
      const env = await create(armTask(scene, jointTargets({ scale: 0.1, around }), { reset, keyframe: "held" }));
      expect(controls(env)).toEqual([-1, 1.9, 1.9]);
    }
  });
});
