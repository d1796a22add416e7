/** The control suite's humanoid, which stands, walks or runs on motors. Values: dm_control suite and MuJoCo Playground, humanoid.py. */

import type { PartialTrainConfig } from "../../config/config.ts";
import type { AlgorithmPresets } from "../../config/presets.ts";
import { steadyFlow, steadyFpo } from "../../config/walking-recipe.ts";
import { rotateInverse } from "../../math/rotation-matrix.ts";
import { direct } from "../actions/action-mapping.ts";
import { defineTask, type RewardTerm } from "../define-task.ts";
import type { MomentBase } from "../moment.ts";
import { readings } from "../readings.ts";
import { smallControl } from "../terms/small-control.ts";
import { tolerance } from "../terms/tolerance.ts";

/** Height of the head below which it has fallen, m. */
const FALLEN = 1;
/** Coordinates of the root before the joints: position and orientation. */
const ROOT = 7;
const EXTREMITIES = ["left_hand", "left_foot", "right_hand", "right_foot"];

const tall = tolerance({ bounds: [1.4, Infinity], margin: 0.35 }); // m, height of the head
const straight = tolerance({ bounds: [0.9, Infinity], margin: 1.9, sigmoid: "linear", valueAtMargin: 0 }); // cosine of the tilt
const still = tolerance({ margin: 2 }); // m/s, along x and along y
const walking = speedOf(1); // m/s, in any direction
const running = speedOf(10);

/** From 1/6 at rest to 1 at `target` m/s. */
function speedOf(target: number): (speed: number) => number {
  const moving = tolerance({ bounds: [target, Infinity], margin: target, sigmoid: "linear", valueAtMargin: 0 });
  return (speed) => (5 * moving(speed) + 1) / 6;
}

/** The words in which the tasks are written. */
const words = readings((sim) => {
  const torso = sim.bodyId("torso");
  const head = sim.bodyId("head");
  const limbs = EXTREMITIES.map((name) => sim.bodyId(name));
  const momentum = sim.sensor("torso_subtreelinvel").address;
  const extremities = new Float64Array(3 * limbs.length);
  return {
    /** m above the floor */
    headHeight: () => sim.xpos[3 * head + 2],
    /** [4, 3] hands and feet from the torso, in its frame, m */
    extremities,
    views: sim.views(() => ({
      jointPos: sim.qpos.subarray(ROOT),
      /** [3] the world's vertical in the torso's frame */
      vertical: sim.xmat.subarray(9 * torso + 6, 9 * torso + 9),
      /** [3] of the whole body, world frame, m/s */
      linVel: sim.sensordata.subarray(momentum, momentum + 3),
    })),
    update: () => {
      const { xpos, xmat } = sim;
      for (let limb = 0; limb < limbs.length; limb++) {
        for (let i = 0; i < 3; i++) extremities[3 * limb + i] = xpos[3 * limbs[limb] + i] - xpos[3 * torso + i];
        rotateInverse(extremities, 3 * limb, xmat, 9 * torso, extremities, 3 * limb);
      }
    },
  };
});

type Humanoid = MomentBase<ReturnType<typeof words.bind>>;

/** Head up, torso straight, little effort: a factor of all three rewards, in [0, 1]. */
function standing({ robot, action }: Humanoid): number {
  return tall(robot.headHeight()) * straight(robot.views.vertical[2]) * smallControl(action);
}

/** Horizontal speed of the whole body, m/s. */
function speed({ linVel }: { linVel: ArrayLike<number> }): number {
  return Math.hypot(linVel[0], linVel[1]);
}

/** A flow is evaluated with random noise: without it all episodes of the control suite's humanoids would be the same. */
const upright = {
  steps: 12_000_000,
  lesson: "upright",
  evaluation: { everySteps: 250_000, noise: "random" },
} as const satisfies PartialTrainConfig;

/** Optimiser steps shrink as the gait is found: with constant steps its quality oscillates (docs/experiments.md). */
const resting = { clipTarget: "0.06..0.015 over 12M" };

/**
 * The control suite's humanoids, whose robots lie on the floor for most of an episode that only the time limit ends: by a lesson whose episodes
 * end at a fall. Rewards are in [0, 1] a step there.
 */
const byFalling: AlgorithmPresets = {
  "fpo++": { ...upright, algorithm: { ...steadyFlow, ...resting, averaging: 0.95, rewardScale: 0.1 } },
  fpo: { ...steadyFpo, ...upright, algorithm: { ...steadyFpo.algorithm, rewardScale: 0.1 } },
  ppo: { ...upright, evaluation: { everySteps: 250_000, noise: "zero" }, algorithm: { name: "ppo", rewardScale: 0.1 } },
  orw: { ...upright, algorithm: { name: "orw", rewardScale: 0.1 } },
  "denoising-mdp": upright,
};

/** Episodes begin in one state: upright, at rest, a little above the floor. */
function humanoid<Reward extends string>(name: string, reward: Record<Reward, RewardTerm<Humanoid>>) {
  return defineTask({
    name,
    family: "suite",
    scene: "scenes/suite-humanoid.xml",
    timing: { controlHz: 40, physicsHz: 200, episodeSeconds: 25 },
    robot: words,
    action: direct({ squash: "tanh" }),

    observe: {
      jointPos: { of: (s) => s.robot.views.jointPos, unit: "rad" },
      headHeight: { of: (s) => s.robot.headHeight(), unit: "m" },
      extremities: { of: (s) => s.robot.extremities, unit: "m" },
      vertical: { of: (s) => s.robot.views.vertical },
      linVel: { of: (s) => s.robot.views.linVel, unit: "m/s" },
      velocity: { of: (s) => s.sim.qvel, unit: "m/s, rad/s" },
    },

    reward,

    presets: { laptop: byFalling },
    lessons: {
      upright: {
        about: "episodes end at a fall, since lying on the floor does not teach standing or walking",
        terminate: { fallen: ({ robot }: Humanoid) => robot.headHeight() < FALLEN },
      },
    },
  });
}

/** Stand still. */
export const humanoidStand = humanoid("HumanoidStand", {
  stand: {
    weight: 1,
    of: (s) => {
      const { linVel } = s.robot.views;
      return (standing(s) * (still(linVel[0]) + still(linVel[1]))) / 2;
    },
  },
});

/** Walk in any direction; full reward at 1 m/s. */
export const humanoidWalk = humanoid("HumanoidWalk", {
  walk: { weight: 1, of: (s) => standing(s) * walking(speed(s.robot.views)) },
});

/** Run in any direction; full reward at 10 m/s. */
export const humanoidRun = humanoid("HumanoidRun", {
  run: { weight: 1, of: (s) => standing(s) * running(speed(s.robot.views)) },
});
