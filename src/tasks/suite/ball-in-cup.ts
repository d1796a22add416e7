/** A ball on a string, to be swung into the cup that it hangs from. Values: dm_control suite and MuJoCo Playground, ball_in_cup.py. */

import { shortSighted, suiteRecipe } from "../../config/suite-recipe.ts";
import { direct } from "../actions/action-mapping.ts";
import { defineTask } from "../define-task.ts";
import { readings } from "../readings.ts";

/** Axes of the plane in which all moves. */
const X = 0;
const Z = 2;

/** Catch the ball and keep it. Every episode starts alike, as in Playground: at rest, the ball hanging below the cup. */
export const ballInCup = defineTask({
  name: "BallInCup",
  family: "suite",
  scene: "scenes/ball-in-cup.xml",
  timing: { controlHz: 50, physicsHz: 500, episodeSeconds: 20 },
  robot: readings((sim) => {
    const target = 3 * sim.siteId("target");
    const ball = 3 * sim.bodyId("ball");
    const { site_size: sites, geom_size: geoms } = sim.modelFields;
    const ballRadius = geoms[3 * sim.geomId("ball")];
    const room = [X, Z].map((axis) => sites[target + axis] - ballRadius);
    const isWithin = (axis: number, half: number) =>
      Math.abs(sim.siteXpos[target + axis] - sim.xpos[ball + axis]) < half;
    return {
      /** Whether the whole ball is between the target's sides, bottom and top. */
      isCaught: () => isWithin(X, room[0]) && isWithin(Z, room[1]),
    };
  }),
  action: direct({ squash: "tanh" }),

  observe: {
    position: { of: (s) => s.sim.qpos, unit: "m" },
    velocity: { of: (s) => s.sim.qvel, unit: "m/s" },
  },

  reward: { caught: { weight: 1, of: (s) => (s.robot.isCaught() ? 1 : 0) } },

  presets: suiteRecipe({ steps: 2_000_000, noisePeriod: 10, gaussianClipTarget: 0 }, shortSighted),
});
