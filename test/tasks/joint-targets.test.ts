/** Joint targets of servos that are not plain, and controls of the actuators beside them. */
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Ghosts } from "../../src/drive/ghosts.ts";
import type { Simulation } from "../../src/physics/simulation.ts";
import {
  type AnyMoment,
  direct,
  Environment,
  jointTargets,
  type LeggedRobot,
  mirrorOf,
  registry,
  resolveTask,
  servoGains,
  type Task,
} from "../../src/tasks/index.ts";
import { armScene, armTask } from "./arm.ts";

const { scene, file, remove } = armScene();
const alive: Environment[] = [];
afterEach(() => {
  for (const env of alive.splice(0)) env.delete();
});
afterAll(remove);

async function create(task: Task): Promise<Environment> {
  const env = await Environment.create(task);
  alive.push(env);
  env.start(1, 0);
  return env;
}

/** Where the joints are after 4 s of one action. */
function held(env: Environment, action: readonly number[]): number[] {
  for (let t = 0; t < 200; t++) env.step(1, 0, Float32Array.from(action), 0);
  return [...env.sim.qpos];
}

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 4));

describe("joint targets of an arm with a gripper on a tendon", () => {
  it("hold home at action 0 through gear, filter and bias, and go where actions say", async () => {
    const env = await create(armTask(scene, jointTargets({ scale: 0.1, rest: { around: "range" } })));
    expect(held(env, [0, 0, 0])).toEqual(close([-0.4, 1.4, 0.04]));
    expect(held(env, [2, -3, 1])).toEqual(close([-0.2, 1.1, 0.08]));
    expect([...(env.wanted ?? [])]).toEqual(close([-0.2, 1.1, 0.08]));
  });

  it("are described: the servos' joints first, then the gripper, in the units of the joints", async () => {
    const env = await create(armTask(scene, jointTargets({ scale: 0.1, rest: { around: "range" } })));
    expect(env.actionDescription).toEqual({
      kind: "joint-targets",
      names: ["shoulder", "elbow", "grip"],
      squash: "none",
      scale: [0.1, 0.1, 0.04],
      offset: [-0.4, 1.4, 0.04],
      stiffness: [200, 100],
      damping: [1, 2],
      feedForward: null,
      rest: ["grip"],
      actuators: [1, 2, 0],
      control: { scale: [-5, 2], offset: [0, -0.1] },
      lag: [0.05, 0],
    });
  });

  it("leave the gripper at its keyframe's control where nothing is said of it", async () => {
    const env = await create(armTask(scene, jointTargets({ scale: 0.1 }), { keyframe: "held" }));
    expect(env.actionDescription).toMatchObject({ rest: ["grip"], scale: [0.1, 0.1, 1], offset: [-0.4, 1.4, 0.03] });
    expect(held(env, [0, 0, 0])).toEqual(close([-0.4, 1.4, 0.03]));
    expect(held(env, [0, 0, 0.02])).toEqual(close([-0.4, 1.4, 0.05]));
  });

  it("leave servos that are named to controls, whose scale may differ by actuator", async () => {
    const rest = {
      actuators: ["grip", "a1"],
      around: "zero",
      scale: (name: string) => (name === "a1" ? 2 : 0.5),
    } as const;
    const env = await create(armTask(scene, jointTargets({ scale: 0.1, rest })));
    expect(env.actionDescription).toMatchObject({ names: ["elbow", "grip", "a1"], scale: [0.1, 0.5, 2] });
    env.step(1, 0, Float32Array.of(1, 0.1, -0.5), 0);
    expect([...env.sim.ctrl]).toEqual(close([0.05, -1, 2 * 1.5 - 0.1]));
    const misspelt = armTask(scene, jointTargets({ scale: 1, rest: { actuators: ["grap"] } }));
    await expect(create(misspelt)).rejects.toThrow('has no actuator "grap"; nearest: grip');
    const tooFew = armTask(scene, jointTargets({ scale: 1, rest: { actuators: ["a1"] } }));
    await expect(create(tooFew)).rejects.toThrow('jointTargets: actuator "grip" drives the tendon "cord"; expected');
    const noServos = armTask(scene, jointTargets({ scale: 1, rest: { actuators: ["grip", "a1", "a2"] } }));
    await expect(create(noServos)).rejects.toThrow(
      "jointTargets: none of the actuators that may get targets is a position servo of a hinge or slide joint; expected at least one. try: direct()",
    );
    const unlimited = armTask(scene, jointTargets({ scale: 1, rest: { actuators: ["grip", "a2"], around: "range" } }));
    await expect(create(unlimited)).rejects.toThrow('actuator "a2" has no control range; expected one');
  });

  it("add up from the joints' targets, not from the actuators' controls", async () => {
    const env = await create(armTask(scene, jointTargets({ scale: 0.1, around: "previous" })));
    for (let t = 0; t < 4; t++) env.step(1, 0, Float32Array.of(0.5, -0.5, 0), 0);
    expect([...(env.wanted ?? [])].slice(0, 2)).toEqual(close([-0.2, 1.2]));
    expect([...env.sim.ctrl].slice(1)).toEqual(close([1, 2 * 1.2 - 0.1]));
  });

  it("stop at the control ranges where they are bounded, through a gear that turns them round, and turn back at once", async () => {
    const rest = { actuators: ["grip", "a2"] };
    const env = await create(armTask(scene, jointTargets({ scale: 0.3, around: "previous", bounded: true, rest })));
    expect(env.actionDescription.limits).toEqual([close([-0.6, 0.4])]);
    for (const [action, target] of [
      [3, 0.4],
      [1, 0.4],
      [-1, 0.1],
      [-9, -0.6],
      [1, -0.3],
    ] as const) {
      env.step(1, 0, Float32Array.of(action, 0, 0), 0);
      expect([env.wanted?.[0], env.sim.ctrl[1]]).toEqual(close([target, -5 * target]));
    }
    const unlimited = armTask(scene, jointTargets({ scale: 1, bounded: true }));
    await expect(create(unlimited)).rejects.toThrow('actuator "a2" has no control range; expected one');
  });

  it("show ghosts where they put the joints", async () => {
    const env = await create(await resolveTask(file));
    const wanted = [-0.2, 1.1];
    env.sim.qpos.set(wanted);
    env.sim.forward();
    const expected = [...env.sim.xpos];
    env.start(1, 0);
    const state = new Float64Array(env.stateSize);
    env.save(state, 0);
    const ghosts = await Ghosts.create({ task: file, modelDir: "", lesson: "", terrainSeed: undefined } as never);
    const samples = Float32Array.from({ length: 39 }, (_, i) => [2, -3, 0][i % 3]!);
    const poses = ghosts.poses("targets", state, samples, { seed: 1 } as never);
    ghosts.delete();
    const { nbody } = env.sim;
    const first = Array.from({ length: nbody }, (_, body) => [
      ...poses.subarray(7 * (nbody + body), 7 * (nbody + body) + 3),
    ]);
    expect(first.flat()).toEqual(close(expected));
  });

  it("have no mirror image where a gripper is driven besides", async () => {
    const env = await create(armTask(scene, jointTargets({ scale: 0.1 })));
    expect(() => mirrorOf(env)).toThrow("--mirror needs actions that are all joint targets, found controls of grip");
  });

  it("stay where they are when gains differ between environments", async () => {
    const gains = servoGains({ stiffness: [0.5, 0.6] });
    const task = armTask(scene, jointTargets({ scale: 0.1, rest: {} }), { randomise: { gains } });
    const env = await create(task);
    expect(env.sim.modelFields.actuator_gainprm[20]).toBeLessThan(31);
    expect(env.sim.modelFields.actuator_gainprm[0]).toBe(100);
    expect(held(env, [1, 1, 0]).slice(0, 2)).toEqual(close([-0.3, 1.5]));
  });
});

it("a legged robot's torques are those of its joints, gears included", async () => {
  const geared = { description: {}, apply: (sim: Simulation) => void sim.modelFields.actuator_gear.fill(2) };
  const torque = { of: (s: AnyMoment) => (s.robot as LeggedRobot<never>).torque };
  const go1 = registry.get("Go1JoystickFlatTerrain");
  const env = await create({ ...go1, model: { ...go1.model, geared }, observe: { torque }, critic: {} });
  env.step(1, 0, new Float32Array(12).fill(0.3), 0);
  const obs = new Float32Array(12);
  env.writeObservation(obs, 0);
  expect(Math.hypot(...obs)).toBeGreaterThan(1);
  expect([...obs]).toEqual([...env.sim.qfrcActuator.subarray(6)].map((value) => expect.closeTo(value, 4)));
});

describe("direct controls", () => {
  it("lie around the keyframe's controls or in the control range, where that is asked for", async () => {
    const home = await create(
      armTask(scene, direct({ squash: "none", around: "home", scale: 2 }), { keyframe: "held" }),
    );
    home.step(1, 0, Float32Array.of(0.5, 0, -1), 0);
    expect([...home.sim.ctrl]).toEqual(close([1.03, 2.2, 0.5]));
    expect(home.actionDescription).toMatchObject({ kind: "controls", scale: [2, 2, 2], offset: [0.03, 2.2, 2.5] });
  });
});
