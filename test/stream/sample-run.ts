/** A made-up run for tests of the stream and the page: a two-legged figure whose motion is a formula, so what must be seen can be computed. */
import type { Burst } from "../../src/stream/playback.ts";
import { type MetricsPoint, POSE_FLAG, type RunInfo, type StreamScene } from "../../src/stream/protocol.ts";

const BODIES = ["world", "pelvis", "left_leg", "right_leg"] as const;
const bodies = BODIES.length;
export const SAMPLE_HZ = 50;
/** m/s along x. */
export const SAMPLE_SPEED = 0.5;

const limb = {
  type: "capsule",
  size: [0.06, 0.25, 0],
  quat: [1, 0, 0, 0],
  rgba: [0.3, 0.33, 0.38, 1],
  group: 2,
} as const;

export const sampleScene: StreamScene = {
  bodies: BODIES.map((name, k) => ({ name, parent: k < 2 ? 0 : 1, mass: k, centre: [0, 0, 0] })),
  joints: [],
  geoms: [
    {
      name: "floor",
      type: "plane",
      body: 0,
      size: [0, 0, 0.05],
      pos: [0, 0, 0],
      quat: [1, 0, 0, 0],
      rgba: [0.8, 0.8, 0.8, 1],
      group: 0,
      collides: true,
    },
    {
      name: "trunk",
      type: "box",
      body: 1,
      size: [0.1, 0.15, 0.25],
      pos: [0, 0, 0.25],
      quat: [1, 0, 0, 0],
      rgba: [0.93, 0.91, 0.87, 1],
      group: 2,
      collides: false,
    },
    {
      name: "head",
      type: "sphere",
      body: 1,
      size: [0.11, 0, 0],
      pos: [0, 0, 0.62],
      quat: [1, 0, 0, 0],
      rgba: [0.96, 0.49, 0.16, 1],
      group: 2,
      collides: false,
    },
    { ...limb, name: "left_leg", body: 2, pos: [0, 0, -0.3], collides: true },
    { ...limb, name: "right_leg", body: 3, pos: [0, 0, -0.3], collides: true },
    {
      name: "hull",
      type: "box",
      body: 1,
      size: [0.12, 0.17, 0.27],
      pos: [0, 0, 0.25],
      quat: [1, 0, 0, 0],
      rgba: [0.2, 0.6, 0.9, 0.4],
      group: 3,
      collides: true,
    },
  ],
  strings: [],
  meshes: [],
  heightFields: [],
  extent: 1,
  center: [0, 0, 0.7],
};

export const sampleInfo: RunInfo = {
  task: "SampleWalk",
  run: "runs/sample-1",
  algorithm: "fpo",
  environments: 16,
  controlHz: SAMPLE_HZ,
  episodeSteps: 1000,
  totalSteps: 1_000_000,
  hasCommand: true,
  commandRanges: [
    [-0.5, 1],
    [-0.4, 0.4],
    [-1, 1],
  ],
  rewardNames: ["trackLinVel", "alive", "torque"],
  actionNames: ["hip", "knee"],
  keyframes: [],
  handles: [],
  goal: null,
  capabilities: ["pause-training"],
};

/** The poses of one environment at a control step, [bodies, 7]: walks along x, its legs swing. */
export function samplePoses(environment: number, step: number): Float32Array {
  const time = step / SAMPLE_HZ;
  const x = SAMPLE_SPEED * time;
  const y = 0.1 * environment;
  const swing = 0.4 * Math.sin(2 * Math.PI * 1.3 * time + environment);
  const out = new Float32Array(bodies * 7);
  out.set([0, 0, 0, 1, 0, 0, 0], 0);
  out.set([x, y, 0.65, 1, 0, 0, 0], 7);
  out.set([x, y + 0.1, 0.65, Math.cos(swing / 2), 0, Math.sin(swing / 2), 0], 14);
  out.set([x, y - 0.1, 0.65, Math.cos(swing / 2), 0, -Math.sin(swing / 2), 0], 21);
  return out;
}

/** Consecutive steps of some environments from `firstStep` on. */
export function sampleBurst(
  environments: readonly number[],
  firstStep: number,
  steps: number,
  expectedSeconds: number,
): Burst {
  const rows = steps * environments.length;
  const poses = new Float32Array(rows * bodies * 7);
  const commands = new Float32Array(rows * 3);
  const twists = new Float32Array(rows * 3);
  const flags = new Uint8Array(rows);
  const terms = new Float32Array(rows * sampleInfo.rewardNames.length);
  for (let t = 0; t < steps; t++) {
    environments.forEach((environment, n) => {
      const row = t * environments.length + n;
      poses.set(samplePoses(environment, firstStep + t), row * bodies * 7);
      commands.set([0.6, 0.1, 0.3], row * 3);
      twists.set([SAMPLE_SPEED, 0, 0], row * 3);
      terms.set([0.02 * Math.sin(0.1 * (firstStep + t)) ** 2, 0.01, -0.001 * (environment + 1)], row * 3);
      if (firstStep + t === 0) flags[row] = POSE_FLAG.cut;
    });
  }
  return {
    simulationHz: SAMPLE_HZ,
    environments,
    steps,
    bodies,
    poses,
    commands,
    twists,
    flags,
    terms,
    expectedSeconds,
  };
}

/** A curve that rises, one point per iteration. */
export function samplePoint(iteration: number): MetricsPoint {
  const progress = 1 - Math.exp(-iteration / 30);
  return {
    iteration,
    steps: iteration * 6144,
    seconds: iteration * 1.5,
    stepsPerSecond: 4100 + 200 * Math.sin(iteration),
    returnMean: iteration < 3 ? null : 40 * progress + Math.sin(iteration * 1.7),
    episodeLengthMean: iteration < 3 ? null : 60 + 880 * progress + 15 * Math.sin(iteration),
    losses: {
      clipFraction: 0.1 + 0.05 * Math.cos(iteration),
      valueLoss: 2 * Math.exp(-iteration / 20),
      cfmLoss: 1.3 + 5 * Math.exp(-iteration / 10),
    },
    terms: { trackLinVel: 1.5 * progress, alive: 0.5, torque: -0.2 * Math.exp(-iteration / 40) - 0.05 },
    terminations: { fell: 1 - progress, timeLimit: progress },
  };
}
