import { describe, expect, it, onTestFinished } from "vitest";
import { Drive } from "../../src/drive/drive.ts";
import { DriveClock } from "../../src/drive/drive-clock.ts";
import type { DriveChange, DriveSetup } from "../../src/drive/drive-orders.ts";
import { EasedCommand } from "../../src/drive/eased-command.ts";
import { createEngine } from "../../src/graph/index.ts";
import { policyLayout } from "../../src/policy/policy.ts";

const RANDOM = { key: "random", data: { kind: "random" }, noise: "random" } as const;
const ZERO = { key: "zero", data: { kind: "zero" }, noise: "zero" } as const;

const setup: DriveSetup = {
  task: "HumanoidJoystick",
  seed: 3,
  policy: RANDOM,
  disturbances: false,
  command: null,
};

async function drive(change: Partial<DriveSetup> = {}): Promise<Drive> {
  const made = await Drive.create({ ...setup, ...change }, createEngine("ort"), () => 0);
  onTestFinished(() => made.delete());
  return made;
}

/** Poses of every step, with changes at some of them. */
async function course(steps: number, changes: Readonly<Record<number, DriveChange>>): Promise<Float32Array[]> {
  const robot = await drive();
  const poses: Float32Array[] = [];
  for (let k = 0; k < steps; k++) {
    if (changes[k]) await robot.apply(changes[k]);
    await robot.advance();
    poses.push(robot.moment().poses);
  }
  return poses;
}

describe("a driven simulation", () => {
  it("is a function of its setup and the steps at which it was changed", async () => {
    const changes = { 5: { kind: "command", values: [1, 0, 0.5] }, 20: { kind: "push", angle: 1, speed: 1 } } as const;
    const [once, again] = [await course(40, changes), await course(40, changes)];
    expect(again).toEqual(once);
    expect(await course(40, {})).not.toEqual(once);
  });

  it("holds the command that was asked for, cut to the task's ranges, and no other", async () => {
    const robot = await drive({ policy: ZERO, command: [0.5, 0, 0] });
    await robot.advance();
    expect([...robot.moment().command]).toEqual([0.5, 0, 0]);
    await robot.apply({ kind: "command", values: [50, -50, 0.25] });
    for (let k = 0; k < 20; k++) await robot.advance();
    const [vx, vy, yawRate] = robot.moment().command;
    const [[, high], [low]] = robot.env.task.command!.ranges;
    expect([vx, vy, yawRate]).toEqual([Math.fround(high), Math.fround(low), 0.25]);
  });

  it("lets a robot that fell lie for a moment, then begins anew, and has no time limit", async () => {
    const robot = await drive();
    const moments = [];
    for (let k = 0; k < 1200; k++) {
      await robot.advance();
      moments.push(robot.moment());
    }
    const { falls } = moments.at(-1)!;
    expect(falls).toBeGreaterThan(0);
    const fallen = moments.findIndex(({ terminated }) => terminated);
    const risen = moments.findIndex(({ cut }, k) => cut && k > fallen);
    expect(risen - fallen).toBe(1.2 * robot.env.controlHz);
    expect(moments.filter(({ cut }, k) => cut && k > 0).length).toBe(falls - (moments.at(-1)!.terminated ? 1 : 0));
  });

  it("tells of a beginning that happened between two looks", async () => {
    const robot = await drive();
    robot.moment();
    await robot.restart(4);
    await robot.advance();
    await robot.advance();
    expect(robot.moment().cut).toBe(true);
    expect(robot.moment().cut).toBe(false);
  });
});

describe("an eased command", () => {
  it("reaches the end of its range in 0.3 s and stands 0.2 s after it was let go", () => {
    const command = new EasedCommand([[-0.5, 1]], 0.05);
    command.ask([7]);
    const course = [];
    for (let k = 0; k < 7; k++) {
      command.advance();
      course.push(command.values[0]);
    }
    expect(course.map((value) => Number(value.toFixed(4)))).toEqual([0.1667, 0.3333, 0.5, 0.6667, 0.8333, 1, 1]);
    command.ask([0]);
    for (let k = 0; k < 4; k++) command.advance();
    expect(command.values[0]).toBeCloseTo(0, 12);
    command.advance();
    expect(command.values[0]).toBe(0);
  });
});

describe("a drive clock", () => {
  /** Steps done within `seconds` of a made-up clock on which each takes `stepMs`. */
  function steps(clock: DriveClock, seconds: number, stepMs = 0): number {
    let count = 0;
    for (let now = 0; now < 1000 * seconds; now += 1)
      if (clock.waitMs(now) < 1) {
        now += stepMs;
        clock.count(now);
        count++;
      }
    return count;
  }

  it("lets as many steps be due as the speed says", () => {
    const clock = new DriveClock(50);
    expect(steps(clock, 2)).toBe(100);
    expect(clock.state.realTimeFactor).toBeCloseTo(1, 1);
    clock.setSpeed(0.125);
    expect(steps(clock, 8)).toBe(50);
    clock.setSpeed(8);
    expect(steps(clock, 1)).toBeGreaterThan(390);
  });

  it("reports no speed until it has counted steps at the new one", () => {
    const clock = new DriveClock(50);
    steps(clock, 2);
    for (const change of ["speed", "pause"]) {
      if (change === "speed") clock.setSpeed(4);
      else for (const playing of [false, true]) clock.setPlaying(playing);
      expect(clock.state.realTimeFactor).toBe(0);
      steps(clock, 2);
      expect(clock.state.realTimeFactor).toBeGreaterThan(0.9);
    }
  });

  it("says how slow it is where steps take too long, and does not make up for it", () => {
    const clock = new DriveClock(50);
    steps(clock, 2, 39);
    expect(clock.state.realTimeFactor).toBeCloseTo(0.5, 1);
  });

  it("stands while it is paused or nobody watches", () => {
    const clock = new DriveClock(50);
    clock.setPlaying(false);
    expect(clock.waitMs(0)).toBe(Number.POSITIVE_INFINITY);
    clock.setPlaying(true);
    clock.setResting(true);
    expect(clock.waitMs(0)).toBe(Number.POSITIVE_INFINITY);
    expect(clock.state).toEqual({ playing: true, speed: 1, realTimeFactor: 0 });
    clock.setResting(false);
    expect(clock.waitMs(5)).toBe(0);
  });
});

describe("a policy that gives no finite actions", () => {
  const broken = (): DriveSetup["policy"] => {
    const spec = { kind: "gaussian", obsSize: 5, actionSize: 1, hidden: [4], activation: "silu" } as const;
    const weights = new Float32Array(policyLayout(spec).size).fill(Number.NaN);
    const data = {
      kind: "trained",
      spec,
      weights,
      mean: new Float32Array(5),
      std: new Float32Array(5).fill(1),
    } as const;
    return { key: "broken", data, noise: "zero" };
  };

  it("leaves the driven robot as it is, which is no fall; with another one it goes on from there", async () => {
    const robot = await drive({ task: "CartpoleBalance", policy: ZERO });
    for (let k = 0; k < 5; k++) await robot.advance();
    const { poses } = robot.moment();
    await robot.apply({ kind: "policy", policy: broken() });
    for (let k = 0; k < 3; k++) await robot.advance();
    const held = robot.moment();
    expect([robot.broken, held.falls, held.cut, held.step]).toEqual(['action "slide"', 0, false, 8]);
    expect(held.poses).toEqual(poses);
    const [, pole] = [...robot.decision.obs];
    expect(pole).not.toBe(0);
    await robot.apply({ kind: "policy", policy: ZERO });
    await robot.advance();
    expect([robot.broken, robot.moment().poses.every((value, i) => value === poses[i])]).toEqual(["", false]);
  });

  it("does the same again when its recording is replayed", async () => {
    const course = { task: "CartpoleBalance", policy: broken() };
    const [once, again] = [await drive(course), await drive(course)];
    for (const robot of [once, again]) for (let k = 0; k < 4; k++) await robot.advance();
    expect(again.save()).toEqual({ ...once.save(), policy: expect.anything() });
    expect(once.env.episodeStep).toBe(4);
  });
});
