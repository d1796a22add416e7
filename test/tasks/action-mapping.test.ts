import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Squash, squashInto } from "../../src/tasks/actions/action-mapping.ts";
import { direct, Environment, gaitPhase, jointTargets, registry, steppingPose } from "../../src/tasks/index.ts";

describe("squash", () => {
  it("limits actions smoothly, hard, or not at all", () => {
    const raw = Float32Array.of(9, 0.5, -3);
    const out = new Float64Array(2);
    const squashed = (squash: Squash) => {
      squashInto(out, raw, 1, squash);
      return [...out];
    };
    expect(squashed("tanh")).toEqual([Math.tanh(0.5), Math.tanh(-3)]);
    expect(squashed("clip")).toEqual([0.5, -1]);
    expect(squashed("none")).toEqual([0.5, -3]);
  });
});

describe("humanoid joint targets", () => {
  const leg = (side: string) => [`${side}_hip_pitch`, `${side}_knee`, `${side}_ankle_pitch`];
  const sway = { amplitude: { left_ankle_roll: 0.2, right_ankle_roll: -0.1 }, lead: 0.5 };
  const stride = [
    { joints: ["left_hip_yaw", "right_hip_yaw"], sine: [0, 0, 0.3], cosine: [0, 0, -0.2] },
    { joints: ["left_hip_roll", "right_hip_roll"], sine: [0, 0.5, 0], lean: [0, 0, 0.05] },
  ];
  const humanoid = registry.get("HumanoidJoystick");
  const task = {
    ...humanoid,
    track: { ...humanoid.track, gait: gaitPhase({ hz: 1.35, offsets: [0, Math.PI], standBelow: 0.05 }) },
    action: jointTargets({
      scale: (joint) => (joint.includes("elbow") ? 0.1 : 0.25),
      feedForward: steppingPose({
        gait: "gait",
        legs: [leg("left"), leg("right")],
        amplitude: [-0.35, 0.7, -0.3],
        sway,
        stride,
      }),
    }),
  };
  let env: Environment;

  beforeAll(async () => {
    env = await Environment.create(task, { randomise: false, events: false, noise: false });
  });
  afterAll(() => env.delete());

  /** The controls after one step of a gait that is under way, from a state whose clock and command are known. */
  function controls(command: number[], action: Float32Array): { ctrl: Record<string, number>; signals: number[] } {
    env.start(1, 0);
    env.holdCommand(command);
    env.reset(1, 0);
    const still = new Float32Array(env.actionSize);
    for (let step = 0; step < 16; step++) env.step(1, 0, still, 0);
    const obs = new Float32Array(env.obsSize);
    env.writeObservation(obs, 0);
    const gait = env.observationLayout.find((slice) => slice.name === "gait");
    env.step(1, 0, action, 0);
    const ctrl = Object.fromEntries(env.actionDescription.names.map((joint, i) => [joint, env.sim.ctrl[i]]));
    return { ctrl, signals: [...obs.subarray(gait?.offset, (gait?.offset ?? 0) + 4)] };
  }

  it("sway with the first foot's phase, ahead of it by the lead", () => {
    const { ctrl, signals } = controls([1, 0, 0], new Float32Array(env.actionSize));
    const { names, offset } = env.actionDescription;
    // sin(phase + lead) = sin(phase)·cos(lead) + cos(phase)·sin(lead)
    const expected = signals[2] * Math.cos(0.5) + signals[0] * Math.sin(0.5);
    const moved = (joint: string) => ctrl[joint] - offset[names.indexOf(joint)];
    expect(moved("left_ankle_roll")).toBeCloseTo(0.2 * expected, 5);
    expect(moved("right_ankle_roll")).toBeCloseTo(-0.1 * expected, 5);
  });

  it("stride with the command, each foot at its own phase", () => {
    const { ctrl, signals } = controls([0.5, -0.2, 0.8], new Float32Array(env.actionSize));
    const { names, offset } = env.actionDescription;
    const moved = (joint: string) => ctrl[joint] - offset[names.indexOf(joint)];
    for (const [foot, side] of ["left", "right"].entries()) {
      const [cosine, sine] = [signals[foot], signals[2 + foot]];
      expect(moved(`${side}_hip_yaw`)).toBeCloseTo(0.8 * (0.3 * sine - 0.2 * cosine), 5);
      expect(moved(`${side}_hip_roll`)).toBeCloseTo(-0.2 * 0.5 * sine + 0.8 * 0.05, 5);
    }
  });

  it("follow what the policy saw, noise and all, at each foot's own phase", async () => {
    const hips = { joints: ["left_hip_roll", "right_hip_roll"], sine: [0.3, 0, 0], follows: "gyro" };
    const feedForward = steppingPose({ gait: "gait", legs: [[], []], amplitude: [], stride: [hips] });
    const noisy = await Environment.create({ ...task, action: jointTargets({ scale: 0.25, feedForward }) });
    const spare = await Environment.create(noisy.task);
    noisy.start(1, 0);
    noisy.holdCommand([1, 0, 0]);
    const [obs, still] = [new Float32Array(noisy.obsSize), new Float32Array(noisy.actionSize)];
    for (let step = 0; step < 16; step++) noisy.step(1, 0, still, 0);
    noisy.writeObservation(obs, 0);
    // another slot goes on with what was seen
    const state = new Float64Array(noisy.stateSize);
    noisy.save(state, 0);
    spare.load(state, 0);
    spare.step(1, 0, still, 0);
    const { names, offset } = spare.actionDescription;
    const [gyro, gait] = ["gyro", "gait"].map(
      (term) => noisy.observationLayout.find(({ name }) => name === term)!.offset,
    );
    for (const [foot, joint] of hips.joints.entries()) {
      const at = names.indexOf(joint);
      const moved = spare.sim.ctrl[at]! - offset[at]!;
      expect(Math.abs(moved)).toBeGreaterThan(1e-4);
      expect(moved).toBeCloseTo(0.3 * obs[gyro!]! * obs[gait! + 2 + foot]!, 6);
    }
    for (const env of [noisy, spare]) env.delete();
    const follows = (term: string) =>
      Environment.create({
        ...task,
        action: jointTargets({
          scale: 1,
          feedForward: steppingPose({
            gait: "gait",
            legs: [[], []],
            amplitude: [],
            stride: [{ ...hips, follows: term }],
          }),
        }),
      });
    await expect(follows("gyr")).rejects.toThrow(
      'observation "gyr" is not there, expected one of 3 values to act on; nearest: gyro',
    );
    await expect(follows("gait")).rejects.toThrow('observation "gait" has 4 values, expected one of 3 values');
  });

  it("stand at home when told to stand and the action is zero", () => {
    const { ctrl } = controls([0, 0, 0], new Float32Array(env.actionSize));
    expect(Object.values(ctrl)).toEqual(env.actionDescription.offset);
  });

  it("add half a sine of the phase to the swinging leg, and the scaled action to every joint", () => {
    const action = new Float32Array(env.actionSize).fill(0.5);
    const { ctrl, signals } = controls([1, 0, 0], action);
    const { names, offset, scale } = env.actionDescription;
    const home = (joint: string) => offset[names.indexOf(joint)] + 0.5 * scale[names.indexOf(joint)];
    // signals: cos left, cos right, sin left, sin right
    const [left, right] = [Math.max(0, signals[2]), Math.max(0, signals[3])];
    expect(Math.max(left, right)).toBeGreaterThan(0.01);
    expect(Math.min(left, right)).toBe(0);
    for (const [side, swing] of [
      ["left", left],
      ["right", right],
    ] as const) {
      expect(ctrl[`${side}_hip_pitch`]).toBeCloseTo(home(`${side}_hip_pitch`) - 0.35 * swing, 6);
      expect(ctrl[`${side}_knee`]).toBeCloseTo(home(`${side}_knee`) + 0.7 * swing, 6);
      expect(ctrl[`${side}_ankle_pitch`]).toBeCloseTo(home(`${side}_ankle_pitch`) - 0.3 * swing, 6);
      expect(ctrl[`${side}_hip_roll`]).toBeCloseTo(home(`${side}_hip_roll`), 9);
    }
    expect(ctrl.waist_yaw).toBeCloseTo(home("waist_yaw"), 9);
  });

  it("swing each leg by amplitudes of its own, where a list per leg is given", async () => {
    const given = { gait: "gait", legs: [leg("left"), leg("right")] };
    const lists = [
      [-0.35, 0.7, -0.3],
      [0.35, -0.7, 0.3],
    ];
    const own = {
      ...task,
      action: jointTargets({ scale: 0, feedForward: steppingPose({ ...given, amplitude: lists }) }),
    };
    const stepping = await Environment.create(own, { randomise: false, events: false, noise: false });
    const knees = ["left_knee", "right_knee"].map((joint) => stepping.actionDescription.names.indexOf(joint));
    const bent = [0, 0];
    stepping.start(1, 0);
    stepping.holdCommand([1, 0, 0]);
    for (let step = 0; step < 40; step++) {
      stepping.step(1, 0, new Float32Array(stepping.actionSize), 0);
      knees.forEach((knee, side) => {
        const moved = stepping.sim.ctrl[knee]! - stepping.actionDescription.offset[knee]!;
        if (Math.abs(moved) > Math.abs(bent[side]!)) bent[side] = moved;
      });
    }
    stepping.delete();
    expect(bent[0]).toBeGreaterThan(0.6);
    expect(bent[1]).toBeLessThan(-0.6);
    const uneven = steppingPose({ ...given, amplitude: [[0.1], [0.1, 0.2]] });
    const refused = Environment.create({ ...task, action: jointTargets({ scale: 0, feedForward: uneven }) });
    await expect(refused).rejects.toThrow("steppingPose: needs 2 legs of 1 joints each");
  });

  it("are described by joint, scale, default pose, servo and feed-forward", () => {
    const { kind, names, scale, offset, stiffness, damping, squash, feedForward } = env.actionDescription;
    expect(kind).toBe("joint-targets");
    expect(names.length).toBe(21);
    expect(squash).toBe("none");
    expect(scale[names.indexOf("left_knee")]).toBe(0.25);
    expect(scale[names.indexOf("right_elbow")]).toBe(0.1);
    const keyframe = env.sim.keyframeQpos("home");
    expect(offset).toEqual(names.map((joint) => keyframe[env.sim.joint(joint).qposAddress]));
    const knee = names.indexOf("left_knee");
    const gains = env.sim.modelFields;
    expect(stiffness[knee]).toBe(gains.actuator_gainprm[10 * knee]);
    expect(damping[knee]).toBe(gains.dof_damping[env.sim.joint("left_knee").dofAddress]);
    expect(feedForward).toMatchObject({ kind: "stepping-pose", gait: "gait", amplitude: [-0.35, 0.7, -0.3] });
  });

  it("refuse motors, unknown gaits and unknown joints", async () => {
    const create = (changes: object) => Environment.create({ ...task, ...changes });
    const cheetah = { ...registry.get("CheetahRun"), action: jointTargets({ scale: 1 }) };
    await expect(Environment.create(cheetah)).rejects.toThrow(
      /^task CheetahRun: scene .*cheetah\.xml: jointTargets: actuator "bthigh" is a motor, its control is a force; expected a position servo/,
    );
    const withPose = (gait: string, joint: string) =>
      jointTargets({ scale: 1, feedForward: steppingPose({ gait, legs: [[joint], [joint]], amplitude: [1] }) });
    await expect(create({ action: withPose("gate", "left_knee") })).rejects.toThrow(
      'no gaitPhase named "gate"; nearest: gait',
    );
    await expect(create({ action: withPose("gait", "left_kne") })).rejects.toThrow(
      'called "left_kne"; nearest: left_knee',
    );
  });
});

describe("direct controls", () => {
  it("scale the squashed action and start at zero", async () => {
    const env = await Environment.create({
      ...registry.get("ReacherEasy"),
      action: direct({ squash: "clip", scale: 0.5 }),
    });
    try {
      env.start(1, 0);
      expect([...env.sim.ctrl]).toEqual([0, 0]);
      env.step(1, 0, Float32Array.of(7, 2, -0.5), 1);
      expect([...env.sim.ctrl]).toEqual([0.5, -0.25]);
      expect(env.actionDescription).toMatchObject({
        kind: "controls",
        names: ["shoulder", "wrist"],
        scale: [0.5, 0.5],
      });
    } finally {
      env.delete();
    }
  });
});
