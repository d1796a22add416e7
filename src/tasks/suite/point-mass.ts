/** A ball on a table, to be brought to rest in the middle. Values: dm_control suite and MuJoCo Playground, point_mass.py. */

import { suiteRecipe } from "../../config/suite-recipe.ts";
import { direct } from "../actions/action-mapping.ts";
import { defineTask } from "../define-task.ts";
import { readings } from "../readings.ts";
import { pointDistance } from "../terms/norms.ts";
import { smallControl } from "../terms/small-control.ts";
import { tolerance } from "../terms/tolerance.ts";

const nearTarget = tolerance({ bounds: [0, 1], margin: 1 }); // target radii

/** Bring the ball into the target with small controls. */
export const pointMass = defineTask({
  name: "PointMass",
  family: "suite",
  scene: "scenes/point-mass.xml",
  timing: { controlHz: 50, physicsHz: 50, episodeSeconds: 20 },
  robot: readings((sim) => {
    const ball = sim.geomId("pointmass");
    const target = sim.geomId("target");
    const radius = sim.modelFields.geom_size[3 * target];
    return {
      /** From the ball's centre to the target's, in radii of the target. */
      targetRadii: () => pointDistance(sim.geomXpos, ball, target) / radius,
      slides: [sim.joint("root_x"), sim.joint("root_y")],
    };
  }),
  action: direct({ squash: "tanh" }),

  reset: ({ sim, robot, rng }) => {
    for (const { qposAddress, range } of robot.slides) sim.qpos[qposAddress] = rng.uniform(...range);
  },

  observe: {
    position: { of: (s) => s.sim.qpos, unit: "m" },
    velocity: { of: (s) => s.sim.qvel, unit: "m/s" },
  },

  reward: {
    reach: { weight: 1, of: ({ robot, action }) => nearTarget(robot.targetRadii()) * smallControl(action) },
  },

  presets: suiteRecipe({ steps: 1_500_000, noisePeriod: 8 }),
});
