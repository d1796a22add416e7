import { describe, expect, it } from "vitest";
import type { DriveCourse, DriveSetup, LoggedChange } from "../../src/drive/drive-orders.ts";
import { DriveSession } from "../../src/drive/drive-session.ts";
import { createEngine } from "../../src/graph/index.ts";
import { balancingPolicy, MILD, type Strengths, writeBalancer } from "../falls/balancer.ts";

const engine = createEngine("ort");
const STRONG: Strengths = { ...MILD, kick: 1, noise: 0.1, delay: 2, mass: 2, payload: 1, start: 0.2, actions: 0.3 };

/** Digests after 40 and after 160 steps of a drive. */
async function digests(task: string, change: Partial<DriveSetup> = {}, log: readonly LoggedChange[] = []) {
  const setup = { task, seed: 3, policy: balancingPolicy(STRONG), disturbances: true, command: null, ...change };
  const course: DriveCourse = { setup, log, steps: 160, digest: "" };
  const session = await DriveSession.create({ setup, course }, engine);
  try {
    await session.seek(40);
    const early = session.digest;
    await session.seek(160);
    return [early, session.digest];
  } finally {
    session.delete();
  }
}

describe("a drive without some of its causes", () => {
  it("is the same to the bit where none is taken away", async () => {
    const task = writeBalancer(STRONG);
    const plain = await digests(task);
    expect(await digests(task, { without: { from: 0, causes: [] } })).toEqual(plain);
    expect(await digests(task, { without: { from: 0, causes: ["event:none"] } })).toEqual(plain);
  });

  it.each(["event:kick", "noise", "delay", "actions"])(
    "differs from the step on from which %s is taken away",
    async (cause) => {
      const task = writeBalancer(STRONG);
      const [early, late] = await digests(task);
      const [same, other] = await digests(task, { without: { from: 40, causes: [cause] } });
      expect([same === early, other === late]).toEqual([true, false]);
    },
  );

  it.each(["start", "randomise:pole", "randomise:load"])("begins otherwise without %s", async (cause) => {
    const task = writeBalancer(STRONG);
    const [early] = await digests(task);
    const [other] = await digests(task, { without: { from: 0, causes: [cause] } });
    expect(other).not.toBe(early);
    // What is taken away counts from the next reset on.
    expect((await digests(task, { without: { from: 20, causes: [cause] } }))[0]).toBe(early);
  });

  it("without all of them equals a drive of a task that never had them", async () => {
    const task = writeBalancer({ ...STRONG, delay: 0 });
    const causes = ["event:kick", "noise", "actions", "randomise:pole", "randomise:load", "randomise:motors"];
    const without = { from: 0, causes };
    const calm = { disturbances: false, policy: { ...balancingPolicy(STRONG), noise: "zero" as const } };
    expect(await digests(task, { without })).toEqual(await digests(task, calm));
  });

  it("goes another way by a nudge, which is part of the recording", async () => {
    const task = writeBalancer(STRONG);
    const [early, late] = await digests(task);
    const nudge: LoggedChange = { step: 50, change: { kind: "nudge", offset: [0.5, 0, 0], steps: 3 } };
    const nudged = await digests(task, {}, [nudge]);
    expect([nudged[0] === early, nudged[1] === late]).toEqual([true, false]);
    expect(await digests(task, {}, [nudge])).toEqual(nudged);
  });
});
