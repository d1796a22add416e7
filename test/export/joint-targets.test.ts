import { afterAll, describe, expect, it } from "vitest";
import { controllerC } from "../../src/export/c/c-controller.ts";
import { controllerFunction } from "../../src/export/controller-function.ts";
import { contractChecks } from "../../src/export/doctor/contract-checks.ts";
import { Observed } from "../../src/export/doctor/observed.ts";
import { controllerOnnx } from "../../src/export/onnx-controller.ts";
import { playedTask } from "../../src/export/played-task.ts";
import { readController } from "../../src/export/read-controller.ts";
import { createOrtEngine, onnxInterface } from "../../src/graph/index.ts";
import { describeTask, Environment, registry, resolveTask, withLesson } from "../../src/tasks/index.ts";
import { armScene } from "../tasks/arm.ts";
import { describedTask, origin, policyFor } from "./sample-policy.ts";

describe("a controller of joint targets", () => {
  it.each([
    ["HumanoidJoystick", ""],
    ["Go1JoystickFlatTerrain", ""],
    ["G1JoystickFlatTerrain", "balance"],
  ])("of %s %s writes the controls that the task writes", async (name, lesson) => {
    const env = await Environment.create(withLesson(registry.get(name), lesson));
    try {
      const task = describeTask(env);
      const policy = policyFor(task);
      const engine = createOrtEngine();
      const actions = await engine.compile(controllerFunction(policy, task));
      const targets = await engine.compile(controllerFunction(policy, task, { output: "joint-targets" }));
      env.start(3, 0);
      env.holdCommand([0.5, 0.1, 0.3]);
      env.reset(3, 0); // so that the first observation shows the command
      const obs = new Float32Array(env.obsSize);
      for (let step = 0; step < 30; step++) {
        env.writeObservation(obs, 0);
        const { actions: action } = await actions.run({ obs });
        const { actions: target } = await targets.run({ obs });
        env.step(3, 0, action!, 0);
        env.sim.ctrl.forEach((control, i) => {
          expect(target![i]).toBeCloseTo(control, 5);
        });
      }
      await engine.dispose();
    } finally {
      env.delete();
    }
  });

  it("swings each leg by its own list of amplitudes as by one that both share", async () => {
    const task = await describedTask("HumanoidJoystick");
    const { amplitude } = task.action.feedForward as { amplitude: number[] };
    const feedForward = { ...task.action.feedForward, amplitude: [amplitude, amplitude] };
    const engine = createOrtEngine();
    const policy = policyFor(task);
    const obs = Float32Array.from({ length: task.obsSize }, (_, i) => Math.sin(i));
    const targetsOf = async (of: typeof task) => {
      const compiled = await engine.compile(controllerFunction(policy, of, { output: "joint-targets" }));
      return [...(await compiled.run({ obs })).actions!];
    };
    const shared = await targetsOf(task);
    expect(await targetsOf({ ...task, action: { ...task.action, feedForward } })).toEqual(shared);
    const mirrored = { ...feedForward, amplitude: [amplitude, amplitude.map((angle) => -angle)] };
    expect(await targetsOf({ ...task, action: { ...task.action, feedForward: mirrored } })).not.toEqual(shared);
    await engine.dispose();
  });

  it("is refused where actions are no joint targets, or the observation hides the feed-forward's clock", async () => {
    const options = { output: "joint-targets" } as const;
    const cheetah = await describedTask("CheetahRun");
    expect(() => controllerFunction(policyFor(cheetah), cheetah, options)).toThrow(
      "--output: CheetahRun has controls, expected actions, or a task with joint targets",
    );
    const humanoid = await describedTask("HumanoidJoystick");
    const noisy = humanoid.observation.map((term) => (term.name === "gait" ? { ...term, noise: 0.1 } : term));
    expect(() => controllerFunction(policyFor(humanoid), { ...humanoid, observation: noisy }, options)).toThrow(
      "no observation passes on gait.signals unchanged",
    );
  });
});

describe("a controller of an arm whose servos have gears and a filter, with a gripper beside them", () => {
  const { file, remove } = armScene();
  afterAll(remove);
  const output = { output: "joint-targets" } as const;

  it("gives targets in the units of the joints, which move the robot as the actions do", async () => {
    const declared = await resolveTask(file);
    const [env, played] = [
      await Environment.create(declared),
      await Environment.create(playedTask(declared, "joint-targets")),
    ];
    const task = describeTask(env);
    const engine = createOrtEngine();
    const policy = policyFor(task);
    const actions = await engine.compile(controllerFunction(policy, task));
    const targets = await engine.compile(controllerFunction(policy, task, output));
    for (const one of [env, played]) one.start(3, 0);
    const obs = new Float32Array(env.obsSize);
    for (let step = 0; step < 20; step++) {
      env.writeObservation(obs, 0);
      env.step(3, 0, (await actions.run({ obs })).actions!, 0);
      played.writeObservation(obs, 0);
      const { actions: target } = await targets.run({ obs });
      played.step(3, 0, target!, 0);
      expect([...target!]).toEqual([...env.wanted!].map((value) => expect.closeTo(value, 5)));
    }
    expect(Math.abs(env.sim.qpos[0]! + 0.4)).toBeGreaterThan(1e-3);
    expect([...played.sim.qpos]).toEqual([...env.sim.qpos].map((value) => expect.closeTo(value, 5)));
    await engine.dispose();
    for (const one of [env, played]) one.delete();
  });

  it("tells deployers of joints alone what they know of joints, and the gripper under keys of its own", async () => {
    const task = await describedTask(file);
    const bytes = controllerOnnx(policyFor(task), task, origin, output);
    expect(onnxInterface(bytes, "arm.onnx").metadata).toMatchObject({
      joint_names: "shoulder,elbow",
      joint_stiffness: "200,100",
      joint_damping: "1,2",
      default_joint_pos: "-0.4,1.4",
      action_scale: "0.1,0.1",
      control_names: "grip",
      control_offset: "0.04",
      control_scale: "0.04",
    });
    const { contract } = readController(bytes, "arm.onnx");
    expect(contract.task.action).toEqual(task.action);
    expect(contract.rules.control).toContain("The last action is no joint target: control[i] = offset[i] +");
    expect(contractChecks(contract, task).filter(({ verdict }) => verdict === "fail")).toEqual([]);
    const slower = { ...task, action: { ...task.action, lag: [0.2, 0] } };
    expect(contractChecks(contract, slower)).toContainEqual(
      expect.objectContaining({ verdict: "fail", found: "shoulder: lag 0.05 s, the robot's is 0.2 s" }),
    );
    const bounded = { ...task, action: { ...task.action, limits: [[-0.6, 0.4]] as const } };
    expect(contractChecks(contract, bounded)).toContainEqual(
      expect.objectContaining({ verdict: "fail", found: "limits targets otherwise than the task" }),
    );
  });

  it("has the same in C, and saturates where its targets reach the actuators' ranges", async () => {
    const task = await describedTask(file);
    const recorded = { rows: 0, obs: new Float32Array(0), noise: null, output: new Float32Array(0) };
    const { header, source } = controllerC(policyFor(task), task, origin, output, recorded);
    expect(header).toContain("#define ARM_FILE_JOINT_COUNT 2 ");
    expect(source).toContain("const float arm_file_stiffness[2] = {2e+2f, 1e+2f};");
    expect(source).toContain("const float arm_file_control_scale[2] = {-5.0f, 2.0f};");
    // The shoulder's control from −2 to 3 is a target from 0.4 down to −0.6.
    const observed = new Observed({ task: task as never, outputKind: "joint-targets" });
    observed.addOutputs(Float32Array.of(0.39, 9, 0.07, -0.59, -9, 0.01), new Uint8Array(2));
    expect(observed.saturation).toBe(0);
    observed.addOutputs(Float32Array.of(0.41, 9, 0.09, -0.61, -9, -0.01), new Uint8Array(2));
    expect(observed.saturation).toBe(4 / 12);
  });

  it("of two servos of one joint is compared servo by servo", async () => {
    const task = await describedTask(file);
    const twin = { ...task, action: { ...task.action, names: ["shoulder", "shoulder", "grip"] } };
    const { contract } = readController(controllerOnnx(policyFor(twin), twin, origin), "twin.onnx");
    expect(contractChecks(contract, twin).filter(({ verdict }) => verdict === "fail")).toEqual([]);
  });
});
