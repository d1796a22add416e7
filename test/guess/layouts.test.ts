import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Choices, layoutOf, withLayouts, writePermuted } from "../../bench/guess/permuted-file.ts";
import { shippedController } from "../../src/catalogue/shipped-controllers.ts";
import { inverse, rearrange } from "../../src/export/adapter.ts";
import { inputNormaliser, loadOnnxSession, onnxInterface, rearrangedOnnx } from "../../src/graph/index.ts";
import type { LayoutSpace } from "../../src/guess/layouts.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

const WAYS: readonly (readonly [string, Choices])[] = [
  ["Go1JoystickFlatTerrain", { "joint order": "breadth first" }],
  ["Go1JoystickFlatTerrain", { "sign of gravity": "reversed" }],
  ["Go1JoystickFlatTerrain", { "place of the command": "after the body" }],
  ["HumanoidJoystick", { "scale of joint velocities": "× 1" }],
  ["HumanoidJoystick", { "action scale": "0.25 rad" }],
  ["HumanoidJoystick", { clock: "by foot" }],
  ["BarkourJoystick", { history: "reversed" }],
];

describe("layouts of a policy file", () => {
  it.each(WAYS)("%s with %j gives the controller's actions behind its adapter", async (controller, choices) => {
    const path = join(scratchFolder(), "elsewhere.onnx");
    await withLayouts(controller, async (space, { obsSize, actionSize }) => {
      const { observation, action } = writePermuted(controller, space, choices, path);
      const obs = Float32Array.from({ length: obsSize }, (_, i) => Math.sin(3.7 * i));
      const given = obs.slice();
      rearrange(observation, obs, given);
      expect(given).not.toEqual(obs);
      const answer = await run(readFileSync(path), { observations: given }, "mean");
      const actions = new Float32Array(actionSize);
      rearrange(action, answer, actions);
      const own = await run(readFileSync(shippedController(controller)!), { obs }, "actions");
      actions.forEach((value, i) => {
        expect(value).toBeCloseTo(own[i]!, 4);
      });
    });
  });

  it("breadth first lists all hips, then all thighs, then all calves", async () => {
    await withLayouts("Go1JoystickFlatTerrain", (space) => {
      const { action } = space.adapter(layoutOf(space, { "joint order": "breadth first" }));
      expect(inverse(action).source).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
    });
  });

  it("clocks that are the same for the task's feet count once", async () => {
    const clocks = (space: LayoutSpace) =>
      space.coordinates.find(({ name }) => name === "clock")?.options.map(({ name }) => name);
    // Feet half a turn apart: swapped, each has the other's phase.
    expect(await withLayouts("HumanoidJoystick", clocks)).toEqual([
      "own",
      "sines first",
      "by foot",
      "by foot, sines first",
      "half a turn late",
    ]);
  });

  it("every layout is a permutation, and no two options of a coordinate come to the same", async () => {
    for (const controller of [
      "Go1JoystickFlatTerrain",
      "HumanoidJoystick",
      "SpotFlatTerrainJoystick",
      "BarkourJoystick",
    ])
      await withLayouts(controller, (space, { obsSize, actionSize }) => {
        for (const [at, { options }] of space.coordinates.entries()) {
          const adapters = options.map((_, option) => space.adapter(space.own.with(at, option)));
          expect(new Set(adapters.map((adapter) => JSON.stringify(adapter))).size).toBe(options.length);
          for (const { observation, action } of adapters) {
            expect(inverse(observation).source).toHaveLength(obsSize);
            expect(inverse(action).source).toHaveLength(actionSize);
          }
        }
      });
  });

  it("the normaliser at a file's input is found behind other arithmetic", async () => {
    const path = join(scratchFolder(), "elsewhere.onnx");
    await withLayouts("Go1JoystickFlatTerrain", (space) => {
      const file = readFileSync(shippedController("Go1JoystickFlatTerrain")!);
      const own = JSON.parse(onnxInterface(file, "go1").metadata.flowgait!).normaliser;
      const { observation } = writePermuted("Go1JoystickFlatTerrain", space, { "sign of gravity": "reversed" }, path);
      const { mean, std } = inputNormaliser(readFileSync(path), 48, path)!;
      observation.source.forEach((from, i) => {
        expect(mean[i]).toBeCloseTo(observation.scale[i]! * own.mean[from], 5);
        expect(std[i]).toBeCloseTo(own.std[from], 5);
      });
    });
  });

  it("a file whose tensors have the new names already keeps them apart", async () => {
    const file = readFileSync(shippedController("Go1JoystickFlatTerrain")!);
    const size = { input: 48, output: 12 };
    const straight = (count: number) => ({
      source: Array.from({ length: count }, (_, i) => i),
      scale: new Array<number>(count).fill(1),
    });
    const ends = {
      input: { name: "obs", ...straight(size.input) },
      output: { name: "actions", ...straight(size.output), limit: 1 },
      batch: null,
      metadata: { key: "value" },
    };
    const twice = rearrangedOnnx(rearrangedOnnx(file, ends, "once"), ends, "twice");
    expect(onnxInterface(twice, "twice")).toMatchObject({
      inputs: [{ name: "obs", shape: [null, 48] }],
      outputs: [{ name: "actions", shape: [null, 12] }],
      metadata: { key: "value" },
    });
    const obs = Float32Array.from({ length: 96 }, (_, i) => Math.cos(i));
    const own = await run(file, { obs }, "actions", 2);
    expect(await run(twice, { obs }, "actions", 2)).toEqual(own.map((value) => Math.max(-1, Math.min(1, value))));
  });
});

async function run(
  bytes: Uint8Array,
  feeds: Readonly<Record<string, Float32Array>>,
  output: string,
  rows = 1,
): Promise<Float32Array> {
  const session = await loadOnnxSession(bytes, "test");
  try {
    return (await session.run(feeds, rows, output)).slice();
  } finally {
    await session.dispose();
  }
}
