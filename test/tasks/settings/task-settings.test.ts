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

  it("a command is drawn from the range of a setting; a single number stands for both signs", async () => {
    const taskSettings = { "command.vx": [0.7, 0.7], "command.yawRate": 0.2, "command.zeroProbability": 0 };
    const task = await resolveTask("HumanoidJoystick", { taskSettings });
    expect(task.command!.ranges).toEqual([
      [0.7, 0.7],
      [-0.4, 0.4],
      [-0.2, 0.2],
    ]);
    const env = await Environment.create(task);
    for (let n = 0; n < 20; n++) {
      env.start(1, n);
      expect(env.command![0]).toBe(0.7);
      expect(Math.abs(env.command![2]!)).toBeLessThanOrEqual(0.2);
    }
    env.delete();
    expect(await refusal({ "command.vx": [2, 1] })).toBe(
      '2 --command.vx: got "2,1", expected low,high (low ≤ high) or one number for ±',
    );
  });

  it("a command's ranges change in a lesson too, whose curriculum stays", async () => {
    const lesson = { lesson: "trot", taskSettings: { "command.vx": 2, "command.resampleSeconds": 3 } };
    const [declared, task] = [
      await resolveTask("Go1JoystickFlatTerrain", { lesson: "trot" }),
      await resolveTask("Go1JoystickFlatTerrain", lesson),
    ];
    const { training } = task.lesson!;
    expect([task.command!.ranges[0], training.command!.ranges[0]]).toEqual([
      [-2, 2],
      [-2, 2],
    ]);
    expect(training.command!.resampleSeconds).toEqual({ mean: 3 });
    expect(training.command!.curriculum).toEqual(declared.lesson!.training.command!.curriculum);
    expect(task.command!.curriculum).toBeUndefined();
  });

  it("a kick has the size of a setting, and none acts once it is disabled", async () => {
    const strong = { "event.kick.speed": 2, "event.kick.everySeconds": 0.5 };
    const [quiet, kicked, disabled] = await Promise.all([
      Environment.create(await resolveTask("HumanoidJoystick"), { events: false }),
      Environment.create(await resolveTask("HumanoidJoystick", { taskSettings: strong })),
      Environment.create(
        await resolveTask("HumanoidJoystick", { taskSettings: { ...strong, "event.kick.enabled": false } }),
      ),
    ]);
    const undisturbed = after(quiet, 60);
    expect(after(disabled, 60)).toEqual(undisturbed);
    expect(after(kicked, 60)).not.toEqual(undisturbed);
    expect(kicked.task.events.kick!.description).toMatchObject({ speed: [2, 2], everySeconds: [0.5, 0.5] });
    for (const env of [quiet, kicked, disabled]) env.delete();
  });

  it("noise is scaled by one factor, except where a term has an amount of its own", async () => {
    const quiet = await Environment.create(await resolveTask("HumanoidJoystick"), { noise: false });
    const none = await Environment.create(await resolveTask("HumanoidJoystick", { taskSettings: { noise: 0 } }));
    const some = await resolveTask("HumanoidJoystick", { taskSettings: { noise: 0.5, "noise.gyro": 0.3 } });
    const halved = await Environment.create(some);
    for (const env of [quiet, none, halved]) env.start(1, 0);
    expect(seen(none)).toEqual(seen(quiet));
    expect(seen(halved)).not.toEqual(seen(quiet));
    const noise = Object.fromEntries(halved.observationLayout.map((slice) => [slice.name, slice.noise]));
    expect(noise).toMatchObject({ linVel: 0.05, gyro: 0.3, jointVel: 0.5, command: 0 });
    for (const env of [quiet, none, halved]) env.delete();
  });

  it("a difference between environments has the range of a setting, or is off", async () => {
    const names = Object.keys(registry.get("HumanoidJoystick").randomise);
    const off = Object.fromEntries(names.map((name) => [`randomise.${name}`, "off"]));
    const [declared, slippery, none] = await Promise.all([
      Environment.create(await resolveTask("HumanoidJoystick"), { randomise: false }),
      Environment.create(await resolveTask("HumanoidJoystick", { taskSettings: { ...off, "randomise.floor": 0.3 } })),
      Environment.create(await resolveTask("HumanoidJoystick", { taskSettings: off })),
    ]);
    const frictions = [declared, slippery, none].map((env) => {
      env.start(1, 0);
      return env.sim.modelFields.geom_friction[3 * env.sim.geomId("floor")];
    });
    expect(frictions).toEqual([frictions[2], 0.3, frictions[0]]);
    expect(frictions[0]).not.toBe(0.3);
    expect(none.task.randomise).toEqual({});
    for (const env of [declared, slippery, none]) env.delete();
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

/** The pose after so many steps without an action. */
function after(env: Environment, steps: number): number[] {
  env.start(1, 0);
  const still = new Float32Array(env.actionSize);
  for (let i = 0; i < steps; i++) env.step(1, 0, still, 0);
  return [...env.sim.qpos];
}

function seen(env: Environment): Float32Array {
  const obs = new Float32Array(env.obsSize);
  env.writeObservation(obs, 0);
  return obs;
}

async function firstReward(task: Parameters<typeof Environment.create>[0]): Promise<number> {
  const env = await Environment.create(task);
  env.step(1, 0, new Float32Array(env.actionSize), 0);
  const { reward } = env;
  env.delete();
  return reward;
}
