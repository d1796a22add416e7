/** What could have been caught: the controller that ships for the G1 is kicked, gently and hard. */
import { expect, it } from "vitest";
import { type Catch, RecoveryTrial } from "../../bench/recovery-trial.ts";
import { findPolicy } from "../../src/catalogue/policy-reference.ts";

async function kicked(speed: number, generations: number): Promise<Catch> {
  const trial = await RecoveryTrial.create(await findPolicy("G1JoystickFlatTerrain"), "G1JoystickFlatTerrain");
  const settings = { speeds: [speed], command: [0.5, 0, 0], kicks: 1, generations } as const;
  for await (const one of trial.run(settings)) return one;
  throw new Error("the robot fell before it was kicked");
}

it("a gentle kick is caught and nothing is searched for", async () => {
  expect(await kicked(0.2, 10)).toMatchObject({ speed: 0.2, caught: true, generations: null });
});

it("a kick that fells the robot could be caught by other joint targets, the same every time", async () => {
  expect(await kicked(2, 0)).toMatchObject({ caught: false, generations: null });
  const found = await kicked(2, 10);
  expect(found).toMatchObject({ caught: false, generations: expect.any(Number) });
  expect(await kicked(2, 10)).toEqual(found);
});

it("kicks come from all sides, however many there are", async () => {
  const trial = await RecoveryTrial.create(await findPolicy("G1JoystickFlatTerrain"), "G1JoystickFlatTerrain");
  const sides: number[] = [];
  for await (const one of trial.run({ speeds: [0.1], command: [0, 0, 0], kicks: 5, generations: 0 }))
    sides.push(Math.round((one.direction * 180) / Math.PI));
  expect(sides.sort((a, b) => a - b)).toEqual([0, 72, 144, 216, 288]);
});

it("what became of a kick does not depend on those that were tried before it", async () => {
  const trial = await RecoveryTrial.create(await findPolicy("G1JoystickFlatTerrain"), "G1JoystickFlatTerrain");
  const tried: Catch[] = [];
  const settings = { speeds: [2, 0.2, 2], command: [0.5, 0, 0], kicks: 1, generations: 4 } as const;
  for await (const one of trial.run(settings)) tried.push(one);
  expect(tried).toHaveLength(3);
  expect(tried[2]).toEqual(tried[0]);
});
