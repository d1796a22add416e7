/**
 * Lift a cube into a place in the air, and turn it there: the Franka Emika Panda. Figures, terms and their order: MuJoCo Playground, Panda
 * pick cube. What differs from it stands in panda.ts.
 */

import { adviceRecipe } from "../../config/advice-recipe.ts";
import type { TaskPresets } from "../../config/presets.ts";
import { fromAxisAngle } from "../../math/quat.ts";
import type { Rng } from "../../math/rng.ts";
import { defineTask } from "../define-task.ts";
import type { HandleBox } from "../handles/allowed.ts";
import type { Handle } from "../handles/handles.ts";
import type { ResetContext } from "../moment.ts";
import { readings } from "../readings.ts";
import { touch } from "../trackers/touch.ts";
import {
  armNear,
  atObject,
  gripperNear,
  type Handling,
  objectNearTurned,
  type PandaRobot,
  pandaIncrements,
  pandaSeen,
  untouched,
} from "./panda.ts";
import { PickingPanda } from "./panda-pick-script.ts";

/** Where the arm waits: its keyframe home, rad. */
const HOME = [0, 0.3, 0, -1.57079, 0, 2, -0.7853];
/** m, of the cube's middle where it lies */
const LIES = [0.7, 0, 0.03];
const SPREAD = 0.2; // m
const [LOWEST, HIGHEST] = [0.2, 0.4]; // m, of targets above it
const STEEPEST = Math.PI / 4; // rad, of the target in the variant
const TURN_ALLOWED = 0.2; // rad
const WAY_ALLOWED = 0.02; // m
const CUBE = 9; // of the cube's position in qpos

/** Where targets are put: by the task, and down to the floor by hand. */
const TARGETS: HandleBox = {
  lowest: [LIES[0] - SPREAD, LIES[1] - SPREAD, LIES[2]],
  highest: [LIES[0] + SPREAD, LIES[1] + SPREAD, LIES[2] + HIGHEST],
};

/** The cube, within the arm's reach. */
export const cubeHandle: Handle = {
  about: "the cube",
  body: "box",
  within: { lowest: [0.3, -0.5, LIES[2]], highest: [0.9, 0.5, 0.6] },
  turn: { about: "any" },
};

/** What of hand and pads may touch the floor. */
export const handOnFloor = touch([
  "left_finger_pad_floor_found",
  "right_finger_pad_floor_found",
  "hand_capsule_floor_found",
]);

/** Whether the cube is in place, whatever its orientation. */
export const cubeInPlace = (s: Handling) => s.robot.wayLeft < WAY_ALLOWED;

function place({ sim, robot, rng }: ResetContext<PandaRobot>): void {
  for (let i = 0; i < 2; i++) sim.qpos[CUBE + i] = LIES[i] + rng.uniform(-SPREAD, SPREAD);
  sim.qpos[CUBE + 2] = LIES[2];
  for (let i = 0; i < 2; i++) robot.target[i] = LIES[i] + rng.uniform(-SPREAD, SPREAD);
  robot.target[2] = LIES[2] + rng.uniform(LOWEST, HIGHEST);
}

/** A turn by up to 45° about any axis. */
function tilt(rng: Rng, out: Float64Array): void {
  const axis = [rng.uniform(-1, 1), rng.uniform(-1, 1), rng.uniform(-1, 1)];
  const length = Math.hypot(...axis);
  fromAxisAngle(out, 0, axis[0] / length, axis[1] / length, axis[2] / length, rng.uniform(0, STEEPEST));
}

/** @param turned whether the target has an orientation of its own */
function pickCube(name: string, turned: boolean, presets: TaskPresets) {
  const start = (context: ResetContext<PandaRobot>) => {
    place(context);
    if (turned) tilt(context.rng, context.robot.targetQuat);
  };
  return defineTask({
    name,
    family: "manipulation",
    scene: "scenes/panda-cube.xml",
    timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 3 },
    robot: readings((sim) => new PickingPanda(sim, "box", ["pickup", "pickup1"], turned)),
    keyframe: "home",
    action: pandaIncrements,
    track: { atObject, onFloor: handOnFloor },
    reset: start,
    handles: {
      target: {
        about: "where the cube is to be brought",
        body: "mocap_target",
        within: TARGETS,
        ...(turned && { turn: { about: "any" as const, most: STEEPEST } }),
      },
      cube: cubeHandle,
    },
    lessons: {
      shown: {
        about:
          "a scripted controller picks and carries the cube; the policy learns from it with --algorithm.advice-pull",
        advise: (s: Handling & { readonly robot: PickingPanda }) => s.robot.advise(),
      },
      around: {
        about: "every second episode starts with the open hand around the cube",
        reset: (context: ResetContext<PandaRobot>) => {
          start(context);
          if (context.rng.uniform() < 0.5) context.robot.take(context.rng.uniform() < 0.5 ? "pickup" : "pickup1");
        },
      },
    },
    observe: pandaSeen,
    reward: {
      gripperNear: { weight: 4, of: gripperNear },
      cubeNear: { weight: 8, of: objectNearTurned },
      offFloor: { weight: 0.25, of: (s) => untouched(s.onFloor) },
      armNear: { weight: 0.3, of: armNear(HOME) },
    },
    rewardClip: [-1e4, 1e4],
    terminate: { cubeAway: (s) => s.robot.isAway },
    goal: {
      success: turned
        ? {
            about: "The cube is within 2 cm and 0.2 rad of its target.",
            of: (s) => cubeInPlace(s) && s.robot.angleLeft < TURN_ALLOWED,
            seconds: 0.5,
            atEnd: true,
          }
        : { about: "The cube is within 2 cm of its target.", of: cubeInPlace, seconds: 0.5, atEnd: true },
    },
    presets,
  });
}

/** To a place in the air. */
export const pandaPickCube = pickCube("PandaPickCube", false, adviceRecipe(1_000_000, { epochs: 6, minibatches: 16 }));

/** To a place in the air, tilted by up to 45°. */
export const pandaPickCubeOrientation = pickCube("PandaPickCubeOrientation", true, adviceRecipe(1_500_000));
