import { describe, expect, it, onTestFinished } from "vitest";
import { PhysicsError } from "../../src/physics/physics-error.ts";
import { Simulation } from "../../src/physics/simulation.ts";
import { pile } from "./pile.ts";

const { scene } = pile(0);

async function load(): Promise<Simulation> {
  const sim = await Simulation.load(scene);
  onTestFinished(() => sim.delete());
  return sim;
}

/** Steps until MuJoCo refuses. */
function refused(sim: Simulation): unknown {
  try {
    sim.step(200);
    return null;
  } catch (error) {
    return error;
  }
}

describe("a step that MuJoCo refuses", () => {
  it("is an error in MuJoCo's own words, with the scene and what to try", async () => {
    const error = refused(await load()) as PhysicsError;
    expect(error).toBeInstanceOf(PhysicsError);
    expect(error.message).toMatch(
      /^scene .*pile\.xml: MuJoCo: mj_stackAlloc: out of memory, stack overflow at [^\n]*; try: <size memory="112K"\/> in the scene, or fewer contacts$/,
    );
    expect([error.exitCode, error.recoverable]).toEqual([1, true]);
  });

  it("leaves the simulation fit for other states, however often it happens", async () => {
    const sim = await load();
    const state = new Float64Array(sim.stateSize);
    sim.resetToInitial();
    sim.qpos[2] = 30;
    for (let i = 1; i < 6; i++) sim.qpos[7 * i + 2] = 20 + i;
    sim.readState(state, 0);
    const after = (one: Simulation) => {
      one.writeState(state, 0);
      one.step(50);
      return [...one.qpos, ...one.qvel];
    };
    const expected = after(await load());
    const words = new Set<string>();
    sim.resetToInitial();
    for (let i = 0; i < 40; i++) words.add((refused(sim) as PhysicsError).message);
    expect(words.size).toBe(1);
    expect(after(sim)).toEqual(expected);
  });
});

describe("steps that MuJoCo warns of", () => {
  const { scene: crowded } = pile(0, "20K");

  it("are marked, and no others are", async () => {
    const sim = await Simulation.load(crowded);
    onTestFinished(() => sim.delete());
    const marks = (apart: number) => {
      sim.resetToInitial();
      for (let i = 0; i < 6; i++) sim.qpos[7 * i + 2] += apart * (i + 5);
      return Array.from({ length: 5 }, () => {
        sim.warned = 0;
        sim.step(1);
        return sim.warned;
      });
    };
    expect([marks(1), marks(0), marks(1)]).toEqual([
      [0, 0, 0, 0, 0],
      [2, 2, 2, 2, 2],
      [0, 0, 0, 0, 0],
    ]);
    expect(sim.warningWords(1)).toBe(
      'MuJoCo: too many contacts, the arena memory is full and some are omitted; try: <size memory="40K"/> in the scene, or fewer contacts',
    );
  });
});
