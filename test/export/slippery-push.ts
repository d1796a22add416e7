/**
 * A box that is to be pushed along at a steady speed, in a scene whose solver stops after one iteration and begins each step anew: friction
 * that holds the box is computed so badly there that a third of the force moves it. A push found by trying in that scene works in no other.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constant, graphFunction, input, matmul, writeOnnx } from "../../src/graph/index.ts";
import { Environment, loadUserTask } from "../../src/tasks/index.ts";

const SCENE = `<mujoco>
  <option timestep="0.01" solver="PGS" iterations="1"><flag warmstart="disable"/></option>
  <worldbody>
    <geom type="plane" size="50 5 1" friction="0.6"/>
    <body pos="0 0 0.1">
      <joint name="along" type="slide" axis="1 0 0" damping="4"/>
      <joint name="up" type="slide" axis="0 0 1"/>
      <geom type="box" size="0.2 0.2 0.1" mass="4" friction="0.6"/>
    </body>
  </worldbody>
  <actuator><motor name="push" joint="along"/></actuator>
</mujoco>`;

const TASK = `import { defineTask, direct } from "flowgait";
const lag = (s) => 0.18 * s.episodeStep * s.dt - s.sim.qpos[0];
export default defineTask({
  name: "SlipperyPush",
  scene: "./push.xml",
  timing: { controlHz: 50, physicsHz: 100, episodeSeconds: 4 },
  action: direct({ squash: "none" }),
  observe: { one: { of: () => 1 }, lag: { of: lag, unit: "m" } },
  reward: { near: { weight: 1, of: (s) => Math.exp(-100 * lag(s) ** 2) } },
  terminate: { left: (s) => Math.abs(lag(s)) > 0.3 },
});
`;

/** Writes scene and task. @returns the task's file */
export function slipperyPush(folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "push.xml"), SCENE);
  writeFileSync(join(folder, "push.mjs"), TASK);
  return join(folder, "push.mjs");
}

/** The constant push in N, by bisection, with which the box arrives on time in the scene as it is. */
export async function triedPush(taskFile: string): Promise<number> {
  const env = await Environment.create(await loadUserTask(taskFile));
  let [low, high] = [0, 16];
  for (let i = 0; i < 12; i++) {
    const push = (low + high) / 2;
    if (lagOf(env, push) > 0) low = push;
    else high = push;
  }
  env.delete();
  return (low + high) / 2;
}

/** m, how far behind the box is when the episode ends */
function lagOf(env: Environment, push: number): number {
  env.start(1, 0);
  while (!env.terminated && !env.truncated) env.step(1, 0, Float32Array.of(push), 0);
  const obs = new Float32Array(env.obsSize);
  env.writeObservation(obs, 0);
  return obs[1]!;
}

/** A file of another program: push = constant + gain · lag, in N and N/m. */
export function pushPolicy(file: string, push: number, gain: number): string {
  const weights = constant(Float32Array.of(push, gain), [2, 1]);
  writeFileSync(file, writeOnnx(graphFunction("push", { actions: matmul(input("obs", [1, 2]), weights) })));
  return file;
}
