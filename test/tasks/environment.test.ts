/** How an environment treats its task: observation terms, endings, failures, commands, randomisation, memory. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { mujocoMemoryBytes } from "../../src/physics/engine.ts";
import { Simulation } from "../../src/physics/simulation.ts";
import {
  defineTask,
  direct,
  Environment,
  type EnvironmentOptions,
  friction,
  growing,
  jointField,
  jointZeros,
  masses,
  pairFriction,
  payload,
  readings,
  registry,
  servoGains,
  type Task,
  twistCommand,
  withOverrides,
} from "../../src/tasks/index.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-environment-"));
const alive: { delete(): void }[] = [];
afterEach(() => {
  for (const one of alive.splice(0)) one.delete();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function create(task: Task, options?: EnvironmentOptions): Promise<Environment> {
  const env = await Environment.create(task, options);
  alive.push(env);
  env.start(1, 0);
  return env;
}

function observation(env: Environment): number[] {
  const obs = new Float32Array(env.obsSize);
  env.writeObservation(obs, 0);
  return [...obs];
}

const still = Float32Array.of(0);

/** A cart whose terms the tests choose; the counter is the number of steps in the episode. */
const cart = defineTask({
  name: "Cart",
  scene: "scenes/cartpole.xml",
  timing: { controlHz: 50, physicsHz: 100, episodeSeconds: 0.2 },
  robot: readings((sim) => ({ position: () => sim.qpos[0] })),
  action: direct({ squash: "none" }),
  command: twistCommand({ vx: 1, vy: 1, yawRate: 1, resampleSeconds: [0.06, 0.06], zeroProbability: 0 }),
  observe: {
    count: { of: (s) => s.episodeStep },
    position: { of: (s) => s.robot.position(), noise: 0.1, scale: 2 },
  },
  reward: { rest: { weight: 3, of: () => 1 }, effort: { weight: -2, of: (s) => s.action[0] ** 2 } },
  terminate: { far: (s) => Math.abs(s.robot.position()) > 0.5 },
});

describe("observations", () => {
  it("are scaled after noise within its bounds, which varies from step to step and repeats with the seed", async () => {
    const env = await create({ ...cart, episodeSteps: 10_000 });
    const noises: number[] = [];
    for (let t = 0; t < 500; t++) {
      env.step(1, 0, still, 0);
      noises.push(observation(env)[1] / 2 - env.sim.qpos[0]);
    }
    expect(Math.max(...noises)).toBeLessThanOrEqual(0.1 + 1e-6);
    expect(Math.max(...noises)).toBeGreaterThan(0.095);
    expect(Math.min(...noises)).toBeGreaterThanOrEqual(-0.1 - 1e-6);
    expect(Math.min(...noises)).toBeLessThan(-0.095);
    env.start(1, 0);
    env.step(1, 0, still, 0);
    expect(observation(env)[1] / 2 - env.sim.qpos[0]).toBe(noises[0]);
  });

  it("are exact where noise is left out", async () => {
    const env = await create(cart, { noise: false });
    env.step(1, 0, Float32Array.of(1), 0);
    expect(observation(env)[1]).toBe(Math.fround(2 * env.sim.qpos[0]));
    expect(env.observationLayout[1]).toMatchObject({ name: "position", noise: 0.1, scale: 2, offset: 1, size: 1 });
  });

  it("give the latest values oldest first, as old as the delay, and survive a swap", async () => {
    const env = await create({
      ...cart,
      episodeSteps: 100,
      observe: { past: { of: (s) => s.episodeStep, history: 3, delay: 2 }, now: { of: (s) => s.episodeStep } },
    });
    expect(observation(env)).toEqual([0, 0, 0, 0]);
    const state = new Float64Array(env.stateSize);
    for (let t = 0; t < 6; t++) {
      env.step(1, 0, still, 0);
      env.save(state, 0);
      env.start(2, 9);
      env.load(state, 0);
    }
    env.step(1, 0, still, 0);
    // after step 7: two steps old is 5, with the two before it
    expect(observation(env)).toEqual([3, 4, 5, 7]);
  });

  it("hold the action that was just taken", async () => {
    const env = await create({ ...cart, observe: { last: { of: (s) => s.lastAction } } });
    expect(observation(env)).toEqual([0]);
    env.step(1, 0, Float32Array.of(0.25), 0);
    expect(observation(env)).toEqual([0.25]);
  });
});

describe("rewards and ends", () => {
  it("sum weighted terms, per second where the task says so, and clip the sum only", async () => {
    const env = await create(cart);
    env.step(1, 0, Float32Array.of(0.5), 0);
    expect([...env.rewardTerms]).toEqual([3, -0.5]);
    expect(env.reward).toBe(2.5);
    expect(env.rewardNames).toEqual(["rest", "effort"]);
    const perSecond = await create({ ...cart, rewardPerSecond: true, rewardClip: [0, 0.04] });
    perSecond.step(1, 0, Float32Array.of(0.5), 0);
    expect([...perSecond.rewardTerms]).toEqual([expect.closeTo(0.06, 12), expect.closeTo(-0.01, 12)]);
    expect(perSecond.reward).toBe(0.04);
  });

  it("keep terminations and the time limit apart", async () => {
    const env = await create(cart);
    for (let t = 0; t < 9; t++) env.step(1, 0, still, 0);
    expect([env.terminated, env.truncated]).toEqual([false, false]);
    env.step(1, 0, still, 0);
    expect([env.terminated, env.truncated]).toEqual([false, true]);
    env.reset(1, 0);
    expect([env.terminated, env.truncated, env.reward]).toEqual([false, false, 0]);
    env.sim.qpos[0] = 0.8;
    env.step(1, 0, still, 0);
    expect([env.terminated, env.truncated]).toEqual([true, false]);
    expect([env.terminationNames, [...env.terminationFlags]]).toEqual([
      ["far", "nan"],
      [1, 0],
    ]);
  });

  it("let reward terms know that the episode ends", async () => {
    const env = await create({ ...cart, reward: { fall: { weight: -1, of: (s) => (s.terminated ? 1 : 0) } } });
    env.step(1, 0, still, 0);
    expect(env.reward).toBeCloseTo(0, 12);
    env.sim.qpos[0] = 0.8;
    env.step(1, 0, still, 0);
    expect(env.reward).toBe(-1);
  });
});

describe("values that are not finite", () => {
  it("in the physics end the episode with nothing gained and a zero observation, and a reset heals", async () => {
    const env = await create(cart);
    env.sim.qvel[1] = Number.NaN;
    env.step(1, 0, still, 0);
    expect([env.nan, env.nanSource, env.terminated, env.reward]).toEqual([true, "physics", true, 0]);
    expect([...env.terminationFlags]).toEqual([0, 1]);
    expect(observation(env)).toEqual([0, 0]);
    env.reset(1, 0);
    env.step(1, 0, still, 0);
    expect([env.nan, env.terminated, env.reward]).toEqual([false, false, 3]);
  });

  it("in a reward term or an observation are traced to it", async () => {
    const bad = { ...cart, reward: { ...cart.reward, wild: { weight: 1, of: () => Number.NaN } } };
    const env = await create(bad);
    env.step(1, 0, still, 0);
    expect([env.nan, env.nanSource, env.reward]).toEqual([true, 'reward term "wild"', 0]);
    let after = 0;
    const blind = await create({ ...cart, observe: { ...cart.observe, sight: { of: () => 1 / after } } }).catch(
      (error: Error) => error,
    );
    expect(String(blind)).toContain('observation term "sight" is not finite at the start of an episode');
    after = 1;
    const later = await create({
      ...cart,
      observe: { ...cart.observe, sight: { of: (s) => 1 / (1 - s.episodeStep) } },
    });
    later.step(1, 0, still, 0);
    expect([later.nan, later.nanSource, observation(later)]).toEqual([true, 'observation term "sight"', [0, 0, 0]]);
  });
});

describe("commands", () => {
  it("change when they are due, seen in the observation before the reward judges by them", async () => {
    const env = await create({
      ...cart,
      episodeSteps: 100,
      observe: { command: { of: (s) => s.command } },
      reward: { follow: { weight: 1, of: (s) => s.command[0] } },
    });
    let changes = 0;
    for (let t = 0; t < 12; t++) {
      const seen = observation(env)[0];
      env.step(1, 0, still, 0);
      expect(Math.fround(env.reward)).toBe(seen);
      if (observation(env)[0] !== seen) changes++;
    }
    expect(changes).toBe(4); // every 0.06 s of 0.02 s steps
  });

  it("are held by hand over episodes, per environment, until released", async () => {
    const env = await create({ ...cart, observe: { command: { of: (s) => s.command } } });
    const held = new Float64Array(env.stateSize);
    env.holdCommand([0.1, 0.2, 0.3]);
    env.reset(1, 0);
    env.save(held, 0);
    env.start(1, 1);
    expect([...(env.command ?? [])]).not.toEqual([0.1, 0.2, 0.3]);
    env.load(held, 0);
    for (let t = 0; t < 8; t++) env.step(1, 0, still, 0);
    expect([...(env.command ?? [])]).toEqual([0.1, 0.2, 0.3]);
    env.holdCommand(null);
    env.step(1, 0, still, 0);
    expect([...(env.command ?? [])]).not.toEqual([0.1, 0.2, 0.3]);
  });

  it("cannot be held where the task has none", async () => {
    const env = await create(registry.get("CheetahRun"));
    expect(env.command).toBeUndefined();
    expect(() => env.holdCommand([1, 0, 0])).toThrow("task CheetahRun has no command to hold");
    const twist = new Float64Array(3).fill(9);
    expect(env.measuredTwist(twist)).toBe(false);
    expect([...twist]).toEqual([0, 0, 0]);
  });
});

describe("randomisation", () => {
  const humanoid = registry.get("HumanoidJoystick");
  const randomise = {
    floor: friction(["floor"], [0.4, 1]),
    masses: masses([0.9, 1.1]),
    payload: payload("torso", [1, 2]),
    servos: servoGains({ stiffness: [0.8, 1.2], damping: [0.5, 2] }),
  };

  it("gives each environment its own model, the same in every episode, restored exactly when it is swapped in", async () => {
    const env = await create({ ...humanoid, randomise });
    const states = new Float64Array(2 * env.stateSize);
    const model = () => Object.values(env.sim.modelFields).map((field) => [...field]);
    const models = [0, 1].map((n) => {
      env.start(4, n);
      env.save(states, n * env.stateSize);
      return model();
    });
    expect(models[0]).not.toEqual(models[1]);
    for (const n of [0, 1, 0]) {
      env.load(states, n * env.stateSize);
      expect(model()).toEqual(models[n]);
      env.reset(4, n);
      expect(model()).toEqual(models[n]);
    }
    env.start(5, 0);
    expect(model()).not.toEqual(models[0]);
  });

  it("draws within the declared ranges, and keeps subtree masses and springs consistent", async () => {
    const plain = await create({ ...humanoid, randomise }, { randomise: false });
    const env = await create({ ...humanoid, randomise });
    const torso = env.sim.bodyId("torso");
    plain.sim.refresh();
    for (let n = 0; n < 20; n++) {
      env.start(1, n);
      const [ours, compiled] = [env.sim.modelFields, plain.sim.modelFields];
      const floor = ours.geom_friction[3 * env.sim.geomId("floor")];
      expect(floor).toBeGreaterThanOrEqual(0.4);
      expect(floor).toBeLessThanOrEqual(1);
      const added = ours.body_mass[torso] - compiled.body_mass[torso];
      expect(added).toBeGreaterThan(1 * 0.9 - 0.1 * compiled.body_mass[torso]);
      expect(added).toBeLessThan(2 * 1.1 + 0.1 * compiled.body_mass[torso]);
      const total = ours.body_mass.reduce((sum, mass) => sum + mass, 0);
      expect(ours.body_subtreemass[0]).toBeCloseTo(total, 9);
      expect(ours.body_subtreemass[torso]).toBeGreaterThan(ours.body_mass[torso]);
      for (let a = 0; a < env.sim.nu; a++) {
        expect(ours.actuator_biasprm[10 * a + 1]).toBe(-ours.actuator_gainprm[10 * a]);
        expect(Math.abs(ours.actuator_gainprm[10 * a] / compiled.actuator_gainprm[10 * a] - 1)).toBeLessThanOrEqual(
          0.2,
        );
      }
    }
  });

  it("moves the zeros of joints, which turns limbs while drives and readings keep their angles", async () => {
    const env = await create({ ...humanoid, randomise: { zeros: jointZeros(0.05) } });
    env.start(1, 0);
    const { sim } = env;
    const offsets = sim.actuatorJoints().map((joint) => sim.modelFields.qpos0[sim.joint(joint).qposAddress]);
    expect(new Set(offsets).size).toBe(offsets.length);
    expect(Math.max(...offsets.map(Math.abs))).toBeLessThanOrEqual(0.05);
    const height = () => {
      sim.qpos.set(sim.keyframeQpos("home"));
      sim.forward();
      return sim.siteXpos[3 * sim.siteId("left_foot") + 2];
    };
    const moved = height();
    env.clearRandomisation();
    expect(Math.abs(height() - moved)).toBeGreaterThan(1e-4);
    env.start(1, 0);
    expect(sim.actuatorJoints().map((joint) => sim.modelFields.qpos0[sim.joint(joint).qposAddress])).toEqual(offsets);
  });

  it("grows with the curriculum where it shall, as the task's starts may", async () => {
    const progress: number[] = [];
    const env = await create({
      ...humanoid,
      command: { ...humanoid.command!, curriculum: { from: 0.2, step: 0.4 } },
      episodeSteps: 1,
      randomise: {
        zeros: growing(jointZeros(0.05)),
        loads: growing(masses([0.5, 1.5])),
        soles: friction(["floor"], [0.4, 0.5]),
      },
      reset: (s) => progress.push(s.progress),
    });
    progress.length = 0;
    const { qpos0, body_mass: mass, geom_friction: sliding } = env.sim.modelFields;
    const drawn = () => ({ zeros: [...qpos0], mass: [...mass], sliding: sliding[3 * env.sim.geomId("floor")] });
    env.clearRandomisation();
    const compiled = drawn();
    const episodes = Array.from({ length: 4 }, (_, episode) => {
      if (episode === 0) env.start(5, 3, true);
      else {
        env.step(5, 3, new Float32Array(env.actionSize), 0); // lasts to the time limit: the share grows by 0.4 · 0.65
        env.reset(5, 3);
      }
      return drawn();
    });
    expect(progress).toEqual([0, 0.325, 0.65, 0.975].map((share) => expect.closeTo(share, 9)));
    env.start(5, 3);
    const whole = drawn();
    episodes.forEach(({ zeros, mass: masses, sliding: floor }, episode) => {
      const share = progress[episode];
      const part = (of: number[], at: number[]) => of.map((x, i) => expect.closeTo(x + share * (at[i] - x), 9));
      expect(zeros).toEqual(part(compiled.zeros, whole.zeros));
      expect(masses).toEqual(part(compiled.mass, whole.mass));
      expect(floor).toBe(whole.sliding);
    });
    expect(Math.max(...whole.mass.map((kg, i) => kg / compiled.mass[i] || 1))).toBeGreaterThan(1.2);
  });

  it("gives contact pairs one sliding friction, both ways, and leaves their other coefficients", async () => {
    const g1 = registry.get("G1JoystickFlatTerrain");
    const env = await create({ ...g1, randomise: { soles: pairFriction(["left_foot_floor"], [0.4, 0.5]) } });
    const { sim } = env;
    const coefficients = (pair: string) => {
      const id = sim.id("pair", pair);
      return [...sim.modelFields.pair_friction.subarray(5 * id, 5 * id + 5)];
    };
    const drawn = new Set<number>();
    for (let n = 0; n < 10; n++) {
      env.start(2, n);
      const [along, across, ...others] = coefficients("left_foot_floor");
      expect(across).toBe(along);
      expect(others).toEqual(coefficients("right_foot_floor").slice(2));
      expect(along).toBeGreaterThanOrEqual(0.4);
      expect(along).toBeLessThanOrEqual(0.5);
      drawn.add(along);
    }
    expect(drawn.size).toBe(10);
    expect(coefficients("right_foot_floor")[0]).toBe(0.6);
  });

  it("is left out when asked, with the compiled model", async () => {
    const env = await create(humanoid, { randomise: false });
    const sim = await Simulation.load(env.sim.scene);
    alive.push(sim);
    env.start(3, 3);
    for (const field of Object.keys(sim.modelFields) as (keyof typeof sim.modelFields)[]) {
      expect(env.sim.modelFields[field]).toEqual(sim.modelFields[field]);
    }
  });
});

describe("the humanoid", () => {
  it("falls when it is low or tilted, and measures its velocity in its own frame", async () => {
    const env = await create(registry.get("HumanoidJoystick"), { randomise: false, events: false });
    const action = new Float32Array(env.actionSize);
    env.holdCommand([0, 0, 0]); // no stepping pose, which sways
    env.reset(1, 0);
    env.sim.qpos.set([0, 0, 0.9, Math.SQRT1_2, 0, 0, Math.SQRT1_2]); // turned to face +y
    env.sim.qvel.fill(0);
    env.sim.qvel.set([0, 0.5, 0]);
    env.step(1, 0, action, 0);
    expect(env.terminated).toBe(false);
    const twist = new Float64Array(3);
    expect(env.measuredTwist(twist)).toBe(true);
    expect(twist[0]).toBeGreaterThan(0.3);
    expect(Math.abs(twist[1])).toBeLessThan(0.1);
    // folded legs, so that the feet stay above the floor
    env.sim.resetToKeyframe("home");
    env.sim.qpos[2] = 0.42;
    for (const side of ["left", "right"]) {
      env.sim.qpos[env.sim.joint(`${side}_hip_pitch`).qposAddress] = -1.7;
      env.sim.qpos[env.sim.joint(`${side}_knee`).qposAddress] = 2.1;
    }
    env.step(1, 0, action, 0);
    expect(env.terminationFlags[env.terminationNames.indexOf("fell")]).toBe(1);
    env.reset(1, 0);
    const tilt = (65 * Math.PI) / 180;
    env.sim.qpos.set([0, 0, 0.9, Math.cos(tilt / 2), 0, Math.sin(tilt / 2), 0]);
    env.step(1, 0, action, 0);
    expect(env.terminated).toBe(true);
  });

  it("is kicked unless events are left out", async () => {
    const kicked = async (options: EnvironmentOptions) => {
      const env = await create(registry.get("HumanoidJoystick"), options);
      const push = env.privilegedLayout.find((slice) => slice.name === "push")?.offset ?? 0;
      const privileged = new Float32Array(env.privilegedSize);
      let seen = false;
      for (let t = 0; t < 520; t++) {
        env.step(1, 0, new Float32Array(env.actionSize), 0);
        env.writePrivileged(privileged, 0);
        seen ||= privileged[push] !== 0;
      }
      return seen;
    };
    expect(await kicked({})).toBe(true);
    expect(await kicked({ events: false })).toBe(false);
  });
});

describe("memory", () => {
  it("may grow in the middle of an episode without a trace", async () => {
    const task = registry.get("HumanoidJoystick");
    const [plain, grown] = [await create(task), await create(task)];
    const action = new Float32Array(plain.actionSize).fill(0.1);
    const big = join(folder, "big.xml");
    writeFileSync(big, '<mujoco><size memory="300M"/><worldbody><geom size="1"/></worldbody></mujoco>');
    for (let t = 0; t < 20; t++) {
      plain.step(1, 0, action, 0);
      if (t === 10) {
        const bytes = await mujocoMemoryBytes();
        while ((await mujocoMemoryBytes()) === bytes) alive.push(await Simulation.load(big));
        expect(grown.sim.qpos.length).toBe(0);
      }
      grown.step(1, 0, action, 0);
      expect(observation(grown)).toEqual(observation(plain));
      expect(grown.reward).toBe(plain.reward);
    }
  });
});

describe("tasks that do not fit", () => {
  it("are refused with a line that says what was found and what was expected", async () => {
    const spec = { ...cart, timing: { controlHz: 50, physicsHz: 120, episodeSeconds: 1 } };
    expect(() => defineTask(spec)).toThrow("task Cart: physicsHz must be a whole multiple of controlHz, got 120 / 50");
    await expect(create({ ...cart, timing: { ...cart.timing, physicsHz: 200 } })).rejects.toThrow(
      "task Cart: physicsHz is 200, but the scene's timestep is 0.01 s (100 Hz); they must agree",
    );
    await expect(create({ ...cart, keyframe: "home" })).rejects.toThrow('cartpole.xml has no keyframe "home"');
    await expect(create({ ...cart, robot: readings((sim) => sim.joint("slidr")) })).rejects.toThrow(
      /^task Cart: scene .*cartpole\.xml has no joint "slidr"; nearest: slider$/,
    );
    await expect(create({ ...cart, robot: readings((sim) => sim.sensor("gyro")) })).rejects.toThrow(
      'has no sensor "gyro"',
    );
    await expect(create({ ...cart, scene: "scenes/nowhere.xml" })).rejects.toThrow(
      /task Cart: scene: .*nowhere\.xml does not exist/,
    );
    const text = { of: (() => "fast") as unknown as () => number };
    await expect(create({ ...cart, observe: { speed: text } })).rejects.toThrow(
      'observation "speed": must give a number or an array of numbers, got fast',
    );
    await expect(create({ ...cart, observe: { now: { of: () => [1, 2, 3], noise: [0.1, 0.2] } } })).rejects.toThrow(
      'observation "now": 2 noise levels do not fit 3 values',
    );
    await expect(create({ ...cart, randomise: { ankle: jointField("dof_damping", [1, 2], /ankle/) } })).rejects.toThrow(
      "randomisation: no actuated joint matches /ankle/",
    );
    await expect(create({ ...cart, reward: { speed: { weight: 1, ...text } } })).rejects.toThrow(
      'reward term "speed" must give a finite number',
    );
  });

  it("name the near ones when a task is unknown", () => {
    expect(() => registry.get("HumanoidJoystik")).toThrow(
      'task: there is no task "HumanoidJoystik"; nearest: HumanoidJoystick',
    );
  });
});

describe("overrides", () => {
  it("change weights, noise and the time limit of a copy", () => {
    const changed = withOverrides(cart, { reward: { effort: 0 }, noise: { position: 0 }, episodeSeconds: 1 });
    expect([changed.reward.effort.weight, changed.observe.position.noise, changed.episodeSteps]).toEqual([0, 0, 50]);
    expect([cart.reward.effort.weight, cart.observe.position.noise, cart.episodeSteps]).toEqual([-2, 0.1, 10]);
  });

  it("name the near terms when a name is unknown", () => {
    const flags = JSON.parse('{"reward": {"efort": 0}}') as object;
    expect(() => withOverrides(cart, flags)).toThrow('task Cart: no reward term is called "efort"; nearest: effort');
    const inherited = JSON.parse('{"noise": {"constructor": 0}}') as object;
    expect(() => withOverrides(cart, inherited)).toThrow('task Cart: no observation term is called "constructor"');
  });

  it("refuse a time limit that holds no control step", () => {
    expect(() => withOverrides(cart, { episodeSeconds: 0.001 })).toThrow("must hold at least one control step");
  });
});
