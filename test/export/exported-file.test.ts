import { describe, expect, it } from "vitest";
import { findPolicyFile } from "../../src/catalogue/policy-file.ts";
import { controllerOnnx } from "../../src/export/onnx-controller.ts";
import { readController } from "../../src/export/read-controller.ts";
import { expectedOutputs, networkParity, rowDifferences } from "../../src/export/report/parity.ts";
import { runExported } from "../../src/export/running-controller.ts";
import { describeTask, Environment, resolveTask } from "../../src/tasks/index.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { writeAdapted } from "./adapted-file.ts";
import { origin } from "./sample-policy.ts";

describe("an adapted file's controller of joint targets", () => {
  it("adds the feed-forward, the pose and the scale to the file's actions, and keeps the adapter in its contract", async () => {
    const choices = { "action scale": "0.25 rad", "joint order": "breadth first" };
    const [, path] = await writeAdapted("HumanoidJoystick", choices, scratchFolder());
    const found = await findPolicyFile(path);
    const env = await Environment.create(await resolveTask("HumanoidJoystick", found.variant));
    const [file, task] = [await found.bind(env), describeTask(env)];
    env.delete();
    const { normaliser, policy: described, adapter, weightsSha256 } = found.contract!;
    const facts = { normaliser, policy: described, adapter: adapter!, weightsSha256 };
    const policy = { kind: "file", file, facts, isLimited: true } as const;
    const options = { output: "joint-targets" } as const;
    const obs = Float32Array.from({ length: 8 * task.obsSize }, (_, i) => Math.sin(2.9 * i));
    const recording = { rows: 8, obs, noise: null };
    const targets = await expectedOutputs(policy, task, options, recording);
    const actions = await expectedOutputs(policy, task, {}, recording);
    // The task's feed-forward bends legs alone.
    const arm = task.action.names.findIndex((name) => name.includes("shoulder"));
    const { offset, scale } = task.action;
    expect(targets[arm]).toBeCloseTo(offset[arm]! + scale[arm]! * actions[arm]!, 5);
    const knee = task.action.names.findIndex((name) => name.includes("knee"));
    expect(targets[knee]).not.toBeCloseTo(offset[knee]! + scale[knee]! * actions[knee]!, 2);
    const bytes = controllerOnnx(policy, task, origin, options);
    expect(readController(bytes, "targets").contract).toMatchObject({ outputKind: "joint-targets", adapter });
    for (const format of ["onnx", "typescript"] as const) {
      const running = await runExported(policy, format, bytes, "actions");
      const { maxDifference } = networkParity(await rowDifferences(running, recording, targets));
      await running.close();
      expect(maxDifference, format).toBeLessThan(1e-5);
    }
  });
});
