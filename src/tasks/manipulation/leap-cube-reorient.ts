/**
 * Turn a cube in the LEAP hand's palm until it is as the goal is; then the goal turns away. Figures, terms and their order: MuJoCo
 * Playground, LEAP cube reorientation. As in all tasks here an observation looks ahead: it holds the action just taken, and the goal by
 * which the next action will be judged, where Playground's holds those of the step before. Otherwise differing from it: the goal is at
 * rest when an episode begins (there it goes on turning as it did when the episode before ended), and the first observation is that of the
 * real state.
 */
import { jointTargets } from "../actions/joint-targets.ts";
import { defineTask } from "../define-task.ts";
import type { ResetContext } from "../moment.ts";
import { turnNoise } from "../sensor-noise.ts";
import { bendSq, distSq, normSq, sumAbsProduct } from "../terms/norms.ts";
import { tolerance } from "../terms/tolerance.ts";
import { type ActionHistoryReading, actionHistory } from "../trackers/action-history.ts";
import { type TurningGoalReading, turningGoal } from "../trackers/turning-goal.ts";
import { wrenches } from "../trackers/wrenches.ts";
import { cubeHandle, drop, fingertips, type HandWithCube, hasDropped, type Seen, trueHand } from "./hand-with-cube.ts";
import { ENCODER_NOISE, leapHand, leapTiming, placeLeap } from "./leap-hand.ts";

const REACHED = 0.1; // rad
/** Paid in every step in which the goal is reached, whatever the control period. */
const BONUS = 100;

const closeness = tolerance({ bounds: [0, 0.2], margin: Math.PI, sigmoid: "linear" });
const inPalm = tolerance({ bounds: [0, 0.02], margin: 0.05, sigmoid: "linear" });

const targetErrors = new Float64Array(16);

/** [16] rad, joint angles less their targets. */
function targetError({ robot, sim: { ctrl } }: Seen): Float64Array {
  for (let i = 0; i < targetErrors.length; i++) targetErrors[i] = robot.jointAngle[i] - ctrl[i];
  return targetErrors;
}

/** What terms of the task see. */
type Reorienting = Seen & { readonly goal: TurningGoalReading; readonly actions: ActionHistoryReading };

const reward = {
  orientation: { weight: 5, of: (s: Reorienting) => closeness(s.goal.angle) },
  position: { weight: 0.5, of: (s: Reorienting) => inPalm(Math.sqrt(normSq(s.robot.cubeToPalm))) },
  drop: { weight: -100, of: (s: Reorienting) => (s.terminated ? 1 : 0) },
  handPose: { weight: -0.5, of: (s: Reorienting) => s.robot.awayFromHomeSq() },
  actionRate: {
    weight: -0.001,
    of: (s: Reorienting) => distSq(s.action, s.lastAction) + bendSq(s.action, s.lastAction, s.actions.lastButOne),
  },
  energy: { weight: -0.001, of: (s: Reorienting) => sumAbsProduct(s.robot.jointVel, s.sim.actuatorForce) },
  reached: { weight: BONUS * leapTiming.controlHz, of: (s: Reorienting) => (s.goal.reached ? 1 : 0) },
};

/** Goals that can be reached by chance, and a reward for the way to them: 5 a radian. */
const near = {
  about:
    "every second goal at some share of the way from the cube to where the task puts it, and a reward for coming nearer",
  reset: (start: ResetContext<HandWithCube>) => {
    placeLeap(start);
    start.robot.placeGoal(start.rng, start.rng.uniform() < 0.5 ? start.rng.uniform() : 1);
  },
  reward: {
    ...reward,
    nearer: { weight: 5 * leapTiming.controlHz, of: (s: Reorienting) => s.goal.nearer },
  },
};

/** Bring the cube to one orientation after another. */
export const leapCubeReorient = defineTask({
  ...leapHand,
  name: "LeapCubeReorient",
  timing: { ...leapTiming, episodeSeconds: 50 },
  action: jointTargets({ scale: 0.5, around: "previous", bounded: true }),

  track: {
    actions: actionHistory(16),
    // published as 1 … 5 rad/s over twice the control period
    goal: turningGoal({ orientation: "cube_orientation", within: REACHED, speed: [2, 10], slowing: 0.8 }),
  },
  events: {
    wrench: wrenches({
      body: "cube",
      everySteps: [60, 150],
      steps: [1, 100],
      speed: [0, 3],
      spin: [0, 0.5],
      enabled: false,
    }),
  },

  reset: (start) => {
    placeLeap(start);
    start.robot.placeGoal(start.rng);
  },

  observe: {
    jointAngle: { of: (s) => s.robot.jointAngle, noise: ENCODER_NOISE, unit: "rad" },
    targetError: { of: targetError, noise: { as: "jointAngle" }, unit: "rad, angle − target" },
    cubeToPalm: { of: (s) => s.robot.cubeToPalm, noise: 0.02, unit: "m, palm − cube, world frame" },
    goalToCube: {
      of: (s) => s.goal.rows,
      noise: turnNoise(0.1),
      unit: "rows 2 and 3 of the matrix, world frame",
    },
    lastAction: { of: (s) => s.lastAction },
  },
  critic: {
    ...trueHand,
    ...fingertips,
    trueCubeToPalm: { of: (s) => s.robot.cubeToPalm, unit: "m, palm − cube, world frame" },
    trueGoalToCube: { of: (s) => s.goal.rows, unit: "rows 2 and 3 of the matrix, world frame" },
    cubeLinVel: { of: (s) => s.robot.cube.linVel, unit: "m/s, world frame" },
    cubeAngVel: { of: (s) => s.robot.cube.angVel, unit: "rad/s, world frame" },
    wrenchDirection: { of: (s) => s.wrench.direction },
    wrench: { of: (s) => s.wrench.wrench, unit: "N, N·m, world frame" },
  },

  handles: {
    goal: { about: "the orientation that the cube is to have", body: "goal", turn: { about: "any" } },
    cube: cubeHandle,
  },
  reward,
  rewardPerSecond: true,
  lessons: { near },

  terminate: { dropped: hasDropped },
  goal: {
    drop,
    counters: {
      goals: {
        about: "Steps in which the cube was within 0.1 rad of the goal, which then turns away.",
        unit: "goals",
        of: (s) => (s.goal.reached ? 1 : 0),
        per: "minute",
      },
    },
  },
});
