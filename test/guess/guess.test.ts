import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Choices, withLayouts, writePermuted } from "../../bench/guess/permuted-file.ts";
import { constant, graphFunction, input, matmul, tanh, writeOnnx } from "../../src/graph/index.ts";
import { callCli } from "../cli/cli-process.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

/** A guess takes up to 10 s of a core; tests share it. */
const LONGEST_MS = 400_000;

/** A dense layer of arbitrary numbers. */
function layer(rows: number, columns: number, seed: number) {
  const values = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(seed + 1.7 * i ** 1.5) / rows ** 0.5);
  return constant(values, [rows, columns]);
}

/** A network that learned nothing. */
function noiseFile(path: string, obs = 48, actions = 12): string {
  const hidden = tanh(matmul(input("obs", [1, obs]), layer(obs, 16, 1)));
  writeFileSync(path, writeOnnx(graphFunction("noise", { actions: tanh(matmul(hidden, layer(16, actions, 2))) })));
  return path;
}

const CASES: readonly (readonly [string, readonly string[], Choices])[] = [
  [
    "Go1JoystickFlatTerrain",
    ["--lesson", "trot"],
    { "joint order": "breadth first", "sign of gravity": "reversed", "place of the command": "after the body" },
  ],
  [
    "HumanoidJoystick",
    [],
    { "scale of joint velocities": "× 1", "action scale": "0.25 rad", clock: "half a turn late" },
  ],
];

describe("flowgait doctor --guess", () => {
  it.each(CASES)(
    "finds the layout of a file of %s (%j) that differs in three ways, and writes it",
    async (name, lesson, choices) => {
      const folder = scratchFolder();
      const file = join(folder, "walk.onnx");
      const adapter = await withLayouts(name, (space) => writePermuted(name, space, choices, file));
      const given = ["doctor", file, "--task", name, ...lesson, "--guess", "--workers", "1", "--json"];
      const { code, stdout, stderr } = await callCli(...given);
      expect(code, stderr).toBe(0);
      const { ranking, tries, certainty, standing } = JSON.parse(stdout);
      expect(new Set(ranking[0].differs)).toEqual(
        new Set(Object.entries(choices).map(([what, how]) => `${what}: ${how}`)),
      );
      expect(tries).toBeGreaterThan(10);
      expect(["sure", "by reward"]).toContain(certainty);
      expect(ranking[0].walked).toBeGreaterThan(standing + 0.4);
      const contract = JSON.parse(readFileSync(join(folder, "walk.adapted.json"), "utf8"));
      expect(contract.adapter).toMatchObject({ file: "walk.onnx", ...adapter });
      // One robot's episodes are enough: the rest is the same.
      if (name === CASES[0]![0])
        expect(await evaluated(join(folder, "walk.adapted.onnx"))).toEqual(await evaluated(name));
    },
    LONGEST_MS,
  );

  it(
    "a network that learned nothing walks under no layout, and nothing is written",
    async () => {
      const folder = scratchFolder();
      const file = noiseFile(join(folder, "noise.onnx"));
      const { code, stdout, stderr } = await callCli(
        "doctor",
        file,
        "--task",
        "Go1JoystickFlatTerrain",
        "--guess",
        ...["--workers", "1", "--episodes", "1", "--seconds", "2"],
      );
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/noise\.onnx: none of \d+ layouts walked better than standing: [^\n]*\n$/);
      expect(existsSync(join(folder, "noise.adapted.onnx"))).toBe(false);
    },
    LONGEST_MS,
  );

  it("refuses in one line what cannot be guessed", async () => {
    const folder = scratchFolder();
    const file = noiseFile(join(folder, "noise.onnx"), 40);
    const guess = (...args: string[]) => callCli("doctor", ...args, "--guess");
    const refused = (code: number, pattern: RegExp) => ({ code, stdout: "", stderr: expect.stringMatching(pattern) });
    expect(await guess(file)).toMatchObject(refused(2, /^flowgait: --task: is missing, [^\n]*\n$/));
    expect(await guess(file, "--task", "Go1JoystickFlatTerrain")).toMatchObject(
      refused(1, /^flowgait: [^\n]*\[1, 40\], expected the 48 values of Go1JoystickFlatTerrain[^\n]*\n$/),
    );
    expect(await guess("HumanoidJoystick")).toMatchObject(
      refused(2, /^flowgait: HumanoidJoystick: has a contract[^\n]*\n$/),
    );
    expect(await guess(file, "--task", "Go1JoystickFlatTerrain", "--physics", "all")).toMatchObject(
      refused(2, /^flowgait: --physics: has no effect with --guess[^\n]*\n$/),
    );
    const cheetah = noiseFile(join(folder, "cheetah.onnx"), 17, 6);
    expect(await guess(cheetah, "--task", "CheetahRun")).toMatchObject(
      refused(2, /^flowgait: --guess: CheetahRun commands no velocities; [^\n]*\n$/),
    );
    expect(await callCli("doctor", "HumanoidJoystick", "--lesson", "walk")).toMatchObject(
      refused(2, /^flowgait: --lesson: has no effect without --guess\n$/),
    );
    writeFileSync(join(folder, "noise.adapted.onnx"), "");
    expect(await guess(file, "--task", "Go1JoystickFlatTerrain")).toMatchObject(
      refused(2, /noise\.adapted\.onnx: exists, /),
    );
  });
});

/** What the first episode of a policy comes to. */
async function evaluated(policy: string): Promise<Record<string, number>> {
  const { code, stdout, stderr } = await callCli("eval", policy, "--episodes", "1", "--json");
  expect(code, stderr).toBe(0);
  const { returnMean, episodeLengthMean } = JSON.parse(stdout);
  // Scaled values are rounded, after which episodes drift apart.
  return { returnMean: Number(returnMean.toPrecision(2)), episodeLengthMean };
}
