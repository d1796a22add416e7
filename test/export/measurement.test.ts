import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ControllerOptions } from "../../src/export/controller-function.ts";
import { controllerOnnx } from "../../src/export/onnx-controller.ts";
import { playedTask } from "../../src/export/played-task.ts";
import { ReferencePolicy } from "../../src/export/reference-policy.ts";
import { closedLoopParity, compareEpisodes } from "../../src/export/report/closed-loop.ts";
import { ExportMeasurement, type ExportSubject } from "../../src/export/report/measurement.ts";
import { recordObservations, runReference } from "../../src/export/report/recording.ts";
import type { Measurements } from "../../src/export/report/report.ts";
import { reportPage } from "../../src/export/report/report-page.ts";
import { runOnnx } from "../../src/export/running-controller.ts";
import type { EpisodePlan } from "../../src/rollout/episode-batch.ts";
import { describeTask, Environment, registry } from "../../src/tasks/index.ts";
import { compilerPath } from "./compiler.ts";
import { type kinds, origin, policyFor } from "./sample-policy.ts";

async function subjectOf(name: string, options: ControllerOptions, kind: keyof typeof kinds = "flow") {
  const task = registry.get(name);
  const env = await Environment.create(task);
  const description = describeTask(env);
  env.delete();
  return {
    policy: policyFor(description, kind),
    task,
    taskFile: null,
    variant: {},
    description,
    origin,
    options,
  } satisfies ExportSubject;
}

const sizes = { rows: 300, episodes: 2, calls: 20, flowStepCounts: [1, 4], seed: 1 };

async function measured(subject: ExportSubject, compiler: string | null, workers = 1): Promise<Measurements> {
  const measurement = await ExportMeasurement.create(subject, { sizes, compiler, workers, tell: () => {} });
  try {
    return await measurement.measure(await measurement.record());
  } finally {
    await measurement.dispose();
  }
}

describe("the measurement of a humanoid's controller of joint targets with a noise input", () => {
  let found: Measurements;
  beforeAll(async () => {
    const options = { output: "joint-targets", noise: "input" } as const;
    found = await measured(await subjectOf("HumanoidJoystick", options), compilerPath());
  });

  it("finds every format equal to the policy, alone and in the loop", () => {
    expect(found.formats.map(({ format }) => format)).toEqual(["onnx", "c", "typescript"]);
    for (const { format, network, closedLoop } of found.formats) {
      expect(network, format).toMatchObject({ rows: 300 });
      expect(network.maxDifference, format).toBeLessThan(1e-5);
      expect(network.p99Difference, format).toBeLessThanOrEqual(network.maxDifference);
      expect(closedLoop.returnGap, format).toBeLessThan(0.005);
    }
  });

  it("knows return and latency at every number of flow steps asked for", () => {
    expect(found.stepReturns!.map(({ flowSteps }) => flowSteps)).toEqual([1, 4]);
    expect(found.stepReturns![1]).toMatchObject({
      loss: 0,
      returnMean: found.formats[0]!.closedLoop.referenceReturnMean,
    });
    for (const { latency } of found.stepLatencies!)
      for (const { p50Ms, p99Ms, maxMs } of Object.values(latency)) {
        expect(p50Ms).toBeGreaterThan(0);
        expect([p50Ms, p99Ms, maxMs]).toEqual([p50Ms, p99Ms, maxMs].sort((a, b) => a - b));
      }
  });

  it("makes a page that says so", () => {
    const page = reportPage({
      ...found,
      run: "runs/<a>",
      weightsSha256: "f00",
      distillation: null,
      physics: null,
      files: [],
    });
    expect(page).toContain("Export of runs/&lt;a&gt;");
    expect(page.match(/>holds</g)).toHaveLength(6);
  });
});

describe("the measurement on threads", () => {
  it("gives the same numbers with one thread and with two, and tells how far it is", async () => {
    const subject = await subjectOf("CheetahRun", {});
    const more = { ...sizes, rows: 600, episodes: 11, flowStepCounts: [1] };
    const measure = async (workers: number) => {
      const told: [string, number, number][] = [];
      const tell = (stage: string, done = 0, total = 0) => void told.push([stage, done, total]);
      const measurement = await ExportMeasurement.create(subject, { sizes: more, compiler: null, workers, tell });
      const { formats, stepReturns } = await measurement.measure(await measurement.record());
      await measurement.dispose();
      return { told, found: { stepReturns, formats: formats.map(({ latency: _, ...rest }) => rest) } };
    };
    const [one, two] = [await measure(1), await measure(2)];
    expect(two.found).toEqual(one.found);
    expect(one.found.formats[0]!.closedLoop.episodes).toBe(11);
    expect(one.told.slice(0, 3)).toEqual([0, 10, 11].map((done) => ["recording episodes of the policy", done, 11]));
    expect(one.found.stepReturns![0]!.lossError).toBeGreaterThan(0);
  });
});

describe("the measurement of a Gaussian", () => {
  it("has no flow steps, and leaves C out where there is no compiler", async () => {
    const found = await measured(await subjectOf("CartpoleBalance", {}, "gaussian"), null);
    expect(found.compiler).toBeNull();
    for (const key of ["flowSteps", "stepReturns", "stepLatencies", "fewestFlowSteps"])
      expect(found).not.toHaveProperty(key);
    expect(found.formats.map(({ format }) => format)).toEqual(["onnx", "typescript"]);
    expect(found.formats[0]!.network.maxDifference).toBeLessThan(1e-5);
  });
});

describe("a closed loop", () => {
  const plan = { seed: 5, firstEpisode: 0, episodes: 2 };
  const alive: { dispose(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const one of alive) await one.dispose();
  });

  it("tells a controller that drives otherwise, and when it parted from the policy", async () => {
    const { policy, task, description } = await subjectOf("CheetahRun", {});
    const env = await Environment.create(task);
    const played = await Environment.create(playedTask(task, "actions"));
    const reference = new ReferencePolicy(policy, {});
    alive.push(reference, { dispose: async () => void [env, played].map((one) => one.delete()) });
    const run = await runReference(env, reference, plan);
    const compare = async (weights: Float32Array) => {
      const bytes = controllerOnnx({ ...policy, weights }, description, origin);
      const running = await runOnnx(bytes, "actions");
      const loop = await compareEpisodes(played, running, run, null, policy.std);
      await running.close();
      return closedLoopParity([run], [loop], env.controlHz);
    };
    expect(await compare(policy.weights)).toMatchObject({ episodes: 2, returnGap: expect.closeTo(0, 3) });
    const other = await compare(policy.weights.map((weight) => -weight));
    expect(other.returnGap).toBeGreaterThan(0.005);
    expect(other.diverged).toBe(2);
    expect(other.earliestSeconds).toBeLessThan(1);
  });

  it("records as many observations as asked for, from further episodes where the first are short", async () => {
    const { policy, task } = await subjectOf("HumanoidJoystick", {});
    const env = await Environment.create(task);
    const reference = new ReferencePolicy(policy, {});
    alive.push(reference, { dispose: async () => env.delete() });
    const run = await runReference(env, reference, plan);
    const steps = run.outcomes.lengths[0]! + run.outcomes.lengths[1]!;
    const further = (next: EpisodePlan) => runReference(env, reference, next);
    const more = await recordObservations([run], further, steps + 10, env.obsSize, reference);
    expect([more.rows, more.obs.length, more.noise]).toEqual([steps + 10, (steps + 10) * env.obsSize, null]);
    expect(more.obs.subarray(-env.obsSize).some((value) => value !== 0)).toBe(true);
    const fewer = await recordObservations([run], further, 3, env.obsSize, reference);
    expect(fewer.obs.subarray(0, env.obsSize)).toEqual(run.observations[0]!.subarray(0, env.obsSize));
  });
});

it("a policy that gives no finite actions is not exported: it is named, with the first episode", async () => {
  const subject = await subjectOf("CartpoleBalance", {});
  const policy = { ...subject.policy, weights: subject.policy.weights.slice().fill(Number.NaN) };
  await expect(measured({ ...subject, policy }, null)).rejects.toThrow(
    'runs/a-run: non-finite action "slide" ended 2 of 2 episodes, first episode 0 at control step 1; expected finite values',
  );
});
