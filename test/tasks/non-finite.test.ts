/** Values that are not finite, whoever makes them: the step ends the episode and says what it was. MuJoCo alone would hide bad controls. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { Simulation } from "../../src/physics/simulation.ts";
import { type ActionMapping, defineTask, direct, Environment, type ObservationTerm } from "../../src/tasks/index.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-finite-"));
const scene = join(folder, "carts.xml");
writeFileSync(
  scene,
  `<mujoco>
  <option timestep="0.01"/>
  <worldbody>
    <body><joint name="left" type="slide"/><geom size="0.1"/></body>
    <body pos="0 1 0"><joint name="right" type="slide"/><geom size="0.1"/></body>
  </worldbody>
  <actuator><motor name="one" joint="left"/><motor name="two" joint="right" ctrlrange="-1 1"/></actuator>
</mujoco>`,
);

const alive: { delete(): void }[] = [];
afterEach(() => {
  for (const one of alive.splice(0)) one.delete();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function carts(
  action: ActionMapping,
  observe: Readonly<Record<string, ObservationTerm<{ readonly sim: Simulation }>>> = {},
): Promise<Environment> {
  const task = defineTask({
    name: "Carts",
    scene,
    timing: { controlHz: 50, physicsHz: 100, episodeSeconds: 1 },
    action,
    observe: { left: { of: ({ sim }) => sim.qpos[0]! }, ...observe },
    reward: { alive: { weight: 1, of: () => 1 } },
  });
  const env = await Environment.create(task);
  alive.push(env);
  env.start(1, 0);
  return env;
}

function step(env: Environment, ...action: number[]): Environment {
  env.step(1, 0, Float32Array.from(action), 0);
  return env;
}

it.each(["tanh", "clip", "none"] as const)(
  "an action that is not finite is not taken, squashed by %s",
  async (squash) => {
    const env = await carts(direct({ squash }));
    step(env, 0.5, 0.5);
    const before = new Float64Array(env.stateSize);
    env.save(before, 0);
    const seen = new Float32Array(env.obsSize);
    env.writeObservation(seen, 0);
    for (const [bad, source] of [
      [[Number.NaN, 0.5], 'action "one"'],
      [[0.5, Number.NEGATIVE_INFINITY], 'action "two"'],
      [[Number.NaN, Number.POSITIVE_INFINITY], 'action "one" and 1 more'],
    ] as const) {
      env.load(before, 0);
      step(env, ...bad);
      expect([env.nan, env.held, env.terminated, env.reward, env.nanSource]).toEqual([true, true, true, 0, source]);
      const after = new Float32Array(env.obsSize);
      env.writeObservation(after, 0);
      expect([...env.sim.qpos, ...after]).toEqual([...env.sim.qpos.map((_, i) => before[1 + i]!), ...seen]);
    }
    env.load(before, 0);
    step(env, 0.5, 0.5);
    expect([env.nan, env.held, env.nanSource]).toEqual([false, false, ""]);
  },
);

it("a control that MuJoCo would take for 0, with all others, fails the step by its actuator's name", async () => {
  const controls = new Float64Array(2);
  const own: ActionMapping = {
    bind: (context) => ({
      ...direct().bind(context),
      apply: () => context.sim.ctrl.set(controls),
    }),
  };
  const env = await carts(own);
  const oracle = await Simulation.load(scene);
  alive.push(oracle);
  for (const [values, isGood, source] of [
    [[0.5, 0.5], true, ""],
    [[0.5, Number.NaN], false, 'control "two"'],
    [[1e11, 0.5], false, 'control "one"'],
    [[0.5, 1e11], true, ""],
  ] as const) {
    controls.set(values);
    oracle.resetToInitial();
    oracle.ctrl.set(values);
    oracle.step(1);
    expect(
      oracle.actuatorForce.some((force) => force !== 0),
      "MuJoCo",
    ).toBe(isGood);
    env.reset(1, 0);
    step(env, 0, 0);
    expect([env.nan, env.held, env.nanSource]).toEqual([!isGood, false, source]);
  }
});

it("an observation term is named, also where it is delayed or too large for float32", async () => {
  let value = 0;
  const broken = { of: () => value };
  for (const term of [broken, { ...broken, delay: 2 }, { ...broken, history: 3 }]) {
    value = 0;
    const env = await carts(direct(), { broken: term });
    for (const bad of [Number.NaN, 1e39]) {
      value = bad;
      step(env, 0, 0);
      expect([env.nan, env.nanSource]).toEqual([true, 'observation term "broken"']);
      value = 0;
      env.reset(1, 0);
      expect(env.nan).toBe(false);
    }
  }
});
