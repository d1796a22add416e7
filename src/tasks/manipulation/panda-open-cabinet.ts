/**
 * Pull a drawer open to a mark: the Franka Emika Panda. Figures, terms and their order: MuJoCo Playground, Panda open cabinet. What differs
 * from it stands in panda.ts; besides, the target's mark is where the target is.
 */

import { adviceRecipe } from "../../config/advice-recipe.ts";
import { defineTask } from "../define-task.ts";
import { readings } from "../readings.ts";
import { touch } from "../trackers/touch.ts";
import {
  ARM_JOINTS,
  armNear,
  atObject,
  gripperNear,
  type Handling,
  objectNear,
  pandaIncrements,
  pandaSeen,
  untouched,
} from "./panda.ts";
import { OpeningPanda } from "./panda-cabinet-script.ts";

/** Joint by joint around upright, rad: first poses. */
const STARTS = [
  [-30, 30],
  [-30, 30],
  [-30, 30],
  [-60, 0],
  [-30, 30],
  [0, 60],
  [-30, 30],
].map(([low, high]) => [(low * Math.PI) / 180, (high * Math.PI) / 180]);
/** Where the reward would have the arm: its keyframe upright. */
const UPRIGHT = new Array<number>(ARM_JOINTS).fill(0);
/** m, of the handle's middle where it is to be pulled */
const TARGET = [0.3, 0, 0.5];
const SPREAD = 0.1; // m
const WAY_ALLOWED = 0.02; // m

/** Whether the drawer is where it is to be. */
const inPlace = (s: Handling) => s.robot.wayLeft < WAY_ALLOWED;

/** Pull the drawer by its handle. */
export const pandaOpenCabinet = defineTask({
  name: "PandaOpenCabinet",
  family: "manipulation",
  scene: "scenes/panda-cabinet.xml",
  timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 3 },
  robot: readings((sim) => new OpeningPanda(sim)),
  keyframe: "upright",
  action: pandaIncrements,
  track: {
    atObject,
    atBarrier: touch(["barrier_left_finger_pad_found", "barrier_right_finger_pad_found", "barrier_hand_capsule_found"]),
  },
  reset: ({ sim, robot, rng }) => {
    for (let i = 0; i < ARM_JOINTS; i++) {
      sim.qpos[i] = rng.uniform(STARTS[i][0], STARTS[i][1]);
      sim.ctrl[i] = sim.qpos[i];
    }
    robot.target[0] = TARGET[0] + rng.uniform(-SPREAD, SPREAD);
    for (let i = 1; i < 3; i++) robot.target[i] = TARGET[i];
  },
  handles: {
    target: {
      about: "how far the drawer is to be pulled",
      body: "mocap_target",
      within: {
        lowest: [TARGET[0] - SPREAD, TARGET[1], TARGET[2]],
        highest: [TARGET[0] + SPREAD, TARGET[1], TARGET[2]],
      },
    },
  },
  lessons: {
    shown: {
      about: "a scripted controller grips the handle and pulls; the policy learns from it with --algorithm.advice-pull",
      advise: (s: Handling & { readonly robot: OpeningPanda }) => s.robot.advise(),
    },
  },
  observe: pandaSeen,
  reward: {
    gripperNear: { weight: 4, of: gripperNear },
    handleNear: { weight: 8, of: objectNear },
    offBarrier: { weight: 0.25, of: (s) => untouched(s.atBarrier) },
    armNear: { weight: 0.3, of: armNear(UPRIGHT) },
  },
  rewardClip: [-1e4, 1e4],
  terminate: { handleAway: (s) => s.robot.isAway },
  presets: adviceRecipe(600_000, { epochs: 6, minibatches: 16 }),
  goal: { success: { about: "The drawer's handle is within 2 cm of its target.", of: inPlace, atEnd: true } },
});
