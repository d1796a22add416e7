/** A compiled scene's joints and actuators in the model's own order, as plain data: what a robot's software is compared with. */
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
  /** N or N·m; null without limits */
  readonly forceRange: Range | null;
}

/** All joints and actuators of a scene, each in the order of their ids. */
export interface MechanismDescription {
  readonly joints: readonly JointDescription[];
  readonly actuators: readonly ActuatorDescription[];
}

const JOINT_TYPES = ["free", "ball", "slide", "hinge"] as const;
/** mjTRN_JOINT */
const DRIVES_JOINT = 0;

/** Reads the description from the compiled model. */
export function describeMechanism({ model, names }: Simulation): MechanismDescription {
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
      controlRange: limits(model.actuator_ctrllimited, model.actuator_ctrlrange, id),
      forceRange: limits(model.actuator_forcelimited, model.actuator_forcerange, id),
    })),
  };
}
