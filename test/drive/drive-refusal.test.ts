import { expect, it, onTestFinished } from "vitest";
import { DriveSession } from "../../src/drive/drive-session.ts";
import { createEngine } from "../../src/graph/index.ts";
import { pile } from "../physics/pile.ts";

const { task } = pile(0);

it("a drive goes on after a step that MuJoCo refuses, with the robot reset, and tells what MuJoCo said", async () => {
  const policy = { key: "zero", data: { kind: "zero" }, noise: "zero" } as const;
  const setup = { task, seed: 7, policy, disturbances: true, command: null };
  const session = await DriveSession.create({ setup }, createEngine("ort"));
  onTestFinished(() => session.delete());
  const told: string[] = [];
  for (let step = 0; step < 45; step++) {
    await session.advance();
    told.push(session.moment().complaint);
  }
  expect(told[0]).toBe("");
  expect(told.at(-1)).toMatch(/^control step \d+: MuJoCo: mj_stackAlloc: out of memory, .*; the robot was reset$/);
  expect(session.falls).toBeGreaterThan(2);
});
