/** The action mapping of robots with position servos: actions are joint targets; other actuators may be driven in addition. */
import { UserError } from "../../math/user-error.ts";
import { drivesJoint, type Servo, servoOf } from "../../physics/servo.ts";
import type { Simulation } from "../../physics/simulation.ts";
import type { AnyMoment } from "../moment.ts";
import {
  type ActionContext,
  type ActionDescription,
  type ActionMapping,
  type BoundAction,
  type BoundFeedForward,
  type ControlBase,
  type ControlSettings,
  controlRange,
  controlsOf,
  type FeedForward,
  type Squash,
  squashInto,
  type Wanted,
} from "./action-mapping.ts";

/** What actions are added to: the keyframe's joint positions, the present ones, or the targets of the step before. */
export type TargetBase = "home" | "present" | "previous";

/** Actuators that get controls instead of joint targets: control = base + scale · squash(action), as in `direct`. */
export interface RestSettings extends ControlSettings {
  /** By name. Default: all that are not position servos of hinge or slide joints. */
  readonly actuators?: readonly string[];
  /** Default home: action 0 gives the controls of the task's keyframe. */
  readonly around?: ControlBase;
}

/** Settings of `jointTargets`. */
export interface JointTargetSettings {
  /** rad (m where a joint slides) per unit of action; a function is asked once per joint, by name */
  readonly scale: number | ((joint: string) => number);
  /** Of all actions. Default none: targets are limited by the actuators' control ranges. */
  readonly squash?: Squash;
  readonly feedForward?: FeedForward;
  /** Default home. */
  readonly around?: TargetBase;
  /**
   * Limits targets to the control ranges of their actuators, so that "previous" does not add up beyond them. Default false: the drives
   * limit what they follow, and targets go on.
   */
  readonly bounded?: boolean;
  /**
   * rad: terms and observations see (target − home)/this as the action, with all that a feed-forward added, as if the task's own mapping
   * of that scale had been given it. Default: they see the policy's action.
   */
  readonly shown?: number;
  /**
   * Drives the other actuators as `direct` does. Without it those that drive no joint, such as a gripper's on a tendon, are driven with the
   * defaults of these settings, and others of joints, such as motors, are refused.
   */
  readonly rest?: RestSettings;
}

const TARGET_KINDS = { home: "joint-targets", present: "joint-offsets", previous: "joint-increments" } as const;

/**
 * Targets of joints are home (or what `around` says) + feed-forward + scale · squash(action). Every actuator must be a position servo of a
 * hinge or slide joint: `position`, with gear, time constant or damping ratio too, or an affine `general` that pulls its joint to a place.
 * Its control is computed from the target, so a target is where the servo's torque is zero: stiffness·(target − q) − damping·q̇ at the joint.
 *
 * Arms and hands with other actuators, such as a gripper on a tendon, give those controls: the servos' joints are the first actions, the
 * rest the last, each in actuator order. `jointTargets({ scale: 0.1, rest: { around: "range" } })` lets −1 … 1 open and close the gripper.
 *
 * An episode starts with the controls of its keyframe and of the task's `reset`, where they give the servos any but zeros. Otherwise it
 * starts with home as targets; around "present" and "previous" with the joints' positions, unless `reset` writes controls.
 * A servo's filter starts at rest at such a target.
 */
export function jointTargets(settings: JointTargetSettings): ActionMapping {
  return {
    bind: (context) => new JointTargets(context, settings),
  };
}

class JointTargets implements BoundAction {
  readonly description: ActionDescription;
  readonly wanted: Wanted;
  readonly #sim: Simulation;
  readonly #squash: Squash;
  readonly #around: TargetBase;
  readonly #shown: number | undefined;
  readonly #servos: readonly Servo[];
  /** [actions] */
  readonly #scale: Float64Array;
  readonly #actuators: Int32Array;
  readonly #values: Float64Array;
  /** [joints] */
  readonly #home: Float64Array;
  readonly #limits: readonly (readonly [number, number])[] | undefined;
  readonly #qposAddress: Int32Array;
  readonly #restOffset: readonly number[];
  readonly #feedForward: BoundFeedForward | undefined;

  constructor(context: ActionContext, settings: JointTargetSettings) {
    const { scale, squash = "none", feedForward, around = "home", shown, bounded = false } = settings;
    const { sim, home } = context;
    const { servos, rest } = sharedOut(sim, settings.rest);
    const joints = servos.map(({ joint }) => joint);
    const direct = controlsOf(context, rest, { ...settings.rest, around: settings.rest?.around ?? "home" });
    this.#sim = sim;
    this.#squash = squash;
    this.#around = around;
    this.#shown = shown;
    this.#servos = servos;
    this.#qposAddress = Int32Array.from(joints, (joint) => sim.joint(joint).qposAddress);
    this.#home = Float64Array.from(this.#qposAddress, (address) => home[address]);
    this.#limits = bounded ? servos.map((servo) => limitsOf(sim, servo)) : undefined;
    const jointScale = joints.map((joint) => (typeof scale === "number" ? scale : scale(joint)));
    this.#scale = Float64Array.from([...jointScale, ...direct.scale]);
    this.#restOffset = direct.offset;
    this.#actuators = Int32Array.from([...servos.map(({ actuator }) => actuator), ...rest]);
    this.#values = Float64Array.from([...this.#home, ...direct.offset]);
    this.#feedForward = feedForward?.bind(context, joints);
    this.wanted = { values: this.#values, write: (values, offset) => this.#take(values, offset) };
    const names = sim.names.all("actuator");
    this.description = {
      kind: TARGET_KINDS[around],
      names: [...joints, ...rest.map((id) => names[id])],
      squash,
      scale: [...this.#scale],
      offset: [...(around === "home" ? this.#home : joints.map(() => 0)), ...direct.offset],
      stiffness: servos.map(({ stiffness }) => stiffness),
      damping: servos.map(({ damping }) => damping),
      feedForward: this.#feedForward?.description ?? null,
      ...(shown !== undefined && { shown }),
      ...(this.#limits && { limits: this.#limits }),
      ...(rest.length > 0 && { rest: rest.map((id) => names[id]) }),
      ...(this.#actuators.some((id, i) => id !== i) && { actuators: [...this.#actuators] }),
      ...servoDescription(servos),
    };
  }

  apply(raw: Float32Array, offset: number, action: Float64Array, moment: AnyMoment): void {
    squashInto(action, raw, offset, this.#squash);
    const values = this.#values;
    this.#writeBase(values);
    this.#feedForward?.add(values, moment);
    for (let i = 0; i < values.length; i++) values[i] += this.#scale[i] * action[i];
    if (this.#limits) limit(values, this.#limits);
    this.#drive();
    if (this.#shown === undefined) return;
    for (let i = 0; i < this.#home.length; i++) action[i] = (values[i] - this.#home[i]) / this.#shown;
  }

  reset(before?: Float64Array): void {
    const { ctrl, qpos, act } = this.#sim;
    const isUnset = this.#isUnset();
    for (let i = 0; i < this.#servos.length; i++) {
      const servo = this.#servos[i];
      const written = before?.[servo.actuator];
      const follows = this.#around !== "home" && (written === undefined || ctrl[servo.actuator] === written);
      if (!isUnset && !follows) continue;
      const base = this.#around === "home" ? this.#home[i] : qpos[this.#qposAddress[i]];
      const control = servo.controlScale * base + servo.controlOffset;
      ctrl[servo.actuator] = control;
      const at = servo.actAddress;
      if (at >= 0 && (act[at] === 0 || act[at] === written)) act[at] = control;
    }
  }

  /** Whether nothing has given the servos controls. */
  #isUnset(): boolean {
    const { ctrl } = this.#sim;
    for (let i = 0; i < this.#servos.length; i++) if (ctrl[this.#actuators[i]] !== 0) return false;
    return true;
  }

  /** Home, the present joint positions, or the last targets; then the controls of `rest` at action 0. */
  #writeBase(out: Float64Array): void {
    const { qpos, ctrl } = this.#sim;
    const joints = this.#servos.length;
    for (let i = 0; i < joints; i++) {
      if (this.#around === "home") out[i] = this.#home[i];
      else if (this.#around === "present") out[i] = qpos[this.#qposAddress[i]];
      else out[i] = targetOf(this.#servos[i], ctrl);
    }
    for (let i = 0; i < this.#restOffset.length; i++) out[joints + i] = this.#restOffset[i];
  }

  #take(values: Float32Array, offset: number): void {
    for (let i = 0; i < this.#values.length; i++) this.#values[i] = values[offset + i];
    this.#drive();
  }

  #drive(): void {
    const { ctrl } = this.#sim;
    const values = this.#values;
    for (let i = 0; i < this.#servos.length; i++) {
      const { actuator, controlScale, controlOffset } = this.#servos[i];
      ctrl[actuator] = controlScale * values[i] + controlOffset;
    }
    for (let i = this.#servos.length; i < values.length; i++) ctrl[this.#actuators[i]] = values[i];
  }
}

function targetOf({ actuator, controlScale, controlOffset }: Servo, ctrl: Float64Array): number {
  const control = controlOffset === 0 ? ctrl[actuator] : ctrl[actuator] - controlOffset;
  return control / controlScale;
}

/** The control range of a servo's actuator, as targets of its joint. @throws UserError where there is none */
function limitsOf(sim: Simulation, { actuator, controlScale, controlOffset }: Servo): readonly [number, number] {
  const [from, to] = controlRange(sim, actuator).map((control) => (control - controlOffset) / controlScale);
  return [Math.min(from, to), Math.max(from, to)];
}

function limit(values: Float64Array, limits: readonly (readonly [number, number])[]): void {
  for (let i = 0; i < limits.length; i++) values[i] = Math.max(limits[i][0], Math.min(limits[i][1], values[i]));
}

/** What is not as plain as a control that is the target. */
function servoDescription(servos: readonly Servo[]): Pick<ActionDescription, "control" | "lag"> {
  const isPlain = servos.every(({ controlScale, controlOffset }) => controlScale === 1 && controlOffset === 0);
  const scale = servos.map(({ controlScale }) => controlScale);
  const offset = servos.map(({ controlOffset }) => controlOffset + 0);
  const lag = servos.map((servo) => servo.lag);
  return {
    ...(!isPlain && { control: { scale, offset } }),
    ...(lag.some((seconds) => seconds > 0) && { lag }),
  };
}

/** The servos that get targets, and the actuators that get controls. */
function sharedOut(sim: Simulation, rest: RestSettings | undefined): { servos: Servo[]; rest: number[] } {
  const named = rest?.actuators?.map((name) => sim.actuatorId(name));
  const mayRest = (actuator: number) => named === undefined && (rest !== undefined || !drivesJoint(sim, actuator));
  const servos: Servo[] = [];
  const others: number[] = [];
  for (let actuator = 0; actuator < sim.nu; actuator++) {
    const servo = servoOf(sim, actuator);
    if (named?.includes(actuator)) others.push(actuator);
    else if (typeof servo !== "string") servos.push(servo);
    else if (mayRest(actuator)) others.push(actuator);
    else throw noServo(sim, actuator, servo);
  }
  if (servos.length > 0) return { servos, rest: others };
  throw new UserError(
    sim.nu === 0
      ? `scene ${sim.scene}: jointTargets: the scene has no actuators; expected at least one position servo of a joint`
      : `scene ${sim.scene}: jointTargets: none of the actuators that may get targets is a position servo of a hinge or slide joint; expected at least one. try: direct()`,
  );
}

function noServo(sim: Simulation, actuator: number, problem: string): UserError {
  const found = `${sim.actuatorWords(actuator)} ${problem}`;
  return new UserError(
    `scene ${sim.scene}: jointTargets: ${found}; expected a position servo of a hinge or slide joint. try: jointTargets({ …, rest: {} }), which passes controls to such actuators, or direct()`,
  );
}
