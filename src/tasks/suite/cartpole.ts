/** A cart on a rail that balances or swings up a pole. Values: dm_control suite and MuJoCo Playground, cartpole.py. */

import type { TaskPresets } from "../../config/presets.ts";
import { type SuiteTask, suiteRecipe } from "../../config/suite-recipe.ts";
import { direct } from "../actions/action-mapping.ts";
import { defineTask } from "../define-task.ts";
import type { MomentBase, ResetContext } from "../moment.ts";
import { readings } from "../readings.ts";
import { smallControl } from "../terms/small-control.ts";
import { tolerance } from "../terms/tolerance.ts";

const centred = tolerance({ margin: 2 }); // m
const slow = tolerance({ margin: 5 }); // rad/s
// Of the sparse variants: the cart within 0.25 m of the middle, the pole within about 5.7° of upright.
const atCentre = tolerance({ bounds: [-0.25, 0.25] }); // m
const upright = tolerance({ bounds: [0.995, 1] }); // cosine

/** The words in which the tasks are written. Upright is angle 0. */
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

type Robot = ReturnType<typeof words.bind>;

/** Soft indicators of everything that a good balance is. */
function dense({ robot, action }: MomentBase<Robot>): number {
  const height = (robot.cosine() + 1) / 2;
  const nearCentre = (1 + centred(robot.position())) / 2;
  const calm = (1 + slow(robot.poleVelocity())) / 2;
  return height * nearCentre * smallControl(action) * calm;
}

/** 1 where the pole is up over the middle of the rail, else 0. */
function sparse({ robot }: MomentBase<Robot>): number {
  return atCentre(robot.position()) * upright(robot.cosine());
}

/** The pole almost upright. */
function raised(s: ResetContext<Robot>): void {
  s.robot.place(s.rng.uniform(-0.1, 0.1), s.rng.uniform(-0.034, 0.034), s);
}

/** The pole hanging. */
function hanging(s: ResetContext<Robot>): void {
  s.robot.place(0.01 * s.rng.normal(), Math.PI + 0.01 * s.rng.normal(), s);
}

/** Training episodes of 2.4 s: experience after the pole has fallen does not help to learn balancing. */
const balancing: SuiteTask = {
  steps: 2_000_000,
  noisePeriod: 1,
  episodeSteps: 240,
  horizon: 32,
  policyHidden: [64, 64],
  criticHidden: [128, 128],
};
const swinging: SuiteTask = { ...balancing, steps: 4_000_000, episodeSteps: 0 };

function cartpole(
  name: string,
  reset: (s: ResetContext<Robot>) => void,
  balance: (s: MomentBase<Robot>) => number,
  presets?: TaskPresets,
) {
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

    reward: { balance: { weight: 1, of: balance } },

    presets,
  });
}

/** Keep the pole up. */
export const cartpoleBalance = cartpole("CartpoleBalance", raised, dense, suiteRecipe(balancing));

/** Keep the pole up; a reward only where it is. */
export const cartpoleBalanceSparse = cartpole("CartpoleBalanceSparse", raised, sparse);

/** Swing the hanging pole up and keep it there. */
export const cartpoleSwingup = cartpole("CartpoleSwingup", hanging, dense, suiteRecipe(swinging));

/** Swing the hanging pole up; a reward only where it is up. */
export const cartpoleSwingupSparse = cartpole("CartpoleSwingupSparse", hanging, sparse);
