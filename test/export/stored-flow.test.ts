import { describe, expect, it } from "vitest";
import { controllerContract } from "../../src/export/contract/contract.ts";
import { controllerOnnx } from "../../src/export/onnx-controller.ts";
import { readController } from "../../src/export/read-controller.ts";
import { flowMetadata, storedFlow } from "../../src/export/stored-flow.ts";
import { onnxInterface } from "../../src/graph/index.ts";
import { describedTask, kinds, origin, policyFor, symmetricPolicyFor } from "./sample-policy.ts";

/** A file without constants. */
const kept = (metadata: Record<string, string>) => ({ metadata, constants: new Map() });

describe("the flow that a controller's file keeps", async () => {
  const task = await describedTask("CheetahRun");

  it.each(Object.keys(kinds) as (keyof typeof kinds)[])("is the policy that was exported, bit for bit: %s", (kind) => {
    const policy = policyFor(task, kind);
    const bytes = controllerOnnx(policy, task, origin, { noise: "input" });
    const { contract } = readController(bytes, "a.onnx");
    const found = storedFlow(onnxInterface(bytes, "a.onnx"), contract, "a.onnx");
    if (policy.spec.kind === "gaussian") expect(found).toBeNull();
    else expect(found).toEqual(policy);
  });

  it("keeps the mirror of a symmetric policy, and is refused where that is none", () => {
    const policy = symmetricPolicyFor(task);
    const bytes = controllerOnnx(policy, task, origin);
    const { contract } = readController(bytes, "a.onnx");
    const { metadata, constants } = onnxInterface(bytes, "a.onnx");
    expect(storedFlow({ metadata, constants }, contract, "a.onnx")).toEqual(policy);
    const flowgait_flow = metadata.flowgait_flow!.replace('"action":[-2,', '"action":[-3,');
    expect(flowgait_flow).not.toBe(metadata.flowgait_flow);
    const changed = { metadata: { ...metadata, flowgait_flow }, constants };
    expect(() => storedFlow(changed, contract, "a.onnx")).toThrow("does not match the contract's policy");
  });

  it("takes from the graph what lies there unchanged, and opens from files that keep it all themselves", () => {
    const policy = policyFor(task);
    const { contract } = readController(controllerOnnx(policy, task, origin), "a.onnx");
    const { metadata, constants } = onnxInterface(controllerOnnx(policy, task, origin), "a.onnx");
    const whole = flowMetadata(policy, new Map());
    expect(Object.keys(JSON.parse(metadata.flowgait_flow!).graph)).toContain("actor/0/obs");
    expect(metadata.flowgait_flow!.length).toBeLessThan(0.8 * whole.flowgait_flow!.length);
    const older = { flowgait_flow: whole.flowgait_flow!.replace(',"graph":{}', "") };
    expect(storedFlow({ metadata: older, constants: new Map() }, contract, "a.onnx")).toEqual(
      storedFlow({ metadata, constants }, contract, "a.onnx"),
    );
    const message = "a.onnx: metadata flowgait_flow does not match the contract's policy";
    expect(() => storedFlow({ metadata, constants: new Map() }, contract, "a.onnx")).toThrow(message);
  });

  it("has no noise on its way where the controller has none", () => {
    const policy = policyFor(task, "sde");
    const contract = controllerContract(policy, task, origin, { noise: "zero" });
    expect(storedFlow(kept(flowMetadata(policy, new Map())), contract, "a.onnx")?.spec.sampler).toBe("euler");
  });

  it("is refused where it is another policy than the contract's", () => {
    const policy = policyFor(task);
    const contract = controllerContract(policy, task, origin);
    const wrong =
      "a.onnx: metadata flowgait_flow does not match the contract's policy, expected an unchanged exported file";
    const other = { ...policy, weights: policy.weights.map((weight) => weight + 1) };
    const [{ flowgait_flow: text }] = [flowMetadata(policy, new Map())];
    const changed = ["", "{}", text!.replace("[16,16]", "[16,17]"), text!.replace('"silu"', '"sigmoid"')];
    for (const flowgait_flow of [...changed, flowMetadata(other, new Map()).flowgait_flow!])
      expect(() => storedFlow(kept({ flowgait_flow }), contract, "a.onnx")).toThrow(wrong);
    expect(storedFlow(kept({}), contract, "a.onnx")).toBeNull();
  });
});
