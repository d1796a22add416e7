import { afterAll, describe, expect, it } from "vitest";
import type { DriveCourse, LoggedChange } from "../../src/drive/drive-orders.ts";
import { DriveSession } from "../../src/drive/drive-session.ts";
import { type FallReport, whyFell } from "../../src/falls/why.ts";
import { rescueWords, verdictWords } from "../../src/falls/why-words.ts";
import { createEngine } from "../../src/graph/index.ts";
import { balancingPolicy, MILD, type Strengths, writeBalancer } from "./balancer.ts";

const engine = createEngine("ort");
afterAll(() => engine.dispose());

/** A drive of four seconds; of ten where kicks are to topple it, whose direction is drawn. */
function drive(change: Partial<Strengths>, log: readonly LoggedChange[], seed: number): DriveCourse {
  const strengths = { ...MILD, ...change };
  const setup = { task: writeBalancer(strengths), seed, policy: balancingPolicy(strengths), command: null };
  const steps = change.kick === undefined ? 200 : 500;
  return { setup: { ...setup, disturbances: true }, log, steps, digest: "" };
}

function why(course: DriveCourse, { rescue = false, number = 1 } = {}): Promise<FallReport> {
  return whyFell({ course, number, seed: 1, source: "drive", rescue }, engine);
}

const push = (speed: number): LoggedChange => ({ step: 60, change: { kind: "push", angle: 0.3, speed } });
const command = (vx: number): LoggedChange => ({ step: 60, change: { kind: "command", values: [vx, 0, 0] } });
const gentle = [
  { ...push(0.1), step: 40 },
  { ...command(0.5), step: 50 },
];

/** What is planted, and the ids of the causes that are right. Four seeds each. */
const PLANTED: readonly (readonly [what: string, change: Partial<Strengths>, log: LoggedChange[], right: RegExp])[] = [
  ["kicks", { kick: 14 }, gentle, /^event:kick$/],
  ["noise", { noise: 1 }, gentle, /^noise$/],
  ["delay", { delay: 8 }, gentle, /^delay$/],
  ["a heavy pole", { mass: 20 }, gentle, /^randomise:pole$/],
  ["a payload", { payload: 20 }, gentle, /^randomise:load$/],
  ["the start", { start: 0.72 }, gentle, /^start$/],
  ["the policy's noise", { actions: 2.5 }, gentle, /^actions$/],
  ["a push", {}, [...gentle, push(2.2)], /^change:2$/],
  ["a command", {}, [...gentle, command(9)], /^change:2$/],
  ["weak motors under kicks", { motors: 0.1, kick: 4 }, gentle, /^(event:kick|randomise:motors)$/],
];

describe("why a robot fell", () => {
  const wrong: string[] = [];
  let examined = 0;

  it.each(PLANTED)("examines falls by %s", async (what, change, log, right) => {
    for (const seed of [1, 2, 3, 4]) {
      const { smallest } = await why(drive(change, log, seed));
      const found = smallest?.map(({ cause }) => cause.id) ?? [];
      examined++;
      if (!(found.length === 1 && right.test(found[0]!))) wrong.push(`${what}, seed ${seed}: ${found.join(" and ")}`);
    }
  });

  it("names the planted cause of at least nine falls in ten", () => {
    expect(examined).toBe(40);
    expect(wrong.length, wrong.join("\n")).toBeLessThanOrEqual(4);
  });

  it("records each verdict as a drive that falls or stays up as it says, to the same bits", async () => {
    const course = drive({}, [...gentle, push(2.2)], 1);
    const report = await why(course, { rescue: true });
    expect(verdictWords(report)).toMatch(
      /^It fell after \d\.\d\d s \(fell\)\. Without push 2\.2 m\/s at 1\.20 s it does not fall/,
    );
    expect(rescueWords(report.rescue)).toMatch(/^A short search still saves it \d\.\d\d s before the fall .*forward/);
    expect(report.shown.map(({ name }) => name)).toEqual(expect.arrayContaining(["fall", "without-1", "rescue"]));
    for (const { course: shown, falls, words } of report.shown) {
      const session = await DriveSession.create({ setup: shown.setup, course: shown }, engine);
      await session.seek(session.newest);
      expect(session.digest, words).toBe(shown.digest);
      expect(session.falls > 0, words).toBe(falls);
      session.delete();
    }
  });

  it("examines a later fall from the reset before it, in which nothing changes", async () => {
    const course = { ...drive({}, [push(2.2), { ...push(2.4), step: 210 }], 2), steps: 300 };
    const report = await whyFell({ course, seed: 1, source: "drive", rescue: false }, engine);
    expect(report).toMatchObject({ number: 2, count: 2 });
    expect(report.fall.begun).toBeGreaterThan(60);
    expect(report.smallest?.map(({ cause }) => cause.words)).toEqual(["push 2.4 m/s at 4.20 s"]);
    const first = await why(course);
    expect(first.smallest?.map(({ cause }) => cause.words)).toEqual(["push 2.2 m/s at 1.20 s"]);
  });

  it("blames the command that an episode began with", async () => {
    const report = await why({ ...drive({}, [command(9)], 1), steps: 240 }, { number: 2 });
    expect(report.smallest?.map(({ cause }) => cause.words)).toEqual(["command (9, 0, 0) from the episode's start"]);
    const { course } = report.shown.find(({ name }) => name === "without-1")!;
    expect(course.log).toContainEqual({ step: expect.any(Number), change: { kind: "command", values: [0, 0, 0] } });
  });

  it("says that a policy falls by itself, and refuses a drive without a fall", async () => {
    const course = drive({ actions: 0 }, [], 1);
    const policy = { key: "zero", data: { kind: "zero" }, noise: "zero" } as const;
    const alone = await why({ ...course, setup: { ...course.setup, policy, disturbances: false } });
    expect(verdictWords(alone)).toMatch(/start state|the policy falls by itself/);
    await expect(why(drive({}, [], 1))).rejects.toThrow("drive: no fall in it");
    await expect(
      whyFell({ course: drive({}, [push(2.2)], 1), number: 3, seed: 1, source: "drive" }, engine),
    ).rejects.toThrow("--fall: got 3, expected at most 1");
  });
});
