/** How an action becomes actuator controls. Declared by a task, described as plain data because an exported controller must do the same. */
import { UserError } from "../math/user-error.ts";
import type { Simulation } from "../physics/simulation.ts";
import type { AnyMoment } from "./moment.ts";

/** What happens to the policy's output first: limited smoothly to (−1, 1), cut off at ±1, or nothing. */
export type Squash = "tanh" | "clip" | "none";

/**
 * A task's action mapping as plain data. control = offset + feed-forward + scale · squash(action), per action. To joint-offsets the present
 * joint position is added, to joint-increments the control of the step before; cell-moves are rounded to −1, 0 or 1 besides.
 */
export interface ActionDescription {
  readonly kind: "joint-targets" | "joint-offsets" | "joint-increments" | "controls" | "cell-moves";
  /** Joints (joint-…), actuators (controls) or axes (cell-moves), in action order. */
  readonly names: readonly string[];
  readonly squash: Squash;
  readonly scale: readonly number[];
  /** Default joint positions, rad, or zeros. */
  readonly offset: readonly number[];
  /** N·m/rad and N·m·s/rad of the position servos; empty for controls. */
  readonly stiffness: readonly number[];
  readonly damping: readonly number[];
  readonly feedForward: Readonly<Record<string, unknown>> | null;
  /** rad per unit of what terms and observations see as the action, (target − offset)/shown; absent where they see the action itself. */
  readonly shown?: number;
}

/** What an action mapping is bound to. */
export interface ActionContext {
  readonly sim: Simulation;
  /** Coordinates of the task's keyframe or of the model's initial state, [nq] */
  readonly home: Float64Array;
  /** Readings of the task's trackers and events by name. */
  readonly readings: Readonly<Record<string, unknown>>;
  /**
   * Values of an observation term as the policy saw them last, noise included, [size]: what a controller on the robot has too.
   * A view that changes with the environment; zeros until the first observation.
   */
  observed(term: string, size: number): Float64Array;
}

/** An action mapping of one environment slot. */
export interface BoundAction {
  readonly description: ActionDescription;
  /** Squashes the action at `offset` of `raw` into `action` [actionSize] and writes the controls. */
  apply(raw: Float32Array, offset: number, action: Float64Array, moment: AnyMoment): void;
  /** Writes the controls that a new episode starts with, once its first state is set. */
  reset(): void;
}

/** A declaration of an action mapping; made by `direct` or `jointTargets`. */
export interface ActionMapping {
  /** @throws UserError when the scene's actuators do not fit */
  bind(context: ActionContext): BoundAction;
}

/** Adds to joint targets before the action does, such as a stepping pose. */
export interface FeedForward {
  bind(context: ActionContext, joints: readonly string[]): BoundFeedForward;
}

/** A feed-forward of one environment slot. */
export interface BoundFeedForward {
  readonly description: Readonly<Record<string, unknown>>;
  /** Adds to `targets` [joints], rad. */
  add(targets: Float64Array, moment: AnyMoment): void;
}

/** Writes the squashed action into `out`. */
export function squashInto(out: Float64Array, raw: Float32Array, offset: number, squash: Squash): void {
  switch (squash) {
    case "tanh":
      for (let i = 0; i < out.length; i++) out[i] = Math.tanh(raw[offset + i]);
      return;
    case "clip":
      for (let i = 0; i < out.length; i++) out[i] = Math.max(-1, Math.min(1, raw[offset + i]));
      return;
    case "none":
      for (let i = 0; i < out.length; i++) out[i] = raw[offset + i];
      return;
    default:
      squash satisfies never;
  }
}

/** Controls are the squashed action times `scale`: for motors whose control is a torque or a fraction of one. */
export function direct({ squash = "tanh", scale = 1 }: { squash?: Squash; scale?: number } = {}): ActionMapping {
  return {
    bind: ({ sim }) => ({
      description: {
        kind: "controls",
        names: sim.names.all("actuator"),
        squash,
        scale: new Array<number>(sim.nu).fill(scale),
        offset: new Array<number>(sim.nu).fill(0),
        stiffness: [],
        damping: [],
        feedForward: null,
      },
      apply: (raw, offset, action) => {
        squashInto(action, raw, offset, squash);
        const { ctrl } = sim;
        for (let i = 0; i < action.length; i++) ctrl[i] = scale * action[i];
      },
      reset: () => {
        sim.ctrl.fill(0);
      },
    }),
  };
}

/** What actions are added to: the keyframe's joint positions, the present ones, or the targets of the step before. */
export type TargetBase = "home" | "present" | "previous";

/** Settings of `jointTargets`. */
export interface JointTargetSettings {
  /** rad per unit of action; a function is asked once per joint, by name */
  readonly scale: number | ((joint: string) => number);
  /** Default none: targets are limited by the actuators' control ranges. */
  readonly squash?: Squash;
  readonly feedForward?: FeedForward;
  /** Default home. */
  readonly around?: TargetBase;
  /**
   * rad: terms and observations see (target − home)/this as the action, with all that a feed-forward added, as if the task's own mapping
   * of that scale had been given it. Default: they see the policy's action.
   */
  readonly shown?: number;
}

const TARGET_KINDS = { home: "joint-targets", present: "joint-offsets", previous: "joint-increments" } as const;

/** Whether actions are targets of joints, one each. */
export function isJointKind(kind: ActionDescription["kind"]): boolean {
  return Object.values<string>(TARGET_KINDS).includes(kind);
}

/** Controls are position targets of the actuated joints: home (or what `around` says) + feed-forward + scale · squash(action). */
export function jointTargets(settings: JointTargetSettings): ActionMapping {
  return {
    bind: (context) => new JointTargets(context, settings),
  };
}

class JointTargets implements BoundAction {
  readonly description: ActionDescription;
  readonly #sim: Simulation;
  readonly #squash: Squash;
  readonly #around: TargetBase;
  readonly #scale: Float64Array;
  readonly #home: Float64Array;
  readonly #qposAddress: Int32Array;
  readonly #targets: Float64Array;
  readonly #feedForward: BoundFeedForward | undefined;
  readonly #shown: number | undefined;

  constructor(context: ActionContext, settings: JointTargetSettings) {
    const { scale, squash = "none", feedForward, around = "home", shown } = settings;
    const { sim, home } = context;
    const joints = sim.actuatorJoints();
    if (joints.length === 0)
      throw new UserError(`scene ${sim.scene} has no actuators; jointTargets needs position actuators`);
    this.#sim = sim;
    this.#squash = squash;
    this.#around = around;
    this.#shown = shown;
    this.#scale = Float64Array.from(joints, (joint) => (typeof scale === "number" ? scale : scale(joint)));
    this.#qposAddress = Int32Array.from(joints, (joint) => sim.joint(joint).qposAddress);
    this.#home = Float64Array.from(this.#qposAddress, (address) => home[address]);
    this.#targets = this.#home.slice();
    this.#feedForward = feedForward?.bind(context, joints);
    const servos = joints.map((joint, actuator) => servoOf(sim, joint, actuator));
    this.description = {
      kind: TARGET_KINDS[around],
      names: joints,
      squash,
      scale: [...this.#scale],
      offset: around === "home" ? [...this.#home] : joints.map(() => 0),
      stiffness: servos.map((servo) => servo.stiffness),
      damping: servos.map((servo) => servo.damping),
      feedForward: this.#feedForward?.description ?? null,
      ...(shown !== undefined && { shown }),
    };
  }

  apply(raw: Float32Array, offset: number, action: Float64Array, moment: AnyMoment): void {
    squashInto(action, raw, offset, this.#squash);
    const targets = this.#targets;
    const { ctrl } = this.#sim;
    if (this.#around === "previous") targets.set(ctrl);
    else this.#writeBase(targets);
    this.#feedForward?.add(targets, moment);
    for (let i = 0; i < targets.length; i++) ctrl[i] = targets[i] + this.#scale[i] * action[i];
    if (this.#shown === undefined) return;
    for (let i = 0; i < action.length; i++) action[i] = (ctrl[i] - this.#home[i]) / this.#shown;
  }

  reset(): void {
    this.#writeBase(this.#sim.ctrl);
  }

  /** Home, or where the joints are. */
  #writeBase(out: Float64Array): void {
    const { qpos } = this.#sim;
    for (let i = 0; i < out.length; i++) {
      out[i] = this.#around === "home" ? this.#home[i] : qpos[this.#qposAddress[i]];
    }
  }
}

/** torque = stiffness·(target − q) − damping·q̇: MuJoCo's position actuator (gain kp, bias −kp·q − kv·q̇) and the joint's own damping. */
function servoOf(sim: Simulation, joint: string, actuator: number): { stiffness: number; damping: number } {
  const { actuator_gainprm: gains, actuator_biasprm: biases, dof_damping: passive } = sim.modelFields;
  const parameters = gains.length / sim.nu;
  const kp = gains[actuator * parameters];
  if (biases[actuator * parameters + 1] !== -kp) {
    throw new UserError(
      `scene ${sim.scene}: jointTargets needs position actuators, but the one of joint "${joint}" is none`,
    );
  }
  return { stiffness: kp, damping: passive[sim.joint(joint).dofAddress] - biases[actuator * parameters + 2] };
}
