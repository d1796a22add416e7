/**
 * Position servos of joints: which actuators are such, and what their controls mean at the joint. MuJoCo's actuation model, with l = gear·q:
 * force = gain·u + b0 + b1·l + b2·l̇, torque = gear·force, where u is the control, or a filter's value that follows it.
 */
import type { MjModel } from "mujoco-js";
import type { ModelNames } from "./model/model-names.ts";
import type { Simulation } from "./simulation.ts";

/** torque = stiffness·(target − q) − damping·q̇ of an actuator whose control is controlScale·target + controlOffset. */
export interface Servo {
  /** Id of the actuator. */
  readonly actuator: number;
  readonly joint: string;
  /** N·m/rad, or N/m where the joint slides */
  readonly stiffness: number;
  /** N·m·s/rad, or N·s/m; the first servo of a joint has the joint's own damping in it */
  readonly damping: number;
  readonly controlScale: number;
  readonly controlOffset: number;
  /** s, time constant with which the servo's target follows the control; 0 where it does at once */
  readonly lag: number;
  /** Where the filter's value stands in `act`; −1 without filter */
  readonly actAddress: number;
}

// mjtTrn, mjtJoint, mjtDyn, mjtGain, mjtBias
const DRIVES_JOINT = 0;
const [IN_PARENT, SLIDER_CRANK, TENDON, SITE, BODY] = [1, 2, 3, 4, 5];
const JOINTS = ["free", "ball", "slide", "hinge"];
const [SLIDE, HINGE] = [2, 3];
const [NO_DYNAMICS, INTEGRATOR, FILTER, FILTER_EXACT, MUSCLE] = [0, 1, 2, 3, 4];
const [FIXED_GAIN, AFFINE_GAIN] = [0, 1];
const AFFINE_BIAS = 1;
/** mjDSBL_ACTUATION */
const ACTUATION_DISABLED = 1 << 11;

/** The actuator as a position servo, or the reason why it is not one, in words that follow its name. */
export function servoOf({ model, names }: Simulation, actuator: number): Servo | string {
  const joints = names.all("joint");
  const problem = unlikeServo(model, names, actuator);
  if (problem !== null) return problem;
  const id = model.actuator_trnid[2 * actuator];
  const gear = model.actuator_gear[6 * actuator];
  const { gain, bias } = parametersOf(model, actuator);
  const isFiltered = model.actuator_dyntype[actuator] !== NO_DYNAMICS;
  const passive = isFirstServo(model, names, actuator) ? model.dof_damping[model.jnt_dofadr[id]] : 0;
  return {
    actuator,
    joint: joints[id],
    stiffness: -gear * gear * bias[1],
    damping: passive - gear * gear * bias[2],
    controlScale: (-bias[1] * gear) / gain[0],
    controlOffset: -bias[0] / gain[0],
    lag: isFiltered ? model.actuator_dynprm[actuator * stride(model.actuator_dynprm, model)] : 0,
    actAddress: isFiltered ? model.actuator_actadr[actuator] : -1,
  };
}

/** Whether an actuator drives a joint, as a servo or otherwise, and not a tendon, site or body. */
export function drivesJoint({ model }: Simulation, actuator: number): boolean {
  return [DRIVES_JOINT, IN_PARENT].includes(model.actuator_trntype[actuator]);
}

/** All position servos of joints, in actuator order. */
export function jointServos(sim: Simulation): Servo[] {
  const all = Array.from({ length: sim.nu }, (_, actuator) => servoOf(sim, actuator));
  return all.filter((servo) => typeof servo !== "string");
}

function unlikeServo(model: MjModel, names: ModelNames, actuator: number): string | null {
  return notActing(model, actuator) ?? notOfJoint(model, names, actuator) ?? notHolding(model, actuator);
}

function notActing(model: MjModel, actuator: number): string | null {
  const group = model.actuator_group[actuator];
  const isGroupOff = group >= 0 && group < 31 && ((model.opt.disableactuator >> group) & 1) === 1;
  if (isGroupOff) return `is of group ${group}, which the scene disables`;
  return model.opt.disableflags & ACTUATION_DISABLED ? "does nothing, since the scene disables actuation" : null;
}

function notOfJoint(model: MjModel, names: ModelNames, actuator: number): string | null {
  const id = model.actuator_trnid[2 * actuator];
  const joints = names.all("joint");
  switch (model.actuator_trntype[actuator]) {
    case DRIVES_JOINT:
      return notTurning(model, actuator, id, joints[id]);
    case IN_PARENT:
      return `drives the joint "${joints[id]}" in its parent's frame`;
    case SLIDER_CRANK:
      return "drives a slider-crank";
    case TENDON:
      return `drives the tendon "${names.all("tendon")[id]}"`;
    case SITE:
      return `drives the site "${names.all("site")[id]}"`;
    case BODY:
      return `acts on the body "${names.all("body")[id]}"`;
    default:
      return "drives no joint";
  }
}

function notTurning(model: MjModel, actuator: number, id: number, joint: string): string | null {
  const type = model.jnt_type[id];
  if (type !== SLIDE && type !== HINGE) return `drives the ${JOINTS[type]} joint "${joint}"`;
  if (joint === "") return "drives a joint without a name";
  return model.actuator_gear[6 * actuator] === 0 ? "has gear 0" : null;
}

function notHolding(model: MjModel, actuator: number): string | null {
  if (model.actuator_plugin[actuator] >= 0) return "is computed by a plugin";
  const dynamics = model.actuator_dyntype[actuator];
  if (dynamics === INTEGRATOR) return "integrates its control, which is the speed of its target";
  if (dynamics === MUSCLE) return "is a muscle";
  if (![NO_DYNAMICS, FILTER, FILTER_EXACT].includes(dynamics)) return "has user-defined dynamics";
  const { gain, bias } = parametersOf(model, actuator);
  const gainType = model.actuator_gaintype[actuator];
  if (gainType === AFFINE_GAIN && gain[2] !== 0) return "has a gain that changes with speed, such as a damper's";
  if (gainType === AFFINE_GAIN && gain[1] !== 0) return "has a gain that changes with position";
  if (gainType !== FIXED_GAIN && gainType !== AFFINE_GAIN) return "has a user-defined gain";
  if (model.actuator_biastype[actuator] > AFFINE_BIAS) return "has a user-defined bias";
  if (gain[0] === 0) return "ignores its control, since its gain is 0";
  if (bias[1] > 0) return "pushes its joint away, since its bias grows with the position";
  if (bias[1] === 0)
    return bias[2] === 0 ? "is a motor, its control is a force" : "is a velocity servo, its control is a speed";
  return null;
}

/** The parameters that act: gain and, where there is a bias, its three. */
function parametersOf(model: MjModel, actuator: number): { gain: Float64Array; bias: Float64Array } {
  const start = (field: Float64Array) => actuator * stride(field, model);
  const { actuator_gainprm: gains, actuator_biasprm: biases } = model;
  const isBiased = model.actuator_biastype[actuator] === AFFINE_BIAS;
  return {
    gain: gains.subarray(start(gains), start(gains) + 3),
    bias: isBiased ? biases.subarray(start(biases), start(biases) + 3) : new Float64Array(3),
  };
}

function stride(field: Float64Array, { nu }: MjModel): number {
  return field.length / nu;
}

/** Several servos may drive one joint, whose own damping counts once. */
function isFirstServo(model: MjModel, names: ModelNames, actuator: number): boolean {
  const joint = model.actuator_trnid[2 * actuator];
  for (let other = 0; other < actuator; other++) {
    if (model.actuator_trnid[2 * other] === joint && unlikeServo(model, names, other) === null) return false;
  }
  return true;
}
