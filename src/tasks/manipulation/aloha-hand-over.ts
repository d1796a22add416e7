/**
 * The left arm of ALOHA picks a box up and hands it to the right arm, which brings it to its target. Figures, terms and their order: MuJoCo
 * Playground, ALOHA hand over.
 *
 * What differs: an episode's best potential begins with that of its start, where Playground pays nothing for the first step; the first
 * observation is of the real state, where Playground shows zeros for all places; the time shown is 1 at the end, where Playground shows 0;
 * actions are clipped to ±1, where published policies stay.
 */

import { defineTask } from "../define-task.ts";
import { controlRange } from "../model-change.ts";
import type { ResetContext } from "../moment.ts";
import { readings } from "../readings.ts";
import { distSq, normSq } from "../terms/norms.ts";
import { bestSoFar } from "../trackers/best-so-far.ts";
import { latch } from "../trackers/latch.ts";
import { alohaIncrements, alohaWords, lowerRows, point } from "./aloha.ts";
import { AlohaHand } from "./aloha-starts.ts";

const EPISODE_STEPS = 250;
/** m, of the box; a finger that touches its side is so far from shut */
const BOX_HALF_WIDTH = 0.015;
const BOX_START = [-0.16, 0, 0.0307918];
const TARGET_MIDDLE = [0.2, 0, 0.25];
const LEAST_TARGET_X = 0.15;
/** Where the box changes hands. */
const MEETING_PLACE = [0, 0, 0.24];
/** m, places of the box along x: behind the first it is the left arm's alone, beyond the second the right arm's. */
const [MEETING_FROM, MEETING_TO] = [-0.1, 0];
/** m, heights of the box: it is picked up above the first, and dropped when it comes below the second after that. */
const [PICKED_HEIGHT, DROPPED_HEIGHT] = [0.15, 0.05];

/** m, from the target to the middle of the box: it is there */
const GOAL_REACH = 0.03;
/** m, from a place between fingertips to the middle of the box: the hand holds it nearer than the first, and cannot touch it beyond the second. */
const [HELD, UNTOUCHED] = [0.05, 0.08];

/** Of the lesson, m and rad: where hands are along a run that goes well. */
const [GRASP_HEIGHT, GRASP_PITCH] = [0.062, 0.3];
const [LEFT_BASE, RIGHT_BASE] = [
  [-0.469, -0.019],
  [0.469, -0.019],
];
const [LEFT_WAITING, LEFT_MEETING] = [
  [-0.14, 0, 0.25],
  [-0.01, 0, 0.27],
];
const [RIGHT_WAITING, RIGHT_MEETING] = [
  [0.12, 0, 0.23],
  [0.06, 0, 0.23],
];
/** Controls of grippers and their numbers. */
const [SHUT, OPEN] = [0.002, 0.037];
const [LEFT_GRIPPER, RIGHT_GRIPPER] = [6, 13];

const WEIGHTS = { grasp: 1, handOver: 4, target: 8, tableClear: 0.3 };
const WEIGHT_SUM = WEIGHTS.grasp + WEIGHTS.handOver + WEIGHTS.target + WEIGHTS.tableClear;

const nearness = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.exp(-10 * Math.sqrt(distSq(a, b, 3)));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const words = readings((sim) => {
  const aloha = alohaWords(sim, "home");
  const hands = {
    left: new AlohaHand(sim, "left", "picked", "box"),
    right: new AlohaHand(sim, "right", "transferred", "box"),
  };
  const [box, top, bottom] = [sim.bodyId("box"), sim.siteId("box_top"), sim.siteId("box_bottom")];
  const { qposAddress: boxAddress } = sim.joint("box");
  const places = sim.views(() => ({
    box: point(sim.xpos, box),
    boxRows: lowerRows(sim.xmat, box),
    boxTop: point(sim.siteXpos, top),
    boxBottom: point(sim.siteXpos, bottom),
    target: point(sim.mocapPos, 0),
  }));
  const { grippers } = aloha;
  const robot = {
    ...aloha,
    hands,
    /** Lets the grippers open or shut. */
    grip: (left: number, right: number) => {
      sim.ctrl[LEFT_GRIPPER] = left;
      sim.ctrl[RIGHT_GRIPPER] = right;
    },
    /** [3] or [6] each, m: the box, its upper and lower half, and where it has to go; rows 2 and 3 of its rotation */
    places,
    /** [4] fingers from the sides of a box between them, m */
    fingerGaps: new Float64Array(4),
    /** [3] from the target to the box, m */
    fromTarget: new Float64Array(3),
    /** How far the task has come; what the reward is made of. */
    potential: 0,
    /** 1 where the left hand is on its own side, 0 where it is on the other */
    leftIsBack: () => sigmoid(-100 * grippers.left[0]),
    /** Whether the right hand is at the box and the left one too far from it to touch it; in the air, that holds it. */
    isRightHandsAlone: () =>
      distSq(places.box, grippers.right) < HELD ** 2 && distSq(places.box, grippers.left) > UNTOUCHED ** 2,
    boxAddress,
    placeBox: (x: number, y: number) => {
      sim.qpos[boxAddress] = BOX_START[0] + x;
      sim.qpos[boxAddress + 1] = BOX_START[1] + y;
    },
    update: () => {
      aloha.readFingers();
      for (let i = 0; i < 4; i++) robot.fingerGaps[i] = aloha.fingers[i] - BOX_HALF_WIDTH;
      for (let i = 0; i < 3; i++) robot.fromTarget[i] = places.box[i] - places.target[i];
      robot.potential = potential();
    },
  };

  function potential(): number {
    const x = places.box[0];
    const left = x < MEETING_TO ? nearness(places.boxTop, grippers.left) : 0;
    const lower = nearness(places.boxBottom, grippers.right);
    // beyond the meeting place the right hand's part counts twice
    const right = (x >= MEETING_FROM ? lower : 0) + (x >= MEETING_TO ? lower : 0);
    const away = x >= MEETING_TO ? nearness(grippers.left, MEETING_PLACE) : 0;
    const handOver = Math.max(nearness(places.box, MEETING_PLACE), away);
    const target = nearness(places.target, places.box) * right * robot.leftIsBack();
    const tableClear = aloha.touchesTable() ? 0 : 1;
    const sum =
      WEIGHTS.grasp * (left + right) +
      WEIGHTS.handOver * handOver +
      WEIGHTS.target * target +
      WEIGHTS.tableClear * tableClear;
    return sum / WEIGHT_SUM;
  }
  return robot;
});

type Robot = ReturnType<typeof words.bind>;

const isFar = ({ places: { box } }: Robot) => Math.abs(box[0]) > 1 || Math.abs(box[1]) > 1 || Math.abs(box[2]) > 1;
const isDropped = ({ robot, picked }: { robot: Robot; picked: { set: boolean } }) =>
  picked.set && robot.places.box[2] < DROPPED_HEIGHT;

/** Start of the task: the box before the left arm, the target to the right. */
function begin({ sim, robot, rng }: ResetContext<Robot>): void {
  robot.commandHome();
  robot.placeBox(rng.uniform(-0.05, 0.05), rng.uniform(-0.1, 0.1));
  for (let i = 0; i < 3; i++) sim.mocapPos[i] = TARGET_MIDDLE[i] + rng.uniform(-0.15, 0.15);
  sim.mocapPos[0] = Math.max(LEAST_TARGET_X, sim.mocapPos[0]);
}

/** A start of the task, or a moment of a run that went well, each as often: at the box, with it on the way to the right hand, and beyond. */
function beginAnywhere(context: ResetContext<Robot>): void {
  begin(context);
  const { sim, robot, rng } = context;
  const stage = rng.integer(4);
  if (stage === 0) return;
  const way = rng.uniform();
  const between = (a: ArrayLike<number>, b: ArrayLike<number>) => [0, 1, 2].map((i) => a[i] + way * (b[i] - a[i]));
  const box = sim.qpos.subarray(robot.boxAddress, robot.boxAddress + 3);
  const atBox = [box[0], box[1], GRASP_HEIGHT];
  if (stage === 1) {
    robot.hands.left.place(atBox, headingFrom(LEFT_BASE, atBox), GRASP_PITCH);
    robot.grip(OPEN, OPEN);
  } else if (stage === 2) {
    const place = between(atBox, LEFT_MEETING);
    robot.hands.left.place(place, (1 - way) * headingFrom(LEFT_BASE, atBox), GRASP_PITCH);
    robot.hands.left.hold();
    robot.hands.right.place(between(RIGHT_WAITING, RIGHT_MEETING), Math.PI, 0.1);
    robot.grip(SHUT, OPEN);
  } else {
    const place = between(RIGHT_MEETING, sim.mocapPos);
    const heading = headingFrom(RIGHT_BASE, sim.mocapPos);
    robot.hands.right.place(place, Math.PI + way * turn(heading - Math.PI), 0.1);
    robot.hands.right.hold();
    robot.hands.left.place(LEFT_WAITING, 0, 0.1);
    robot.grip(OPEN, SHUT);
  }
}

/** rad, direction of a place from an arm's base */
const headingFrom = (base: readonly number[], place: ArrayLike<number>) =>
  Math.atan2(place[1] - base[1], place[0] - base[0]);
/** rad, in [−π, π] */
const turn = (angle: number) => Math.atan2(Math.sin(angle), Math.cos(angle));

/** Hand the box over. */
export const alohaHandOver = defineTask({
  name: "AlohaHandOver",
  family: "manipulation",
  scene: "scenes/aloha-hand-over.xml",
  // the left gripper cannot shut: it shall not grip so hard that it never lets go
  model: { leftGripper: controlRange("left/gripper", 0.01, 0.037) },
  timing: { controlHz: 50, physicsHz: 200, episodeSeconds: EPISODE_STEPS / 50 },
  robot: words,
  keyframe: "home",
  action: alohaIncrements(0.015),
  track: {
    best: bestSoFar((robot: Robot) => robot.potential),
    picked: latch((robot: Robot) => robot.places.box[2] > PICKED_HEIGHT),
  },

  reset: begin,

  lessons: {
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
  terminate: {
    dropped: isDropped,
    far: ({ robot }) => isFar(robot),
    sunk: ({ robot }) => robot.places.box[2] < 0,
  },
});
