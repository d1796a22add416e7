/** A fish with a tail and two fins that swims to a target. Values: dm_control suite and MuJoCo Playground, fish.py. */

import { suiteRecipe } from "../../config/suite-recipe.ts";
import { rotateInverse } from "../../math/rotation-matrix.ts";
import { direct } from "../actions/action-mapping.ts";
import { defineTask } from "../define-task.ts";
import type { ResetContext } from "../moment.ts";
import { readings } from "../readings.ts";
import { tolerance } from "../terms/tolerance.ts";

/** Coordinates of the root before the joints: position and orientation. */
const ROOT = 7;
const TARGET_LOW = [-0.4, -0.4, 0.1]; // m
const TARGET_HIGH = [0.4, 0.4, 0.3];

/** Mouth (5 mm) and target (40 mm) touch. */
const TOUCH = 0.045; // m, between their centres
const close = tolerance({ bounds: [0, TOUCH], margin: 2 * TOUCH });

/** Lies anyhow, and the target is somewhere; at `reach` of the way there. */
function begin({ sim, rng }: Pick<ResetContext<unknown>, "sim" | "rng">, reach: number): void {
  const { qpos, mocapPos } = sim;
  qpos.fill(0, 0, 3);
  for (let i = 3; i < ROOT; i++) qpos[i] = rng.normal();
  const norm = Math.hypot(qpos[3], qpos[4], qpos[5], qpos[6]);
  for (let i = 3; i < ROOT; i++) qpos[i] /= norm;
  for (let i = ROOT; i < qpos.length; i++) qpos[i] = rng.uniform(-0.2, 0.2);
  for (let i = 0; i < 3; i++) mocapPos[i] = reach * rng.uniform(TARGET_LOW[i], TARGET_HIGH[i]);
}

/** Swim to the target, back up. It is in place in the first observation, unlike Playground's, which is a step behind. */
export const fishSwim = defineTask({
  name: "FishSwim",
  family: "suite",
  scene: "scenes/fish.xml",
  timing: { controlHz: 25, physicsHz: 500, episodeSeconds: 40 },
  robot: readings((sim) => {
    const torso = sim.bodyId("torso");
    const mouth = sim.geomId("mouth");
    const target = sim.geomId("target");
    const toTarget = new Float64Array(3);
    return {
      /** Cosine of the angle between the fish's back and the vertical. */
      upright: () => sim.xmat[9 * torso + 8],
      /** [3] from the mouth to the target, in the mouth's frame, m */
      toTarget,
      joints: sim.views(() => ({ view: sim.qpos.subarray(ROOT) })),
      update: () => {
        const { geomXpos } = sim;
        for (let i = 0; i < 3; i++) toTarget[i] = geomXpos[3 * target + i] - geomXpos[3 * mouth + i];
        rotateInverse(toTarget, 0, sim.geomXmat, 9 * mouth, toTarget, 0);
      },
    };
  }),
  action: direct({ squash: "tanh" }),

  reset: (s) => begin(s, 1),

  lessons: {
    near: {
      about: "targets lie anywhere between the fish and the task's target, since far targets give a beginner no signal",
      reset: (s) => begin(s, s.rng.uniform()),
    },
  },

  observe: {
    upright: { of: (s) => s.robot.upright() },
    jointPos: { of: (s) => s.robot.joints.view, unit: "rad" },
    toTarget: { of: (s) => s.robot.toTarget, unit: "m" },
    velocity: { of: (s) => s.sim.qvel, unit: "m/s, rad/s" },
  },

  reward: {
    swim: {
      weight: 1,
      of: ({ robot }) => {
        const { toTarget } = robot;
        const distance = Math.hypot(toTarget[0], toTarget[1], toTarget[2]);
        return (7 * close(distance) + (robot.upright() + 1) / 2) / 8;
      },
    },
  },

  // two centimetres a second: value has to be seen from further off
  presets: suiteRecipe({
    steps: 6_000_000,
    noisePeriod: 6,
    lesson: "near",
    episodeSteps: 250,
    gamma: 0.995,
    normalPull: 0.01,
    normalPullEnd: 0.001,
    driftPenalty: 0.3,
    advantageFloor: 0.002,
  }),
});
