import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { loadMujoco, mujocoMemoryBytes } from "../../src/physics/engine.ts";
import { ModelOverlay } from "../../src/physics/model/model-overlay.ts";
import { Simulation } from "../../src/physics/simulation.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-physics-"));
const alive: Simulation[] = [];

afterEach(() => {
  for (const sim of alive.splice(0)) sim.delete();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, xml: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, xml);
  return path;
}

async function load(path: string): Promise<Simulation> {
  const sim = await Simulation.load(path);
  alive.push(sim);
  return sim;
}

/** Every component of the integration state is present: activations, equality constraints, a mocap body, user data. */
const EVERYTHING = `<mujoco>
  <compiler angle="radian"/>
  <option timestep="0.002"/>
  <size nuserdata="3"/>
  <worldbody>
    <geom name="floor" type="plane" size="5 5 0.1"/>
    <body name="hand" mocap="true" pos="1 0 1"><geom name="hand" size="0.02" contype="0" conaffinity="0"/></body>
    <body name="ball" pos="0 0 0.5"><freejoint name="root"/><geom name="ball" size="0.1" mass="2"/></body>
    <body name="arm" pos="0 1 1"><joint name="shoulder" axis="0 1 0" range="-1 2" limited="true"/><geom name="arm" type="capsule" size="0.02" fromto="0 0 0 0.3 0 0"/>
      <body name="forearm" pos="0.3 0 0"><joint name="elbow" axis="0 1 0"/><geom name="forearm" type="capsule" size="0.02" fromto="0 0 0 0.3 0 0"/><site name="tip" pos="0.3 0 0"/></body>
    </body>
  </worldbody>
  <equality><joint name="coupling" joint1="elbow" joint2="shoulder"/><weld name="grip" body1="hand" body2="ball" active="false"/></equality>
  <actuator><general name="muscle" joint="shoulder" dyntype="filter" dynprm="0.1" gainprm="5"/><motor name="motor" joint="elbow"/></actuator>
  <sensor><framepos name="tip_pos" objtype="site" objname="tip"/><gyro name="tip_gyro" site="tip"/></sensor>
  <keyframe><key name="raised" qpos="0 0 0.7 1 0 0 0 0.5 -0.5"/></keyframe>
</mujoco>`;

async function everything(): Promise<Simulation> {
  return load(write("everything.xml", EVERYTHING));
}

async function mujocoState(sim: Simulation): Promise<Float64Array> {
  const module = await loadMujoco();
  const everything = module.mjtState.mjSTATE_INTEGRATION.value;
  const buffer = new module.DoubleBuffer(module.mj_stateSize(sim.model, everything));
  module.mj_getState(sim.model, sim.data, buffer, everything);
  const state = Float64Array.from(buffer.GetView() as Float64Array);
  buffer.delete();
  return state;
}

describe("integration state", () => {
  it("equals mj_getState bit for bit when every component is in use", async () => {
    const sim = await everything();
    sim.userdata.set([1.25, -2, 3]);
    sim.ctrl.set([0.3, -0.7]);
    sim.applyForce(sim.bodyId("ball"), [1, 2, 3], [0.1, 0.2, 0.3]);
    sim.eqActive[1] = 1;
    sim.mocapPos.set([0.2, 0.1, 1.1]);
    sim.step(25);
    const own = new Float64Array(sim.stateSize + 2).fill(7);
    sim.readState(own, 1);
    const theirs = await mujocoState(sim);
    expect(sim.stateSize).toBe(theirs.length);
    expect([own[0], own[own.length - 1]]).toEqual([7, 7]);
    expect(Buffer.from(own.slice(1, -1).buffer).equals(Buffer.from(theirs.buffer))).toBe(true);
    expect(own[1]).toBeCloseTo(0.05, 12);
  });

  it("continues identically after other states were simulated in between", async () => {
    const sim = await everything();
    const start = new Float64Array(sim.stateSize);
    const first = new Float64Array(sim.stateSize);
    const second = new Float64Array(sim.stateSize);
    sim.ctrl.set([0.5, 0.1]);
    sim.step(10);
    sim.readState(start, 0);
    sim.step(40);
    sim.readState(first, 0);
    sim.resetToKeyframe("raised");
    sim.step(33);
    sim.writeState(start, 0);
    sim.step(40);
    sim.readState(second, 0);
    expect(second).toEqual(first);
  });
});

describe("loading", () => {
  it("finds includes, attached models and their assets in other folders", async () => {
    write("robot/parts/cube.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n");
    write(
      "robot/robot.xml",
      `<mujoco model="robot"><compiler meshdir="parts"/><asset><mesh name="cube" file="cube.obj"/></asset>
       <worldbody><body name="block"><freejoint/><geom name="block" type="mesh" mesh="cube"/></body></worldbody></mujoco>`,
    );
    write("scene/common/options.xml", '<mujoco><option timestep="0.004"/></mujoco>');
    const sim = await load(
      write(
        "scene/main.xml",
        `<mujoco><include file="common/options.xml"/><asset><model name="robot" file="../robot/robot.xml"/></asset>
         <worldbody><attach model="robot" prefix=""/></worldbody></mujoco>`,
      ),
    );
    expect(sim.timestep).toBe(0.004);
    expect(sim.bodyId("block")).toBe(1);
  });

  it("loads every scene of the package", async () => {
    for (const scene of ["cartpole", "cheetah", "reacher", "humanoid-flat"]) {
      const sim = await load(join(packageRoot, "scenes", `${scene}.xml`));
      sim.step(2);
      expect(sim.hasNaN()).toBe(false);
    }
  });

  it("compiles bodies that are nested 200 deep", async () => {
    const links = 200;
    const link = '<body pos="0 0 0.3"><joint axis="0 1 0"/><geom size="0.1" contype="0" conaffinity="0"/>';
    const chain = `${link.repeat(links)}${"</body>".repeat(links)}`;
    const sim = await load(write("chain.xml", `<mujoco><worldbody>${chain}</worldbody></mujoco>`));
    sim.forward();
    expect([sim.nv, sim.xpos.at(-1)]).toEqual([links, expect.closeTo(0.3 * links, 9)]);
  });

  it("leaves nothing of the disk in the module's file system", async () => {
    const { FS } = await loadMujoco();
    const inRoot = () => (FS.readdir("/") as string[]).sort();
    const before = inRoot();
    const scene = join(packageRoot, "scenes", "humanoid-flat.xml");
    await load(scene);
    const broken = write("broken.xml", "<mujoco><bad/></mujoco>");
    await expect(Simulation.load(broken)).rejects.toThrow("unrecognized element");
    expect([scene, broken].map((path) => FS.analyzePath(path, false).exists)).toEqual([false, false]);
    expect(inRoot()).toEqual(before);
  });

  it("says that a scene does not exist", async () => {
    const path = join(folder, "nowhere.xml");
    await expect(Simulation.load(path)).rejects.toThrow(`scene: ${path} does not exist`);
  });

  it("passes on MuJoCo's message and line for an unknown attribute", async () => {
    const path = write("attribute.xml", '<mujoco>\n<worldbody>\n<geom siz="1"/></worldbody></mujoco>');
    await expect(Simulation.load(path)).rejects.toThrow(
      `scene ${path}: XML Error: Schema violation: unrecognized attribute: 'siz', Element 'geom', line 3`,
    );
  });

  it("passes on MuJoCo's message and line for XML that is not well-formed", async () => {
    const path = write("malformed.xml", "<mujoco>\n<worldbody>\n<geom size='1'>\n</worldbody></mujoco>");
    await expect(Simulation.load(path)).rejects.toThrow(
      /malformed\.xml: XML parse error 14: .*MISMATCHED.*line number=3/i,
    );
  });

  it("names the disk path of a file that an element wants", async () => {
    const path = write("mesh.xml", '<mujoco><asset><mesh name="m" file="gone.obj"/></asset></mujoco>');
    await expect(Simulation.load(path)).rejects.toThrow(`Error opening file '${join(folder, "gone.obj")}'`);
  });

  it("lists near names for a joint, sensor or keyframe that is missing", async () => {
    const sim = await everything();
    expect(() => sim.joint("sholder")).toThrow('has no joint "sholder"; nearest: shoulder');
    expect(() => sim.sensor("tip_gyr")).toThrow('has no sensor "tip_gyr"; nearest: tip_gyro');
    expect(() => sim.resetToKeyframe("home")).toThrow('has no keyframe "home"; there are: raised');
  });

  it("knows addresses, ranges and types by name", async () => {
    const sim = await everything();
    expect(sim.joint("shoulder")).toEqual({ id: 1, qposAddress: 7, dofAddress: 6, range: [-1, 2], type: "hinge" });
    expect(sim.joint("elbow").range).toEqual([-Infinity, Infinity]);
    expect(sim.joint("root").type).toBe("free");
    expect(sim.sensor("tip_gyro")).toEqual({ address: 3, size: 3 });
    expect([...sim.keyframeQpos("raised")].slice(7)).toEqual([0.5, -0.5]);
  });
});

describe("forces and bad states", () => {
  it("accelerates a body by force over mass", async () => {
    const sim = await everything();
    // 2 kg, upward force 2·9.81 + 4 N: a = 2 m/s²
    sim.applyForce(sim.bodyId("ball"), [0, 0, 2 * 9.81 + 4]);
    sim.step(100);
    expect(sim.qvel[2]).toBeCloseTo(2 * 0.2, 9);
    sim.clearForces();
    sim.step(1);
    expect(sim.qacc[2]).toBeCloseTo(-9.81, 9);
  });

  it("keeps a state that went bad bad until it is reset", async () => {
    const sim = await everything();
    sim.qvel[0] = Number.NaN;
    sim.step(3);
    expect(sim.hasNaN()).toBe(true);
    sim.resetToInitial();
    sim.step(3);
    expect(sim.hasNaN()).toBe(false);
    sim.qpos[1] = 2e10;
    expect(sim.hasNaN()).toBe(true);
  });
});

describe("model overlay", () => {
  it("changes the physics of the environment it is applied for and restores the compiled values exactly", async () => {
    const sim = await everything();
    const ball = sim.bodyId("ball");
    const overlay = new ModelOverlay(sim, [
      { field: "body_mass", index: ball },
      { field: "geom_friction", index: 3 * sim.geomId("ball") },
    ]);
    const compiled = Float64Array.from(sim.modelFields.body_mass);
    overlay.apply(Float64Array.of(99, 4, 0.3), 1);
    expect(sim.modelFields.body_mass[ball]).toBe(4);
    expect(sim.modelFields.geom_friction[3 * sim.geomId("ball")]).toBe(0.3);
    overlay.restore();
    expect(Float64Array.from(sim.modelFields.body_mass)).toEqual(compiled);
    expect([...overlay.nominal]).toEqual([2, 1]);
  });
});

describe("memory", () => {
  it("takes views anew after the memory grew, with their contents", async () => {
    const sim = await everything();
    sim.ctrl[0] = 0.625;
    const gyro = sim.views(() => ({ tip: sim.sensordata.subarray(3, 6) }));
    const before = sim.qpos;
    const bytes = await mujocoMemoryBytes();
    const big = write("big.xml", '<mujoco><size memory="200M"/><worldbody><geom size="1"/></worldbody></mujoco>');
    while ((await mujocoMemoryBytes()) === bytes) await load(big);
    expect(before.length).toBe(0);
    sim.refresh();
    expect(sim.ctrl[0]).toBe(0.625);
    sim.step(1);
    expect(gyro.tip.buffer).toBe(sim.qpos.buffer);
    const own = new Float64Array(sim.stateSize);
    sim.readState(own, 0);
    expect(own).toEqual(await mujocoState(sim));
    const overlay = new ModelOverlay(sim, [{ field: "body_mass", index: 1 }]);
    expect(overlay.size).toBe(1);
  });

  it("does not grow over 200 simulations that are created and freed", async () => {
    const path = join(packageRoot, "scenes", "cheetah.xml");
    const cycle = async () => {
      const sim = await Simulation.load(path);
      sim.step(1);
      sim.delete();
    };
    for (let i = 0; i < 3; i++) await cycle();
    const settled = await mujocoMemoryBytes();
    for (let i = 0; i < 200; i++) await cycle();
    expect(await mujocoMemoryBytes()).toBe(settled);
  });
});
