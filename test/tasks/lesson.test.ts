/** Lessons: what they change where a policy is evaluated, and what only where it learns. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  describeTask,
  Environment,
  mirrorOf,
  registry,
  resolveTask,
  type Task,
  withLesson,
} from "../../src/tasks/index.ts";

const GO1 = "Go1JoystickFlatTerrain";
const UNDISTURBED = { noise: false, events: false, randomise: false };

describe("the Go1's lesson", () => {
  let task: Task;
  let faithful: Environment;
  let played: Environment;
  let trained: Environment;

  beforeAll(async () => {
    task = await resolveTask(GO1, { lesson: "trot" });
    faithful = await Environment.create(registry.get(GO1), UNDISTURBED);
    played = await Environment.create(task, UNDISTURBED);
    trained = await Environment.create(task.lesson!.training, UNDISTURBED);
  });
  afterAll(() => {
    for (const env of [faithful, played, trained]) env.delete();
  });

  it("leaves a policy's task as it is but for the action mapping", () => {
    const [own, changed] = [describeTask(faithful), describeTask(played)];
    const same = [
      ...(["name", "observation", "command", "reward", "rewardClip", "terminations"] as const),
      ...(["events", "randomise", "episodeSteps", "scene", "physicsHz", "mechanism"] as const),
    ];
    for (const field of same) expect(changed[field], field).toEqual(own[field]);
    expect(changed.action.offset).toEqual(own.action.offset);
    expect(changed.action).toMatchObject({ shown: 0.5, feedForward: { kind: "stepping-pose", gait: "gait" } });
  });

  it("trains on the same observations and other rewards, which may be negative", () => {
    expect(trained.observationLayout).toEqual(played.observationLayout);
    expect(trained.privilegedSize).toBe(played.privilegedSize);
    expect(trained.rewardNames).toContain("alive");
    const wild = Float32Array.from({ length: 12 }, (_, i) => 8 * Math.sin(3 * i));
    let [least, shown] = [0, 1];
    trained.start(1, 0);
    for (let step = 0; step < 40; step++) {
      trained.step(1, 0, wild, 0);
      least = Math.min(least, trained.reward);
      if (trained.terminated) break;
      shown = trained.episodeStep;
    }
    expect(shown).toBeGreaterThan(1);
    expect(least).toBeLessThan(0);
  });

  it("may end episodes where the task does, and in other places too", () => {
    const given = { ...registry.get(GO1), lessons: { low: { about: "ends", alsoTerminate: { low: () => true } } } };
    const { terminate, lesson } = withLesson(given, "low");
    expect(Object.keys(lesson!.training.terminate)).toEqual([...Object.keys(terminate), "low"]);
  });

  it("begins with a part of the commands for training alone", () => {
    expect(played.task.command?.curriculum).toBeUndefined();
    expect(trained.task.command?.curriculum).toMatchObject({ from: 0.4 });
  });

  it("shows as the last action what the task's own mapping would have been given", () => {
    const { offset, size } = played.observationLayout.find(({ name }) => name === "lastAction")!;
    const obs = new Float32Array(played.obsSize);
    played.start(3, 0);
    played.holdCommand([0.5, 0.2, 0.4]);
    faithful.start(3, 0);
    faithful.holdCommand([0.5, 0.2, 0.4]);
    for (let step = 0; step < 20; step++) {
      const action = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i + step));
      played.step(3, 0, action, 0);
      played.writeObservation(obs, 0);
      const shown = obs.slice(offset, offset + size);
      faithful.step(3, 0, shown, 0);
      faithful.sim.ctrl.forEach((control, i) => {
        expect(control).toBeCloseTo(played.sim.ctrl[i]!, 5);
      });
    }
  });

  it("keeps trotting in place untouched", () => {
    for (let n = 0; n < 4; n++) {
      played.start(7, n);
      played.holdCommand([0.06, 0, 0]);
      let least = 1;
      let lifted = 0;
      for (let step = 0; step < 500; step++) {
        played.step(7, n, new Float32Array(12), 0);
        least = Math.min(least, played.sim.qpos[2]!);
        lifted += played.footing()!.contact[0]! > 0 ? 0 : 1;
      }
      expect(played.terminated).toBe(false);
      expect(least).toBeGreaterThan(0.15);
      expect(lifted / 500).toBeGreaterThan(0.2);
    }
  });

  it("strides to the command's side: forward, left and turning", () => {
    const twist = new Float64Array(3);
    const mean = (command: readonly number[]) => {
      const sum = [0, 0, 0];
      played.start(7, 0);
      played.holdCommand(command);
      for (let step = 0; step < 200; step++) {
        played.step(7, 0, new Float32Array(12), 0);
        played.measuredTwist(twist);
        if (step >= 50) for (let i = 0; i < 3; i++) sum[i] += twist[i]! / 150;
      }
      return sum;
    };
    expect(mean([0.8, 0, 0])[0]).toBeGreaterThan(0.15);
    expect(mean([0, 0.6, 0])[1]).toBeGreaterThan(0.08);
    expect(mean([0, -0.6, 0])[1]).toBeLessThan(-0.08);
    expect(mean([0, 0, 1])[2]).toBeGreaterThan(0.2);
  });

  it("mirrors: every term says how, and the pose of the other side follows from the other command", () => {
    const { action } = mirrorOf(trained);
    const control = (phases: readonly number[], command: readonly number[]) => {
      const reading = { phase: Float64Array.from(phases), amplitude: 1, signals: new Float64Array(8) };
      const { sim } = played;
      const home = sim.keyframeQpos("home");
      const bound = task.action.bind({
        sim,
        home,
        homeControls: new Float64Array(sim.nu),
        readings: { gait: reading },
        observed: (_, size) => new Float64Array(size),
      });
      const shown = new Float64Array(12);
      bound.apply(new Float32Array(12), 0, shown, { command: Float64Array.from(command) } as never);
      return shown;
    };
    const right = control([0.7, 0.7 - Math.PI, 0.7 - Math.PI, 0.7], [0.6, 0.3, -0.5]);
    const left = control([0.7 - Math.PI, 0.7, 0.7, 0.7 - Math.PI], [0.6, -0.3, 0.5]);
    action.source.forEach((source, i) => {
      expect(left[i]).toBeCloseTo(action.sign[i]! * right[source]!, 12);
    });
  });
});

describe("the G1's step that balances itself", () => {
  let task: Task;
  let played: Environment;

  beforeAll(async () => {
    task = await resolveTask("G1JoystickFlatTerrain", { lesson: "balance" });
    played = await Environment.create(task.lesson!.training, UNDISTURBED);
  });
  afterAll(() => played.delete());

  /** Control steps of 300 until it falls without a policy, after a kick of so much sideways. */
  function lasts(command: readonly number[], kick: number): number {
    played.start(7, 0);
    played.holdCommand(command);
    played.resetToKeyframe(7, 0, "knees_bent");
    for (let step = 1; step <= 300; step++) {
      if (step === 150) played.sim.qvel[1] += kick;
      played.step(7, 0, new Float32Array(29), 0);
      if (played.terminated) return step;
    }
    return 300;
  }

  it("walks and takes a kick without a policy", () => {
    expect(lasts([0, 0, 0], 0.4)).toBe(300);
    expect(lasts([0.4, 0, 0], 0)).toBe(300);
    expect(lasts([-0.3, 0, 0], 0)).toBe(300);
  });

  it("answers what it measures with the other leg when all is mirrored", () => {
    const { sim } = played;
    const twin = (values: readonly number[]) => Float64Array.from(values);
    const targets = (phases: readonly number[], seen: Readonly<Record<string, readonly number[]>>) => {
      const gait = { phase: twin(phases), amplitude: 1, signals: new Float64Array(4) };
      const context = {
        sim,
        home: sim.keyframeQpos("knees_bent"),
        homeControls: new Float64Array(29),
        readings: { gait },
      };
      const bound = task.action.bind({ ...context, observed: (term) => twin(seen[term]!) });
      const shown = new Float64Array(29);
      bound.apply(new Float32Array(29), 0, shown, { command: twin(seen.command!) } as never);
      return shown;
    };
    const right = {
      command: [0.6, 0.3, -0.5],
      linVel: [0.4, -0.2, 0.1],
      gravity: [0.1, 0.2, -1],
      gyro: [0.5, 0.3, -0.4],
    };
    const left = {
      command: [0.6, -0.3, 0.5],
      linVel: [0.4, 0.2, 0.1],
      gravity: [0.1, -0.2, -1],
      gyro: [-0.5, 0.3, 0.4],
    };
    const [one, other] = [targets([0.7, 0.7 - Math.PI], right), targets([0.7 - Math.PI, 0.7], left)];
    const { action } = mirrorOf(played);
    action.source.forEach((source, i) => {
      expect(other[i]).toBeCloseTo(action.sign[i]! * one[source]!, 12);
    });
    expect(Math.abs(one[0]! - targets([0.7, 0.7 - Math.PI], { ...right, linVel: [0, 0, 0] })[0]!)).toBeGreaterThan(
      0.05,
    );
  });
});

describe("a lesson's name", () => {
  it("is refused where the task does not have it, with those that it has", async () => {
    await expect(resolveTask(GO1, { lesson: "trott" })).rejects.toThrow(
      '--lesson: Go1JoystickFlatTerrain has no lesson "trott", expected one of trot',
    );
    await expect(resolveTask("CheetahRun", { lesson: "trot" })).rejects.toThrow(
      '--lesson: CheetahRun has no lesson "trot", expected no lesson; omit this flag',
    );
  });
});

describe("the G1's lesson", () => {
  let task: Task;
  let played: Environment;
  let trained: Environment;

  beforeAll(async () => {
    task = await resolveTask("G1JoystickFlatTerrain", { lesson: "walk" });
    played = await Environment.create(task, UNDISTURBED);
    trained = await Environment.create(task.lesson!.training, UNDISTURBED);
  });
  afterAll(() => {
    for (const env of [played, trained]) env.delete();
  });

  it("steps the physics more coarsely while it trains, and as published where the policy is evaluated", () => {
    expect([played.sim.timestep, played.decimation]).toEqual([0.002, 10]);
    expect([trained.sim.timestep, trained.decimation]).toEqual([0.004, 5]);
    expect(describeTask(played).lesson).toMatchObject({ physicsHz: 250 });
  });

  it("passes the same time in a control step either way", () => {
    for (const env of [played, trained]) {
      env.start(1, 0);
      env.step(1, 0, new Float32Array(env.actionSize), 0);
      expect(env.sim.clock[0]).toBeCloseTo(0.02, 9);
    }
  });
});

/** How far targets are from where they have to be reached from, over many starts: [task's, lesson's]. */
async function startDistances(name: string, distance: (env: Environment) => number): Promise<[number[], number[]]> {
  const task = await resolveTask(name, { lesson: "near" });
  const both = [task, task.lesson!.training].map(async (form) => {
    const env = await Environment.create(form);
    const distances = Array.from({ length: 200 }, (_, n) => {
      env.reset(5, n);
      return distance(env);
    });
    env.delete();
    return distances;
  });
  return (await Promise.all(both)) as [number[], number[]];
}

describe("lessons with near targets", () => {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

  it("put a fish's at any share of the way, and leave the task's where they were", async () => {
    const fromFish = ({ sim }: Environment) => Math.hypot(sim.mocapPos[0], sim.mocapPos[1], sim.mocapPos[2]);
    const [own, near] = await startDistances("FishSwim", fromFish);
    expect(Math.min(...own)).toBeGreaterThan(0.1);
    expect(Math.min(...near)).toBeLessThan(0.02);
    expect(mean(near) / mean(own)).toBeCloseTo(0.5, 1);
  });

  it("put every second of a finger's between the mark and the task's, either way round", async () => {
    const turn = ({ sim }: Environment) => {
      const [tip, target, hinge] = ["tip", "target", "spinner"].map((sensor) => sim.sensor(sensor).address);
      const angle = (place: number) => {
        const [x, z] = [0, 2].map((axis) => sim.sensordata[place + axis] - sim.sensordata[hinge + axis]);
        return Math.atan2(x, z);
      };
      const apart = angle(target) - angle(tip);
      return Math.atan2(Math.sin(apart), Math.cos(apart));
    };
    const [own, near] = await startDistances("FingerTurnHard", turn);
    for (const turns of [own, near]) expect(Math.abs(mean(turns))).toBeLessThan(0.4);
    expect(mean(own.map(Math.abs))).toBeCloseTo(Math.PI / 2, 0);
    expect(mean(near.map(Math.abs)) / mean(own.map(Math.abs))).toBeCloseTo(0.75, 0);
    expect(near.filter((apart) => Math.abs(apart) < 0.5).length).toBeGreaterThan(45);
    expect(Math.min(...near.map(Math.abs))).toBeLessThan(0.02);
  });
});
