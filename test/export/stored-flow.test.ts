import { describe, expect, it } from "vitest";
import { controllerContract } from "../../src/export/contract/contract.ts";
import { controllerOnnx } from "../../src/export/onnx-controller.ts";
import { readController } from "../../src/export/read-controller.ts";
import { flowMetadata, storedFlow } from "../../src/export/stored-flow.ts";
import { readOnnx } from "../../src/graph/index.ts";
import { describedTask, kinds, origin, policyFor } from "./sample-policy.ts";

describe("the flow that a controller's file keeps", async () => {
  const task = await describedTask("CheetahRun");

  it.each(Object.keys(kinds) as (keyof typeof kinds)[])("is the policy that was exported, bit for bit: %s", (kind) => {
    const policy = policyFor(task, kind);
    const bytes = controllerOnnx(policy, task, origin, { noise: "input" });
    const { contract } = readController(bytes, "a.onnx");
    const found = storedFlow(readOnnx(bytes).metadata, contract, "a.onnx");
    if (policy.spec.kind === "gaussian") expect(found).toBeNull();
    else expect(found).toEqual(policy);
  });

  it("has no noise on its way where the controller has none", () => {
    const policy = policyFor(task, "sde");
    const contract = controllerContract(policy, task, origin, { noise: "zero" });
    expect(storedFlow(flowMetadata(policy), contract, "a.onnx")?.spec.sampler).toBe("euler");
  });

  it("is refused where it is another policy than the contract's", () => {
    const policy = policyFor(task);
    const contract = controllerContract(policy, task, origin);
    const wrong =
      "a.onnx: metadata flowgait_flow does not match the contract's policy, expected an unchanged exported file";
    const other = { ...policy, weights: policy.weights.map((weight) => weight + 1) };
    const [{ flowgait_flow: text }] = [flowMetadata(policy)];
    const changed = ["", "{}", text!.replace("[16,16]", "[16,17]"), text!.replace('"silu"', '"sigmoid"')];
    for (const flowgait_flow of [...changed, flowMetadata(other).flowgait_flow!])
      expect(() => storedFlow({ flowgait_flow }, contract, "a.onnx")).toThrow(wrong);
    expect(storedFlow({}, contract, "a.onnx")).toBeNull();
  });
});
