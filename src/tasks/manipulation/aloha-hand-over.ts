/**
 * The left arm of ALOHA picks a box up and hands it to the right arm, which brings it to its target. Figures, terms and their order: MuJoCo
 * Playground, ALOHA hand over.
 *
 * What differs: an episode's best potential begins with that of its start, where Playground pays nothing for the first step; the first
 * observation is of the real state, where Playground shows zeros for all places; the time shown is 1 at the end, where Playground shows 0;
 * actions are clipped to ±1, where published policies stay.
 */
import { adviceRecipe } from "../../config/advice-recipe.ts";
import { defineTask } from "../define-task.ts";
import { controlRange } from "../model-change.ts";
import { normSq } from "../terms/norms.ts";
import { bestSoFar } from "../trackers/best-so-far.ts";
import { latch } from "../trackers/latch.ts";
import { alohaIncrements } from "./aloha.ts";
import { type BoxRobot, boxWords, sigmoid } from "./aloha-box.ts";
import { beginAnywhere, beginBefore, TARGETS } from "./aloha-hand-over-starts.ts";

const EPISODE_STEPS = 250;
/** m, heights of the box: it is picked up above the first, and dropped when it comes below the second after that. */
const [PICKED_HEIGHT, DROPPED_HEIGHT] = [0.15, 0.05];
/** m, from the target to the middle of the box: it is there */
const GOAL_REACH = 0.03;

const isFar = ({ places: { box } }: BoxRobot) => Math.abs(box[0]) > 1 || Math.abs(box[1]) > 1 || Math.abs(box[2]) > 1;
const isDropped = ({ robot, picked }: { robot: BoxRobot; picked: { set: boolean } }) =>
  picked.set && robot.places.box[2] < DROPPED_HEIGHT;

/** Hand the box over. */
export const alohaHandOver = defineTask({
  name: "AlohaHandOver",
  family: "manipulation",
  scene: "scenes/aloha-hand-over.xml",
  // the left gripper cannot shut: it shall not grip so hard that it never lets go
  model: { leftGripper: controlRange("left/gripper", 0.01, 0.037) },
  timing: { controlHz: 50, physicsHz: 200, episodeSeconds: EPISODE_STEPS / 50 },
  robot: boxWords,
  keyframe: "home",
  action: alohaIncrements(0.015),
  track: {
    best: bestSoFar((robot: BoxRobot) => robot.potential),
    picked: latch((robot: BoxRobot) => robot.places.box[2] > PICKED_HEIGHT),
  },

  reset: beginBefore,

  lessons: {
    shown: {
      about: "a scripted controller hands the box over; the policy learns from it with --algorithm.advice-pull",
      advise: (s: { readonly robot: BoxRobot }) => s.robot.advise(),
    },
    stages: {
      about:
        "three of four episodes begin later: the left hand at the box, the box in the left hand, or in the right hand",
      reset: beginAnywhere,
    },
  },

  observe: {
    qpos: { of: (s) => s.sim.qpos, unit: "rad; m of fingers and box; quaternion of the box" },
    qvel: { of: (s) => s.sim.qvel, unit: "rad/s, m/s" },
    fingerGaps: { of: (s) => s.robot.fingerGaps, unit: "m" },
    boxTop: { of: (s) => s.robot.places.boxTop, unit: "m" },
    boxBottom: { of: (s) => s.robot.places.boxBottom, unit: "m" },
    leftGripper: { of: (s) => s.robot.grippers.left, unit: "m" },
    leftGripperRows: { of: (s) => s.robot.grippers.leftRows, unit: "rows 2 and 3 of a rotation" },
    rightGripper: { of: (s) => s.robot.grippers.right, unit: "m" },
    rightGripperRows: { of: (s) => s.robot.grippers.rightRows, unit: "rows 2 and 3 of a rotation" },
    boxRows: { of: (s) => s.robot.places.boxRows, unit: "rows 2 and 3 of a rotation" },
    fromTarget: { of: (s) => s.robot.fromTarget, unit: "m" },
    time: { of: (s) => s.episodeStep / EPISODE_STEPS, unit: "of 5 s" },
  },

  reward: {
    gain: { weight: 1, of: (s) => s.best.gain },
    beyond: {
      weight: 0.02,
      of: ({ robot }) => robot.potential * robot.leftIsBack() * sigmoid(100 * (robot.places.box[0] - 0.1)),
    },
    dropped: { weight: -0.1, of: (s) => (isDropped(s) ? 1 : 0) },
  },
  presets: adviceRecipe(2_000_000),
  goal: {
    success: {
      about: `The right hand alone holds the box, with its middle within ${100 * GOAL_REACH} cm of the target, for 0.2 s.`,
      of: ({ robot }) => normSq(robot.fromTarget) < GOAL_REACH ** 2 && robot.isRightHandsAlone(),
      seconds: 0.2,
    },
    drop: {
      about: `The box was lifted above ${100 * PICKED_HEIGHT} cm and came down below ${100 * DROPPED_HEIGHT} cm.`,
      of: isDropped,
    },
  },
  handles: {
    target: { about: "where the right hand is to bring the box", body: "mocap_target", within: TARGETS },
    box: {
      about: "the box",
      body: "box",
      within: { lowest: [-0.3, -0.25, 0.03], highest: [0.4, 0.25, 0.5] },
      turn: { about: "any" },
    },
  },
  terminate: {
    dropped: isDropped,
    far: ({ robot }) => isFar(robot),
    sunk: ({ robot }) => robot.places.box[2] < 0,
  },
});
