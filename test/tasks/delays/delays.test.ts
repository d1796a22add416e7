/** Delays of actions and observations that differ between episodes: a mass on a rail that a motor pushes. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import {
  actionDelay,
  causesOf,
  defineTask,
  describeTask,
  direct,
  Environment,
  type EnvironmentOptions,
  observationDelay,
  type Randomiser,
  registry,
  resolveTask,
  settingsOf,
  type Task,
  withoutCauses,
} from "../../../src/tasks/index.ts";
import { growing } from "../../../src/tasks/randomisation.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-rail-"));
writeFileSync(
  join(folder, "rail.xml"),
  `<mujoco><option timestep="0.002" gravity="0 0 0"/><worldbody>
    <body><joint name="x" type="slide" axis="1 0 0"/><geom size="0.1" mass="1"/></body>
  </worldbody><actuator><motor name="push" joint="x"/></actuator></mujoco>`,
);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const STEPS = 10; // physics steps of a control step
const DT = 0.002;

/** The policy sees place, speed times two, its last action and the command-like count of steps. */
function rail(randomise: Record<string, Randomiser>): Task {
  return defineTask({
    name: "Rail",
    scene: join(folder, "rail.xml"),
    timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 1 },
    action: direct({ squash: "none" }),
    observe: {
      speed: { of: (s) => s.sim.qvel },
      twice: { of: (s) => 2 * s.sim.qvel[0], history: 2 },
      lastAction: { of: (s) => s.lastAction },
      count: { of: (s) => s.episodeStep, own: true },
    },
    critic: { speed: { of: (s) => s.sim.qvel } },
    reward: { none: { weight: 1, of: () => 0 } },
    randomise,
  });
}

const alive: Environment[] = [];
afterEach(() => {
  for (const env of alive.splice(0)) env.delete();
});

async function create(task: Task, options: EnvironmentOptions = {}): Promise<Environment> {
  const env = await Environment.create(task, options);
  alive.push(env);
  return env;
}

const seen = (env: Environment) => {
  const obs = new Float32Array(env.obsSize);
  env.writeObservation(obs, 0);
  return [...obs];
};
const push = (env: Environment, force: number) => env.step(1, 0, Float32Array.of(force), 0);
/** Physics steps that a force of 1 N has acted on the mass of 1 kg. */
const pushed = (env: Environment) => env.sim.qvel[0]! / DT;
/** By how many physics steps controls are late in the episode that begins now. */
function lateness(env: Environment): number {
  for (let step = 0; step < 4; step++) push(env, 1);
  return 4 * STEPS - pushed(env);
}

describe("a delay of actions", () => {
  it.each([0, 0.3, 1, 1.5, 2.7])("of %s control steps lets controls act so much later", async (steps) => {
    const env = await create(rail({ late: actionDelay([steps, steps]) }));
    env.start(1, 0);
    const acted = [1, 2, 3, 4].map(() => {
      push(env, 1);
      return pushed(env);
    });
    acted.forEach((count, k) => {
      expect(count).toBeCloseTo(Math.max(0, STEPS * (k + 1 - steps)), 6);
    });
    // what was given on the way still arrives
    for (let step = 0; step < 4; step++) push(env, 0);
    expect(pushed(env)).toBeCloseTo(4 * STEPS, 6);
    expect(seen(env).at(-2)).toBe(0);
  });

  it("is drawn anew for every episode, the same for the same seed and environment", async () => {
    const env = await create(rail({ late: actionDelay([0, 1.5]) }));
    const episodes = (seed: number) => {
      env.start(seed, 3);
      return Array.from({ length: 12 }, () => {
        const found = lateness(env);
        env.reset(seed, 3);
        return Math.round(found);
      });
    };
    const drawn = episodes(7);
    expect(new Set(drawn).size).toBeGreaterThan(4);
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(15);
    expect(episodes(7)).toEqual(drawn);
    expect(episodes(8)).not.toEqual(drawn);
  });

  it("adds to that of another, and grows with the curriculum where it says so", async () => {
    const env = await create(rail({ one: actionDelay([1, 1]), other: growing(actionDelay([0.5, 0.5])) }));
    env.start(1, 0);
    expect(lateness(env)).toBeCloseTo(1.5 * STEPS, 6); // no curriculum: as at its end
  });

  it("is none where nothing is randomised, unless delays alone are asked for", async () => {
    const task = rail({ late: actionDelay([1, 1]) });
    const of = async (options: EnvironmentOptions) => {
      const env = await create(task, options);
      env.start(1, 0);
      return lateness(env);
    };
    expect(await of({ randomise: false })).toBeCloseTo(0, 6);
    expect(await of({ randomise: false, delays: true })).toBeCloseTo(STEPS, 6);
  });
});

describe("a delay of observations", () => {
  it("shows readings as they were, interpolated between control steps; what the controller makes itself comes at once", async () => {
    const env = await create(rail({ late: observationDelay([1.5, 1.5]) }));
    env.start(1, 0);
    const speed = (steps: number) => Math.max(0, steps) * STEPS * DT;
    for (let k = 1; k <= 5; k++) {
      push(env, 1);
      const [now, before, last, action, count] = seen(env);
      expect(now).toBeCloseTo((speed(k - 1) + speed(k - 2)) / 2, 6);
      expect(last).toBeCloseTo(speed(k - 1) + speed(k - 2), 6);
      expect(before).toBeCloseTo(speed(k - 2) + speed(k - 3), 6);
      expect([action, count]).toEqual([1, k]);
      const truth = new Float32Array(1);
      env.writePrivileged(truth, 0);
      expect(truth[0]).toBeCloseTo(speed(k), 6);
    }
  });

  it("ends an episode in the step in which a reading is not finite, long before the policy would see it", async () => {
    const task = rail({ late: observationDelay([2, 2]) });
    const env = await create({
      ...task,
      observe: { ...task.observe, odd: { of: (s) => (s.episodeStep === 2 ? Infinity : 0) } },
    });
    env.start(1, 0);
    push(env, 1);
    expect(env.nan).toBe(false);
    push(env, 1);
    expect([env.terminated, env.nanSource]).toEqual([true, 'observation term "odd"']);
  });
});

it("a saved environment goes on bit for bit, with what was on its way", async () => {
  const env = await create(rail({ acts: actionDelay([0.5, 2.5]), reads: observationDelay([0.5, 2.5]) }));
  const other = await create(env.task);
  env.start(5, 1);
  const forces = [0.3, -0.7, 1.1, 0.2, -0.4, 0.9];
  for (const force of forces.slice(0, 3)) push(env, force);
  const state = new Float64Array(env.stateSize);
  env.save(state, 0);
  const goOn = (one: Environment) =>
    forces.slice(3).map((force) => {
      push(one, force);
      return seen(one);
    });
  const expected = goOn(env);
  other.start(9, 9);
  other.load(state, 0);
  expect(goOn(other)).toEqual(expected);
  env.load(state, 0);
  expect(goOn(env)).toEqual(expected);
});

it("a delay is a cause of falls that can be taken away in the middle of an episode, and given back", async () => {
  const task = rail({ late: actionDelay([1, 1]) });
  expect(causesOf(task)).toContainEqual({ id: "randomise:late", words: "delay of actions", disturbs: true });
  const off = new Set<string>();
  const env = await create(withoutCauses(task, off));
  env.start(1, 0);
  push(env, 1);
  expect(pushed(env)).toBeCloseTo(0, 6);
  off.add("randomise:late");
  push(env, 1);
  expect(pushed(env)).toBeCloseTo(STEPS, 6);
  off.clear();
  push(env, 0);
  expect(pushed(env)).toBeCloseTo(2 * STEPS, 6);
});

describe("as settings", () => {
  const settings = { "randomise.actionDelay": [0, 1.5], "randomise.observationDelay": 1 };

  it("every task has both, and without them it is the declared one", async () => {
    for (const task of registry.list()) {
      const names = settingsOf(task).map(({ name }) => name);
      expect(names, task.name).toEqual(expect.arrayContaining(Object.keys(settings)));
    }
    const off = { "randomise.actionDelay": "off" };
    expect((await resolveTask("CartpoleBalance", { taskSettings: off })).randomise).toEqual({});
  });

  it("they stand in the task's description with their ranges, beside what the task declares", async () => {
    const task = await resolveTask("Go1JoystickFlatTerrain", { lesson: "trot", taskSettings: settings });
    const { randomise, settings: told } = describeTask(await create(task));
    expect(randomise.actionDelay).toEqual({ kind: "action-delay", controlSteps: [0, 1.5] });
    expect(randomise.observationDelay).toEqual({ kind: "observation-delay", controlSteps: [1, 1] });
    expect(Object.keys(task.lesson!.training.randomise)).toEqual(expect.arrayContaining(Object.keys(randomise)));
    expect(told).toEqual(settings);
  });

  it("a range that cannot be is refused with what is expected", async () => {
    const refusal = (value: number[]) =>
      resolveTask("CartpoleBalance", { taskSettings: { "randomise.actionDelay": value } }).catch(
        ({ message }) => message,
      );
    const expected = "expected low,high (low ≤ high) or one number from 0 to 50, or off";
    expect(await refusal([-1, 1])).toBe(`--randomise.actionDelay: got "-1,1", ${expected}`);
    expect(await refusal([0, 80])).toBe(`--randomise.actionDelay: got "0,80", ${expected}`);
    expect(() => actionDelay([2, 1])).toThrow("delay of actions is [2,1]; expected low, high from 0 to 50 steps");
  });
});
