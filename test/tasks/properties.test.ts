/** What must hold of every registered task; a new task is tested by being registered. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/math/rng.ts";
import { describeTask, Environment, registry } from "../../src/tasks/index.ts";
import { registeredSizes } from "../../src/tasks/registered-sizes.ts";

const SEED = 7;
const ENVS = 4;
const STEPS = 400;
/** Disturbances come every few seconds: so many steps of four robots leave one out once in a thousand times. */
const STEPS_WITH_EVENTS = 900;
const SHORT = 60;
/** Steps between looks at what has not changed yet. */
const STRIDE = 100;

/**
 * Readings that stay what they are here, kept since they are published: of disturbances that a task leaves off, of the one gait that
 * it draws, of a robot that is told to stand, of objects that random actions do not tilt, of directions in which an object cannot go, and of places that an arm does not
 * reach.
 */
const SILENT: Readonly<Record<string, readonly string[]>> = {
  AlohaHandOver: ["qpos", "boxRows"],
  AlohaSinglePegInsertion: ["qpos", "socketUp", "pegUp"],
  Go1JoystickFlatTerrain: ["surgeForce", "surgeDue"],
  Go1JoystickRoughTerrain: ["surgeForce", "surgeDue"],
  H1JoystickGaitTracking: ["gaitId"],
  SpotFlatTerrainJoystick: ["surgeForce"],
  PandaOpenCabinet: ["qpos", "qvel", "objectRotation", "toTarget", "turnLeft"],
  PandaPickCube: ["qpos", "objectRotation", "turnLeft"],
  PandaPickCubeOrientation: ["qpos", "objectRotation"],
  PandaPickCubeCartesian: ["qpos", "objectRotation", "turnLeft", "noSolution"],
  G1Track: ["rootGoal", "jointGoal", "jointGoalLater", "fullRootGoal", "fullJointGoal", "fullJointGoalLater"],
  AeroCubeRotateZAxis: ["fingertips"],
  LeapCubeReorient: ["wrenchDirection", "wrench"],
};

/** Tasks whose episodes start in a frame of one of several clips. */
const STARTS_IN_CLIPS = ["HumanoidTrack"];

/** Environments that share one slot, stepped with random actions and reset when they end. */
class Batch {
  readonly env: Environment;
  readonly states: Float64Array;
  readonly seed: number;
  readonly first: number;
  readonly envs: number;

  constructor(env: Environment, seed: number, first: number, envs: number) {
    this.env = env;
    this.seed = seed;
    this.first = first;
    this.envs = envs;
    this.states = new Float64Array(envs * env.stateSize);
    for (let n = 0; n < envs; n++) {
      env.start(seed, first + n);
      env.save(this.states, n * env.stateSize);
    }
  }

  /** Steps one environment with the action that belongs to (environment, step); returns observation, extras, reward and ends. */
  step(n: number, t: number): number[] {
    const { env } = this;
    const action = new Float32Array(env.actionSize);
    new Rng().seek(99, 1, this.first + n, t).fillNormal(action);
    env.load(this.states, n * env.stateSize);
    env.step(this.seed, this.first + n, action, 0);
    const outcome = [env.reward, Number(env.terminated), Number(env.truncated)];
    if (env.terminated || env.truncated) env.reset(this.seed, this.first + n);
    env.save(this.states, n * env.stateSize);
    return [...observed(env), ...outcome];
  }

  /** Every step's values, time first. @param first step of these */
  run(steps: number, first = 0): number[][] {
    const rows: number[][] = [];
    for (let t = first; t < first + steps; t++) for (let n = 0; n < this.envs; n++) rows.push(this.step(n, t));
    return rows;
  }
}

/** Steps until all readings have changed, or so many that those which have not never will. @param steps at most */
function lively(env: Environment, steps: number): number[][] {
  const batch = new Batch(env, SEED, 0, ENVS);
  const rows: number[][] = [];
  for (let t = 0; t < steps && (t === 0 || constantTerms(env, rows).length > 0); t += STRIDE)
    rows.push(...batch.run(Math.min(STRIDE, steps - t), t));
  return rows;
}

/** Terms with an element that is the same in all rows. */
function constantTerms(env: Environment, rows: readonly number[][]): string[] {
  const terms = [...env.observationLayout, ...env.privilegedLayout].flatMap(({ name, size }) =>
    new Array<string>(size).fill(name),
  );
  return [...new Set(terms.filter((_, i) => rows.every((row) => row[i] === rows[0][i])))];
}

function observed(env: Environment): number[] {
  const values = new Float32Array(env.obsSize + env.privilegedSize);
  env.writeObservation(values, 0);
  env.writePrivileged(values, env.obsSize);
  return [...values];
}

describe.each(registry.list().map((task) => [task.name, task] as const))("%s", (name, task) => {
  let env: Environment;
  let rows: number[][];

  beforeAll(async () => {
    env = await Environment.create(task);
    rows = lively(env, Object.keys(task.events).length > 0 ? STEPS_WITH_EVENTS : STEPS);
  });
  afterAll(() => env.delete());

  it("has names for the task, its terms and its actions", () => {
    expect(name).toMatch(/^[A-Z][A-Za-z0-9]+$/);
    expect(registry.get(name)).toBe(task);
    const { observation, privileged, reward, terminations, action } = describeTask(env);
    for (const names of [
      [...observation, ...privileged].map((slice) => slice.name),
      reward.map((term) => term.name),
      terminations,
      action.names,
    ]) {
      expect(new Set(names).size).toBe(names.length);
      // joints of an attached model have its prefix before a slash
      expect(names.every((one) => /^([A-Za-z]\w*\/)?[A-Za-z]\w*$/.test(one))).toBe(true);
    }
    expect(env.rewardTerms.length).toBe(reward.length);
    expect(env.terminationFlags.length).toBe(terminations.length);
  });

  it("has the sizes that lists show", () => {
    const { obsSize, actionSize, privilegedSize } = env;
    expect(registeredSizes(name)).toEqual({ obsSize, actionSize, privilegedSize });
  });

  it("names every body and joint of its scene", () => {
    expect(env.sim.names.all("body").every((one) => one !== "")).toBe(true);
    expect(env.sim.names.all("joint").every((one) => one !== "")).toBe(true);
  });

  it("describes slices that tile the observations, in JSON", () => {
    const description = describeTask(env);
    expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    for (const [slices, size] of [
      [description.observation, env.obsSize],
      [description.privileged, env.privilegedSize],
    ] as const) {
      let offset = 0;
      for (const slice of slices) {
        expect(slice.offset).toBe(offset);
        offset += slice.size;
      }
      expect(offset).toBe(size);
    }
    expect(description.action.scale.length).toBe(env.actionSize);
    expect(description.action.offset.length).toBe(env.actionSize);
  });

  it("stays finite under random actions, and within [0, 1] where it is a benchmark", () => {
    expect(rows.flat().every(Number.isFinite)).toBe(true);
    if (task.family !== "suite") return;
    const rewards = rows.map((row) => row[env.obsSize + env.privilegedSize]);
    expect(Math.min(...rewards)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...rewards)).toBeLessThanOrEqual(1);
  });

  it("has no observation element that never changes", () => {
    expect(constantTerms(env, rows)).toEqual(SILENT[name] ?? []);
  });

  it("repeats a trajectory exactly from the same seed", () => {
    expect(new Batch(env, SEED, 0, ENVS).run(SHORT)).toEqual(rows.slice(0, SHORT * ENVS));
  });

  it("starts elsewhere for other seeds, environments and episodes: its robot where it is reset, what it sees where anything is drawn", () => {
    const here = () => {
      const state = new Float64Array(env.stateSize);
      env.save(state, 0);
      return { physics: [...state.subarray(0, env.sim.stateSize)], seen: observed(env) };
    };
    const start = (seed: number, n: number) => {
      env.start(seed, n);
      return here();
    };
    const first = start(SEED, 0);
    const others = [start(SEED + 1, 0), start(SEED, 1)];
    env.start(SEED, 0);
    env.reset(SEED, 0);
    others.push(here());
    const isNoisy = env.observationLayout.some((term) => term.noise > 0);
    const isReset = task.reset !== undefined || STARTS_IN_CLIPS.includes(name);
    for (const { physics, seen } of others) {
      expect(physics.every((value, i) => value === first.physics[i])).toBe(!isReset);
      expect(seen.every((value, i) => value === first.seen[i])).toBe(!(isReset || isNoisy || task.command));
    }
  });

  it("lets no environment influence another", () => {
    const alone = new Batch(env, SEED, 2, 1).run(SHORT);
    expect(alone).toEqual(rows.filter((_, row) => row % ENVS === 2).slice(0, SHORT));
  });

  it("continues a saved state bit for bit in another simulation", async () => {
    const batch = new Batch(env, SEED, 0, 1);
    batch.run(SHORT / 2);
    const other = await Environment.create(task);
    try {
      expect(other.stateSize).toBe(env.stateSize);
      const copy = new Batch(other, SEED + 5, 0, 1);
      copy.run(3);
      const restored = Object.assign(Object.create(Batch.prototype) as Batch, {
        ...copy,
        seed: SEED,
        states: batch.states.slice(),
      });
      const resaved = new Float64Array(other.stateSize);
      other.load(batch.states, 0);
      other.save(resaved, 0);
      expect(resaved).toEqual(batch.states);
      for (let t = SHORT / 2; t < SHORT; t++) expect(restored.step(0, t)).toEqual(batch.step(0, t));
    } finally {
      other.delete();
    }
  });

  it("ends by time at exactly its limit", () => {
    env.start(SEED, 0);
    env.episodeStep = env.episodeSteps - 2;
    const action = new Float32Array(env.actionSize);
    env.step(SEED, 0, action, 0);
    expect(env.truncated).toBe(false);
    env.step(SEED, 0, action, 0);
    expect(env.truncated).toBe(true);
    expect(env.terminated).toBe(false);
  });
});
