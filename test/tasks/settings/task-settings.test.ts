import { describe, expect, it } from "vitest";
import { Environment, registry, resolveTask, settingsOf } from "../../../src/tasks/index.ts";

const refusal = (settings: Record<string, string | number | number[]>, task = "HumanoidJoystick") =>
  resolveTask(task, { taskSettings: settings }).then(
    () => "accepted",
    (error: Error & { exitCode: number }) => `${error.exitCode} ${error.message}`,
  );

describe("settings of a task by its own names", () => {
  it("a task without settings is the declared one itself", async () => {
    expect(await resolveTask("HumanoidJoystick", { taskSettings: {} })).toBe(registry.get("HumanoidJoystick"));
  });

  it("a weight changes its term alone in the reward of a step", async () => {
    const [declared, changed] = await Promise.all([
      resolveTask("HumanoidJoystick"),
      resolveTask("HumanoidJoystick", { taskSettings: { "reward.alive": 3 } }),
    ]);
    const [before, after] = [await firstReward(declared), await firstReward(changed)];
    // alive is 1 at every step, declared with weight 0.5, and summed per second at 50 Hz
    const perSecond = declared.rewardPerSecond ? 0.02 : 1;
    expect(after - before).toBeCloseTo(2.5 * perSecond, 6);
  });

  it("a lesson's rewards are those that settings name; evaluations keep the task's", async () => {
    const lesson = { lesson: "trot" };
    const declared = await resolveTask("Go1JoystickFlatTerrain", lesson);
    const [name] = Object.keys(declared.lesson!.training.reward).filter((term) => !(term in declared.reward));
    const task = await resolveTask("Go1JoystickFlatTerrain", { ...lesson, taskSettings: { [`reward.${name}`]: 7 } });
    expect(task.lesson!.training.reward[name!]!.weight).toBe(7);
    expect(task.reward).toBe(declared.reward);
    expect(await refusal({ [`reward.${name}`]: 7 }, "Go1JoystickFlatTerrain")).toContain("unknown flag");
  });

  it("an unknown name is refused with the nearest of its kind", async () => {
    expect(await refusal({ "reward.trackLinVle": 6 })).toBe(
      "2 --reward.trackLinVle: unknown flag; nearest: --reward.trackLinVel, --reward.trackYawRate",
    );
    expect(await refusal({ "reward.zzz": 6 }, "CheetahRun")).toBe(
      "2 --reward.zzz: unknown flag; there are: --reward.run",
    );
  });

  it("a value of another form is refused with what is expected", async () => {
    expect(await refusal({ "reward.alive": "six" })).toBe('2 --reward.alive: got "six", expected a number');
    expect(await refusal({ "reward.alive": [1, 2] })).toBe('2 --reward.alive: got "1,2", expected a number');
  });

  it("every registered task's defaults are accepted as settings, with every lesson", async () => {
    for (const task of registry.list()) {
      for (const lesson of ["", ...Object.keys(task.lessons)]) {
        const declared = settingsOf(await resolveTask(task.name, { lesson }));
        const taskSettings = Object.fromEntries(declared.map(({ name, value }) => [name, value]));
        const again = settingsOf(await resolveTask(task.name, { lesson, taskSettings }));
        expect(again.map(({ name, value }) => [name, value])).toEqual(declared.map(({ name, value }) => [name, value]));
      }
    }
  });
});

async function firstReward(task: Parameters<typeof Environment.create>[0]): Promise<number> {
  const env = await Environment.create(task);
  env.step(1, 0, new Float32Array(env.actionSize), 0);
  const { reward } = env;
  env.delete();
  return reward;
}
