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
import { readings } from "../readings.ts";
import { distSq, normSq } from "../terms/norms.ts";
import { bestSoFar } from "../trackers/best-so-far.ts";
import { latch } from "../trackers/latch.ts";
import { alohaIncrements, alohaWords, lowerRows, point } from "./aloha.ts";

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

const WEIGHTS = { grasp: 1, handOver: 4, target: 8, tableClear: 0.3 };
const WEIGHT_SUM = WEIGHTS.grasp + WEIGHTS.handOver + WEIGHTS.target + WEIGHTS.tableClear;

const nearness = (a: ArrayLike<number>, b: ArrayLike<number>) => Math.exp(-10 * Math.sqrt(distSq(a, b, 3)));
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const words = readings((sim) => {
  const aloha = alohaWords(sim, "home");
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

  reset: ({ sim, robot, rng }) => {
    robot.commandHome();
    robot.placeBox(rng.uniform(-0.05, 0.05), rng.uniform(-0.1, 0.1));
    for (let i = 0; i < 3; i++) sim.mocapPos[i] = TARGET_MIDDLE[i] + rng.uniform(-0.15, 0.15);
    sim.mocapPos[0] = Math.max(LEAST_TARGET_X, sim.mocapPos[0]);
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
