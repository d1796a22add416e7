/** Two links with a motor between them, the tip to be held high. Values: dm_control suite and MuJoCo Playground, acrobot.py. */
import { direct } from "../actions/action-mapping.ts";
import { defineTask } from "../define-task.ts";
import { readings } from "../readings.ts";
import { pointDistance } from "../terms/norms.ts";
import { tolerance } from "../terms/tolerance.ts";
import { randomPose } from "./random-pose.ts";

/** Where a rotation matrix has the x and z components of the body's z axis. */
const XZ = 2;
const ZZ = 8;

function acrobot(name: string, margin: number) {
  const inTarget = tolerance({ bounds: [-Infinity, 0], margin });
  return defineTask({
    name,
    family: "suite",
    scene: "scenes/acrobot.xml",
    timing: { controlHz: 100, physicsHz: 100, episodeSeconds: 10 },
    robot: readings((sim) => {
      const links = [sim.bodyId("upper_arm"), sim.bodyId("lower_arm")];
      const tip = sim.siteId("tip");
      const target = sim.siteId("target");
      const radius = sim.modelFields.site_size[3 * target];
      const horizontal = new Float64Array(2);
      const vertical = new Float64Array(2);
      return {
        /** [links] x and z components of the links' directions in the world */
        horizontal,
        vertical,
        /** m from the tip to the target's surface, negative inside */
        targetDistance: () => pointDistance(sim.siteXpos, tip, target) - radius,
        pose: randomPose(sim),
        update: () => {
          for (let i = 0; i < links.length; i++) {
            horizontal[i] = sim.xmat[9 * links[i] + XZ];
            vertical[i] = sim.xmat[9 * links[i] + ZZ];
          }
        },
      };
    }),
    action: direct({ squash: "tanh" }),

    reset: ({ robot, rng }) => robot.pose(rng),

    observe: {
      horizontal: { of: (s) => s.robot.horizontal },
      vertical: { of: (s) => s.robot.vertical },
      velocity: { of: (s) => s.sim.qvel, unit: "rad/s" },
    },

    reward: { reach: { weight: 1, of: (s) => inTarget(s.robot.targetDistance()) } },
  });
}

/** Swing the tip up into the target and keep it there; the reward falls over one metre. */
export const acrobotSwingup = acrobot("AcrobotSwingup", 1);

/** The same; a reward only inside the target. */
export const acrobotSwingupSparse = acrobot("AcrobotSwingupSparse", 0);
