import { expect, it } from "vitest";
import { trackedHumanoid } from "../../../src/tasks/humanoid/track.ts";
import { type Environment, mirrorOf, withLesson, withSettings } from "../../../src/tasks/index.ts";
import type { Clip } from "../../../src/tasks/tracking/clip.ts";
import type { ClipSource } from "../../../src/tasks/tracking/clip-source.ts";
import type { ReferenceReading } from "../../../src/tasks/tracking/reference.ts";
import { trackTask } from "../../../src/tasks/tracking/track-task.ts";
import { observation, taskEnvironments } from "../registered-tasks.ts";

const NQ = 28;

/** A humanoid that glides forwards at a speed, m/s, in its home pose, waving its left elbow. */
function glide(name: string, speed: number, heldOut = false, frames = 200): Clip {
  const home = [0, 0, 0.7678, 1, 0, 0, 0, 0, 0, -0.16, 0.38, -0.22, 0, 0, 0, -0.16, 0.38, -0.22, 0];
  const qpos = new Float64Array(frames * NQ);
  for (let frame = 0; frame < frames; frame++) {
    qpos.set(home, frame * NQ);
    qpos[frame * NQ] = (speed * frame) / 50;
    qpos[frame * NQ + 23] = -0.5 + 0.3 * Math.sin(frame / 10); // left elbow
  }
  return { name, about: "", heldOut, frames, qpos };
}

function sourceOf(training: readonly Clip[], heldOut: readonly Clip[]): ClipSource & { drawn: Set<string> } {
  const drawn = new Set<string>();
  const list = (clips: readonly Clip[]) => ({
    size: clips.length,
    get: (n: number) => {
      drawn.add(clips[n]!.name);
      return clips[n]!;
    },
  });
  return { drawn, prepare: async () => {}, of: () => ({ training: list(training), heldOut: list(heldOut) }) };
}

const standing = sourceOf([glide("a", 0)], [glide("b", 0)]);
const taskOf = (clips: ClipSource) => trackTask({ ...trackedHumanoid, clips });
const environment = taskEnvironments();
const reading = (env: Environment) => env.readings.reference as ReferenceReading;
const still = (env: Environment) => new Float32Array(env.actionSize);

function term(env: Environment, name: string): number[] {
  const { offset, size } = env.observationLayout.find((slice) => slice.name === name)!;
  return observation(env).slice(offset, offset + size);
}

it("starts outside of training at the clip's first frame, with no error", async () => {
  const env = await environment(withSettings(taskOf(standing), { mask: "full" }));
  const { placeSq, turnSq, velocitySq, bodyError, globalError, frame } = reading(env);
  expect(frame).toBe(0);
  for (const error of [placeSq, turnSq, velocitySq, bodyError, globalError]) expect(error).toBeLessThan(1e-4);
});

it("zeroes what a mask leaves out, and tells the critic the whole goal all the same", async () => {
  for (const [mask, told] of [
    ["full", [1, 1, 1]],
    ["root+hands", [1, 1, 0]],
    ["root", [1, 0, 0]],
  ] as const) {
    const env = await environment(withSettings(taskOf(sourceOf([glide("a", 0.5)], [glide("b", 0.5)])), { mask }));
    env.step(1, 0, still(env), 0);
    const isTold = (name: string) => Number(term(env, name).some((value) => value !== 0));
    expect(term(env, "told")).toEqual(told.slice(1));
    expect([isTold("rootGoal"), isTold("handGoal"), isTold("jointGoal")]).toEqual(told);
    const privileged = new Float32Array(env.privilegedSize);
    env.writePrivileged(privileged, 0);
    const { offset, size } = env.privilegedLayout.find(({ name }) => name === "fullJointGoal")!;
    expect(privileged.subarray(offset, offset + size).some((value) => value !== 0)).toBe(true);
  }
});

it("the lesson's scripted controller stays whatever the mask", () => {
  const settings = { mask: "root", "mask.critic": true } as const;
  const { lesson } = withSettings(withLesson(taskOf(standing), "shown"), settings);
  expect(Object.keys(lesson!.training.critic)).toContain("advice");
  expect(Object.keys(withSettings(taskOf(standing), settings).critic)).not.toContain("advice");
});

it("where marks lead, what counts is the home pose at the goal, which sways as it does in clips", async () => {
  const env = await environment(withSettings(taskOf(standing), { mask: "root" }));
  env.handles.place("root", { pos: [0.001, 0, 0.7678], quat: [1, 0, 0, 0] });
  const lefts: number[] = [];
  for (let step = 0; step < 37; step++) {
    env.step(1, 0, still(env), 0);
    const { led, bodyError, root, joints, trunk } = reading(env);
    expect(led).toBe(true);
    expect(bodyError).toBeLessThan(0.09);
    expect(Math.hypot(...root.subarray(0, 3))).toBeLessThan(0.1);
    expect(Math.max(...joints.map(Math.abs))).toBeLessThan(1e-6);
    expect(Math.max(...trunk.map(Math.abs))).toBeLessThan(0.12);
    lefts.push(root[1]!);
  }
  // 1.35 Hz: a whole period
  expect(Math.max(...lefts) - Math.min(...lefts)).toBeGreaterThan(0.04);
  expect(lefts[36]!).toBeCloseTo(lefts[0]!, 1);
  env.handles.place("root", { pos: [0, 0, 0.7678], quat: [Math.SQRT1_2, 0, 0, Math.SQRT1_2] });
  for (let step = 0; step < 37; step++) env.step(1, 0, still(env), 0);
  // the goal turns to the left, and its left hand goes back
  const { hands } = reading(env);
  expect(hands[0]!).toBeLessThan(-0.02);
});

it("a mark that is moved takes the sway over where the robot's steps are", async () => {
  const env = await environment(withSettings(trackTask(trackedHumanoid), { mask: "root" }));
  for (const seed of [3, 4, 5]) {
    env.start(seed, 0);
    for (let step = 0; step < 20; step++) {
      env.step(seed, 0, Float32Array.from(reading(env).clipAction), 0);
    }
    const before = [...reading(env).root.subarray(0, 3), ...reading(env).root.subarray(9, 13)];
    const { mocapPos, mocapQuat } = env.sim;
    env.handles.place("root", {
      pos: [mocapPos[0]! + 0.001, mocapPos[1]!, mocapPos[2]!],
      quat: [mocapQuat[0]!, mocapQuat[1]!, mocapQuat[2]!, mocapQuat[3]!],
    });
    env.step(seed, 0, Float32Array.from(reading(env).clipAction), 0);
    const after = [...reading(env).root.subarray(0, 3), ...reading(env).root.subarray(9, 13)];
    expect(Math.hypot(...after.slice(0, 3))).toBeLessThan(0.05);
    for (const i of [3, 4, 5]) expect(Math.abs(after[i]! - before[i]!)).toBeLessThan(0.25);
  }
});

it("a masked critic sees no more than the policy", async () => {
  const env = await environment(withSettings(taskOf(standing), { mask: "root", "mask.critic": true }));
  expect(env.privilegedLayout.filter(({ name }) => name.startsWith("full"))).toEqual([]);
});

it("goals point ahead, from where the robot is and faces", async () => {
  const env = await environment(withSettings(taskOf(sourceOf([glide("a", 0.5)], [glide("b", 0.5)])), { mask: "full" }));
  const [near, far] = [term(env, "rootGoal").slice(0, 13), term(env, "rootGoal").slice(13)];
  const expected = (seconds: number) => [0.5 * seconds, 0, 0, 1, 0, 0, 0, 1, 0, 0.5, 0, 0, 0];
  expect(near).toEqual(expected(1 / 50).map((value) => expect.closeTo(value, 3)));
  expect(far).toEqual(expected(5 / 50).map((value) => expect.closeTo(value, 3)));
});

it("held-out clips are never drawn in training, and training's clips never elsewhere", async () => {
  const clips = sourceOf(
    [glide("t1", 0), glide("t2", 0.1), glide("t3", 0.2)],
    [glide("h1", 0, true), glide("h2", 0.1, true)],
  );
  const env = await environment(taskOf(clips));
  clips.drawn.clear();
  env.start(1, 0, true);
  for (let n = 0; n < 60; n++) env.reset(1, 0);
  expect([...clips.drawn].sort()).toEqual(["t1", "t2", "t3"]);
  clips.drawn.clear();
  env.start(1, 0);
  for (let n = 0; n < 40; n++) env.reset(1, 0);
  expect([...clips.drawn].sort()).toEqual(["h1", "h2"]);
});

it("training starts anywhere in a clip, and draws what it failed on more often", async () => {
  const env = await environment(taskOf(sourceOf([glide("easy", 0), glide("hard", 2)], [glide("h", 0)])));
  env.start(1, 0, true);
  const starts = new Set<number>();
  const drawn = [0, 0];
  for (let n = 0; n < 120; n++) {
    env.reset(1, 0);
    starts.add(reading(env).frame);
    const { clip } = reading(env);
    if (n >= 40) drawn[clip]!++;
    // the easy one is as good as tracked: a step, and the next episode; the hard one leaves the robot behind
    for (let step = 0; step < (clip === 0 ? 1 : 40) && !env.terminated; step++) env.step(1, 0, still(env), 0);
  }
  expect(starts.size).toBeGreaterThan(40);
  expect(drawn[1]).toBeGreaterThan(2 * drawn[0]!);
});

it("an episode of training ends where a told body is 0.4 m off; elsewhere where the mean is 0.5 m off", async () => {
  const env = await environment(
    withSettings(taskOf(sourceOf([glide("fast", 3)], [glide("fast2", 3)])), { mask: "full" }),
  );
  const offAtEnd = (learns: boolean) => {
    env.start(1, 0, learns);
    while (!env.terminated) env.step(1, 0, still(env), 0);
    return reading(env).globalError;
  };
  expect(offAtEnd(true)).toBeLessThan(0.5);
  expect(offAtEnd(false)).toBeGreaterThan(0.5);
});

it("the end of a clip ends the episode as a time limit does", async () => {
  const env = await environment(taskOf(sourceOf([glide("short", 0, false, 40)], [glide("short2", 0, true, 40)])));
  let steps = 0;
  while (!env.truncated && !env.terminated) {
    env.step(1, 0, still(env), 0);
    steps++;
    expect(env.goal!.reached).toBe(env.truncated);
  }
  expect([env.truncated, env.terminated, steps]).toEqual([true, false, 34]);
  // a driven robot goes on: it is told to stay where it is
  for (let step = 0; step < 3; step++) {
    env.step(1, 0, still(env), 0);
    expect(env.goal!.reached).toBe(false);
  }
  expect(term(env, "told")).toEqual([0, 0]);
  expect(Math.hypot(...term(env, "rootGoal").slice(0, 2))).toBeLessThan(0.05);
});

it("marks show the clip; one that is moved takes over, and what is told follows it", async () => {
  const env = await environment(withSettings(taskOf(sourceOf([glide("a", 0.3)], [glide("b", 0.3)])), { mask: "full" }));
  const { mocapPos } = env.sim;
  for (let step = 0; step < 3; step++) env.step(1, 0, still(env), 0);
  expect(mocapPos[0]).toBeCloseTo((0.3 * 4) / 50, 4);
  env.handles.place("root", { pos: [1, 0.5, 0.75], quat: [1, 0, 0, 0] });
  env.step(1, 0, still(env), 0);
  expect(term(env, "told")).toEqual([0, 0]);
  for (let step = 0; step < 10; step++) env.step(1, 0, still(env), 0);
  const [x, y] = term(env, "rootGoal").slice(9, 12);
  expect(x).toBeGreaterThan(0.05);
  expect(y).toBeGreaterThan(0.02);
  expect(Math.hypot(x!, y!)).toBeLessThanOrEqual(0.6 + 1e-6);
  expect(Math.hypot(...term(env, "rootGoal").slice(0, 3))).toBeLessThan(0.22); // the goal waits for the robot
  expect(env.terminated).toBe(false);
  env.handles.place("left hand", { pos: [9, 9, 2], quat: null });
  for (let step = 0; step < 60 && !env.terminated; step++) env.step(1, 0, still(env), 0);
  expect(term(env, "told")).toEqual([1, 0]);
  // out of reach: as far as the arm reaches from its shoulder, no further
  expect(Math.hypot(...term(env, "handGoal").slice(0, 3))).toBeLessThan(1);
});

it("a robot that is swapped out and in again goes on with its own clip, frame and mask", async () => {
  const env = await environment(
    taskOf(sourceOf([glide("a", 0.2), glide("b", 0.4)], [glide("c", 0.3), glide("d", 0.1)])),
  );
  const state = new Float64Array(env.stateSize);
  env.start(1, 3);
  for (let step = 0; step < 5; step++) env.step(1, 3, still(env), 0);
  env.save(state, 0);
  env.step(1, 3, still(env), 0);
  const [obs, { clip, frame }] = [observation(env), { ...reading(env) }];
  env.start(1, 4);
  for (let step = 0; step < 9; step++) env.step(1, 4, still(env), 0);
  env.load(state, 0);
  env.step(1, 3, still(env), 0);
  expect(observation(env)).toEqual(obs);
  expect([reading(env).clip, reading(env).frame]).toEqual([clip, frame]);
});

it("robots that learn side by side, each with a mask of its own, end their episodes as each would alone", async () => {
  const env = await environment(taskOf(sourceOf([glide("a", 0.6), glide("b", 1.2)], [glide("c", 0.3)])));
  const size = env.stateSize;
  const endsOf = (robots: readonly number[]) => {
    const states = new Float64Array(robots.length * size);
    const ends = robots.map((): number[] => []);
    robots.forEach((robot, n) => {
      env.start(1, robot, true);
      env.save(states, n * size);
    });
    for (let step = 0; step < 60; step++) {
      robots.forEach((robot, n) => {
        env.load(states, n * size);
        env.step(1, robot, still(env), 0);
        if (env.terminated || env.truncated) {
          ends[n]!.push(step);
          env.reset(1, robot);
        }
        env.save(states, n * size);
      });
    }
    return ends;
  };
  const together = endsOf([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(together.flat().length).toBeGreaterThan(6);
  expect(together).toEqual([0, 1, 2, 3, 4, 5, 6, 7].flatMap((robot) => endsOf([robot])));
});

it("mirrors: every reading says how", async () => {
  const env = await environment(taskOf(standing));
  expect(() => mirrorOf(env)).not.toThrow();
});
