/**
 * What the tasks of the Panda with its hand have in common: words, actions, observations and reward terms. Figures, terms and their order:
 * MuJoCo Playground, the Franka tasks. Where they read stale or zero poses in an episode's first observation, these read the real ones;
 * and the latch that pays for the object's way is released by a new episode, which there it survives.
 */

import type { Simulation } from "../../physics/simulation.ts";
import { jointTargets } from "../actions/joint-targets.ts";
import { distSq, normSq } from "../terms/norms.ts";
import { type LatchReading, latch } from "../trackers/latch.ts";
import type { TouchReading } from "../trackers/touch.ts";

/** Arm joints; with the finger that is driven they are the actuators. */
export const ARM_JOINTS = 7;
export const ARM_JOINT_NAMES = Array.from({ length: ARM_JOINTS }, (_, i) => `joint${i + 1}`);
const ACTUATORS = ARM_JOINTS + 1;
/** How near the gripper's middle must come to the object's, m, before its way is paid. */
const REACH = 0.012;

/** Words for the arm and the object that it handles. Poses are those of the last physics step's start, as after MuJoCo's own step. */
export class PandaRobot {
  /** [3] m, between the pads */
  gripper = new Float64Array(0);
  /** [6] second and third row of the gripper's rotation matrix */
  gripperRows = new Float64Array(0);
  /** [3] m */
  object = new Float64Array(0);
  /** [9] */
  objectMatrix = new Float64Array(0);
  /** [6] second and third row */
  objectRows = new Float64Array(0);
  /** [3] m, where the object is to be */
  target = new Float64Array(0);
  /** [4] */
  targetQuat = new Float64Array(0);
  /** [9] */
  targetMatrix = new Float64Array(0);
  /** [7] rad */
  arm = new Float64Array(0);
  /** [3] m, from the gripper to the object */
  readonly toObject = new Float64Array(3);
  /** [3] m, from the object to the target */
  readonly toTarget = new Float64Array(3);
  /** [6] first and second row of the target's rotation matrix less those of the object's */
  readonly turnLeft = new Float64Array(6);
  /** [8] rad, last m: how far controls are ahead of joints and finger */
  readonly lead = new Float64Array(ACTUATORS);
  readonly #sim: Simulation;
  readonly #poses: ReadonlyMap<string, { readonly qpos: Float64Array; readonly ctrl: Float64Array }>;

  /** @param object body that is handled @param keyframes in which episodes may start besides the task's */
  constructor(sim: Simulation, object: string, keyframes: readonly string[] = []) {
    this.#sim = sim;
    this.#poses = new Map(
      keyframes.map((name) => [name, { qpos: sim.keyframeQpos(name), ctrl: sim.keyframeControls(name) }]),
    );
    const gripper = sim.siteId("gripper");
    const moved = sim.bodyId(object);
    const target = sim.bodyId("mocap_target");
    sim.onViews(() => {
      this.gripper = sim.siteXpos.subarray(3 * gripper, 3 * gripper + 3);
      this.gripperRows = sim.siteXmat.subarray(9 * gripper + 3, 9 * gripper + 9);
      this.object = sim.xpos.subarray(3 * moved, 3 * moved + 3);
      this.objectMatrix = sim.xmat.subarray(9 * moved, 9 * moved + 9);
      this.objectRows = this.objectMatrix.subarray(3);
      this.target = sim.mocapPos.subarray(0, 3);
      this.targetQuat = sim.mocapQuat.subarray(0, 4);
      this.targetMatrix = sim.xmat.subarray(9 * target, 9 * target + 9);
      this.arm = sim.qpos.subarray(0, ARM_JOINTS);
    });
  }

  /** Takes the coordinates and controls of one of its keyframes; the target stays. */
  take(keyframe: string): void {
    const pose = this.#poses.get(keyframe);
    if (pose === undefined) throw new RangeError(`PandaRobot: keyframe "${keyframe}" is not declared`);
    this.#sim.qpos.set(pose.qpos);
    this.#sim.ctrl.set(pose.ctrl);
  }

  /** After every step. */
  update(): void {
    for (let i = 0; i < 3; i++) {
      this.toObject[i] = this.object[i] - this.gripper[i];
      this.toTarget[i] = this.target[i] - this.object[i];
    }
    for (let i = 0; i < 6; i++) this.turnLeft[i] = this.targetMatrix[i] - this.objectMatrix[i];
    const { ctrl, qpos } = this.#sim;
    for (let i = 0; i < ACTUATORS; i++) this.lead[i] = ctrl[i] - qpos[i];
  }

  /** m from the gripper to the object */
  get reach(): number {
    return Math.sqrt(normSq(this.toObject));
  }

  /** m from the object to its target */
  get wayLeft(): number {
    return Math.sqrt(normSq(this.toTarget));
  }

  /** rad between the object's orientation and its target's, 0 … π */
  get angleLeft(): number {
    let trace = 0;
    for (let i = 0; i < 9; i++) trace += this.objectMatrix[i] * this.targetMatrix[i];
    return Math.acos(Math.max(-1, Math.min(1, (trace - 1) / 2)));
  }

  /** Whether the object has left the place, or sunk into the ground. */
  get isAway(): boolean {
    const [x, y, z] = [this.object[0], this.object[1], this.object[2]];
    return Math.abs(x) > 1 || Math.abs(y) > 1 || Math.abs(z) > 1 || z < 0;
  }
}

/** Every action moves a joint's target by 0.04 rad, the finger's by 0.04 m, within the control ranges. */
export const pandaIncrements = jointTargets({ scale: 0.04, squash: "clip", around: "previous", bounded: true });

/** Whether the gripper has been at the object in this episode. */
export const atObject = latch((robot: PandaRobot) => robot.reach < REACH);

/** The Panda at a moment. */
export interface Handling {
  readonly sim: Simulation;
  readonly robot: PandaRobot;
  readonly atObject: LatchReading;
}

/** What the policy sees. */
export const pandaSeen = {
  qpos: { of: (s: Handling) => s.sim.qpos, unit: "rad, m" },
  qvel: { of: (s: Handling) => s.sim.qvel, unit: "rad/s, m/s" },
  gripper: { of: (s: Handling) => s.robot.gripper, unit: "m" },
  gripperRotation: { of: (s: Handling) => s.robot.gripperRows },
  objectRotation: { of: (s: Handling) => s.robot.objectRows },
  toObject: { of: (s: Handling) => s.robot.toObject, unit: "m" },
  toTarget: { of: (s: Handling) => s.robot.toTarget, unit: "m" },
  turnLeft: { of: (s: Handling) => s.robot.turnLeft },
  lead: { of: (s: Handling) => s.robot.lead, unit: "rad, m" },
} as const;

/** 1 at a distance of 0, m, and nearly 0 from half a metre on. */
const nearness = (distance: number) => 1 - Math.tanh(5 * distance);

/** How near the gripper is to the object. */
export const gripperNear = ({ robot }: Handling) => nearness(robot.reach);

/** How near the object is to its target, from when it has been reached. */
export const objectNear = ({ robot, atObject: { set } }: Handling) => (set ? nearness(robot.wayLeft) : 0);

/** The same with a tenth for its orientation. */
export const objectNearTurned = ({ robot, atObject: { set } }: Handling) =>
  set ? nearness(0.9 * robot.wayLeft + 0.1 * Math.sqrt(normSq(robot.turnLeft))) : 0;

/** How near the arm is to a pose [7]. */
export const armNear = (pose: readonly number[]) => (s: Handling) =>
  1 - Math.tanh(Math.sqrt(distSq(s.robot.arm, pose, ARM_JOINTS)));

/** 1 while nothing touches. */
export const untouched = (touch: TouchReading) => (touch.any ? 0 : 1);
