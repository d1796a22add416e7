/** A planar hopper on one leg that stands or hops. Values: dm_control suite and MuJoCo Playground, hopper.py. */
import { direct } from "../actions/action-mapping.ts";
import { defineTask, type RewardTerm } from "../define-task.ts";
import type { MomentBase } from "../moment.ts";
import { readings } from "../readings.ts";
import { smallControl } from "../terms/small-control.ts";
import { tolerance } from "../terms/tolerance.ts";
import { randomPose } from "./random-pose.ts";

const upright = tolerance({ bounds: [0.6, 2] }); // m, from the foot to the torso
const hopping = tolerance({ bounds: [2, Infinity], margin: 1, sigmoid: "linear", valueAtMargin: 0.5 }); // m/s

/** The words in which both tasks are written. */
const words = readings((sim) => {
  const torso = 3 * sim.bodyId("torso") + 2;
  const foot = 3 * sim.bodyId("foot") + 2;
  const momentum = sim.sensor("torso_subtreelinvel").address;
  const soles = ["touch_toe", "touch_heel"].map((name) => sim.sensor(name).address);
  const touch = new Float64Array(soles.length);
  return {
    /** How far the torso's centre of mass is above the foot's, m. */
    height: () => sim.xipos[torso] - sim.xipos[foot],
    /** Forward velocity of the whole body, m/s. */
    speed: () => sim.sensordata[momentum],
    /** [2] ln(1 + force in N) on toe and heel */
    touch,
    // Everything but x: where along the track it hops must not matter.
    posture: sim.views(() => ({ view: sim.qpos.subarray(1) })),
    pose: randomPose(sim),
    update: () => {
      for (let i = 0; i < touch.length; i++) touch[i] = Math.log1p(sim.sensordata[soles[i]]);
    },
  };
});

type Hopper = ReturnType<typeof words.bind>;

function hopper<Reward extends string>(name: string, reward: Record<Reward, RewardTerm<MomentBase<Hopper>>>) {
  return defineTask({
    name,
    family: "suite",
    scene: "scenes/hopper.xml",
    timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 20 },
    robot: words,
    action: direct({ squash: "tanh" }),

    reset: ({ robot, rng }) => robot.pose(rng),

    observe: {
      posture: { of: (s) => s.robot.posture.view, unit: "m, rad" },
      velocity: { of: (s) => s.sim.qvel, unit: "m/s, rad/s" },
      touch: { of: (s) => s.robot.touch, unit: "ln(1 + N)" },
    },

    reward,
  });
}

/** Get up and stand, with little effort. */
export const hopperStand = hopper("HopperStand", {
  stand: { weight: 1, of: ({ robot, action }) => upright(robot.height()) * smallControl(action) },
});

/** Get up and hop forward; full reward at 2 m/s. */
export const hopperHop = hopper("HopperHop", {
  hop: { weight: 1, of: ({ robot }) => upright(robot.height()) * hopping(robot.speed()) },
});
