/** A weight on a pole, to be swung up by a motor too weak to lift it. Values: dm_control suite and MuJoCo Playground, pendulum.py. */
import { direct } from "../actions/action-mapping.ts";
import { defineTask } from "../define-task.ts";
import { readings } from "../readings.ts";
import { tolerance } from "../terms/tolerance.ts";

/** Where a rotation matrix has the x and z components of the body's z axis. */
const XZ = 2;
const ZZ = 8;

/** Within 8° of upright, as the cosine. */
const upright = tolerance({ bounds: [Math.cos((8 * Math.PI) / 180), Infinity] });

/** Swing up and stay up. Episodes start with the pole leaning to one side only, as in Playground. */
export const pendulumSwingup = defineTask({
  name: "PendulumSwingup",
  family: "suite",
  scene: "scenes/pendulum.xml",
  timing: { controlHz: 50, physicsHz: 100, episodeSeconds: 20 },
  robot: readings((sim) => {
    const pole = 9 * sim.bodyId("pole");
    return {
      /** x and z components of the pole's direction in the world */
      horizontal: () => sim.xmat[pole + XZ],
      vertical: () => sim.xmat[pole + ZZ],
    };
  }),
  action: direct({ squash: "tanh" }),

  reset: ({ sim, rng }) => {
    sim.qpos[0] = rng.uniform(0, Math.PI);
  },

  observe: {
    horizontal: { of: (s) => s.robot.horizontal() },
    vertical: { of: (s) => s.robot.vertical() },
    velocity: { of: (s) => s.sim.qvel, unit: "rad/s" },
  },

  reward: { upright: { weight: 1, of: (s) => upright(s.robot.vertical()) } },
});
