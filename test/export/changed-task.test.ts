/** What the doctor changes in a model, and what it counts. */
import { expect, it } from "vitest";
import { controllerContract } from "../../src/export/contract/contract.ts";
import { ScaledModel } from "../../src/export/doctor/changed-task.ts";
import { Observed } from "../../src/export/doctor/observed.ts";
import { Environment, registry } from "../../src/tasks/index.ts";
import { describedTask, origin, policyFor } from "./sample-policy.ts";

it("friction is scaled in both sliding directions of contact pairs, and nothing else of them", async () => {
  const env = await Environment.create(registry.get("G1JoystickFlatTerrain"));
  const nominal = env.sim.modelFields.pair_friction.slice();
  new ScaledModel(env.sim).apply({ friction: 0.5, mass: 1 });
  const now = env.sim.modelFields.pair_friction;
  expect(nominal.length).toBeGreaterThanOrEqual(10);
  for (let i = 0; i < now.length; i++) expect(now[i]).toBe(i % 5 < 2 ? nominal[i]! / 2 : nominal[i]);
  env.delete();
});

it("outputs of episodes that have ended do not count as saturated", async () => {
  const task = await describedTask("CartpoleBalance");
  const contract = controllerContract(policyFor(task), task, origin);
  const observed = new Observed({ ...contract, outputKind: "actions" });
  observed.addOutputs(Float32Array.of(1, 0.5, 1), Uint8Array.of(0, 0, 1));
  expect(observed.saturation).toBe(0.5);
});
