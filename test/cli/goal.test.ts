/** What `eval` and `tasks` say of a task with a goal: a cart that rolls on at 1 m/s from a start at 0 m. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { callCli } from "./cli-process.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-goal-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CART = `<mujoco>
  <option timestep="0.1" gravity="0 0 0"/>
  <worldbody><body name="cart"><joint name="slide" type="slide" axis="1 0 0"/><geom name="box" type="box" size="0.1 0.1 0.1"/></body></worldbody>
  <actuator><motor name="motor" joint="slide"/></actuator>
</mujoco>`;

const task = (way: string) => `import { defineTask, direct } from "flowgait";
export default defineTask({
  name: "Rolling",
  scene: "./cart.xml",
  timing: { controlHz: 10, physicsHz: 10, episodeSeconds: 2 },
  action: direct(),
  reset: ({ sim }) => {
    sim.qvel[0] = 1;
  },
  observe: { x: { of: (s) => s.sim.qpos } },
  reward: { still: { weight: 1, of: () => 0 } },
  goal: {
    success: { about: "The cart is between 0.45 m and 1.05 m.", of: (s) => Math.abs(s.sim.qpos[0] - 0.75) < 0.3, seconds: 0.5 },
    drop: { about: "The cart is beyond 1.95 m.", of: (s) => s.sim.qpos[0] > 1.95 },
    counters: { way: { about: "How far it rolls.", unit: "m", of: (s) => ${way}, per: "minute" } },
  },
});`;

const fileOf = (name: string, way = "0.1 * s.sim.qvel[0]") => {
  writeFileSync(join(folder, "cart.xml"), CART);
  writeFileSync(join(folder, name), task(way));
  return join(folder, name);
};

const FEW = ["--episodes", "2", "--workers", "1"];

it("eval reports success, drops and counters, as text and as JSON", async () => {
  const file = fileOf("rolling.ts");
  const { stdout } = await callCli("eval", "zero", "--task", file, ...FEW, "--json");
  const { successRate, secondsToSuccess, dropRate, counters } = JSON.parse(stdout);
  expect([successRate, dropRate]).toEqual([1, 1]);
  expect(secondsToSuccess).toBeCloseTo(0.5, 9);
  expect(counters.way).toBeCloseTo(60, 9);
  const lines = (await callCli("eval", "zero", "--task", file, ...FEW)).stdout
    .split("\n")
    .map((line) => line.trim().replace(/ {2,}/, "  "));
  expect(lines).toContain("success  100 %, after 0.5 s on average");
  expect(lines).toContain("dropped  100 %");
  expect(lines).toContain("way  60 m per minute");
});

it("a counter that is not finite ends the episode and is named", async () => {
  const { stderr, code } = await callCli("eval", "zero", "--task", fileOf("broken.ts", "Math.log(-1)"), ...FEW);
  expect(code).toBe(1);
  expect(stderr).toContain('goal counter "way"');
});

it("tasks prints what is counted", async () => {
  const { stdout } = await callCli("tasks", fileOf("told.ts"));
  expect(stdout).toContain("The cart is between 0.45 m and 1.05 m. (for 0.5 s without a break)");
  expect(stdout).toContain("How far it rolls. (m per minute)");
});
