/** Policies that give no finite actions, and tasks whose observations are none: what the commands say and how they end. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { ModelProto } from "../../src/graph/onnx/schema.ts";
import { callCli } from "./cli-process.ts";
import { linearPolicy } from "./linear-policy.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-broken-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function policy(name: string, change: (model: ModelProto) => void): string {
  const path = join(folder, name);
  writeFileSync(path, linearPolicy(change));
  return path;
}

const place = ["--task", "CartpoleBalance"];
const few = ["--episodes", "3", "--workers", "1"];
const always = policy("always.onnx", ({ graph }) => {
  graph!.initializer[0]!.rawData = new Uint8Array(new Float32Array(5).fill(Number.NaN).buffer);
});

it("eval prints what it measured, names the action, and fails", async () => {
  const { code, stdout, stderr } = await callCli("eval", always, ...place, ...few);
  const words = 'non-finite action "slide" ended 3 of 3 episodes, first episode 0 at control step 1';
  expect(code).toBe(1);
  expect(stdout).toMatch(/^ {2}early terminations +100 %$/m);
  expect(stdout).toContain(words);
  expect(stderr).toBe(`flowgait: ${always}: ${words}; expected finite values\n`);
});

it("eval counts the episodes that a policy broke, in --json too, and no others", async () => {
  // The square root of what it gave: NaN where that was negative, which is sooner or later so.
  const sometimes = policy("sometimes.onnx", ({ graph }) => {
    graph!.node[0]!.output = ["signed"];
    graph!.node.push({ input: ["signed"], output: ["actions"], name: "root", opType: "Sqrt", attribute: [] });
  });
  const { code, stdout, stderr } = await callCli("eval", sometimes, ...place, ...few, "--json");
  const { nonFinite, episodeLengthMean, fallRate } = JSON.parse(stdout);
  expect(code, stderr).toBe(1);
  expect(nonFinite.length).toBeGreaterThan(0);
  expect(fallRate).toBe(nonFinite.length / 3);
  for (const one of nonFinite) expect(one).toMatchObject({ source: 'action "slide"', step: expect.any(Number) });
  const lengths = nonFinite.reduce((sum: number, { step }: { step: number }) => sum + step, 0);
  expect(lengths + 1000 * (3 - nonFinite.length)).toBe(Math.round(3 * episodeLengthMean));
  const sound = policy("sound.onnx", () => {});
  const fine = await callCli("eval", sound, ...place, ...few, "--json");
  expect([fine.code, JSON.parse(fine.stdout).nonFinite]).toEqual([0, []]);
});

it("an infinite action is one, though the task's squash would make it 1", async () => {
  const infinite = policy("infinite.onnx", ({ graph }) => {
    const { length } = graph!.initializer[0]!.rawData!;
    graph!.initializer[0]!.rawData = new Uint8Array(new Float32Array(length / 4).fill(3e38).buffer);
    graph!.node[0]!.output = ["large"];
    graph!.node.push({ input: ["large"], output: ["actions"], name: "more", opType: "Exp", attribute: [] });
  });
  const { code, stderr } = await callCli("eval", infinite, ...place, ...few);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/non-finite action "slide" ended 3 of 3 episodes/)]);
});

it("doctor fails it by name", async () => {
  const flags = ["--episodes", "2", "--seconds", "0.1", "--no-table", "--page", join(folder, "page.html"), "--json"];
  const { code, stdout, stderr } = await callCli("doctor", always, ...place, ...flags);
  const { checks } = JSON.parse(stdout);
  expect(code, stderr).toBe(1);
  expect(checks.find(({ name }: { name: string }) => name === "finite values")).toMatchObject({
    verdict: "fail",
    found: 'non-finite action "slide" ended 2 of 2 episodes, first episode 0 at control step 1',
  });
});

it("eval names the observation term of a user's own task", async () => {
  const scene = join(folder, "cart.xml");
  writeFileSync(
    scene,
    `<mujoco><option timestep="0.02"/><worldbody><body><joint name="slide" type="slide"/><geom size="0.1"/></body></worldbody>
    <actuator><motor name="motor" joint="slide"/></actuator></mujoco>`,
  );
  const task = join(folder, "cart.ts");
  writeFileSync(
    task,
    `import { defineTask, direct } from "flowgait";
export default defineTask({
  name: "Cart",
  scene: "./cart.xml",
  timing: { controlHz: 50, physicsHz: 50, episodeSeconds: 1 },
  action: direct(),
  observe: { root: { of: ({ sim }) => Math.sqrt(0.1 - sim.clock[0]) } },
  reward: { alive: { weight: 1, of: () => 1 } },
});
`,
  );
  const { code, stderr } = await callCli("eval", "zero", "--task", task, ...few);
  expect([code, stderr]).toEqual([
    1,
    'flowgait: zero: non-finite observation term "root" ended 3 of 3 episodes, first episode 0 at control step 6; expected finite values\n',
  ]);
});
