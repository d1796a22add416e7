/** How an action becomes actuator controls. Declared by a task, described as plain data because an exported controller must do the same. */
import { UserError } from "../../math/user-error.ts";
import type { Simulation } from "../../physics/simulation.ts";
import type { AnyMoment } from "../moment.ts";

/** What happens to the policy's output first: limited smoothly to (−1, 1), cut off at ±1, or nothing. */
export type Squash = "tanh" | "clip" | "none";

/**
 * A task's action mapping as plain data. control = offset + feed-forward + scale · squash(action), per action. To joint-offsets the present
 * joint position is added, to joint-increments the target of the step before; cell-moves are also rounded to −1, 0 or 1. To tip-increments
 * the target position of the arm's tip is added; their last action, of a gripper, counts by its sign alone and adds to its control.
 */
export interface ActionDescription {
  readonly kind: "joint-targets" | "joint-offsets" | "joint-increments" | "controls" | "cell-moves" | "tip-increments";
  /** Joints (joint-…), actuators (controls) or axes (cell-moves, tip-increments, then the gripper's actuator), in action order; after the joints, the actuators of `rest`. */
  readonly names: readonly string[];
  readonly squash: Squash;
  readonly scale: readonly number[];
  /** Default joint positions, rad, or controls of action 0. */
  readonly offset: readonly number[];
  /** [joints] N·m/rad and N·m·s/rad (N/m and N·s/m where a joint slides) of the position servos, at the joint; empty for controls. */
  readonly stiffness: readonly number[];
  readonly damping: readonly number[];
  readonly feedForward: Readonly<Record<string, unknown>> | null;
  /** rad per unit of what terms and observations see as the action, (target − offset)/shown; absent where they see the action itself. */
  readonly shown?: number;
  /** [joints] rad (m where a joint slides), what targets are limited to, or [actuators] what controls are; absent where the drives alone limit them. */
  readonly limits?: readonly (readonly [number, number])[];
  /** Of tip-increments: which arm's kinematics give the joints, between what places the tip stays, m, and its rotation matrix [9]. */
  readonly tip?: {
    readonly arm: string;
    readonly lowest: readonly number[];
    readonly highest: readonly number[];
    readonly orientation: readonly number[];
  };
  /** Actuators at the end of `names`, whose actions are controls, not joint targets; absent if there are none. */
  readonly rest?: readonly string[];
  /** [actions] Place among the model's actuators of the one that each action drives; absent where that is the action's own place. */
  readonly actuators?: readonly number[];
  /** [joints] The simulated actuator's control is scale · target + offset; absent where it is the target. */
  readonly control?: { readonly scale: readonly number[]; readonly offset: readonly number[] };
  /** [joints] s, time constant with which the servo follows its target; absent where all do at once. */
  readonly lag?: readonly number[];
}

/** What an action mapping is bound to. */
export interface ActionContext {
  readonly sim: Simulation;
  /** Coordinates of the task's keyframe or of the model's initial state, [nq] */
  readonly home: Float64Array;
  /** Controls of the task's keyframe, or zeros, [nu] */
  readonly homeControls: Float64Array;
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
  /** What the last action commanded; absent if actions are not joint targets. */
  readonly wanted?: Wanted;
  /** Where controls take time to arrive. */
  readonly late?: LateControls;
  /** Squashes the action at `offset` of `raw` into `action` [actionSize] and writes the controls. */
  apply(raw: Float32Array, offset: number, action: Float64Array, moment: AnyMoment): void;
  /**
   * Writes the controls that a new episode starts with, where keyframe and task say nothing of them; once its first state is set.
   * @param before [nu] controls before the task's `reset`: those that it changed stay
   */
  reset(before?: Float64Array): void;
}

/** Joint targets in rad (m where a joint slides), then controls of actuators that take no targets. */
export interface Wanted {
  /** [actionSize] */
  readonly values: Float64Array;
  /** Takes other values, at `offset` of `values`, and writes their controls. */
  write(values: Float32Array, offset: number): void;
}

/** Controls that act some physics steps after they are given. */
export interface LateControls {
  /** Physics steps of this control step that the controls before still have; fewer than all of them. */
  readonly steps: number;
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
  /** Adds to `targets`, which begin with those of the joints, rad. */
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

/** Where the control of action 0 lies: at 0, at the control of the task's keyframe (0 without one), or in the middle of the control range. */
export type ControlBase = "zero" | "home" | "range";

/** How actions become controls: control = base + scale · squash(action). */
export interface ControlSettings {
  /**
   * Control per unit of action; with `around: "range"` in halves of the actuator's control range, so that actions from −1 to 1 reach all
   * of it. A function is asked once per actuator, by name. Default 1.
   */
  readonly scale?: number | ((actuator: string) => number);
  /** Default zero. */
  readonly around?: ControlBase;
  /** How far from the base a control goes at most, whatever the action; asked once per actuator, by name. Default: as far as actions say. */
  readonly reach?: (actuator: string) => number;
}

/** Controls of action 0 and per unit of action, [actuators] each. @throws UserError if a needed control range is missing */
export function controlsOf(
  { sim, homeControls }: Pick<ActionContext, "sim" | "homeControls">,
  actuators: readonly number[],
  { scale = 1, around = "zero" }: ControlSettings,
): { scale: number[]; offset: number[] } {
  const names = sim.names.all("actuator");
  const range = (id: number) => (around === "range" ? controlRange(sim, id) : null);
  const halves = actuators.map((id) => half(range(id)));
  return {
    scale: actuators.map((id, i) => halves[i] * (typeof scale === "number" ? scale : scale(names[id]))),
    offset: actuators.map((id) => (around === "home" ? homeControls[id] : middle(range(id)))),
  };
}

const half = (range: readonly [number, number] | null) => (range === null ? 1 : (range[1] - range[0]) / 2);
const middle = (range: readonly [number, number] | null) => (range === null ? 0 : (range[0] + range[1]) / 2);

/** What limits an actuator's control. @throws UserError where nothing does */
export function controlRange(sim: Simulation, actuator: number): readonly [number, number] {
  const range = sim.controlRange(actuator);
  if (range !== null) return range;
  const found = `${sim.actuatorWords(actuator)} has no control range`;
  throw new UserError(`scene ${sim.scene}: ${found}; expected one, for controls or targets that it limits`);
}

/**
 * Controls are the squashed action times `scale`, around 0, the keyframe's controls or the control range: for motors whose control is a
 * torque or a fraction of one, and for all other actuators. An episode starts with the controls of its keyframe and of the task's `reset`.
 * @param first so many of the model's actuators; the others keep the controls that an episode starts with. Default all
 */
export function direct({
  squash = "tanh",
  first,
  ...settings
}: ControlSettings & { readonly squash?: Squash; readonly first?: number } = {}): ActionMapping {
  return {
    bind: (context) => {
      const { sim } = context;
      const names = sim.names.all("actuator").slice(0, first);
      const { reach } = settings;
      const { scale, offset } = controlsOf(context, [...names.keys()], settings);
      const reaches = reach && names.map(reach);
      const limits = reaches?.map((most, i): readonly [number, number] => [offset[i] - most, offset[i] + most]);
      return {
        description: {
          kind: "controls",
          names,
          squash,
          scale,
          offset,
          stiffness: [],
          damping: [],
          feedForward: null,
          ...(limits && { limits }),
        },
        apply: (raw, at, action) => {
          squashInto(action, raw, at, squash);
          const { ctrl } = sim;
          for (let i = 0; i < action.length; i++) {
            const way = scale[i] * action[i];
            ctrl[i] = reaches ? Math.max(-reaches[i], Math.min(reaches[i], way)) : way;
            if (offset[i] !== 0) ctrl[i] += offset[i];
          }
        },
        reset: () => {},
      };
    },
  };
}

const JOINT_KINDS: readonly ActionDescription["kind"][] = ["joint-targets", "joint-offsets", "joint-increments"];

/** Whether actions are targets of joints, one each, but for those of `rest`. */
export function isJointKind(kind: ActionDescription["kind"]): boolean {
  return JOINT_KINDS.includes(kind);
}

/** The joints that actions give targets, in action order; empty where they give none. */
export function targetJoints({ names, stiffness }: Pick<ActionDescription, "names" | "stiffness">): readonly string[] {
  return names.slice(0, stiffness.length);
}
