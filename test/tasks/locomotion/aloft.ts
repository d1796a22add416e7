/** Robots lifted into the air without weight, so that they keep a pose for the 20 ms of a step: rewards by hand. */
import { afterEach } from "vitest";
import { Environment, registry } from "../../../src/tasks/index.ts";

interface Pose {
  /** Of the base; upright where absent. */
  readonly quat?: readonly number[];
  /** rad, in actuator order; at home where absent. */
  readonly joints?: ArrayLike<number>;
  /** World linear velocity of the base, then its angular velocity in its own frame; then joints' speeds. */
  readonly velocity?: readonly number[];
}

/** @returns makes an environment of the task without noise and differences, in its first episode; it lives until the test's end */
export function plainEnvironments(task: string): () => Promise<Environment> {
  const alive: Environment[] = [];
  afterEach(() => {
    for (const env of alive.splice(0)) env.delete();
  });
  return async () => {
    const env = await Environment.create(registry.get(task), { noise: false, events: false, randomise: false });
    alive.push(env);
    env.start(1, 0);
    return env;
  };
}

/** Takes weight, friction and damping away: what moves goes on as it is. */
export function lift({ sim: { model } }: Environment): void {
  model.opt.gravity[2] = 0;
  model.dof_frictionloss.fill(0);
  model.dof_damping.fill(0);
}

/** Joint angles of the task's home pose, rad. */
export function home(env: Environment): number[] {
  return [...env.sim.keyframeQpos(env.task.keyframe as string).subarray(7)];
}

/** Sets the pose 5 m up and steps with the drives pulling nowhere. */
export function hold(env: Environment, { quat = [1, 0, 0, 0], joints = home(env), velocity = [] }: Pose = {}): void {
  const { sim } = env;
  sim.qpos.set([0, 0, 5, ...quat, ...Array.from(joints)]);
  sim.qvel.fill(0);
  sim.qvel.set(velocity);
  sim.model.actuator_gainprm.fill(0);
  sim.model.actuator_biasprm.fill(0);
  env.step(1, 0, new Float32Array(env.actionSize), 0);
}

/** A reward term of the last step before weight and control period. */
export function term(env: Environment, name: string): number {
  const { weight } = env.task.reward[name];
  return (env.rewardTerms[env.rewardNames.indexOf(name)] * env.controlHz) / weight;
}
