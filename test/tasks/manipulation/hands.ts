/** Hands without weight, friction, drives and contacts, so that everything keeps its velocity for a step: rewards by hand. */
import { multiply } from "../../../src/math/quat.ts";
import type { Environment } from "../../../src/tasks/index.ts";

/** What is set; what is absent is at home and at rest. */
export interface HandState {
  /** rad, added to home */
  readonly bent?: number;
  /** rad/s, of every joint of the hand */
  readonly jointVel?: number;
  /** m */
  readonly position?: readonly number[];
  readonly orientation?: readonly number[];
  /** rad/s, frame of the cube */
  readonly angVel?: readonly number[];
  /** One value for all actions; default 0. */
  readonly action?: number;
}

/** mjDSBL_CONTACT */
const NO_CONTACTS = 1 << 4;

/** Takes weight, friction, damping, springs, drives and contacts away. */
export function float({ sim: { model } }: Environment): void {
  model.opt.gravity[2] = 0;
  model.opt.disableflags |= NO_CONTACTS;
  model.actuator_gainprm.fill(0);
  model.actuator_biasprm.fill(0);
  for (const field of [model.dof_frictionloss, model.dof_damping, model.tendon_stiffness]) field.fill(0);
  model.eq_active0.fill(0);
}

/** Sets a state of a floating hand and cube and steps once. */
export function stepFrom(env: Environment, state: HandState = {}): void {
  const { bent = 0, jointVel = 0, position = [0.5, 0, 0.2], orientation = [1, 0, 0, 0], action = 0 } = state;
  const { sim } = env;
  sim.eqActive.fill(0);
  const home = [...sim.keyframeQpos("home").subarray(0, 16)];
  sim.qpos.set([...home.map((angle) => angle + bent), ...position, ...orientation]);
  sim.qvel.fill(0);
  sim.qvel.fill(jointVel, 0, 16);
  sim.qvel.set(state.angVel ?? [0, 0, 0], 19);
  env.step(1, 0, new Float32Array(env.actionSize).fill(action), 0);
}

/** Half-angle form of a turn about an axis of the world. */
export function about(axis: 0 | 1 | 2, angle: number): number[] {
  const quat = [Math.cos(angle / 2), 0, 0, 0];
  quat[1 + axis] = Math.sin(angle / 2);
  return quat;
}

/** First `b`, then `a`. */
export function after(a: readonly number[], b: readonly number[]): number[] {
  const out = [0, 0, 0, 0];
  multiply(out, 0, [...a], 0, [...b], 0);
  return out;
}
