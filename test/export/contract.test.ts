import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { controllerContract } from "../../src/export/contract/contract.ts";
import { contractJsonSchema, contractSchema } from "../../src/export/contract/contract-schema.ts";
import { deployYaml } from "../../src/export/deploy-yaml.ts";
import { packageRoot } from "../../src/files/package-root.ts";
import { registry } from "../../src/tasks/index.ts";
import { describedTask, origin, policyFor } from "./sample-policy.ts";

describe("a contract", () => {
  it("can be made for every task that ships and every lesson of it, and reads back as it was", async () => {
    for (const { name } of registry.list()) {
      for (const lesson of ["", ...Object.keys(registry.get(name).lessons)]) {
        const task = await describedTask(name, lesson);
        const contract = controllerContract(policyFor(task), task, origin);
        expect(contract.task, `${name} ${lesson}`).toEqual(JSON.parse(JSON.stringify(task)));
        expect(contractSchema.parse(JSON.parse(JSON.stringify(contract)))).toEqual(contract);
      }
    }
  });

  it("has the schema that the package publishes", () => {
    const published = readFileSync(join(packageRoot, "schemas", "contract.schema.json"), "utf8");
    expect(JSON.parse(published)).toEqual(contractJsonSchema());
  });

  it("names the reading behind every observation, and the formulas for those that are no sensor", async () => {
    const task = await describedTask("HumanoidJoystick");
    const { rules, task: told } = controllerContract(policyFor(task), task, origin);
    expect(told.observation.map(({ source }) => source)).toEqual([
      "robot.linVel",
      "robot.gyro",
      "robot.gravity",
      "command",
      "gait.signals",
      "robot.jointPos",
      "robot.jointVel",
      "lastAction",
    ]);
    expect(Object.keys(rules)).toEqual([
      "observation",
      "control",
      "lastAction",
      "gravity",
      "command",
      "gait",
      "feedForward",
    ]);
    expect(told.trackers.gait).toMatchObject({ kind: "gait-phase", hz: 1.35 });
    expect(told.action.feedForward).toMatchObject({ kind: "stepping-pose", amplitude: [-0.22, 0.44, -0.22] });
  });

  it("lists joints and actuators in the model's order, with what limits them", async () => {
    const { mechanism, action } = await describedTask("Go1JoystickFlatTerrain");
    expect(mechanism.joints[0]).toEqual({ name: "root", type: "free", range: null });
    expect(mechanism.joints.slice(1).map(({ name }) => name)).toEqual(action.names);
    expect(mechanism.actuators[2]).toMatchObject({ joint: "FR_calf_joint", forceRange: [-35.55, 35.55] });
    mechanism.joints[3]!.range!.forEach((limit, i) => {
      expect(mechanism.actuators[2]!.controlRange![i]).toBeCloseTo(limit, 12);
    });
  });

  it("identifies the policy by a checksum of weights and normaliser", async () => {
    const task = await describedTask("CheetahRun");
    const policy = policyFor(task);
    const hash = createHash("sha256");
    for (const { buffer } of [policy.weights, policy.mean, policy.std]) hash.update(new Uint8Array(buffer));
    expect(controllerContract(policy, task, origin).weightsSha256).toBe(hash.digest("hex"));
    const other = { ...policy, std: policy.std.map((value, i) => (i === 3 ? value * 2 : value)) };
    expect(controllerContract(other, task, origin).weightsSha256).not.toBe(
      controllerContract(policy, task, origin).weightsSha256,
    );
  });
});

describe("deploy.yaml", () => {
  it("tells a Unitree robot's deployer what the task says", async () => {
    const text = deployYaml(await describedTask("Go1JoystickFlatTerrain"))!;
    expect(text).toContain("joint_ids_map: [0,1,2,3,4,5,6,7,8,9,10,11]\nstep_dt: 0.02\n");
    expect(text).toContain("stiffness: [35,35,35,35,35,35,35,35,35,35,35,35]\n");
    expect(text).toContain("      lin_vel_x: [-1.5,1.5]\n      lin_vel_y: [-0.8,0.8]\n      ang_vel_z: [-1.2,1.2]\n");
    expect(text).toContain("    offset: [0.1,0.9,-1.8,-0.1,0.9,-1.8,0.1,0.9,-1.8,-0.1,0.9,-1.8]\n");
    expect(text).toContain(
      "  base_ang_vel:\n    params: {}\n    clip: null\n    scale: [1,1,1]\n    history_length: 1\n",
    );
    expect([...text.matchAll(/^ {2}(\w+):\n {4}params/gm)].map((match) => match[1])).toEqual(
      "base_lin_vel base_ang_vel projected_gravity joint_pos_rel joint_vel_rel last_action velocity_commands".split(
        " ",
      ),
    );
  });

  it("puts gains in the order of the motors where policy and robot order joints differently", async () => {
    const task = await describedTask("Go1JoystickFlatTerrain");
    const names = [...task.action.names.slice(3), ...task.action.names.slice(0, 3)];
    const stiffness = names.map((_, i) => i);
    const text = deployYaml({ ...task, action: { ...task.action, names, stiffness } })!;
    expect(text).toContain("joint_ids_map: [3,4,5,6,7,8,9,10,11,0,1,2]\n");
    expect(text).toContain("\nstiffness: [9,10,11,0,1,2,3,4,5,6,7,8]\n");
  });

  it("is left out where the deployer would do twice what the controller has done, or could not feed it", async () => {
    const go1 = await describedTask("Go1JoystickFlatTerrain");
    expect(deployYaml(go1, { noise: "seed", output: "actions" })).toBe(deployYaml(go1));
    expect(deployYaml(go1, { output: "joint-targets" })).toBeNull();
    expect(deployYaml(go1, { noise: "input" })).toBeNull();
    const { names } = go1.action;
    for (const told of [
      { shown: 0.5 },
      { limits: names.map(() => [-1, 1] as const) },
      { lag: names.map(() => 0.1) },
      { rest: ["jaw"] },
      { names: [...names, names[0]!] },
    ])
      expect(deployYaml({ ...go1, action: { ...go1.action, ...told } })).toBeNull();
  });

  it("is left out for other robots, and where a feed-forward cannot be told", async () => {
    expect(deployYaml(await describedTask("HumanoidJoystick"))).toBeNull();
    expect(deployYaml(await describedTask("CheetahRun"))).toBeNull();
    const go1 = await describedTask("Go1JoystickFlatTerrain");
    expect(deployYaml({ ...go1, action: { ...go1.action, feedForward: { kind: "stepping-pose" } } })).toBeNull();
  });
});
