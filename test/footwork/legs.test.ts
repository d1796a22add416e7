/** Legs found by geometry on the robots of the catalogue, and the steps that are made of them. */
import { describe, expect, it } from "vitest";
import { figuresOf } from "../../src/footwork/lesson-file.ts";
import { look } from "../../src/footwork/subject.ts";
import { StepTrial } from "../../src/footwork/trial.ts";
import {
  Environment,
  pitchingJoints,
  resolveTask,
  type Task,
  walkingLesson,
  withLesson,
} from "../../src/tasks/index.ts";

const ROBOTS = [
  ["HumanoidJoystick", 2, 6],
  ["G1JoystickFlatTerrain", 2, 6],
  ["T1JoystickFlatTerrain", 2, 6],
  ["BerkeleyHumanoidJoystickFlatTerrain", 2, 6],
  ["ApolloJoystickFlatTerrain", 2, 6],
  ["H1JoystickGaitTracking", 2, 5],
  ["Op3Joystick", 2, 6],
  ["Go1JoystickFlatTerrain", 4, 3],
  ["SpotFlatTerrainJoystick", 4, 3],
  ["BarkourJoystick", 4, 3],
] as const;

const looked = new Map<string, Awaited<ReturnType<typeof look>>>(
  await Promise.all(ROBOTS.map(async ([name]) => [name, await look(await resolveTask(name))] as const)),
);

describe("legs of the catalogue's robots", () => {
  it.each(ROBOTS)("%s has %i legs of %i joints that are its own", (name, legs, joints) => {
    const found = looked.get(name)!.legs.legs;
    expect(found.map((leg) => leg.joints.length)).toEqual(Array.from({ length: legs }, () => joints));
    const names = found.flatMap((leg) => leg.joints.map((joint) => joint.name));
    expect(new Set(names).size).toBe(names.length);
  });

  it("knees bend forward or back as they are built, and joints of a mirrored leg turn the other way", () => {
    expect(looked.get("G1JoystickFlatTerrain")!.legs.bend).toBe(1);
    expect(looked.get("Go1JoystickFlatTerrain")!.legs.bend).toBe(-1);
    const [left, right] = looked.get("Op3Joystick")!.legs.legs.map(pitchingJoints);
    expect(left!.map(({ sign }) => sign)).toEqual(right!.map(({ sign }) => -sign));
    const { amplitude } = looked.get("Op3Joystick")!.form.step(guessOf("Op3Joystick"));
    const [mine, other] = amplitude as readonly (readonly number[])[];
    expect(other).toEqual(mine!.map((angle) => -angle));
  });

  it("a robot whose physics comes out the same with half of the steps is tried with half of them", () => {
    expect(looked.get("G1JoystickFlatTerrain")!.physicsHz).toBe(250);
    expect(looked.get("T1JoystickFlatTerrain")!.physicsHz).toBeUndefined();
  });

  it("tasks that are not walked are refused in one line that says why", async () => {
    const refused = async (name: string) => look(await resolveTask(name)).catch((error: Error) => error.message);
    expect(await refused("CheetahRun")).toContain("lesson-for: CheetahRun: its robot is not read by legged()");
    expect(await refused("Go1Getup")).toMatch(/lesson-for: Go1Getup: it (has no command|tracks no contacts)/);
  });
});

function guessOf(name: string): number[] {
  return looked.get(name)!.form.numbers.map(({ guess }) => guess);
}

describe("a lesson of an untuned step", () => {
  it.each(ROBOTS.map(([name]) => name))("%s: every reward term and observation is a number", async (name) => {
    const subject = looked.get(name)!;
    const step = subject.form.step(guessOf(name));
    const measured = { following: [], responses: [], endurance: [[0, 1]] } as const;
    const lessons = { walk: walkingLesson(figuresOf(subject, step, measured, { commands: 0.3 })) };
    const task = withLesson({ ...subject.task, lessons: lessons as unknown as Task["lessons"] }, "walk");
    const env = await Environment.create(task.lesson!.training);
    const action = new Float32Array(env.actionSize);
    env.start(1, 0);
    for (let step = 0; step < 5; step++) env.step(1, 0, action, 0);
    expect([env.nan, Number.isFinite(env.reward)]).toEqual([false, true]);
    env.delete();
  });
});

describe("a step that nobody tuned", () => {
  it("lets four legs trot where they are told, on every axis", async () => {
    const subject = looked.get("SpotFlatTerrainJoystick")!;
    const trial = await StepTrial.create(subject);
    const step = subject.form.step(guessOf("SpotFlatTerrainJoystick"));
    const told = (...command: [number, number, number]) =>
      trial.run({ steps: [step], seed: 5, commands: [command, command], noise: 0 })[0]!;
    const [unmoved, ...made] = [told(0, 0, 0), told(0.8, 0, 0), told(0, 0.6, 0), told(0, 0, 0.8)];
    trial.delete();
    expect(made.map(({ up }) => up)).toEqual([1, 1, 1]);
    made.forEach(({ twist }, axis) => {
      expect(twist[axis]! - unmoved!.twist[axis]!).toBeGreaterThan(0.1);
    });
  });
});
