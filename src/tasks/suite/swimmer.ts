/** A chain of six links that swims in the plane to a target. Values: dm_control suite and MuJoCo Playground, swimmer.py. */
import { rotateInverse } from "../../math/rotation-matrix.ts";
import { direct } from "../actions/action-mapping.ts";
import { defineTask } from "../define-task.ts";
import { readings } from "../readings.ts";
import { tolerance } from "../terms/tolerance.ts";
import { randomPose } from "./random-pose.ts";

/** Coordinates of the root before the joints: x, y, heading. */
const ROOT = 3;
const NEAR = 0.3; // m, half side of the square that holds the target in some episodes
const FAR = 2; // m, in the others
const NEAR_SHARE = 0.2;

/** The nose inside the target's 0.1 m. */
const close = tolerance({ bounds: [0, 0.1], margin: 0.5, sigmoid: "long_tail" }); // m

/** Swim to the target. It is in place in the first observation, unlike Playground's, which is a step behind. */
export const swimmerSwimmer6 = defineTask({
  name: "SwimmerSwimmer6",
  family: "suite",
  scene: "scenes/swimmer.xml",
  timing: { controlHz: 100 / 3, physicsHz: 1000 / 3, episodeSeconds: 30 },
  robot: readings((sim) => {
    const head = 9 * sim.bodyId("head");
    const nose = 3 * sim.geomId("nose");
    const target = 3 * sim.geomId("target");
    const links = [["head_vel", "head_gyro"]];
    for (let i = 0; i < sim.nu; i++) links.push([`velocimeter_${i}`, `gyro_${i}`]);
    const linVels = links.map(([velocimeter]) => sim.sensor(velocimeter).address);
    const gyros = links.map(([, gyro]) => sim.sensor(gyro).address);
    const offset = new Float64Array(3);
    const velocities = new Float64Array(3 * links.length);
    return {
      /** [2] from the nose to the target, in the head's frame, m */
      toTarget: offset.subarray(0, 2),
      /** [links, 3] forward and sideways velocity and turning rate of each link, in its frame, m/s and rad/s */
      velocities,
      joints: sim.views(() => ({ view: sim.qpos.subarray(ROOT) })),
      pose: randomPose(sim),
      update: () => {
        const { geomXpos, sensordata } = sim;
        for (let i = 0; i < 3; i++) offset[i] = geomXpos[target + i] - geomXpos[nose + i];
        rotateInverse(offset, 0, sim.xmat, head, offset, 0);
        for (let link = 0; link < links.length; link++) {
          velocities[3 * link] = sensordata[linVels[link]];
          velocities[3 * link + 1] = sensordata[linVels[link] + 1];
          velocities[3 * link + 2] = sensordata[gyros[link] + 2];
        }
      },
    };
  }),
  action: direct({ squash: "tanh" }),

  reset: ({ sim, robot, rng }) => {
    robot.pose(rng);
    const reach = rng.uniform() < NEAR_SHARE ? NEAR : FAR;
    for (let i = 0; i < 2; i++) sim.mocapPos[i] = rng.uniform(-reach, reach);
  },

  observe: {
    jointPos: { of: (s) => s.robot.joints.view, unit: "rad" },
    toTarget: { of: (s) => s.robot.toTarget, unit: "m" },
    velocities: { of: (s) => s.robot.velocities, unit: "m/s, m/s, rad/s" },
  },

  reward: {
    reach: { weight: 1, of: ({ robot: { toTarget } }) => close(Math.hypot(toTarget[0], toTarget[1])) },
  },
});
