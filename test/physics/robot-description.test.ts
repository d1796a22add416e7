/** A robot description of the test's own in place of a scene's model. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { loadSimulation } from "../../src/physics/looks/robot-description.ts";
import { describeScene } from "../../src/physics/looks/scene-description.ts";
import type { Simulation } from "../../src/physics/simulation.ts";

/** Two links on a sliding base; shapes and drives are the scene's own. */
const MODEL = `<mujoco model="arm">
  <worldbody>
    <body name="base" pos="0 0 1">
      <freejoint name="root"/>
      <inertial mass="3" pos="0 0 0" diaginertia="0.03 0.03 0.03"/>
      <geom name="shell" type="box" size="0.1 0.1 0.05" group="2" contype="0" conaffinity="0" mass="0"/>
      <body name="upper" pos="0 0.1 0">
        <joint name="shoulder" axis="0 1 0" range="-1 1" damping="0.5"/>
        <inertial mass="1" pos="0 0 -0.15" diaginertia="0.01 0.01 0.001"/>
        <body name="lower" pos="0 0 -0.3">
          <joint name="elbow" axis="0 1 0" range="0 2" damping="0.5"/>
          <inertial mass="0.5" pos="0 0 -0.1" diaginertia="0.004 0.004 0.0005"/>
          <geom name="tip" type="sphere" size="0.03" pos="0 0 -0.2" mass="0" group="3"/>
          <site name="tip" pos="0 0 -0.2" group="4"/>
        </body>
      </body>
    </body>
  </worldbody>
  <actuator>
    <position name="shoulder" joint="shoulder" kp="20"/>
    <position name="elbow" joint="elbow" kp="20"/>
  </actuator>
  <keyframe><key name="home" qpos="0 0 1 1 0 0 0 0.2 0.4" ctrl="0.2 0.4"/></keyframe>
</mujoco>`;
const SCENE = `<mujoco>
  <option timestep="0.005"/>
  <asset><model name="arm" file="../models/arm.xml"/></asset>
  <worldbody>
    <geom name="floor" type="plane" size="0 0 1"/>
    <attach model="arm" prefix=""/>
  </worldbody>
</mujoco>`;
/** The same robot by somebody else: other names and frames of bodies, a longer upper arm, a heavier hand, a mesh. */
const DESCRIPTION = `<mujoco model="theirs">
  <compiler meshdir="meshes"/>
  <asset><mesh name="wedge" file="wedge.obj"/></asset>
  <worldbody>
    <geom name="ground" type="plane" size="0 0 1"/>
    <body name="torso_link" pos="0 0 0.4">
      <freejoint/>
      <inertial mass="4" pos="0 0 0.01" diaginertia="0.04 0.03 0.02"/>
      <geom type="mesh" mesh="wedge" pos="0 0 0.02"/>
      <body name="arm_link" pos="0 0.1 0" euler="90 0 0">
        <joint name="shoulder" axis="0 0 -1"/>
        <inertial mass="1.5" pos="0 -0.2 0" diaginertia="0.02 0.002 0.021"/>
        <body name="hand_link" pos="0 -0.4 0">
          <joint name="elbow" axis="0 0 -1"/>
          <inertial mass="0.75" pos="0 -0.1 0" diaginertia="0.005 0.0005 0.005"/>
          <geom name="hand" type="capsule" size="0.02" fromto="0 0 0 0 -0.2 0"/>
          <geom name="hidden" type="sphere" size="0.05" group="3"/>
          <body name="sticker" pos="0 -0.1 0"><geom name="sticker" type="box" size="0.01 0.03 0.02" mass="0"/></body>
        </body>
      </body>
    </body>
  </worldbody>
</mujoco>`;
const WEDGE = "v 0 0 0\nv 0.1 0 0\nv 0 0.1 0\nv 0 0 0.1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 3 1 4\n";

let folder: string;
let scene: string;
const alive: Simulation[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgait-description-"));
  write("models/arm.xml", MODEL);
  scene = write("scenes/arm.xml", SCENE);
});

afterEach(() => {
  for (const sim of alive.splice(0)) sim.delete();
  rmSync(folder, { recursive: true, force: true });
});

/** @returns the file's path */
function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  return path;
}

async function load(modelDir = "", of = scene): Promise<Simulation> {
  const sim = await loadSimulation(of, modelDir);
  alive.push(sim);
  return sim;
}

/** Writes a description and its mesh. @returns its folder */
function describeArm(text: string, file = "theirs/arm.xml"): string {
  write("theirs/meshes/wedge.obj", WEDGE);
  return join(write(file, text), "..");
}

function masses(sim: Simulation): number[] {
  return [...sim.model.body_mass];
}

/** Coordinates after half a second from home with constant targets. */
function swing(sim: Simulation): number[] {
  sim.refresh();
  sim.resetToKeyframe("home");
  sim.qpos[2] = 3;
  sim.step(100);
  return [...sim.qpos];
}

describe("a robot description", () => {
  it("of the very same robot changes nothing but rounding", async () => {
    for (const name of ["go1", "berkeley_humanoid"]) {
      const path = join(packageRoot, "scenes", `${name}-flat.xml`);
      const [own, adopted] = [await load("", path), await load(join(packageRoot, "models", name), path)];
      const home = own.names.all("keyframe")[0];
      for (const sim of [own, adopted]) {
        sim.refresh();
        sim.resetToKeyframe(home);
        sim.qpos[2] += 0.3;
        sim.step(50);
      }
      adopted.qpos.forEach((value, i) => {
        expect(value, `${name}, coordinate ${i}`).toBeCloseTo(own.qpos[i], 9);
      });
      expect(adopted.model.body_subtreemass[1]).toBeCloseTo(own.model.body_subtreemass[1], 9);
      expect(describeScene(adopted).geoms.length).toBe(describeScene(own).geoms.length);
    }
  });

  it("gives the bodies their places and masses, whatever its bodies and frames are called", async () => {
    const [own, adopted] = [await load(), await load(describeArm(DESCRIPTION))];
    expect(masses(own)).toEqual([0, 3, 1, 0.5]);
    expect(masses(adopted)).toEqual([0, 4, 1.5, 0.75]);
    expect(adopted.model.body_subtreemass[1]).toBeCloseTo(6.25, 12);
    adopted.resetToInitial();
    adopted.forward();
    const at = (values: Float64Array, id: number) => [...values.subarray(3 * id, 3 * id + 3)];
    const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 9));
    // the base stays where the scene has it; upper arm 0.4 m instead of 0.3
    expect(at(adopted.jointAnchor, adopted.jointId("elbow"))).toEqual(near([0, 0.1, 0.6]));
    expect(at(adopted.jointAxis, adopted.jointId("shoulder"))).toEqual(near([0, 1, 0]));
    expect(at(adopted.xipos, adopted.bodyId("upper"))).toEqual(near([0, 0.1, 0.8]));
    expect(at(adopted.xipos, adopted.bodyId("base"))).toEqual(near([0, 0, 1.01]));
    // the scene's own site stays on its body
    expect(at(adopted.siteXpos, adopted.siteId("tip"))).toEqual(near([0, 0.1, 0.4]));
    const inertia = adopted.model.body_inertia.subarray(3 * adopted.bodyId("upper"));
    expect([...inertia.subarray(0, 3)].sort()).toEqual([0.002, 0.02, 0.021]);
  });

  it("moves by its own masses under the scene's drives", async () => {
    const [own, adopted] = [await load(), await load(describeArm(DESCRIPTION))];
    expect(adopted.names.all("actuator")).toEqual(["shoulder", "elbow"]);
    expect([...adopted.model.actuator_gainprm]).toEqual([...own.model.actuator_gainprm]);
    const [light, heavy] = [swing(own), swing(adopted)];
    expect(heavy.every(Number.isFinite)).toBe(true);
    expect(Math.abs(heavy[7] - light[7])).toBeGreaterThan(1e-4);
    // the same physics as a scene that has these figures from the start
    write("models/arm.xml", MODEL.replace('mass="1" pos="0 0 -0.15"', 'mass="1.25" pos="0 0 -0.15"'));
    const expected = await load();
    write("heavier/arm.xml", readFileSync(join(folder, "models/arm.xml"), "utf8"));
    write("models/arm.xml", MODEL);
    const found = await load(join(folder, "heavier"));
    swing(found).forEach((value, i) => {
      expect(value).toBeCloseTo(swing(expected)[i], 10);
    });
  });

  it("is what is drawn: its meshes and shapes on the scene's bodies, without what is hidden or no part of the robot", async () => {
    const sim = await load(describeArm(DESCRIPTION));
    const { geoms, meshes, bodies } = describeScene(sim);
    expect(bodies.map(({ name }) => name)).toEqual(["world", "base", "upper", "lower"]);
    expect(geoms.map(({ name, type, body }) => [name, type, body])).toEqual([
      ["floor", "plane", 0],
      ["tip", "sphere", 3],
      ["", "mesh", 1],
      ["hand", "capsule", 3],
      ["sticker", "box", 3],
    ]);
    expect(meshes).toHaveLength(1);
    expect(geoms[2].mesh).toBe(0);
    const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 9));
    const [hand, sticker] = [geoms[3], geoms[4]];
    expect(hand.pos).toEqual(near([0, 0, -0.1]));
    expect(sticker.pos).toEqual(near([0, 0, -0.1]));
    // its long side, y of the description's frame, hangs down
    const [w, x, y, z] = sticker.quat;
    expect([2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)].map(Math.abs)).toEqual(near([0, 0, 1]));
    expect(geoms.slice(2).every(({ collides }) => !collides)).toBe(true);
  });

  it("is refused by one line where its joints are not the scene's", async () => {
    const renamed = DESCRIPTION.replace('name="elbow"', 'name="wrist"');
    const twisted = DESCRIPTION.replace('<joint name="elbow" axis="0 0 -1"/>', '<joint name="elbow" axis="1 0 0"/>');
    const heavy = DESCRIPTION.replace('0.02" mass="0"/>', '0.02" mass="0.1"/>');
    const cases = [
      [renamed, /joints do not match those of .*arm\.xml: missing elbow; extra wrist$/],
      [twisted, /joint "elbow" has another axis than in .*arm\.xml$/],
      [heavy, /body "sticker" has a mass and is fixed to its parent, expected one body per joint; .*fusestatic/],
    ] as const;
    for (const [text, line] of cases) {
      const problem = await load(describeArm(text)).catch((error: Error) => error);
      expect(problem).toMatchObject({ exitCode: 2, message: expect.stringMatching(line) });
      expect((problem as Error).message).toMatch(/^robot description .*theirs\/arm\.xml: /);
      expect((problem as Error).message).not.toContain("\n");
    }
  });

  it("is found by the model's name, as the only one, or as a file; else the line says what was found", async () => {
    const theirs = describeArm(DESCRIPTION, "theirs/anything.xml");
    const total = (sim: Simulation) => masses(sim).reduce((sum, mass) => sum + mass);
    expect(total(await load(theirs))).toBe(6.25);
    expect(total(await load(join(theirs, "anything.xml")))).toBe(6.25);
    write("theirs/scene.xml", "<mujoco/>");
    await expect(load(theirs)).rejects.toThrow(
      /^model-dir: .*theirs holds anything\.xml, scene\.xml, expected arm\.xml$/,
    );
    write("theirs/arm.xml", DESCRIPTION);
    expect(total(await load(theirs))).toBe(6.25);
    await expect(load(join(folder, "nowhere"))).rejects.toThrow(/^model-dir: .*nowhere does not exist/);
    mkdirSync(join(folder, "empty"));
    await expect(load(join(folder, "empty"))).rejects.toThrow("holds no MJCF or URDF file, expected arm.xml");
    const bare = write("scenes/bare.xml", "<mujoco><worldbody/></mujoco>");
    await expect(load(theirs, bare)).rejects.toThrow(/bare\.xml attaches no robot/);
  });
});
