import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ControllerOptions } from "../../src/export/controller-function.ts";
import { type Distillation, distil } from "../../src/export/distill/distil.ts";
import { runEpisodes } from "../../src/export/episode-loop.ts";
import { ReferencePolicy } from "../../src/export/reference-policy.ts";
import type { TrainedPolicy } from "../../src/rollout/policy-data.ts";
import { Environment, registry } from "../../src/tasks/index.ts";
import { policyFor } from "./sample-policy.ts";

const settings = { flowSteps: 1, rounds: 2, updates: 300, episodes: 1, comparedEpisodes: 1, seed: 3 };

/** A flow that curves, so that one step of it goes astray. */
function curvedPolicy(env: Environment): TrainedPolicy {
  const policy = policyFor(env);
  const spec = { ...policy.spec, flowSteps: 8, sampler: "euler", outputScale: 3 } as TrainedPolicy["spec"];
  return { ...policy, spec };
}

describe("a distilled student", () => {
  let env: Environment;
  beforeAll(async () => {
    env = await Environment.create(registry.get("CartpoleBalance"));
  });
  afterAll(() => env.delete());

  /** Mean squared difference of raw actions at the same observations and noise. */
  async function apart(a: TrainedPolicy, b: TrainedPolicy, noise: number): Promise<number> {
    const rows = 64;
    const obs = Float32Array.from({ length: rows * env.obsSize }, (_, i) => Math.sin(i));
    const actions = [a, b].map(() => new Float32Array(rows * env.actionSize));
    for (const [i, policy] of [a, b].entries()) {
      const reference = new ReferencePolicy(policy, {});
      await reference.actFrom(obs, new Float32Array(rows * env.actionSize).fill(noise), actions[i]!);
      await reference.dispose();
    }
    return actions[0]!.reduce((sum, value, i) => sum + (Math.tanh(value) - Math.tanh(actions[1]![i]!)) ** 2, 0) / rows;
  }

  it("is not made from a teacher that gives no finite actions", async () => {
    const teacher = curvedPolicy(env);
    await expect(
      distil(env, { ...teacher, weights: teacher.weights.slice().fill(Number.NaN) }, {}, settings, () => {}),
    ).rejects.toThrow('--distill: non-finite action "slide" ended 1 of 1 episodes, first episode 0 at control step 1');
  });

  it.each([
    ["zero", 0],
    ["input", 0.5],
  ] as const)("of noise %s gives in one step nearly what its teacher gives in eight", async (noise, at) => {
    const teacher = curvedPolicy(env);
    const options: ControllerOptions = { noise };
    const { student, distillation } = await distil(env, teacher, options, settings, () => {});
    expect(student.spec).toMatchObject({ flowSteps: 1, sampler: "euler" });
    expect(distillation).toMatchObject({
      fromFlowSteps: 8,
      flowSteps: 1,
      updates: 300,
    } satisfies Partial<Distillation>);
    expect(distillation.rows).toBeGreaterThan(500);
    expect(distillation.lossAfter).toBeLessThan(0.3 * distillation.lossBefore);
    const hasty = { ...teacher, spec: { ...teacher.spec, flowSteps: 1 } as TrainedPolicy["spec"] };
    const plan = { seed: settings.seed + 1, firstEpisode: 0, episodes: settings.comparedEpisodes };
    for (const [policy, said] of [
      [teacher, distillation.teacherReturn],
      [student, distillation.studentReturn],
      [hasty, distillation.undistilled.returnMean],
    ] as const) {
      const reference = new ReferencePolicy(policy, options);
      expect((await runEpisodes(env, plan, reference.actor(plan))).returns).toEqual([said]);
      await reference.dispose();
    }
    expect(await apart(student, teacher, at)).toBeLessThan(0.5 * (await apart(hasty, teacher, at)));
  });

  it("is the same for the same seed", async () => {
    const short = { ...settings, rounds: 1, updates: 10 };
    const [a, b] = [0, 1].map(() => distil(env, curvedPolicy(env), {}, short, () => {}));
    expect((await a!).student.weights).toEqual((await b!).student.weights);
  });

  it("needs a flow, and fewer steps than that has", async () => {
    const learn = (policy: TrainedPolicy, flowSteps: number) =>
      distil(env, policy, {}, { ...settings, flowSteps }, () => {});
    await expect(learn(policyFor(env, "gaussian"), 1)).rejects.toThrow("--distill: the policy has no flow");
    await expect(learn(curvedPolicy(env), 8)).rejects.toThrow(
      "--distill: got 8, expected fewer flow steps than the policy's 8",
    );
  });
});
