/** `flowgait view`: a model without a task, as text, as code and as a document. The page has tests of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../../src/files/package-root.ts";
import { Environment, loadUserTask } from "../../src/tasks/index.ts";
import { SOFT_SCENE } from "../viewer/soft-task.ts";
import { callCli, startCli } from "./cli-process.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgait-view-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const ARM = `<mujoco model="arm">
  <worldbody>
    <geom type="plane" size="1 1 0.1"/>
    <body name="upper" pos="0 0 1">
      <joint name="shoulder" axis="0 1 0" range="-90 90" limited="true"/>
      <geom type="capsule" fromto="0 0 0 0.3 0 0" size="0.03" mass="1"/>
      <body pos="0.3 0 0">
        <joint axis="0 1 0"/>
        <geom type="capsule" fromto="0 0 0 0.3 0 0" size="0.03" mass="0.5"/>
        <site name="tip" pos="0.3 0 0"/>
      </body>
    </body>
  </worldbody>
  <actuator><position name="servo" joint="shoulder" kp="50" kv="5"/><motor joint="shoulder" ctrlrange="-1 1"/></actuator>
  <sensor><gyro name="IMU-gyro" site="tip"/><jointpos joint="shoulder"/></sensor>
</mujoco>`;
const path = join(folder, "arm.xml");
beforeAll(() => writeFileSync(path, ARM));

/** The file of a task around the code that the command prints. */
const taskAround = (code: string) => `import { defineTask, direct, jointTargets, readings } from "flowgait";
void [direct, jointTargets];
export default defineTask({
  name: "FromModel",
  scene: SCENE,
  ${code}
  observe: { all: { of: ({ robot }) => Object.values(robot).flatMap((read) => { const value = read(); return typeof value === "number" ? [value] : [...value]; }) } },
  reward: { alive: { weight: 1, of: () => 1 } },
});`;

async function observationFrom(scene: string): Promise<{ size: number; values: Float32Array }> {
  const { stdout } = await callCli("view", scene, "--code");
  const file = join(folder, "from-model.ts");
  writeFileSync(file, taskAround(stdout).replace("SCENE", JSON.stringify(scene)));
  const env = await Environment.create(await loadUserTask(file));
  env.step(0, 0, new Float32Array(env.actionSize), 0);
  const values = new Float32Array(env.obsSize);
  env.writeObservation(values, 0);
  const size = env.obsSize;
  env.delete();
  return { size, values };
}

/** What the command prints before it serves the page. */
async function printed(scene: string): Promise<string> {
  const { child, finished, until } = startCli(["view", scene, "--port", "0"], folder);
  const text = await until("stdout", /http:/);
  child.kill("SIGINT");
  await finished;
  return text;
}

describe("flowgait view", () => {
  it("describes joints, actuators, sensors and sites, named or not, with limits and units", async () => {
    const { code, stdout } = await callCli("view", path, "--json");
    expect(code).toBe(0);
    const { coordinates, actuators, sensors, sites, bodies, mass, isUnsupported } = JSON.parse(stdout);
    expect([bodies, mass, isUnsupported]).toEqual([2, 1.5, false]);
    expect(coordinates.map(({ label, unit, isLimited }: Record<string, unknown>) => [label, unit, isLimited])).toEqual([
      ["shoulder", "rad", true],
      ["joint 1", "rad", false],
    ]);
    expect(coordinates[0].range[1]).toBeCloseTo(Math.PI / 2);
    expect(actuators).toMatchObject([
      { label: "servo", servoOf: "shoulder", unit: "rad", about: "" },
      { label: "actuator 1", servoOf: null, about: "is a motor, its control is a force", range: [-1, 1] },
    ]);
    expect(sensors).toMatchObject([
      { label: "IMU-gyro", kind: "gyro", unit: "rad/s", size: 3 },
      { label: "sensor 1", kind: "joint position", unit: "rad", size: 1 },
    ]);
    expect(sites).toEqual([{ label: "tip", body: "" }]);
  });

  it("lists what bends by its vertices instead of their joints, and what the viewer does not draw", async () => {
    const soft = join(folder, "soft.xml");
    const wire = `<tendon><spatial name="wire"><site site="near"/><geom geom="crate"/><site site="far"/></spatial></tendon>`;
    writeFileSync(
      soft,
      SOFT_SCENE.replace('type="box" size=".15 .15 .15"', 'type="cylinder" size=".15 .15"')
        .replace("<flexcomp", '<site name="near"/><site name="far" pos="-1 0 0"/><flexcomp')
        .replace("<actuator>", `${wire}<actuator>`),
    );
    const { code, stdout } = await callCli("view", soft, "--json");
    const { coordinates, deformables, undrawn } = JSON.parse(stdout);
    expect({ code, joints: coordinates.map(({ label }: { label: string }) => label) }).toEqual({
      code: 0,
      joints: ["shoulder", "elbow"],
    });
    expect(deformables.map(Object.values)).toEqual([
      ["cloth", "cloth", 9],
      ["jelly", "soft body", 8],
      ["rope", "rope", 4],
      ["sleeve", "skin", 9],
    ]);
    expect(undrawn).toEqual(["tendon wire: how it bends around shapes"]);
    expect(await printed(soft)).toMatch(
      /\n {2}rope +rope +4 vertices\n[\s\S]*\nnot drawn by the viewer\n {2}tendon wire: how it bends around shapes\n/,
    );
  });

  it("prints code that reads every named part in a task", async () => {
    const { size, values } = await observationFrom(path);
    expect(size).toBe(1 + 1 + 3 + 3);
    expect(values[7]).toBeGreaterThan(0.9);
    const whole = await observationFrom(join(packageRoot, "scenes", "go1-flat.xml"));
    expect(whole.size).toBeGreaterThan(12 + 12 + 13);
    expect(whole.values.every(Number.isFinite)).toBe(true);
  });

  it.each([
    ["view", "<model> is missing"],
    ["view no-such.xml", "view: no-such.xml does not exist"],
    ["view README.md", "view: got README.md, expected a model that ends in .xml, .mjcf, .urdf"],
    [`view ${path} --code --json`, "--code: cannot be combined with --json"],
    [`train ${path}`, `task: ${path} is a model without a task; try: flowgait view ${path}`],
    [`tasks ${path}`, `task: ${path} is a model without a task; try: flowgait view ${path}`],
  ])("%s: one line and exit code 2", async (line, message) => {
    const { code, stdout, stderr } = await callCli(...line.split(" "));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it("says in one line what MuJoCo refuses", async () => {
    const broken = join(folder, "broken.xml");
    writeFileSync(broken, "<mujoco><worldbody><body><geom/></body></worldbody></mujoco>");
    const { code, stderr } = await callCli("view", broken, "--json");
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toContain("broken.xml");
  });
});
