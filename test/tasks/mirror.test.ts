import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { multiply, rotateInverse } from "../../src/math/quat.ts";
import { Rng } from "../../src/math/rng.ts";
import { forgetShortcuts } from "../../src/physics/compiled-shortcuts.ts";
import type { Simulation } from "../../src/physics/simulation.ts";
import { trackedHumanoid } from "../../src/tasks/humanoid/track.ts";
import { Environment, type Mirror, mirrorOf, registry, type Task, writeMirrored } from "../../src/tasks/index.ts";
import { standingClip } from "../../src/tasks/tracking/clip-source.ts";
import { trackTask } from "../../src/tasks/tracking/track-task.ts";

const SEED = 5;
const STEPS = 25;
/** Rewards that a published task does not judge alike on both sides, by its own words or by the ranges of its joints. */
const UNEVEN: Readonly<Record<string, readonly string[]>> = {
  G1JoystickFlatTerrain: ["hipPose", "jointLimits"],
  BarkourJoystick: ["standStill"],
};

/** Ground made from a seed is not the same left and right. */
const isEven = (task: Task) => Object.values(task.model).every((change) => change.withSeed === undefined);

/** A clip is a motion of one side's: the goal of this one is to stand. */
const standing = trackTask({ ...trackedHumanoid, clips: standingClip("home", 10) });

const mirrored = registry
  .list()
  .map((task) => (task.name === standing.name ? standing : task))
  .filter((task) => isEven(task) && Object.values(task.observe).every((term) => term.mirror !== undefined));

describe.each(mirrored.map((task) => [task.name, task] as const))("the mirror of %s", (name, task) => {
  let env: Environment;
  let mirror: Mirror;

  beforeAll(async () => {
    // every episode starts in the home pose
    env = await Environment.create({ ...task, reset: undefined }, { noise: false, events: false, randomise: false });
    mirror = mirrorOf(env);
    evenOut(env.sim);
    evenRanges(env.sim, mirror);
  });
  afterAll(() => env.delete());

  it("is its own inverse", () => {
    for (const { source, sign } of [mirror.obs, mirror.privileged, mirror.action]) {
      source.forEach((from, i) => {
        expect(source[from]).toBe(i);
        expect(sign[from] * sign[i]).toBe(1);
      });
    }
  });

  it("leaves the environment's state as it was", () => {
    const before = new Float64Array(env.stateSize);
    const after = new Float64Array(env.stateSize);
    env.save(before, 0);
    mirrorOf(env);
    env.save(after, 0);
    expect(after).toEqual(before);
  });

  it("turns a trajectory from home into the trajectory of the mirrored actions", () => {
    const rng = new Rng().seek(1, 2, 3, 4);
    const command = [0.6, 0.3, -0.5];
    const straight = walk(env, mirror, rng.seek(1, 2, 3, 4), command, false);
    const reflected = walk(env, mirror, rng.seek(1, 2, 3, 4), command, true);
    const image = new Float32Array(env.obsSize);
    straight.privileged.forEach((values, t) => {
      const expected = new Float32Array(env.privilegedSize);
      writeMirrored(mirror.privileged, values, 0, expected, 0);
      expected.forEach((value, i) => {
        const error = Math.abs(reflected.privileged[t][i] - value) / Math.max(1, Math.abs(value));
        expect(error, `step ${t}, privileged ${i}`).toBeLessThan(1e-3);
      });
    });
    straight.obs.forEach((obs, t) => {
      writeMirrored(mirror.obs, obs, 0, image, 0);
      image.forEach((value, i) => {
        expect(reflected.obs[t][i], `step ${t}, value ${i}`).toBeCloseTo(value, 3);
      });
      env.rewardNames.forEach((term, i) => {
        if (UNEVEN[name]?.includes(term)) return;
        expect(reflected.rewards[t][i], `step ${t}, ${term}`).toBeCloseTo(straight.rewards[t][i], 4);
      });
    });
    expect(Math.abs(straight.obs.at(-1)?.[0] ?? 0)).toBeGreaterThan(1e-3);
  });
});

describe("a limb that has moved", () => {
  /** The mirror of the OP3 whose left shoulder is so many metres further out and up. */
  async function mirrorWith(out: number, up: number): Promise<Mirror> {
    const op3 = registry.get("Op3Joystick");
    const apply = (sim: Simulation) => {
      const shoulder = 3 * sim.bodyId("l_sho_pitch_link");
      sim.model.body_pos[shoulder + 1] += out;
      sim.model.body_pos[shoulder + 2] += up;
    };
    const env = await Environment.create({ ...op3, model: { ...op3.model, moved: { description: {}, apply } } });
    try {
      return mirrorOf(env);
    } finally {
      env.delete();
    }
  }

  it("is the image of the other up to 2 mm across its axis, and nobody's beyond, its own neither", async () => {
    const { action } = await mirrorWith(0.0015, 0.001);
    expect(action.source[2]).toBe(5);
    const refusal = 'joint "l_sho_pitch" has no mirror image across the plane y = 0';
    await expect(mirrorWith(0, 0.003)).rejects.toThrow(refusal);
    await expect(mirrorWith(0.1, 0)).rejects.toThrow(refusal);
  });
});

/** Gives every body the mirrored place and inertial of its counterpart: what robots are built like is a little different left and right. */
function evenOut(sim: Simulation): void {
  const { model } = sim;
  // enough that neither side keeps a remainder of its own
  model.opt.iterations = 20;
  model.opt.ls_iterations = 50;
  forgetShortcuts(sim, new Set(Array(sim.nbody).keys()));
  sim.resetToInitial();
  sim.forward();
  for (let body = 1; body < sim.nbody; body++) {
    const other = imageOf(sim, body);
    if (other === body) {
      // upright principal axes, symmetric whatever they were
      const aside = [0, -sim.xipos[3 * body + 1], 0];
      rotateInverse(aside, 0, sim.xquat, 4 * body, aside, 0);
      aside.forEach((shift, axis) => {
        model.body_ipos[3 * body + axis] += shift;
      });
      model.body_iquat.set([1, 0, 0, 0], 4 * body);
    } else if (other < body) {
      reflectFrames(sim, other, body);
      reflectSolids(sim, other, body);
      const copy = (field: Float64Array, width: number, from: number, to: number) =>
        field.copyWithin(width * to, width * from, width * (from + 1));
      copy(model.body_mass, 1, other, body);
      copy(model.body_inertia, 3, other, body);
      // what the compiler made of inertials and the solver takes for the weight of constraints
      copy(model.body_invweight0, 2, other, body);
      for (let dof = 0; dof < model.body_dofnum[body]; dof++) {
        for (const field of [model.dof_invweight0, model.dof_damping, model.dof_armature]) {
          copy(field, 1, model.body_dofadr[other] + dof, model.body_dofadr[body] + dof);
        }
      }
    }
  }
  for (let site = 0; site < model.nsite; site++) {
    if (imageOf(sim, model.site_bodyid[site]) === model.site_bodyid[site]) model.site_pos[3 * site + 1] = 0;
  }
}

/** Moves a body, and its inertial frame within it, to where the mirror images of another body's are in the world. */
function reflectFrames({ model, xpos, xquat, xipos }: Simulation, from: number, to: number): void {
  const at = (places: Float64Array, body: number) => places.subarray(3 * body, 3 * body + 3);
  const between = (a: Float64Array, b: Float64Array) => [b[0] - a[0], a[1] - b[1], b[2] - a[2]];
  const origin = at(xpos, from);
  const parents = [model.body_parentid[from], model.body_parentid[to]];
  rotateInverse(model.body_pos, 3 * to, xquat, 4 * parents[1], between(at(xpos, parents[0]), origin), 0);
  rotateInverse(model.body_ipos, 3 * to, xquat, 4 * to, between(origin, at(xipos, from)), 0);
  reflectTurn(model.body_iquat, xquat, [from, from], [to, to]);
}

/** Moves and turns what a body touches with as the mirror images of another body's; both list them in one order. */
function reflectSolids({ model, xpos, xquat, geomXpos }: Simulation, from: number, to: number): void {
  const paired = new Set([...model.pair_geom1, ...model.pair_geom2]);
  const solids = (body: number) =>
    Array.from({ length: model.body_geomnum[body] }, (_, i) => model.body_geomadr[body] + i).filter(
      (geom) => model.geom_contype[geom] !== 0 || model.geom_conaffinity[geom] !== 0 || paired.has(geom),
    );
  const sources = solids(from);
  solids(to).forEach((geom, i) => {
    const [x, y, z] = geomXpos.subarray(3 * sources[i], 3 * sources[i] + 3);
    // from where the body is after reflectFrames
    const arm = [x - xpos[3 * from], xpos[3 * from + 1] - y, z - xpos[3 * from + 2]];
    rotateInverse(model.geom_pos, 3 * geom, xquat, 4 * to, arm, 0);
    reflectTurn(model.geom_quat, xquat, [from, sources[i]], [to, geom]);
  });
}

/** Turns what belongs to a body, its frame or one of its shapes, as the mirror image of what belongs to another. */
function reflectTurn(turns: Float64Array, xquat: Float64Array, from: readonly number[], to: readonly number[]): void {
  const turn = [0, 0, 0, 0];
  multiply(turn, 0, xquat, 4 * from[0], turns, 4 * from[1]);
  const [w, x, y, z] = turn;
  const [v, i, j, k] = xquat.subarray(4 * to[0], 4 * to[0] + 4);
  multiply(turns, 4 * to[1], [v, -i, -j, -k], 0, [w, -x, y, -z], 0);
}

/** Gives every joint and its drive the mirrored range of its counterpart. */
function evenRanges({ model }: Simulation, { action: { source, sign } }: Mirror): void {
  source.forEach((other, i) => {
    if (other >= i) return;
    const joints = [model.actuator_trnid[2 * i], model.actuator_trnid[2 * other]];
    for (const [field, to, from] of [
      [model.actuator_ctrlrange, i, other],
      [model.jnt_range, joints[0], joints[1]],
    ] as const) {
      const [low, high] = field.subarray(2 * from, 2 * from + 2);
      field.set(sign[i] > 0 ? [low, high] : [-high, -low], 2 * to);
    }
  });
}

/** The body that stands where this one's mirror image would: itself, in the middle. */
function imageOf(sim: Simulation, body: number): number {
  const { xpos, model } = sim;
  // bodies that share a place differ in mass; sides that share a mass to a few grams differ in place
  const distance = (other: number) =>
    0.05 * Math.abs(model.body_mass[other] - model.body_mass[body]) +
    Math.hypot(
      xpos[3 * other] - xpos[3 * body],
      xpos[3 * other + 1] + xpos[3 * body + 1],
      xpos[3 * other + 2] - xpos[3 * body + 2],
    );
  const bodies = Array.from({ length: sim.nbody - 1 }, (_, i) => i + 1);
  return bodies.reduce((nearest, other) => (distance(other) < distance(nearest) ? other : nearest), body);
}

/** Steps from the home pose under random actions; `reflect` mirrors command, gait clock and actions. */
function walk(env: Environment, mirror: Mirror, rng: Rng, command: readonly number[], reflect: boolean) {
  env.start(SEED, 0);
  if (env.command) {
    // before an episode begins, so that no older frame shows another command
    env.holdCommand(reflect ? [command[0], -command[1], -command[2]] : command);
    env.reset(SEED, 0);
  }
  const { sim } = env;
  // a gait clock that starts at 0 is found by its value only after a step; memories of that step are not the same left and right
  if (clocks(env).some((phase) => Math.abs(phase) < 1e-6)) env.step(SEED, 0, new Float32Array(env.actionSize), 0);
  sim.qpos.set(sim.keyframeQpos(env.task.keyframe as string));
  sim.qvel.fill(0);
  sim.qaccWarmstart.fill(0);
  if (reflect) swapFeet(env);
  sim.forward();
  const action = new Float32Array(env.actionSize);
  const image = new Float32Array(env.actionSize);
  const obs: Float32Array[] = [];
  const privileged: Float32Array[] = [];
  const rewards: number[][] = [];
  for (let t = 0; t < STEPS; t++) {
    for (let i = 0; i < action.length; i++) action[i] = 0.5 * rng.normal();
    writeMirrored(mirror.action, action, 0, image, 0);
    env.step(SEED, 0, reflect ? image : action, 0);
    obs.push(new Float32Array(env.obsSize));
    env.writeObservation(obs[t], 0);
    privileged.push(new Float32Array(env.privilegedSize));
    env.writePrivileged(privileged[t], 0);
    rewards.push([...env.rewardTerms]);
  }
  return { obs, privileged, rewards };
}

/** Turns the gait's clock, or both feet's, by half a cycle, so that feet change places; tasks without a clock stay as they are. */
function swapFeet(env: Environment): void {
  const phases = clocks(env);
  if (phases.length === 0) return;
  const state = new Float64Array(env.stateSize);
  env.save(state, 0);
  const slots = [...state.keys()].filter(
    (i) => i >= env.sim.stateSize && phases.some((phase) => Math.abs(state[i] - phase) < 1e-6),
  );
  expect([1, 2]).toContain(slots.length);
  for (const slot of slots) state[slot] += state[slot] > 0 ? -Math.PI : Math.PI;
  env.load(state, 0);
}

/** The phases of both feet that the observation shows, to the policy or to the critic, rad; none where neither sees a gait. */
function clocks(env: Environment): number[] {
  const seen = { layout: env.observationLayout, values: new Float32Array(env.obsSize) };
  const privileged = { layout: env.privilegedLayout, values: new Float32Array(env.privilegedSize) };
  env.writeObservation(seen.values, 0);
  env.writePrivileged(privileged.values, 0);
  return [seen, privileged].flatMap(({ layout, values }) =>
    layout
      .filter(({ name }) => name === "gait")
      .flatMap(({ offset }) => [0, 1].map((foot) => Math.atan2(values[offset + 2 + foot], values[offset + foot]))),
  );
}
