/** A planar cheetah that runs as fast as it can. Values: dm_control suite and MuJoCo Playground, cheetah.py. */

import { suiteRecipe } from "../../config/suite-recipe.ts";
import { direct } from "../actions/action-mapping.ts";
import { defineTask } from "../define-task.ts";
import { readings } from "../readings.ts";
import { tolerance } from "../terms/tolerance.ts";

const RUN_SPEED = 10; // m/s
/** Coordinates of the root before the six leg joints: x, z, pitch. */
const ROOT = 3;

const fast = tolerance({ bounds: [RUN_SPEED, Infinity], margin: RUN_SPEED, sigmoid: "linear", valueAtMargin: 0 });

/** Run forward; full reward at 10 m/s. */
export const cheetahRun = defineTask({
  name: "CheetahRun",
  family: "suite",
  scene: "scenes/cheetah.xml",
  timing: { controlHz: 100, physicsHz: 100, episodeSeconds: 10 },
  robot: readings((sim) => {
    const momentum = sim.sensor("torso_subtreelinvel").address;
    const legs = sim.actuatorJoints().map((joint) => sim.joint(joint));
    return {
      /** Forward velocity of the whole body, m/s. */
      speed: () => sim.sensordata[momentum],
      legs,
      // Everything but x: where along the track it runs must not matter.
      posture: sim.views(() => ({ view: sim.qpos.subarray(1) })),
    };
  }),
  action: direct({ squash: "tanh" }),

  reset: ({ sim, robot, rng }) => {
    for (const { qposAddress, range } of robot.legs) sim.qpos[qposAddress] = rng.uniform(...range);
    for (let i = 0; i < ROOT; i++) sim.qpos[i] = 0;
  },
  settle: { physicsSteps: 200, startStates: 64 },

  observe: {
    posture: { of: (s) => s.robot.posture.view, unit: "m, rad" },
    velocity: { of: (s) => s.sim.qvel, unit: "m/s, rad/s" },
  },

  reward: {
    run: { weight: 1, of: (s) => fast(s.robot.speed()) },
  },

  presets: suiteRecipe({ steps: 5_000_000, noisePeriod: 1, normalPull: 0.01, normalPullEnd: 0.001 }),
});
