/**
 * Push a box into one place after another: a Franka Emika Panda with torque motors and a closed Robotiq gripper. Figures, terms and their
 * order: MuJoCo Playground, Panda Robotiq push cube, whose four environment steps of 5 ms per action are one control step here. Of what it
 * sums over them, the bonuses for a target and for an end are paid once at the same worth, and a change of action counts in 5 of 8 of them,
 * since the delayed action has caught up in the others. Controls arrive 5 or 10 ms late as there. Readings arrive 30 to 55 ms late, interpolated
 * between control steps.
 *
 * Different from there, besides what stands in panda.ts: noise is drawn for every value and to both sides, where there one draw above 0 is
 * added to all joints, a bias of 0.05; a late reading is at first the episode's own, where there it is zeros or the last episode's; and how
 * far targets are away begins anew with every episode, so that evaluations and trainings meet the same ones.
 */

import { adviceRecipe } from "../../config/advice-recipe.ts";
import type { Rng } from "../../math/rng.ts";
import type { Simulation } from "../../physics/simulation.ts";
import { direct } from "../actions/action-mapping.ts";
import { late } from "../actions/late.ts";
import { defineTask } from "../define-task.ts";
import type { MomentBase, ResetContext } from "../moment.ts";
import { readings } from "../readings.ts";
import { turnNoise } from "../sensor-noise.ts";
import { distSq, normSq } from "../terms/norms.ts";
import { tolerance } from "../terms/tolerance.ts";
import { type DelayedReading, delayed } from "../trackers/delayed.ts";
import { latency } from "../trackers/latency.ts";
import { pushedTarget, TARGET_DRAWS, turnTarget } from "../trackers/pushed-target.ts";
import { touch } from "../trackers/touch.ts";
import { ARM_JOINTS, PandaRobot } from "./panda.ts";
import { PushScript } from "./pushing/push-script.ts";

const HOME = [-0.182772, 0.146282, 0.172246, -2.24238, -0.0788546, 2.45127, 0.0160022]; // rad
const LOW = [-2.8973, -1.7628, -2.8973, -3.0718, -2.8973, -0.0175, -2.8973]; // rad
const HIGH = [2.8973, 1.7628, 2.8973, -0.0698, 2.8973, 3.7525, 2.8973];
/** Shares of the limits by which an arm starts off home. */
const START_SHARE = [0.06, 0.06, 0.06, 0.06, 0.09, 0.09, 0.09];
const FASTEST = [2.175, 2.175, 2.175, 2.175, 2.61, 2.61, 2.61]; // rad/s
const ALLOWED = 0.9; // of limits of joints and their speeds
const CLOSED = 0.8; // rad, of the gripper's joints
const GRIPPER = 7; // of their coordinates in qpos
const BOX = 13; // of the box's pose in qpos
const UPPER = 4; // joints with the strong motors

/** m, middle of the places of box and target, their limits, and how high above the middle a target may be */
const MIDDLE = [0.56784, -0.0253974, 0.0306525] as const;
const LOWEST = [0.4, -0.2, -0.005] as const;
const HIGHEST = [0.65, 0.2, 0.04] as const;
const RISE = 0.005;
const DEPTH = 0.4; // of places along x, in those along y
const BOX_WAY = 0.15; // m along y
/** m along y and rad: by targets that were reached before */
const LEVELS = [
  [0.05, Math.PI / 4],
  [0.05, Math.PI / 4],
  [0.1, Math.PI / 2],
  [0.2, (3 * Math.PI) / 4],
  [0.2, Math.PI],
] as const;
/** Control steps: 155 ms. */
const HOLD = 8;
const WAY_ALLOWED = 0.03; // m
const TURN_ALLOWED = (10 * Math.PI) / 180; // rad
const BEHIND = 0.1; // m, where a push begins
const SHORT = 1e-3; // m, ways that have no direction

/** Sum of the weights, which all but bonuses are divided by. */
const WEIGHTS = 21.55;
/** Control period over environment period: what a bonus that is paid once is divided by. */
const REPEATS = 4;

/** What of the gripper pushes. */
const PUSHERS = ["left", "right"].flatMap((side) =>
  ["coupler_col_1", "coupler_col_2", "follower_pad2"].map((part) => `${side}_${part}_box_normal`),
);

/** What is read late. */
const LATE = {
  target: 3,
  targetRotation: 6,
  lastAction: ARM_JOINTS,
  arm: ARM_JOINTS,
  armVel: ARM_JOINTS,
  gripper: 3,
  gripperRotation: 6,
  boxRotation: 6,
  box: 3,
};
type Late = DelayedReading<keyof typeof LATE>;

class PushingPanda extends PandaRobot {
  /** [7] rad/s */
  armVel = new Float64Array(0);
  /** [4] of the box */
  objectQuat = new Float64Array(0);
  /** [3] mean direction of the gripper's contacts with the box, zeros without one */
  readonly push = new Float64Array(3);
  /** [3] m, from the gripper to where a push towards the target begins */
  readonly toPush = new Float64Array(3);
  readonly #sim: Simulation;
  readonly #normals: Int32Array;
  readonly #script: PushScript;

  constructor(sim: Simulation) {
    super(sim, "box");
    this.#sim = sim;
    this.#script = new PushScript(sim, this, HOME);
    this.#normals = Int32Array.from(PUSHERS, (sensor) => sim.sensor(sensor).address);
    const box = sim.bodyId("box");
    sim.onViews(() => {
      this.armVel = sim.qvel.subarray(0, ARM_JOINTS);
      this.objectQuat = sim.xquat.subarray(4 * box, 4 * box + 4);
    });
  }

  override update(): void {
    super.update();
    this.push.fill(0);
    for (let k = 0; k < this.#normals.length; k++) {
      for (let i = 0; i < 3; i++) this.push[i] += this.#sim.sensordata[this.#normals[k] + i];
    }
    const way = this.wayLeft;
    const behind = way < SHORT ? 0 : BEHIND / way;
    for (let i = 0; i < 3; i++) this.toPush[i] = this.toObject[i] - behind * this.toTarget[i];
  }

  /** What the script would do now [7]; overwritten by the next call. */
  advise(): Float64Array {
    return this.#script.advise();
  }

  get isInPlace(): boolean {
    return this.wayLeft < WAY_ALLOWED && this.angleLeft < TURN_ALLOWED;
  }

  get isTooFast(): boolean {
    for (let i = 0; i < ARM_JOINTS; i++) if (Math.abs(this.armVel[i]) > ALLOWED * FASTEST[i]) return true;
    return false;
  }

  get isAtLimit(): boolean {
    for (let i = 0; i < ARM_JOINTS; i++) {
      if (this.arm[i] > ALLOWED * HIGH[i] || this.arm[i] < ALLOWED * LOW[i]) return true;
    }
    return false;
  }

  /** Sine of the angle between the vertical and the push. */
  get levelPush(): number {
    const length = Math.sqrt(normSq(this.push));
    return length > 0 ? Math.hypot(this.push[0], this.push[1]) / length : 0;
  }
}

type Pushing = MomentBase<PushingPanda>;

function isOffTable(place: Float64Array): boolean {
  return place[0] < 0.3 || place[0] > 0.75 || place[1] < -0.5 || place[1] > 0.7;
}

/** Writes all that the policy sees: the target as it was just placed, the rest as it was in the last physics step. */
function read({ robot, lastAction }: Pushing, out: Late): void {
  out.target.set(robot.target);
  writeRows(robot.targetQuat, out.targetRotation);
  out.lastAction.set(lastAction);
  out.arm.set(robot.arm);
  out.armVel.set(robot.armVel);
  out.gripper.set(robot.gripper);
  out.gripperRotation.set(robot.gripperRows);
  out.boxRotation.set(robot.objectRows);
  out.box.set(robot.object);
}

/** Second and third row of a rotation matrix. */
function writeRows(q: Float64Array, out: Float64Array): void {
  const [w, x, y, z] = [q[0], q[1], q[2], q[3]];
  out[0] = 2 * (x * y + w * z);
  out[1] = 1 - 2 * (x * x + z * z);
  out[2] = 2 * (y * z - w * x);
  out[3] = 2 * (x * z - w * y);
  out[4] = 2 * (y * z + w * x);
  out[5] = 1 - 2 * (x * x + y * y);
}

/** A place around the middle: so far along y, less along x. */
function placeOf(way: number, draws: ArrayLike<number>, axis: number): number {
  const reach = [DEPTH * way, way, RISE][axis];
  const place = MIDDLE[axis] + reach * (2 * draws[axis] - 1);
  return Math.max(LOWEST[axis], Math.min(HIGHEST[axis], place));
}

function placeTarget({ mocapPos }: Simulation, way: number, draws: ArrayLike<number>): void {
  for (let axis = 0; axis < 3; axis++) mocapPos[axis] = placeOf(way, draws, axis);
}

const draws = new Float64Array(TARGET_DRAWS);
const boxTurn = new Float64Array(4);
function draw(rng: Rng): Float64Array {
  for (let i = 0; i < TARGET_DRAWS; i++) draws[i] = rng.uniform();
  return draws;
}

function start({ sim, rng }: ResetContext<PushingPanda>): void {
  for (let i = 0; i < ARM_JOINTS; i++) {
    sim.qpos[i] = HOME[i] + START_SHARE[i] * rng.uniform(LOW[i], HIGH[i]);
  }
  for (let i = GRIPPER; i < BOX; i++) sim.qpos[i] = CLOSED;
  const [, , , turn] = draw(rng);
  for (let axis = 0; axis < 2; axis++) sim.qpos[BOX + axis] = placeOf(BOX_WAY, draws, axis);
  sim.qpos[BOX + 2] = MIDDLE[2];
  boxTurn.set([Math.cos(Math.PI * turn), 0, 0, Math.sin(Math.PI * turn)]);
  sim.qpos.set(boxTurn, BOX + 3);
  const [way, most] = LEVELS[0];
  placeTarget(sim, way, draw(rng));
  turnTarget(sim, boxTurn, most * draws[TARGET_DRAWS - 1]);
}

const atPush = tolerance({ bounds: [0, 0.1], margin: 1, sigmoid: "linear" });
const atTarget = tolerance({ bounds: [0, 0.005], margin: 0.4, sigmoid: "reciprocal" });
const turnedRight = tolerance({ bounds: [0, 0.2], margin: Math.PI, sigmoid: "reciprocal" });
const atHome = tolerance({ bounds: [0, 0.5], margin: 4.5, sigmoid: "linear" });
const slow = tolerance({ bounds: [0, 0.5], margin: 2, sigmoid: "reciprocal" });

/** A term of the weighted sum. */
const share = (weight: number, of: (s: Pushing) => number) => ({ weight: weight / WEIGHTS, of });
/** Something that is paid once, at its worth per environment step. */
const once = (weight: number) => weight / REPEATS;
/** Push the box from target to target. */
export const pandaRobotiqPushCube = defineTask({
  name: "PandaRobotiqPushCube",
  family: "manipulation",
  scene: "scenes/panda_robotiq-cube.xml",
  timing: { controlHz: 50, physicsHz: 200, episodeSeconds: 15 },
  robot: readings((sim) => new PushingPanda(sim)),
  keyframe: "home",
  // 15 N·m per unit for joints 1 to 4 and 2 for the others, 8 at most
  action: late(
    direct({
      first: ARM_JOINTS,
      squash: "clip",
      scale: 0.1,
      reach: (actuator) => 8 / (Number(actuator.slice(-1)) <= UPPER ? 150 : 20),
    }),
    "latency",
  ),
  track: {
    latency: latency(1, 2),
    seen: delayed({ parts: LATE, least: 1.5, most: 2.75, choices: 6, read }),
    goal: pushedTarget({ hold: HOLD, levels: LEVELS, place: placeTarget }),
    handTouches: touch(
      ["wall", "floor"].flatMap((thing) =>
        ["left_finger_pad", "right_finger_pad", "hand_capsule"].map((part) => `${thing}_${part}_found`),
      ),
    ),
  },
  reset: start,
  handles: {
    target: {
      about: "where the box is to be pushed",
      body: "mocap_target",
      within: { lowest: [LOWEST[0], LOWEST[1], MIDDLE[2]], highest: [HIGHEST[0], HIGHEST[1], MIDDLE[2]] },
      turn: { about: "z" },
    },
    box: {
      about: "the box",
      body: "box",
      within: { lowest: [0.32, -0.48, MIDDLE[2]], highest: [0.73, 0.6, 0.4] },
      turn: { about: "any" },
    },
  },
  lessons: {
    shown: {
      about: "a scripted controller pushes the box; the policy learns from it with --algorithm.advice-pull",
      advise: (s: Pushing) => s.robot.advise(),
    },
  },
  observe: {
    target: { of: (s) => s.seen.target, unit: "m" },
    targetRotation: { of: (s) => s.seen.targetRotation },
    lastAction: { of: (s) => s.seen.lastAction },
    arm: { of: (s) => s.seen.arm, noise: 0.05, unit: "rad" },
    armVel: { of: (s) => s.seen.armVel, noise: 0.05, unit: "rad/s" },
    gripper: { of: (s) => s.seen.gripper, noise: 0.01, unit: "m" },
    // 2.5° and 3.75° on average
    gripperRotation: { of: (s) => s.seen.gripperRotation, noise: turnNoise(0.0137) },
    boxRotation: { of: (s) => s.seen.boxRotation, noise: turnNoise(0.0205) },
    box: { of: (s) => s.seen.box, noise: 0.015, unit: "m" },
  },
  reward: {
    atPush: share(2, (s) => atPush(Math.sqrt(normSq(s.robot.toPush)))),
    atTarget: share(8, (s) => atTarget(Math.hypot(s.robot.toTarget[0], s.robot.toTarget[1]))),
    turnedRight: share(6, (s) => turnedRight(s.robot.angleLeft)),
    levelPush: share(1, (s) => s.robot.levelPush),
    atHome: share(0.75, (s) => atHome(Math.sqrt(distSq(s.robot.arm, HOME)))),
    slow: share(1, (s) => slow(Math.sqrt(normSq(s.robot.armVel)))),
    belowTopSpeed: share(3, (s) => (s.robot.isTooFast ? 0 : 1)),
    effort: share(-0.1, (s) => Math.sqrt(normSq(s.action))),
    actionRate: share((-0.1 * 5) / 8, (s) => Math.sqrt(distSq(s.action, s.lastAction))),
    ended: { weight: once(-50), of: (s) => (s.terminated ? 1 : 0) },
    inPlace: { weight: 3, of: (s) => (s.goal.within ? 1 : 0) },
    reached: { weight: once(500), of: (s) => (s.goal.reached ? 1 : 0) },
  },
  rewardPerSecond: true,
  terminate: {
    boxOffTable: (s) => s.robot.object[2] < -0.01 || isOffTable(s.robot.object),
    gripperAway: (s) => s.robot.gripper[2] > 0.5 || isOffTable(s.robot.gripper),
    handTouches: (s) => s.handTouches.any,
    jointLimit: (s) => s.robot.isAtLimit,
  },
  presets: adviceRecipe(3_000_000),
  goal: {
    success: {
      about: "A target was reached: the box within 3 cm and 10° of it for 0.16 s.",
      of: (s) => s.goal.reached,
    },
    drop: { about: "The box has left the table.", of: (s) => s.robot.object[2] < -0.01 || isOffTable(s.robot.object) },
    counters: {
      targets: {
        about: "Targets reached, each further away than the one before.",
        unit: "targets",
        of: (s) => (s.goal.reached ? 1 : 0),
        per: "episode",
      },
    },
  },
});
