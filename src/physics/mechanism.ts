/** A compiled scene's joints and actuators in the model's own order, as plain data: what a robot's software is compared with. */
import type { MjModel } from "mujoco-js";
import type { Simulation } from "./simulation.ts";

type Range = readonly [number, number];

/** A joint as the model lists it. */
export interface JointDescription {
  /** "" where the scene names none */
  readonly name: string;
  readonly type: "free" | "ball" | "slide" | "hinge";
  /** rad or m; null without limits */
  readonly range: Range | null;
}

/** An actuator as the model lists it. */
export interface ActuatorDescription {
  readonly name: string;
  /** The joint that it drives; null where it drives something else */
  readonly joint: string | null;
  /** What the simulator limits its control to; null without limits */
  readonly controlRange: Range | null;
  /** N or N·m at the joint or tendon, gear included; null without limits */
  readonly forceRange: Range | null;
}

/** All joints and actuators of a scene, each in the order of their ids. */
export interface MechanismDescription {
  readonly joints: readonly JointDescription[];
  readonly actuators: readonly ActuatorDescription[];
}

const JOINT_TYPES = ["free", "ball", "slide", "hinge"] as const;
/** mjTRN_JOINT, mjTRN_TENDON */
const DRIVES_JOINT = 0;
const DRIVES_TENDON = 3;

/** Reads the description from the compiled model. */
export function describeMechanism(sim: Simulation): MechanismDescription {
  const { model, names } = sim;
  const joints = names.all("joint");
  const limits = (limited: Uint8Array, ranges: Float64Array, id: number): Range | null =>
    limited[id] ? [ranges[2 * id], ranges[2 * id + 1]] : null;
  return {
    joints: joints.map((name, id) => ({
      name,
      type: JOINT_TYPES[model.jnt_type[id]],
      range: limits(model.jnt_limited, model.jnt_range, id),
    })),
    actuators: names.all("actuator").map((name, id) => ({
      name,
      joint: model.actuator_trntype[id] === DRIVES_JOINT ? joints[model.actuator_trnid[2 * id]] : null,
      controlRange: sim.controlRange(id),
      forceRange: scaled(limits(model.actuator_forcelimited, model.actuator_forcerange, id), gearOf(model, id)),
    })),
  };
}

/** What the actuator's force is multiplied by; 1 where that is no single number. */
function gearOf(model: MjModel, id: number): number {
  const transmission = model.actuator_trntype[id];
  const isJoint = transmission === DRIVES_JOINT;
  const type = isJoint ? JOINT_TYPES[model.jnt_type[model.actuator_trnid[2 * id]]] : null;
  const isSingle = type === "hinge" || type === "slide" || transmission === DRIVES_TENDON;
  return isSingle ? model.actuator_gear[6 * id] : 1;
}

function scaled(range: Range | null, factor: number): Range | null {
  if (range === null || factor === 1) return range;
  const [a, b] = [range[0] * factor, range[1] * factor];
  return [Math.min(a, b), Math.max(a, b)];
}

/** Largest torque of an actuator on its joint, N·m (N if the joint slides): the smaller of both limits; Infinity without limits. */
export function torqueLimit(sim: Simulation, actuator: number): number {
  const { model } = sim;
  const joint = model.actuator_trnid[2 * actuator];
  const largest = (limited: Uint8Array, ranges: Float64Array, id: number) =>
    limited[id] ? Math.max(Math.abs(ranges[2 * id]), Math.abs(ranges[2 * id + 1])) : Infinity;
  const own =
    largest(model.actuator_forcelimited, model.actuator_forcerange, actuator) * Math.abs(gearOf(model, actuator));
  return Math.min(own, largest(model.jnt_actfrclimited, model.jnt_actfrcrange, joint));
}
