import { defineTask, direct, readings, tolerance } from "flowgait";

const upright = tolerance({ bounds: [0.98, 1], margin: 1 });

/** Swing a pole up and keep it there with a motor that is too weak to lift it. */
export default defineTask({
  name: "PoleUp",
  scene: "./pole.xml",
  timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 10 },
  robot: readings((sim) => {
    const { qposAddress, dofAddress } = sim.joint("hinge");
    return {
      angle: () => sim.qpos[qposAddress], // rad from upright
      speed: () => sim.qvel[dofAddress], // rad/s
      place: (angle: number) => {
        sim.qpos[qposAddress] = angle;
      },
    };
  }),
  action: direct({ squash: "tanh" }),

  reset: ({ robot, rng }) => robot.place(rng.uniform(-Math.PI, Math.PI)),

  observe: {
    cosine: { of: (s) => Math.cos(s.robot.angle()) },
    sine: { of: (s) => Math.sin(s.robot.angle()) },
    speed: { of: (s) => s.robot.speed(), noise: 0.05, unit: "rad/s" },
  },

  reward: {
    // costs return magnitudes; the sign lives in the weight
    upright: { weight: 1, of: (s) => upright(Math.cos(s.robot.angle())) },
    effort: { weight: -0.05, of: (s) => s.action[0] ** 2 },
  },
});
