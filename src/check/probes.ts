/** Two questions to a task that need a step or none: whether the observation shows the command, and whether every action does anything. */
import type { Environment } from "../tasks/index.ts";

/** Shares of its range at which a command's value is looked at: far enough apart, and on the same side of every threshold. */
const SHOWN_AT = [0.45, 0.95] as const;
/** Control steps for which an action is held, and which come before. */
const HELD_STEPS = 5;
const LEAD_STEPS = 8;
/** Starts from which actions are tried. */
const STARTS = 3;

/**
 * Names of the command's values that no value of the observation shows: the first observation of an episode is the same whatever they are.
 * @param seed of the episode
 */
export function hiddenCommands(env: Environment, seed: number): string[] {
  const { command } = env.task;
  if (command === undefined) return [];
  return command.names.filter((_, i) => {
    const [low, high] = command.ranges[i]!;
    const end = Math.abs(high) >= Math.abs(low) ? high : low;
    if (end === low && end === high) return false;
    const [small, large] = SHOWN_AT.map((share) => firstObservation(env, seed, { at: i, value: share * end }));
    return small!.every((value, k) => value === large![k]);
  });
}

/** With all of the command's values 0 but one. */
function firstObservation(env: Environment, seed: number, one: { readonly at: number; readonly value: number }) {
  const values = new Float64Array(env.commandSize);
  values[one.at] = one.value;
  const obs = new Float32Array(env.obsSize);
  env.start(seed, 0);
  env.holdCommand(values);
  env.reset(seed, 0);
  env.writeObservation(obs, 0);
  return obs;
}

/** Names of the actions that move nothing: the robot is in the same state whether they are −1, 0 or 1 for a few steps. */
export function idleActions(env: Environment, seed: number): string[] {
  const { names } = env.actionDescription;
  const idle = new Set(names.keys());
  const state = new Float64Array(env.stateSize);
  for (let start = 0; start < STARTS && idle.size > 0; start++) {
    env.start(seed, start);
    hold(env, seed, start, new Float32Array(names.length), LEAD_STEPS);
    env.save(state, 0);
    const after = (at: number, value: number) => {
      env.load(state, 0);
      const action = new Float32Array(names.length);
      action[at] = value;
      hold(env, seed, start, action, HELD_STEPS);
      return [...env.sim.qpos, ...env.sim.qvel];
    };
    const nothing = after(0, 0);
    for (const at of idle) if ([1, -1].some((value) => differs(after(at, value), nothing))) idle.delete(at);
  }
  return names.filter((_, at) => idle.has(at));
}

function hold(env: Environment, seed: number, start: number, action: Float32Array, steps: number): void {
  for (let step = 0; step < steps; step++) env.step(seed, start, action, 0);
}

function differs(a: readonly number[], b: readonly number[]): boolean {
  return a.some((value, i) => value !== b[i]);
}
