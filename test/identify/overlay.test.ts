/** What an overlay does in a task, and what a run, its evaluation and its controller say of it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { overlayJsonSchema } from "../../src/config/overlay.ts";
import { readController } from "../../src/export/read-controller.ts";
import { packageRoot } from "../../src/files/package-root.ts";
import { JointValues } from "../../src/physics/model/joint-physics.ts";
import { readRunConfig } from "../../src/runs/run-folder.ts";
import { describeTask, Environment, registry, resolveTask } from "../../src/tasks/index.ts";
import { callCli } from "../cli/cli-process.ts";
import { tinyRun } from "../cli/tiny-run.ts";

const JOINT = "FR_hip_joint";
const VALUES = { armature: 0.008, frictionLoss: 0.4, damping: 1.3, kp: 30, kd: 0.2, delay: 0.008 };
const settings = Object.fromEntries(Object.entries(VALUES).map(([name, value]) => [`physics.${JOINT}.${name}`, value]));
const refusal = (taskSettings: Record<string, number>) =>
  resolveTask("Go1JoystickFlatTerrain", { taskSettings })
    .then(Environment.create)
    .then(
      () => "accepted",
      (error: Error) => error.message,
    );

describe("identified values in a task", () => {
  it("are the joint's in every environment, while the gains that drives are set to stay the declared ones", async () => {
    const declared = await Environment.create(registry.get("Go1JoystickFlatTerrain"));
    const env = await Environment.create(await resolveTask("Go1JoystickFlatTerrain", { taskSettings: settings }), {
      randomise: false,
    });
    try {
      const { delay, ...physics } = VALUES;
      const found = new JointValues(env.sim, JOINT).read();
      for (const [name, value] of Object.entries(physics))
        expect(found[name as keyof typeof found]).toBeCloseTo(value, 9);
      const [told, before] = [describeTask(env), describeTask(declared)];
      expect(told.action).toEqual(before.action);
      expect(told.model.physics).toEqual({ kind: "identified", joints: { [JOINT]: VALUES } });
      expect(delay / env.sim.timestep).toBe(2);
    } finally {
      env.delete();
      declared.delete();
    }
  });

  it("let one joint's targets arrive late, and the others at once", async () => {
    const env = await Environment.create(
      await resolveTask("Go1JoystickFlatTerrain", { taskSettings: { [`physics.${JOINT}.delay`]: 0.012 } }),
    );
    try {
      env.start(1, 0);
      const before = env.sim.ctrl.slice();
      const seen: number[][] = [];
      const physicsStep = env.sim.step.bind(env.sim);
      env.sim.step = (count) => {
        for (let i = 0; i < count; i++) {
          seen.push([...env.sim.ctrl]);
          physicsStep(1);
        }
      };
      env.step(1, 0, new Float32Array(env.actionSize).fill(0.5), 0);
      const own = env.sim.actuatorJoints().indexOf(JOINT);
      const changed = (actuator: number) => seen.findIndex((ctrl) => ctrl[actuator] !== before[actuator]);
      expect(changed(own)).toBe(3); // of 4 ms
      expect(changed(own + 1)).toBe(0);
    } finally {
      env.delete();
    }
  });

  it("are refused in one line where joint or value is unknown", async () => {
    expect(await refusal({ "physics.FR_hip.kp": 3 })).toMatch(
      /^task Go1JoystickFlatTerrain: --physics: .*no joint "FR_hip"; nearest: FR_hip_joint/,
    );
    expect(await refusal({ [`physics.${JOINT}.friction`]: 3 })).toBe(
      `--physics.${JOINT}.friction: unknown flag; expected --physics.<joint>. and one of armature, frictionLoss, damping, kp, kd, delay; nearest: frictionLoss`,
    );
    expect(await refusal({ [`physics.${JOINT}.kp`]: -1 })).toContain("expected a number, at least 0.000001");
  });
});

describe("an overlay", () => {
  let folder = "";
  const file = () => join(folder, "pole.overlay.json");
  const overlay = { overlay: 1, joints: { hinge_1: { armature: 0.02, damping: 0.05 } } };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
    writeFileSync(file(), JSON.stringify(overlay));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const path = join(mkdtempSync(join(tmpdir(), "flowgait-test-")), "trained.json");
  writeFileSync(path, JSON.stringify(overlay));
  const run = tinyRun("CartpoleBalance", "--overlay", path, "--randomise.actionDelay", "0,2");
  const taskSettings = {
    "physics.hinge_1.armature": 0.02,
    "physics.hinge_1.damping": 0.05,
    "randomise.actionDelay": [0, 2],
  };

  it("of a training stands in its configuration and in its controller's contract", async () => {
    expect((await readRunConfig(run())).taskSettings).toEqual(taskSettings);
    const controller = join(run(), "controller.onnx");
    const { contract } = readController(readFileSync(controller), controller);
    expect(contract.task.settings).toEqual(taskSettings);
    expect(contract.task.model.physics).toEqual({ kind: "identified", joints: overlay.joints });
    expect(contract.task.randomise.actionDelay).toEqual({ kind: "action-delay", controlSteps: [0, 2] });
  });

  it("is used again by evaluations and the doctor, which can be told others", async () => {
    const evaluated = async (...flags: string[]) => {
      const { stdout, stderr } = await callCli("eval", run(), "--episodes", "2", "--workers", "1", "--json", ...flags);
      return { ...JSON.parse(stdout), stderr };
    };
    const own = await evaluated();
    expect(own.identified).toEqual(["1 joint with identified values", "actions 0 to 2 control steps late"]);
    expect(own.stderr).toContain("its task has --randomise.actionDelay 0,2 and 2 values of an --overlay");
    const later = await evaluated("--randomise.actionDelay", "20", "--randomise.observationDelay", "1");
    expect(later.identified.slice(1)).toEqual(["actions 20 control steps late", "observations 1 control step late"]);
    expect(later.returnMean).not.toBe(own.returnMean);
    const published = await evaluated("--task", "CartpoleBalance", "--overlay", file());
    expect(published.identified).toEqual(["1 joint with identified values"]);
    const brief = "--episodes 1 --seconds 0.3 --no-table --json".split(" ");
    const examined = async (...flags: string[]) =>
      JSON.parse((await callCli("doctor", run(), ...brief, ...flags)).stdout);
    const [plain, late] = [await examined(), await examined("--randomise.actionDelay", "8")];
    expect(plain.identified).toEqual(["1 joint with identified values"]);
    expect(late.identified[1]).toBe("actions 8 control steps late");
    expect(late.nominal.returnMean).not.toBe(plain.nominal.returnMean);
  });

  it("that cannot be read is refused in one line", async () => {
    const refused = async (text: string) => {
      writeFileSync(join(folder, "bad.json"), text);
      const { code, stderr } = await callCli(
        "train",
        "CartpoleBalance",
        "--overlay",
        join(folder, "bad.json"),
        "--print-config",
      );
      expect(code).toBe(1);
      return stderr.replace(`${folder}/`, "");
    };
    expect(await refused("{")).toBe(
      "flowgait: bad.json: is no JSON; expected an overlay, as flowgait identify writes it\n",
    );
    expect(await refused('{"overlay":1,"joints":{"a":{"kp":"x"}}}')).toBe(
      'flowgait: bad.json: joints.a.kp: got "x", expected a number\n',
    );
    const gone = await callCli("eval", "zero", "--task", "CartpoleBalance", "--overlay", join(folder, "gone.json"));
    expect(gone.stderr).toMatch(/gone\.json.*expected an overlay/);
    const told = ["eval", "zero", "--task", "CartpoleBalance", "--no-disturbances", "--randomise.actionDelay", "1"];
    expect((await callCli(...told)).stderr).toContain("--no-disturbances: removes the delays that are given");
  });

  it("has a schema that other programs can read", () => {
    const published = readFileSync(join(packageRoot, "schemas", "overlay.schema.json"), "utf8");
    expect(JSON.parse(published)).toEqual(overlayJsonSchema());
  });
});
