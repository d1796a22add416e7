/**
 * ALOHA, two arms at a table, in the words of its tasks. Positions are in the world, in m: x from the left arm to the right one, z up.
 */
import type { Simulation } from "../../physics/simulation.ts";
import { jointTargets } from "../actions/joint-targets.ts";

/** Arms in the order of joints and actions. */
const SIDES = ["left", "right"] as const;
/** Of an arm, without its fingers. */
export const ALOHA_JOINTS = ["waist", "shoulder", "elbow", "forearm_roll", "wrist_angle", "wrist_rotate"];
/** Numbers of the grippers' controls. */
const [LEFT_GRIPPER, RIGHT_GRIPPER] = [6, 13];
const FINGERS = ["left_finger", "right_finger"];
const ENDS = ["top", "bottom"];

const FINGER_JOINTS = SIDES.flatMap((side) => FINGERS.map((finger) => `${side}/${finger}`));
/** Each of a finger's capsules reports whether it touches the table. */
const TABLE_SENSORS = FINGER_JOINTS.flatMap((finger) => ENDS.map((end) => `table_${finger}_${end}_found`));

/**
 * Actions add to the targets of 6 joints and a gripper per arm, which stay within the control ranges. Actions are clipped to ±1: published
 * policies give no others.
 * @param scale rad of a joint, and m of a gripper's finger, per step
 */
export const alohaIncrements = (scale: number) =>
  jointTargets({ scale, squash: "clip", around: "previous", bounded: true });

/** Readings of both tasks. @param keyframe whose controls episodes begin with */
export function alohaWords(sim: Simulation, keyframe: string) {
  const address = (joint: string) => sim.joint(joint).qposAddress;
  const fingerAddresses = Int32Array.from(FINGER_JOINTS, address);
  const tableSensors = Int32Array.from(TABLE_SENSORS, (sensor) => sim.sensor(sensor).address);
  const [left, right] = SIDES.map((side) => sim.siteId(`${side}/gripper`));
  const controls = sim.keyframeControls(keyframe);
  const fingers = new Float64Array(FINGER_JOINTS.length);
  return {
    /** [4] from shut, m: those of the left arm, then those of the right arm */
    fingers,
    /** Places between the fingertips, [3] each, and rows 2 and 3 of their rotation, [6] */
    grippers: sim.views(() => ({
      left: point(sim.siteXpos, left),
      leftRows: lowerRows(sim.siteXmat, left),
      right: point(sim.siteXpos, right),
      rightRows: lowerRows(sim.siteXmat, right),
    })),
    /** [6] where the joints of an arm stand in qpos */
    leftArm: Int32Array.from(ALOHA_JOINTS, (joint) => address(`left/${joint}`)),
    rightArm: Int32Array.from(ALOHA_JOINTS, (joint) => address(`right/${joint}`)),
    /** Whether a finger touches the table. */
    touchesTable: () => {
      const { sensordata } = sim;
      for (let i = 0; i < tableSensors.length; i++) if (sensordata[tableSensors[i]] > 0) return true;
      return false;
    },
    /** Begins with the keyframe's controls: without it, grippers would be told to stay where their fingers are. */
    commandHome: () => sim.ctrl.set(controls),
    /** Tells the grippers how far to open, m. */
    grip: (left: number, right: number) => {
      sim.ctrl[LEFT_GRIPPER] = left;
      sim.ctrl[RIGHT_GRIPPER] = right;
    },
    readFingers: () => {
      for (let i = 0; i < fingers.length; i++) fingers[i] = sim.qpos[fingerAddresses[i]];
    },
  };
}

/** [3] of element `id` of a list of points */
export function point(points: Float64Array, id: number): Float64Array {
  return points.subarray(3 * id, 3 * id + 3);
}

/** [6] rows 2 and 3 of element `id` of a list of rotation matrices */
export function lowerRows(matrices: Float64Array, id: number): Float64Array {
  return matrices.subarray(9 * id + 3, 9 * id + 9);
}
