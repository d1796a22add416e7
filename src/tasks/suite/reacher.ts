/** A two-link arm that reaches for a target. Values: dm_control suite and MuJoCo Playground, reacher.py. */
import { direct } from "../action-mapping.ts";
import { defineTask } from "../define-task.ts";
import { readings } from "../readings.ts";

const FINGER_RADIUS = 0.01; // m
const TARGET_RADIUS = 0.05; // m, of the easy variant

/** Hold the finger inside a large target. The target is in place in the first observation, unlike Playground's, which is a step behind. */
export const reacherEasy = defineTask({
  name: "ReacherEasy",
  family: "suite",
  scene: "scenes/reacher.xml",
  timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 20 },
  robot: readings((sim) => {
    const finger = 3 * sim.geomId("finger");
    const target = 3 * sim.geomId("target");
    const toTarget = new Float64Array(2);
    return {
      /** [2] target minus finger, m */
      toTarget,
      wristRange: sim.joint("wrist").range,
      update: () => {
        for (let i = 0; i < 2; i++) toTarget[i] = sim.geomXpos[target + i] - sim.geomXpos[finger + i];
      },
    };
  }),
  action: direct({ squash: "tanh" }),

  reset: ({ sim, robot, rng }) => {
    sim.qpos[0] = rng.uniform(-Math.PI, Math.PI);
    sim.qpos[1] = rng.uniform(...robot.wristRange);
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
      of: ({ robot: { toTarget } }) => (Math.hypot(toTarget[0], toTarget[1]) <= TARGET_RADIUS + FINGER_RADIUS ? 1 : 0),
    },
  },
});
