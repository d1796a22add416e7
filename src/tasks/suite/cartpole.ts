/** A cart on a rail that balances or swings up a pole. Values: dm_control suite and MuJoCo Playground, cartpole.py. */
import { direct } from "../action-mapping.ts";
import { defineTask } from "../define-task.ts";
import type { ResetContext } from "../moment.ts";
import { readings } from "../readings.ts";
import { tolerance } from "../terms/tolerance.ts";

const centred = tolerance({ margin: 2 }); // m
const gentle = tolerance({ margin: 1, sigmoid: "quadratic", valueAtMargin: 0 }); // of the action
const slow = tolerance({ margin: 5 }); // rad/s

/** The words in which both tasks are written. Upright is angle 0. */
const words = readings((sim) => {
  const slider = sim.joint("slider");
  const hinge = sim.joint("hinge_1");
  const angle = () => sim.qpos[hinge.qposAddress];
  return {
    position: () => sim.qpos[slider.qposAddress],
    cosine: () => Math.cos(angle()),
    sine: () => Math.sin(angle()),
    poleVelocity: () => sim.qvel[hinge.dofAddress],
    /** Sets the start: offsets of cart and pole, and a little random motion. */
    place: (position: number, poleAngle: number, { rng }: Pick<ResetContext<unknown>, "rng">) => {
      sim.qpos[slider.qposAddress] = position;
      sim.qpos[hinge.qposAddress] = poleAngle;
      for (let i = 0; i < sim.nv; i++) sim.qvel[i] = 0.01 * rng.normal();
    },
  };
});

type CartpoleReset = ResetContext<ReturnType<typeof words.bind>>;

function cartpole(name: string, reset: (s: CartpoleReset) => void) {
  return defineTask({
    name,
    family: "suite",
    scene: "scenes/cartpole.xml",
    timing: { controlHz: 100, physicsHz: 100, episodeSeconds: 10 },
    robot: words,
    action: direct({ squash: "tanh" }),

    reset,

    observe: {
      position: { of: (s) => s.robot.position(), unit: "m" },
      cosine: { of: (s) => s.robot.cosine() },
      sine: { of: (s) => s.robot.sine() },
      velocity: { of: (s) => s.sim.qvel, unit: "m/s, rad/s" },
    },

    reward: {
      balance: {
        weight: 1,
        of: ({ robot, action }) => {
          const upright = (robot.cosine() + 1) / 2;
          const nearCentre = (1 + centred(robot.position())) / 2;
          const smallControl = (4 + gentle(action[0])) / 5;
          const calm = (1 + slow(robot.poleVelocity())) / 2;
          return upright * nearCentre * smallControl * calm;
        },
      },
    },
  });
}

/** Keep the pole up from an almost upright start. */
export const cartpoleBalance = cartpole("CartpoleBalance", (s) =>
  s.robot.place(s.rng.uniform(-0.1, 0.1), s.rng.uniform(-0.034, 0.034), s),
);

/** Swing the hanging pole up and keep it there. */
export const cartpoleSwingup = cartpole("CartpoleSwingup", (s) =>
  s.robot.place(0.01 * s.rng.normal(), Math.PI + 0.01 * s.rng.normal(), s),
);
