import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../../src/files/package-root.ts";
import { engineVersion } from "../../../src/physics/engine.ts";
import { softenContacts, solverOptions } from "../../../src/physics/model/solver.ts";
import { Simulation } from "../../../src/physics/simulation.ts";
import { scratchFolder } from "../../train/scratch-folder.ts";
import { pile } from "../pile.ts";

const HUMANOID = join(packageRoot, "scenes", "humanoid-flat.xml");
const OTHER = "@mujoco/mujoco" as const;

describe("another build of MuJoCo", () => {
  let own: Simulation;
  let other: Simulation;
  beforeAll(async () => {
    own = await Simulation.load(HUMANOID, { looks: false });
    other = await Simulation.load(HUMANOID, { looks: false, engine: OTHER });
  });
  afterAll(() => {
    for (const sim of [own, other]) sim.delete();
  });

  it("is newer, and has the same model, names, ranges and state", async () => {
    expect(await engineVersion()).toBe("3.3.8");
    expect(await engineVersion(OTHER)).toMatch(/^3\.1[4-9]\./);
    expect(other.stateSize).toBe(own.stateSize);
    expect(other.drivenJoints()).toEqual(own.drivenJoints());
    for (const joint of own.drivenJoints()) expect(other.joint(joint)).toEqual(own.joint(joint));
    for (let i = 0; i < own.nu; i++) expect(other.controlRange(i)).toEqual(own.controlRange(i));
    expect(solverOptions(other)).toEqual(solverOptions(own));
  });

  it("steps nearly to the same place, and from a state that was kept to the same bits", () => {
    const stepped = (sim: Simulation, steps: number) => {
      sim.step(steps);
      const state = new Float64Array(sim.stateSize);
      sim.readState(state, 0);
      return state;
    };
    for (const sim of [own, other]) sim.resetToKeyframe("home");
    const [before, kept] = [stepped(own, 20), stepped(other, 20)];
    expect(kept[0]).toBeCloseTo(0.1, 12); // the clock, s
    const apart = before.subarray(1, 1 + own.nq).map((value, i) => Math.abs(value - kept[1 + i]!));
    expect(Math.max(...apart)).toBeLessThan(1e-3);
    const after = stepped(other, 20);
    other.resetToKeyframe("home");
    other.writeState(kept, 0);
    expect(stepped(other, 20)).toEqual(after);
  });

  it("refuses a model in one line, and works after that", async () => {
    const scene = join(scratchFolder(), "bad.xml");
    writeFileSync(scene, "<mujoco>\n<worldbody><bogus/></worldbody>\n</mujoco>");
    const words = `scene ${scene}: XML Error: Schema violation: unrecognized element, Element 'bogus', line 2`;
    await expect(Simulation.load(scene, { engine: OTHER })).rejects.toThrow(words);
    const { scene: crowded } = pile(0);
    const refused = await Simulation.load(crowded, { engine: OTHER });
    expect(() => refused.step(200)).toThrow(/: MuJoCo: .*out of memory.*; try: <size memory="112K"\/> in the scene/);
    expect(() => refused.step(1)).not.toThrow();
    refused.delete();
  });

  it("warns of contacts that it omits", async () => {
    const { scene: crowded } = pile(0, "20K");
    const sim = await Simulation.load(crowded, { engine: OTHER });
    for (let i = 0; i < 200 && sim.warned === 0; i++) sim.step(1);
    expect(sim.warned).not.toBe(0);
    sim.delete();
  });
});

it("softer contacts have a longer time constant, the same damping ratio, and impedances farther from 1", async () => {
  const scene = join(scratchFolder(), "soft.xml");
  const geom = (solref: string) => `<geom size="1" solref="${solref}" solimp="0.9 0.95 0.001"/>`;
  writeFileSync(scene, `<mujoco><worldbody>${geom("0.02 0.7")}${geom("-1600 -40")}</worldbody></mujoco>`);
  const sim = await Simulation.load(scene);
  softenContacts(sim, 2);
  expect([...sim.modelFields.geom_solref]).toEqual([0.04, 0.7, -400, -20]);
  expect([...(sim.model.geom_solimp as Float64Array).subarray(0, 3)].map((value) => Number(value.toFixed(9)))).toEqual([
    0.8, 0.9, 0.001,
  ]);
  sim.delete();
});
