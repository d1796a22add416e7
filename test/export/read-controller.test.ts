import { describe, expect, it } from "vitest";
import { NO_CHECKSUM, sealed } from "../../src/export/contract/checksum.ts";
import type { Contract } from "../../src/export/contract/contract-schema.ts";
import { controllerOnnx, deployerMetadata } from "../../src/export/onnx-controller.ts";
import { readController } from "../../src/export/read-controller.ts";
import { readOnnx, writeOnnx } from "../../src/graph/index.ts";
import { newerOpset } from "./newer-opset.ts";
import { describedTask, origin, policyFor } from "./sample-policy.ts";

type Action = Contract["task"]["action"];

describe("reading a controller", async () => {
  const task = await describedTask("CheetahRun");
  const bytes = controllerOnnx(policyFor(task), task, origin, { noise: "input" });
  /** The file with other metadata, sealed anew. */
  const withMetadata = (change: (metadata: Record<string, string>) => Record<string, string | undefined>) => {
    const { function: fn, metadata } = readOnnx(bytes);
    const changed = Object.entries(change({ ...metadata })).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    const unsealed = changed.map(([key, value]) => [
      key,
      value.replace(/"fileSha256":"\w+"/, `"fileSha256":"${NO_CHECKSUM}"`),
    ]);
    const file = writeOnnx(fn, { metadata: Object.fromEntries(unsealed) });
    return unsealed.some(([, value]) => value!.includes(NO_CHECKSUM)) ? sealed(file) : file;
  };
  /** @param consistent whether the deployers' keys follow */
  const inContract = (change: (contract: Contract) => unknown, consistent = false) =>
    withMetadata((metadata) => {
      const contract = change(JSON.parse(metadata.flowgait!)) as Contract;
      const keys = consistent ? deployerMetadata(contract.task, contract.training) : metadata;
      return { ...keys, flowgait: JSON.stringify(contract) };
    });
  const inTask = (contract: Contract, change: (task: Contract["task"]) => Partial<Contract["task"]>) => ({
    ...contract,
    task: { ...contract.task, ...change(contract.task) },
  });
  const inAction = (contract: Contract, change: (action: Action) => Partial<Action>) =>
    inTask(contract, ({ action }) => ({ action: { ...action, ...change(action) } }));

  it("gives graph and contract", () => {
    const { function: fn, contract } = readController(bytes, "a.onnx");
    expect(Object.keys(fn.outputs)).toEqual(["actions"]);
    expect(contract.task.name).toBe("CheetahRun");
  });

  const flipped = bytes.slice();
  flipped[Math.floor(bytes.length / 2)]! ^= 1;
  const cases: [string, Uint8Array, string][] = [
    ["a truncated file", bytes.subarray(0, bytes.length - 40), "a.onnx: "],
    ["a file of which one bit was changed", flipped, "its checksum does not match, so it was changed after the export"],
    [
      "a file without a contract",
      withMetadata(({ flowgait: _, ...rest }) => rest),
      "has no contract (metadata key flowgait)",
    ],
    [
      "a contract that is no JSON",
      withMetadata((all) => ({ ...all, flowgait: "{" })),
      "its contract is not valid JSON",
    ],
    [
      "another version",
      inContract((all) => ({ ...all, version: 9 })),
      "contract version 9, this flowgait reads version 1",
    ],
    [
      "a contract that lacks a key",
      inContract(({ quaternions: _, ...all }) => all),
      "contract: quaternions: is missing",
    ],
    [
      "keys that contradict the contract",
      withMetadata((all) => ({ ...all, action_scale: "2,2,2,2,2,2" })),
      'metadata action_scale says "2,2,2,2,2,2", but the contract says "1,1,1,1,1,1"',
    ],
    [
      "a missing key",
      withMetadata(({ joint_names: _, ...rest }) => rest),
      "metadata joint_names is missing, but the contract says",
    ],
    [
      "a contract with a joint less than actions",
      inContract((all) => inAction(all, ({ names }) => ({ names: names.slice(1) })), true),
      "a.onnx: contract: task.action.names has 5 values, but the contract says 6",
    ],
    [
      "a contract with a scale too many",
      inContract((all) => inAction(all, ({ scale }) => ({ scale: [...scale, 1] })), true),
      "a.onnx: contract: task.action.scale has 7 values, but the contract says 6",
    ],
    [
      "a contract whose terms do not fill the observation",
      inContract((all) => inTask(all, ({ observation }) => ({ observation: observation.slice(1) })), true),
      "a.onnx: contract: task.observation has 9 values, but the contract says 17",
    ],
    [
      "a contract with a shorter normaliser",
      inContract((all) => ({ ...all, normaliser: { ...all.normaliser, std: all.normaliser.std.slice(1) } })),
      "a.onnx: contract: normaliser.std has 16 values, but the contract says 17",
    ],
    ["an opset that is too new", newerOpset(bytes), "a.onnx: opset must lie between 7 and 23, got 99"],
    [
      "another width than the contract's",
      inContract((all) => ({ ...all, policy: { kind: "flow", noise: "input", noiseSize: 7 } })),
      'input "noise" has 6 values, but the contract says 7',
    ],
    [
      "another output",
      inContract((all) => ({ ...all, output: "torques" })),
      'output "torques" has no values, but the contract says 6',
    ],
  ];
  it.each(cases)("refuses %s in one line", (_what, file, message) => {
    expect(() => readController(file, "a.onnx")).toThrow(message);
    expect(() => readController(file, "a.onnx")).toThrow(/^a\.onnx: [^\n]*$/);
  });
});
