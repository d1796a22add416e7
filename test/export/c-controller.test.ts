import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileC } from "../../src/export/c/c-compiler.ts";
import { type CController, cName, controllerC } from "../../src/export/c/c-controller.ts";
import { CProgram } from "../../src/export/c/c-process.ts";
import { controllerContract } from "../../src/export/contract/contract.ts";
import { type ControllerOptions, controllerFunction } from "../../src/export/controller-function.ts";
import { runProgram } from "../../src/export/running-controller.ts";
import { createReferenceEngine } from "../../src/graph/index.ts";
import { Rng } from "../../src/math/rng.ts";
import { noiseSize } from "../../src/policy/policy.ts";
import type { TrainedPolicy } from "../../src/rollout/policy-data.ts";
import type { TaskDescription } from "../../src/tasks/index.ts";
import { compilerPath } from "./compiler.ts";
import { describedTask, kinds, origin, policyFor, symmetricPolicyFor } from "./sample-policy.ts";

const ROWS = 20;

/** The C files of a policy, with rows of random observations and the reference's answers. */
async function exported(task: TaskDescription, policy: TrainedPolicy, options: ControllerOptions = {}) {
  const rng = new Rng().seek(4, 1);
  const draw = (size: number) => {
    const values = new Float32Array(ROWS * size);
    rng.fillNormal(values);
    return values;
  };
  const obs = draw(task.obsSize);
  const noise = options.noise === "input" ? draw(noiseSize(policy.spec)) : null;
  const reference = await createReferenceEngine().compile(controllerFunction(policy, task, options));
  const output = Object.values(await reference.run(noise === null ? { obs } : { obs, noise }))[0]!;
  const recorded = { rows: ROWS, obs, noise, output };
  return { recorded, files: controllerC(policy, task, origin, options, recorded) };
}

it("a compiler may be a command with flags", async () => {
  const { files } = await exported(
    await describedTask("CartpoleBalance"),
    policyFor(await describedTask("CartpoleBalance"), "flow"),
  );
  const program = await CProgram.compile(`env ${compilerPath()} -DUNUSED=1`, files);
  await program.delete();
});

describe("a C controller", async () => {
  const [cheetah, humanoid] = [await describedTask("CheetahRun"), await describedTask("HumanoidJoystick")];
  const compiler = compilerPath();

  it.each(Object.keys(kinds) as (keyof typeof kinds)[])("of kind %s answers like its policy", async (kind) => {
    for (const noise of ["zero", "input"] as const) {
      const { files, recorded } = await exported(cheetah, policyFor(cheetah, kind), { noise });
      const program = await CProgram.compile(compiler, files);
      const running = runProgram(program.path, cheetah.obsSize);
      const out = new Float32Array(recorded.output.length);
      await running.act(recorded.obs, recorded.noise, out);
      await running.close();
      await program.delete();
      out.forEach((value, i) => {
        expect(value).toBeCloseTo(recorded.output[i]!, 5);
      });
    }
  });

  it("of a symmetric policy answers like it", async () => {
    const { files, recorded } = await exported(cheetah, symmetricPolicyFor(cheetah));
    const program = await CProgram.compile(compiler, files);
    const running = runProgram(program.path, cheetah.obsSize);
    const out = new Float32Array(recorded.output.length);
    await running.act(recorded.obs, recorded.noise, out);
    await running.close();
    await program.delete();
    out.forEach((value, i) => {
      expect(value).toBeCloseTo(recorded.output[i]!, 5);
    });
  });

  describe("of joint targets", () => {
    let folder = "";
    let files: CController;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
      ({ files } = await exported(humanoid, policyFor(humanoid), { output: "joint-targets" }));
      writeFileSync(join(folder, `${files.name}.h`), files.header);
      writeFileSync(join(folder, `${files.name}.c`), files.source);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    it("replays what was recorded, and prints how far off and how fast it is", async () => {
      const program = join(folder, "replay");
      await compileC(compiler, join(folder, `${files.name}.c`), program, ["-DFLOWGAIT_MAIN"]);
      const printed = execFileSync(program, ["--calls", "300"], { encoding: "utf8" });
      expect(printed).toMatch(
        /^recorded observations: 20, largest difference [\d.e-]+\nlatency: p50 [\d.]+ ms, p99 [\d.]+ ms, max [\d.]+ ms, calls 300\n$/,
      );
      expect(Number(/difference (\S+)/.exec(printed)![1])).toBeLessThan(1e-5);
    });

    it("is a library that carries the contract: a program of somebody else reads names, gains and the whole JSON", async () => {
      const user = `#include <stdio.h>
#include "${files.name}.c"
int main(void) {
  int i;
  float obs[HUMANOID_JOYSTICK_OBS_SIZE] = {0}, out[HUMANOID_JOYSTICK_ACTION_SIZE];
  humanoid_joystick_run(obs, out);
  for (i = 0; i < HUMANOID_JOYSTICK_ACTION_SIZE; i++)
    printf("%s %.9g %.9g %.9g\\n", humanoid_joystick_action_names[i], humanoid_joystick_stiffness[i],
           humanoid_joystick_damping[i], humanoid_joystick_action_offset[i]);
  for (i = 0; i < HUMANOID_JOYSTICK_OBSERVATION_TERMS; i++)
    printf("%s %d\\n", humanoid_joystick_observation[i].name, humanoid_joystick_observation[i].offset);
  for (i = 0; humanoid_joystick_contract[i]; i++) printf("%s", humanoid_joystick_contract[i]);
  return 0;
}
`;
      const source = join(folder, "user.c");
      writeFileSync(source, user);
      await compileC(compiler, source, join(folder, "user"));
      const lines = execFileSync(join(folder, "user"), { encoding: "utf8" }).split("\n");
      const { names, stiffness, damping, offset } = humanoid.action;
      names.forEach((name, i) => {
        const [found, ...numbers] = lines[i]!.split(" ");
        expect([found, ...numbers.map(Number)]).toEqual(
          [name, ...[stiffness, damping, offset].map((v) => Math.fround(v[i]!))].map((v) =>
            typeof v === "number" ? expect.closeTo(v, 5) : v,
          ),
        );
      });
      expect(lines[names.length]).toBe("linVel 0");
      const contract = controllerContract(policyFor(humanoid), humanoid, origin, { output: "joint-targets" });
      expect(JSON.parse(lines.at(-1)!)).toEqual(contract);
    });
  });

  it("whose source the compiler refuses is told in one line", async () => {
    const { files } = await exported(cheetah, policyFor(cheetah));
    const broken = { ...files, source: `${files.source}\nint f(void) { return x; }\n` };
    await expect(CProgram.compile(compiler, broken)).rejects.toThrow(
      /^[^\n]*cheetah_run\.c: .* cannot compile it: [^\n]*x[^\n]*$/,
    );
  });

  it("takes a name that C allows from any task's", () => {
    expect(["CheetahRun", "Go1JoystickFlatTerrain", "my-robot 2", "3D", "ALE/Pong-v5", "关节"].map(cName)).toEqual([
      "cheetah_run",
      "go1_joystick_flat_terrain",
      "my_robot_2",
      "controller_3_d",
      "ale_pong_v5",
      "controller",
    ]);
  });
});
