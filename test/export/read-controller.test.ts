import { describe, expect, it } from "vitest";
import { NO_CHECKSUM, sealed } from "../../src/export/checksum.ts";
import { controllerOnnx } from "../../src/export/onnx-controller.ts";
import { readController } from "../../src/export/read-controller.ts";
import { readOnnx, writeOnnx } from "../../src/graph/index.ts";
import { describedTask, origin, policyFor } from "./sample-policy.ts";

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
  const inContract = (change: (contract: Record<string, unknown>) => unknown) =>
    withMetadata((metadata) => ({ ...metadata, flowgait: JSON.stringify(change(JSON.parse(metadata.flowgait!))) }));

  it("gives graph and contract", () => {
    const { function: fn, contract } = readController(bytes, "a.onnx");
    expect(Object.keys(fn.outputs)).toEqual(["actions"]);
    expect(contract.task.name).toBe("CheetahRun");
  });

  const flipped = bytes.slice();
  flipped[Math.floor(bytes.length / 2)]! ^= 1;
  const cases: [string, Uint8Array, string][] = [
    ["a truncated file", bytes.subarray(0, bytes.length - 40), "a.onnx: "],
    ["a file of which one bit was changed", flipped, "its checksum does not fit, so it was changed after the export"],
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
