import { expect, it } from "vitest";
import { findShipped } from "../../../src/catalogue/policy-reference.ts";
import { createEngine } from "../../../src/graph/index.ts";
import { ActorFactory } from "../../../src/rollout/actor.ts";
import { type Environment, resolveTask } from "../../../src/tasks/index.ts";
import { taskEnvironments } from "../registered-tasks.ts";

const environment = taskEnvironments();
const SECONDS = 10;

/** Where the root's mark is, and which way it faces. */
function markOf({ sim: { mocapPos, mocapQuat } }: Environment) {
  const [w, , , z] = mocapQuat;
  return { x: mocapPos[0]!, y: mocapPos[1]!, z: mocapPos[2]!, yaw: 2 * Math.atan2(z!, w!) };
}

function putMark(env: Environment, { x, y, z, yaw }: ReturnType<typeof markOf>): void {
  env.handles.place("root", { pos: [x, y, z], quat: [Math.cos(yaw / 2), 0, 0, Math.sin(yaw / 2)] });
}

/** Moves the mark by so much, seen from where it faces, after half a second; m and rad. @returns how far the robot is from it at the end, m */
async function led(env: Environment, seed: number, [ahead, left, turn]: readonly [number, number, number]) {
  const policy = await (await findShipped("HumanoidTrack")).bind(env);
  const actor = await new ActorFactory(createEngine("ort")).create(policy, "zero", { seed, firstRow: 0, rows: 1 });
  const [obs, action] = [new Float32Array(env.obsSize), new Float32Array(env.actionSize)];
  env.start(seed, 0);
  for (let step = 0; step < 50 * SECONDS && !env.terminated; step++) {
    if (step === 25) {
      const mark = markOf(env);
      const [cosine, sine] = [Math.cos(mark.yaw), Math.sin(mark.yaw)];
      const [x, y] = [mark.x + cosine * ahead - sine * left, mark.y + sine * ahead + cosine * left];
      putMark(env, { x, y, z: mark.z, yaw: mark.yaw + turn });
    }
    env.writeObservation(obs, 0);
    await actor.act(obs, step, action);
    env.step(seed, 0, action, 0);
  }
  const { x, y } = markOf(env);
  return env.terminated ? Number.POSITIVE_INFINITY : Math.hypot(env.sim.qpos[0]! - x, env.sim.qpos[1]! - y);
}

it("the controller that ships follows a mark that a person moves: it stays up and arrives", async () => {
  const env = await environment(await resolveTask("HumanoidTrack"));
  const ways = [
    [1.5, 0, 0],
    [0, 1, 0],
    [0, -1, 0],
    [-0.5, 0, 0],
    [1, 1, 0.8],
    [0, 0, 1.4],
  ] as const;
  for (const [n, way] of ways.entries()) expect(await led(env, 3 + (n % 2), way), `${way}`).toBeLessThan(0.25);
});
