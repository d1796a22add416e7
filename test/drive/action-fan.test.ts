import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ActionFans, FAN_ROWS, PATH_ROWS } from "../../src/drive/action-fan.ts";
import type { NamedPolicy } from "../../src/drive/drive-orders.ts";
import { DriveSession } from "../../src/drive/drive-session.ts";
import { FlowTallies } from "../../src/drive/flow-tally.ts";
import { GHOSTS, Ghosts } from "../../src/drive/ghosts.ts";
import { createEngine } from "../../src/graph/index.ts";
import { Rng, STREAM } from "../../src/math/rng.ts";
import { parameterViews } from "../../src/policy/parameters.ts";
import { type PolicySpec, policyLayout } from "../../src/policy/policy.ts";
import { samplerFunction } from "../../src/policy/sampler.ts";
import type { StartNoise } from "../../src/rollout/policy-data.ts";

const TASK = "Go1JoystickFlatTerrain";
const engine = createEngine("ort");

/** A policy that has learnt nothing, yet does something different in every state. */
function untrained(kind: "flow" | "gaussian", obsSize: number, actionSize: number, noise: StartNoise): NamedPolicy {
  const shape = { obsSize, actionSize, hidden: [16, 16], activation: "silu" } as const;
  const flow = { kind: "flow", flowSteps: 5, sampler: "euler", stepNoise: 0, outputScale: 1 } as const;
  const spec: PolicySpec = kind === "flow" ? { ...shape, ...flow } : { ...shape, kind: "gaussian" };
  const weights = Float32Array.from({ length: policyLayout(spec).size }, (_, k) => 0.3 * Math.sin(k));
  const [mean, std] = [new Float32Array(obsSize), new Float32Array(obsSize).fill(1)];
  return { key: kind, data: { kind: "trained", spec, weights, mean, std }, noise };
}

let session: DriveSession;
let fans: ActionFans;

beforeAll(async () => {
  const setup = { task: TASK, seed: 4, disturbances: false, command: null } as const;
  session = await DriveSession.create(
    { setup: { ...setup, policy: { key: "zero", data: { kind: "zero" }, noise: "random" } } },
    engine,
  );
  await session.change({ kind: "command", values: [0.5, 0, 0] });
  for (let k = 0; k < 7; k++) await session.advance();
  fans = new ActionFans(engine, session.env.actionSize);
});
afterAll(() => session?.delete());

function take(kind: "flow" | "gaussian", noise: StartNoise): NamedPolicy {
  return untrained(kind, session.env.obsSize, session.env.actionSize, noise);
}

/** The policy's own sampling graph, for one noise. */
async function sampled({ data }: NamedPolicy, obs: Float32Array, noise: Float32Array): Promise<Float32Array> {
  if (data.kind !== "trained") throw new Error("a trained policy expected");
  const { spec, weights, mean, std } = data;
  const executable = await engine.compile(samplerFunction(spec, 1));
  const feeds = { ...parameterViews(policyLayout(spec), weights), mean, std, obs, noise };
  return (await executable.run(feeds)).action;
}

function drawn(seed: number, row: number, step: number): Float32Array {
  const noise = new Float32Array(session.env.actionSize);
  new Rng().seek(seed, STREAM.policy, row, step).fillNormal(noise);
  return noise;
}

function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, k) => Math.abs(value - b[k])));
}

describe("the fan of actions", () => {
  it.each(["flow", "gaussian"] as const)("holds the %s policy's own samples for those noises", async (kind) => {
    const decision = { ...session.decision, policy: take(kind, "random") };
    const { samples } = await fans.draw(decision);
    const size = session.env.actionSize;
    expect(samples.length).toBe((1 + FAN_ROWS) * size);
    for (const row of [0, 1, 17, FAN_ROWS]) {
      const own = await sampled(decision.policy, decision.obs, drawn(4, row, decision.step));
      expect(farthest(samples.subarray(row * size, (row + 1) * size), own)).toBeLessThan(1e-5);
    }
  });

  it("begins each path at its noise and ends it at its action", async () => {
    const decision = { ...session.decision, policy: take("flow", "random") };
    const { samples, paths, flowSteps } = await fans.draw(decision);
    const size = session.env.actionSize;
    const length = (flowSteps + 1) * size;
    expect(paths.length).toBe((1 + PATH_ROWS) * length);
    for (const row of [0, 1, PATH_ROWS]) {
      expect(paths.slice(row * length, row * length + size)).toEqual(drawn(4, row, decision.step));
      expect(paths.slice((row + 1) * length - size, (row + 1) * length)).toEqual(
        samples.slice(row * size, (row + 1) * size),
      );
    }
  });

  it("has no paths where the policy is no flow", async () => {
    const { paths, flowSteps } = await fans.draw({ ...session.decision, policy: take("gaussian", "random") });
    expect([paths.length, flowSteps]).toEqual([0, 0]);
  });

  it("puts the action that is taken first: of zero noise, and of noise that stays the same", async () => {
    const { obs } = session.decision;
    const size = session.env.actionSize;
    for (const [noise, first] of [
      ["zero", new Float32Array(size)],
      [{ seed: 9 }, drawn(9, 0, 0)],
    ] as const) {
      const policy = take("flow", noise);
      const { samples } = await fans.draw({ ...session.decision, policy });
      expect(farthest(samples.subarray(0, size), await sampled(policy, obs, first))).toBeLessThan(1e-5);
    }
  });

  it("of noise that stays the same is the action that drives", async () => {
    await session.change({ kind: "policy", policy: take("flow", { seed: 9 }) });
    const { samples } = await fans.draw(session.decision);
    await session.advance();
    const { sim, actionDescription } = session.env;
    expect(actionDescription.feedForward).toBeNull();
    const wanted = actionDescription.names.map(
      (_, i) => actionDescription.offset[i] + actionDescription.scale[i] * samples[i],
    );
    expect(actionDescription.squash).toBe("none");
    expect(farthest(wanted, sim.ctrl)).toBeLessThan(1e-5);
  });
});

describe("ghosts", () => {
  it("have their joints at the targets of the samples, and leave the driven robot as it is", async () => {
    const ghosts = await Ghosts.create(session.setup);
    const { samples } = await fans.draw(session.decision);
    const before = session.state();
    const { env } = session;
    const poses = ghosts.poses("targets", before, samples, session.decision);
    expect(session.state()).toEqual(before);
    const { names, offset, scale } = env.actionDescription;
    const length = 7 * env.sim.nbody;
    expect(poses.length).toBe((2 + GHOSTS) * length);
    const twin = ghosts.env;
    for (const n of [0, 5, GHOSTS]) {
      twin.load(before, 0);
      names.forEach((name, i) => {
        const { qposAddress, range } = twin.sim.joint(name);
        const target = offset[i] + scale[i] * samples[n * names.length + i];
        twin.sim.qpos[qposAddress] = Math.max(range[0], Math.min(range[1], target));
      });
      twin.sim.forward();
      const places = Array.from({ length: env.sim.nbody }, (_, body) => [
        ...poses.slice((n + 1) * length + 7 * body, (n + 1) * length + 7 * body + 3),
      ]);
      expect(farthest(places.flat(), twin.sim.xpos)).toBeLessThan(1e-5);
    }
    ghosts.delete();
  });

  it("ahead are where holding the action takes the robot", async () => {
    const ghosts = await Ghosts.create(session.setup);
    const { samples } = await fans.draw(session.decision);
    const state = session.state();
    const poses = ghosts.poses("ahead", state, samples, session.decision);
    const { env } = ghosts;
    env.load(state, 0);
    for (let k = 0; k < 0.2 * env.controlHz; k++) env.step(4, 0, samples, 3 * env.actionSize);
    const length = 7 * env.sim.nbody;
    const [x, y, z] = env.sim.xpos.subarray(3, 6);
    expect(farthest(poses.subarray(4 * length + 7, 4 * length + 10), [x, y, z])).toBeLessThan(1e-5);
    ghosts.delete();
  });
});

describe("tallies of a flow", () => {
  it("keep each setting's own reward, falls and time of an action, the present one first", () => {
    const tallies = new FlowTallies(50);
    const random = take("flow", "random");
    const zero = take("flow", "zero");
    for (let k = 0; k < 50; k++) tallies.count(random, 0.02, 0, 1);
    for (let k = 0; k < 25; k++) tallies.count(zero, 0.04, k < 10 ? 0 : 1, 3);
    tallies.count(take("gaussian", "random"), 5, 1, 9);
    const [first, second] = tallies.all;
    expect(first).toMatchObject({ flow: { steps: 5, noise: "zero" }, seconds: 0.5, falls: 1, actMs: 3 });
    expect(first.reward).toBeCloseTo(2, 9);
    expect(second).toMatchObject({ flow: { steps: 5, noise: "random" }, seconds: 1, falls: 0, actMs: 1 });
    expect(second.recentReward).toBeCloseTo(1, 9);
    tallies.count(take("flow", "random"), 0.02, 1, 1);
    expect(tallies.all.map(({ flow }) => flow.noise)).toEqual(["random", "zero"]);
  });
});
