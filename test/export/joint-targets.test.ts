import { describe, expect, it } from "vitest";
import { controllerFunction } from "../../src/export/controller-function.ts";
import { createOrtEngine } from "../../src/graph/index.ts";
import { describeTask, Environment, registry, withLesson } from "../../src/tasks/index.ts";
import { describedTask, policyFor } from "./sample-policy.ts";

describe("a controller of joint targets", () => {
  it.each([
    ["HumanoidJoystick", ""],
    ["Go1JoystickFlatTerrain", ""],
    ["G1JoystickFlatTerrain", "balance"],
  ])("of %s %s writes the controls that the task writes", async (name, lesson) => {
    const env = await Environment.create(withLesson(registry.get(name), lesson));
    try {
      const task = describeTask(env);
      const policy = policyFor(task);
      const engine = createOrtEngine();
      const actions = await engine.compile(controllerFunction(policy, task));
      const targets = await engine.compile(controllerFunction(policy, task, { output: "joint-targets" }));
      env.start(3, 0);
      env.holdCommand([0.5, 0.1, 0.3]);
      env.reset(3, 0); // so that the first observation shows the command
      const obs = new Float32Array(env.obsSize);
      for (let step = 0; step < 30; step++) {
        env.writeObservation(obs, 0);
        const { actions: action } = await actions.run({ obs });
        const { actions: target } = await targets.run({ obs });
        env.step(3, 0, action!, 0);
        env.sim.ctrl.forEach((control, i) => {
          expect(target![i]).toBeCloseTo(control, 5);
        });
      }
      await engine.dispose();
    } finally {
      env.delete();
    }
  });

  it("is refused where actions are no joint targets, or the observation hides the feed-forward's clock", async () => {
    const options = { output: "joint-targets" } as const;
    const cheetah = await describedTask("CheetahRun");
    expect(() => controllerFunction(policyFor(cheetah), cheetah, options)).toThrow(
      "--output: CheetahRun has controls, expected actions, or a task with joint targets",
    );
    const humanoid = await describedTask("HumanoidJoystick");
    const noisy = humanoid.observation.map((term) => (term.name === "gait" ? { ...term, noise: 0.1 } : term));
    expect(() => controllerFunction(policyFor(humanoid), { ...humanoid, observation: noisy }, options)).toThrow(
      "no observation passes on gait.signals as it is",
    );
  });
});
