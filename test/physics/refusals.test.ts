import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it, onTestFinished } from "vitest";
import { PhysicsError } from "../../src/physics/physics-error.ts";
import { Simulation } from "../../src/physics/simulation.ts";
import { pile } from "./pile.ts";

const { scene, folder } = pile(0);

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

const { scene: crowded } = pile(0, "20K");

describe("steps that MuJoCo warns of", () => {
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

describe("a scene that fails to load", () => {
  const ball = '<worldbody><body><freejoint/><geom size="1" mass="1e-20"/></body></worldbody>';
  const failures = {
    mesh: ['<mujoco><asset><mesh file="gone.obj"/></asset></mujoco>', "Error opening file"],
    texture: ['<mujoco><asset><texture type="2d" file="gone.png"/></asset></mujoco>', "Error opening file"],
    image: ['<mujoco><asset><texture type="2d" file="text.png"/></asset></mujoco>', "PNG"],
    heights: ['<mujoco><asset><hfield file="gone.bin" size="1 1 1 1"/></asset></mujoco>', "Error opening file"],
    include: ['<mujoco><include file="gone.xml"/></mujoco>', "gone.xml"],
    syntax: ["<mujoco><asset", "XML_ERROR_PARSING_ELEMENT"],
    attribute: ['<mujoco model="m" colour="red"/>', "unrecognized attribute: 'colour'"],
    mass: [`<mujoco>${ball}</mujoco>`, "mass and inertia of moving bodies must be larger than mjMINVAL"],
    name: ['<mujoco><worldbody><geom type="mesh" mesh="none"/></worldbody></mujoco>', "mesh"],
    memory: [`<mujoco><size memory="1"/>${ball.replace("1e-20", "1")}</mujoco>`, "engine error"],
  } as const;
  const names = Object.keys(failures) as (keyof typeof failures)[];

  /** In a thread of its own, in which MuJoCo has not warned: the message of each load, and what follows it. */
  async function inThread(scenes: readonly string[]): Promise<readonly (readonly [string, string, number])[]> {
    const module = new URL("../../src/physics/simulation.js", import.meta.url).href;
    const code = `import(${JSON.stringify(module)}).then(async ({ Simulation }) => {
      const message = (work) => work().then(() => "", (error) => error.message);
      const stepped = async (scene, steps) => {
        const sim = await Simulation.load(scene);
        try { sim.step(steps); return sim.warned; } finally { sim.delete(); }
      };
      const seen = [];
      for (const scene of ${JSON.stringify(scenes)}) {
        const failure = await message(() => Simulation.load(scene));
        const warned = await stepped(${JSON.stringify(crowded)}, 1);
        seen.push([failure, await message(() => stepped(${JSON.stringify(scene)}, 200)), warned]);
      }
      require("node:worker_threads").parentPort.postMessage(seen);
    });`;
    const worker = new Worker(code, { eval: true });
    onTestFinished(async () => void (await worker.terminate()));
    return new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  }

  it("leaves later refusals their words and warnings their count, whatever it failed for and however often", async () => {
    const broken = join(folder, "broken");
    mkdirSync(broken);
    writeFileSync(join(broken, "text.png"), "no picture");
    for (const name of names) writeFileSync(join(broken, `${name}.xml`), failures[name][0]);
    const twice = [...names, ...names];
    const seen = await inThread(twice.map((name) => join(broken, `${name}.xml`)));
    const refusal = (refused(await load()) as PhysicsError).message;
    expect(refusal).toContain("mj_stackAlloc: out of memory");
    for (const [i, [failure, following, warned]] of seen.entries()) {
      expect(failure).toContain(failures[twice[i]][1]);
      expect([twice[i], following, warned]).toEqual([twice[i], refusal, 2]);
    }
    expect(seen).toHaveLength(twice.length);
  });
});
