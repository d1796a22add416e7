/** A two-link arm that reaches for a target. Values: dm_control suite and MuJoCo Playground, reacher.py. */

import { suiteRecipe } from "../../config/suite-recipe.ts";
import { direct } from "../actions/action-mapping.ts";
import { defineTask } from "../define-task.ts";
import { markerRadius } from "../model-change.ts";
import { readings } from "../readings.ts";
import { randomPose } from "./random-pose.ts";

const REACHING = { noisePeriod: 2, normalPullEnd: 0.02 };

/** Hold the finger inside the target. The target is in place in the first observation, unlike Playground's, which is a step behind. */
function reacher(name: string, targetRadius: number, steps: number) {
  return defineTask({
    name,
    family: "suite",
    scene: "scenes/reacher.xml",
    model: { target: markerRadius("geom", "target", targetRadius) },
    timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 20 },
    robot: readings((sim) => {
      const finger = sim.geomId("finger");
      const target = sim.geomId("target");
      const { geom_size: sizes } = sim.modelFields;
      const toTarget = new Float64Array(2);
      return {
        /** [2] target minus finger, m */
        toTarget,
        /** m, of target and finger together */
        reach: sizes[3 * target] + sizes[3 * finger],
        pose: randomPose(sim),
        update: () => {
          for (let i = 0; i < 2; i++) toTarget[i] = sim.geomXpos[3 * target + i] - sim.geomXpos[3 * finger + i];
        },
      };
    }),
    action: direct({ squash: "tanh" }),

    reset: ({ sim, robot, rng }) => {
      robot.pose(rng);
      const angle = rng.uniform(0, 2 * Math.PI);
      const radius = rng.uniform(0.05, 0.2);
      sim.mocapPos[0] = radius * Math.sin(angle);
      sim.mocapPos[1] = radius * Math.cos(angle);
    },

    observe: {
      jointPos: { of: (s) => s.sim.qpos, unit: "rad" },
      toTarget: { of: (s) => s.robot.toTarget, unit: "m" },
      jointVel: { of: (s) => s.sim.qvel, unit: "rad/s" },
    },

    reward: {
      reach: {
        weight: 1,
        of: ({ robot: { toTarget, reach } }) => (Math.hypot(toTarget[0], toTarget[1]) <= reach ? 1 : 0),
      },
    },

    presets: suiteRecipe({ ...REACHING, steps }),
  });
}

/** A target of 10 cm across. */
export const reacherEasy = reacher("ReacherEasy", 0.05, 3_000_000);

/** A target of 3 cm across. */
export const reacherHard = reacher("ReacherHard", 0.015, 4_000_000);
