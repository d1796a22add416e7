/** Every way in which a controller can leave: noise, output and sampler, on robots of three kinds, in every format. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileC } from "../../src/export/c/c-compiler.ts";
import { controllerC } from "../../src/export/c/c-controller.ts";
import { CProgram } from "../../src/export/c/c-process.ts";
import { type ControllerOptions, controllerFunction, resolvedOptions } from "../../src/export/controller-function.ts";
import { NOISE_KINDS } from "../../src/export/export-choices.ts";
import { controllerOnnx } from "../../src/export/onnx-controller.ts";
import { type RunningController, runOnnx, runProgram, runTypescript } from "../../src/export/running-controller.ts";
import { createReferenceEngine } from "../../src/graph/index.ts";
import { Rng } from "../../src/math/rng.ts";
import { noiseSize } from "../../src/policy/policy.ts";
import { FLOW_SAMPLERS, type FlowSampler, isStochastic } from "../../src/policy/sampler-names.ts";
import type { TrainedPolicy } from "../../src/rollout/policy-data.ts";
import type { TaskDescription } from "../../src/tasks/index.ts";
import { compilerPath } from "./compiler.ts";
import { describedTask, origin, policyFor } from "./sample-policy.ts";

const ROWS = 8;
const TASKS = ["CheetahRun", "HumanoidJoystick", "Go1JoystickFlatTerrain"];

/** Rows of observations, of noise where it comes from outside, and the reference engine's answers. */
async function recordedRows(task: TaskDescription, policy: TrainedPolicy, options: ControllerOptions) {
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
  return { rows: ROWS, obs, noise, output };
}

/** Largest difference of any value from the reference's. */
async function largestDifference(running: RunningController, recorded: Awaited<ReturnType<typeof recordedRows>>) {
  const out = new Float32Array(recorded.output.length);
  await running.act(recorded.obs, recorded.noise, out);
  await running.close();
  return Math.max(...out.map((value, i) => Math.abs(value - recorded.output[i]!)));
}

async function differences(task: TaskDescription, policy: TrainedPolicy, options: ControllerOptions) {
  const recorded = await recordedRows(task, policy, options);
  const bytes = controllerOnnx(policy, task, origin, options);
  const name = resolvedOptions(options).outputName;
  const program = await CProgram.compile(compilerPath(), controllerC(policy, task, origin, options, recorded));
  const found = [
    await largestDifference(await runOnnx(bytes, name), recorded),
    await largestDifference(await runTypescript(bytes, name), recorded),
    await largestDifference(runProgram(program.path, task.obsSize), recorded),
  ];
  await program.delete();
  return found;
}

describe.each(TASKS)("a controller of %s", (name) => {
  const outputs = name === "CheetahRun" ? (["actions"] as const) : (["actions", "joint-targets"] as const);
  const ways = outputs.flatMap((output) => NOISE_KINDS.map((noise) => [output, noise] as const));

  it.each(ways)("that gives %s from noise %s is the same in ONNX, TypeScript and C", async (output, noise) => {
    const task = await describedTask(name);
    for (const difference of await differences(task, policyFor(task), { output, noise, noiseSeed: 3 }))
      expect(difference).toBeLessThan(1e-5);
  });

  it.each(outputs)("that gives %s is C without allocation, arrays of unknown size or warnings", async (output) => {
    const task = await describedTask(name);
    const policy = policyFor(task);
    const files = controllerC(policy, task, origin, { output }, await recordedRows(task, policy, { output }));
    expect(`${files.header}${files.source}`).not.toMatch(/\b(?:malloc|calloc|realloc|alloca|free)\s*\(/);
    const folder = mkdtempSync(join(tmpdir(), "flowgait-test-"));
    writeFileSync(join(folder, `${files.name}.h`), files.header);
    writeFileSync(join(folder, `${files.name}.c`), files.source);
    for (const flags of [["-c"], ["-DFLOWGAIT_MAIN"]])
      await compileC(compilerPath(), join(folder, `${files.name}.c`), join(folder, "out"), ["-Wvla", ...flags]);
    rmSync(folder, { recursive: true });
  });
});

it.each(FLOW_SAMPLERS)("sampler %s is the same in ONNX, TypeScript and C at 1 and 7 flow steps", async (sampler) => {
  const task = await describedTask("CheetahRun");
  for (const flowSteps of [1, 7])
    for (const difference of await differences(task, sampled(policyFor(task), sampler, flowSteps), { noise: "input" }))
      expect(difference).toBeLessThan(1e-5);
});

function sampled(policy: TrainedPolicy, sampler: FlowSampler, flowSteps: number): TrainedPolicy {
  const stepNoise = isStochastic(sampler) ? 0.1 : 0;
  return { ...policy, spec: { ...policy.spec, sampler, flowSteps, stepNoise } as TrainedPolicy["spec"] };
}
