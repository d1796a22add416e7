/** A planar walker on two legs that stands, walks or runs. Values: dm_control suite and MuJoCo Playground, walker.py. */
import { direct } from "../actions/action-mapping.ts";
import { defineTask, type RewardTerm } from "../define-task.ts";
import type { MomentBase } from "../moment.ts";
import { readings } from "../readings.ts";
import { tolerance } from "../terms/tolerance.ts";
import { randomPose } from "./random-pose.ts";

const tall = tolerance({ bounds: [1.2, Infinity], margin: 0.6 }); // m, height of the torso
const walking = speedOf(1); // m/s
const running = speedOf(8);

/** From 1/6 at rest or backwards to 1 at `target` m/s. */
function speedOf(target: number): (speed: number) => number {
  const moving = tolerance({ bounds: [target, Infinity], margin: target / 2, sigmoid: "linear", valueAtMargin: 0.5 });
  return (speed) => (5 * moving(speed) + 1) / 6;
}

/** The words in which the tasks are written. */
const words = readings((sim) => {
  const torso = sim.bodyId("torso");
  const momentum = sim.sensor("torso_subtreelinvel").address;
  const orientations = new Float64Array(2 * (sim.nbody - 1));
  /** Cosine of the torso's tilt. */
  const upright = () => sim.xmat[9 * torso + 8];
  return {
    upright,
    /** How well it stands, in [0, 1]. */
    standing: () => (3 * tall(sim.xpos[3 * torso + 2]) + (1 + upright()) / 2) / 4,
    /** Forward velocity of the whole body, m/s. */
    speed: () => sim.sensordata[momentum],
    /** [bodies, 2] xx and xz of each body's rotation matrix: cosine and sine of its pitch */
    orientations,
    pose: randomPose(sim),
    update: () => {
      for (let body = 1; body < sim.nbody; body++) {
        orientations[2 * body - 2] = sim.xmat[9 * body];
        orientations[2 * body - 1] = sim.xmat[9 * body + 2];
      }
    },
  };
});

type Walker = ReturnType<typeof words.bind>;

function walker<Reward extends string>(name: string, reward: Record<Reward, RewardTerm<MomentBase<Walker>>>) {
  return defineTask({
    name,
    family: "suite",
    scene: "scenes/walker.xml",
    timing: { controlHz: 40, physicsHz: 400, episodeSeconds: 25 },
    robot: words,
    action: direct({ squash: "tanh" }),

    reset: ({ robot, rng }) => robot.pose(rng),

    observe: {
      orientations: { of: (s) => s.robot.orientations },
      // Where dm_control gives the torso's height, Playground gives this; the tasks follow Playground.
      upright: { of: (s) => s.robot.upright() },
      velocity: { of: (s) => s.sim.qvel, unit: "m/s, rad/s" },
    },

    reward,
  });
}

/** Get up and stand. */
export const walkerStand = walker("WalkerStand", {
  stand: { weight: 1, of: ({ robot }) => robot.standing() },
});

/** Get up and walk forward; full reward at 1 m/s. */
export const walkerWalk = walker("WalkerWalk", {
  walk: { weight: 1, of: ({ robot }) => robot.standing() * walking(robot.speed()) },
});

/** Get up and run forward; full reward at 8 m/s. */
export const walkerRun = walker("WalkerRun", {
  run: { weight: 1, of: ({ robot }) => robot.standing() * running(robot.speed()) },
});
