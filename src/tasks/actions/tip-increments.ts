/** An action mapping for arms that are led by their tip: actions move the place where the tip is to be, and a gripper opens or closes. */
import { suggestion } from "../../math/near-names.ts";
import { UserError } from "../../math/user-error.ts";
import type { TipCommand } from "../trackers/tip-command.ts";
import {
  type ActionContext,
  type ActionMapping,
  type BoundAction,
  controlRange,
  squashInto,
} from "./action-mapping.ts";

/** Where an arm's tip is, and which joints put it there, in closed form; neither allocates. */
export interface ArmKinematics {
  /** For descriptions. */
  readonly name: string;
  /** Joints, the arm's first in the model. */
  readonly joints: number;
  /** Writes the tip's position [3], m, and rotation matrix [9] for these joints, rad, from the arm's base. */
  forward(joints: ArrayLike<number>, position: Float64Array, matrix: Float64Array): void;
  /**
   * Writes the joints that put the tip there, of several solutions that of the present joints' kind.
   * @returns false, and nothing written, where none do
   */
  inverse(
    position: ArrayLike<number>,
    matrix: ArrayLike<number>,
    present: ArrayLike<number>,
    out: Float64Array,
  ): boolean;
}

/** Settings of `tipIncrements`. */
export interface TipSettings {
  readonly arm: ArmKinematics;
  /** Name of the task's `tipCommand` tracker. */
  readonly tip: string;
  /** Axes of the base along which actions move the tip: one action each, in this order; the tip stays in place along the others. */
  readonly axes: readonly Axis[];
  /** m per unit of action */
  readonly step: number;
  /** The last action closes a gripper below 0 and else opens it, by so much of its control each time. */
  readonly gripper: { readonly actuator: string; readonly step: number };
}

type Axis = "x" | "y" | "z";
const AXES: readonly Axis[] = ["x", "y", "z"];

/**
 * The tip keeps the orientation that it has in the task's keyframe. Joint targets are those that put it where it is to be; where none do, they
 * stay, and the tracker says so. Actions are cut off at ±1, targets at the control ranges. The arm's actuators are the first of the model.
 */
export function tipIncrements(settings: TipSettings): ActionMapping {
  return { bind: (context) => new TipIncrements(settings, context) };
}

class TipIncrements implements BoundAction {
  readonly description: BoundAction["description"];
  readonly #settings: TipSettings;
  readonly #context: ActionContext;
  readonly #tip: TipCommand;
  readonly #axes: readonly number[];
  readonly #gripper: number;
  /** [nu] pairs */
  readonly #ranges: readonly (readonly [number, number])[];
  /** [9] */
  readonly #orientation = new Float64Array(9);
  readonly #joints: Float64Array;

  constructor(settings: TipSettings, context: ActionContext) {
    const { arm, tip, axes, step, gripper } = settings;
    const { sim, readings, homeControls } = context;
    this.#settings = settings;
    this.#context = context;
    this.#tip = tipCommandOf(readings, tip);
    this.#axes = axes.map((axis) => AXES.indexOf(axis));
    this.#gripper = sim.actuatorId(gripper.actuator);
    this.#ranges = Array.from({ length: sim.nu }, (_, actuator) => controlRange(sim, actuator));
    this.#joints = new Float64Array(arm.joints);
    arm.forward(homeControls, new Float64Array(3), this.#orientation);
    const { lowest, highest } = this.#tip;
    this.description = {
      kind: "tip-increments",
      names: [...axes, gripper.actuator],
      squash: "clip",
      scale: [...axes.map(() => step), gripper.step],
      offset: [...axes, gripper].map(() => 0),
      stiffness: [],
      damping: [],
      feedForward: null,
      tip: { arm: arm.name, lowest, highest, orientation: [...this.#orientation] },
    };
  }

  apply(raw: Float32Array, offset: number, action: Float64Array): void {
    squashInto(action, raw, offset, "clip");
    const { arm, step, gripper } = this.#settings;
    const { ctrl } = this.#context.sim;
    const axes = this.#axes;
    for (let i = 0; i < axes.length; i++) this.#tip.move(axes[i], step * action[i]);
    this.#tip.reached = arm.inverse(this.#tip.position, this.#orientation, ctrl, this.#joints);
    if (this.#tip.reached) for (let i = 0; i < arm.joints; i++) this.#write(i, this.#joints[i]);
    this.#write(this.#gripper, ctrl[this.#gripper] + (action[axes.length] < 0 ? -gripper.step : gripper.step));
  }

  #write(actuator: number, control: number): void {
    const [low, high] = this.#ranges[actuator];
    this.#context.sim.ctrl[actuator] = Math.max(low, Math.min(high, control));
  }

  reset(): void {}
}

function tipCommandOf(readings: Readonly<Record<string, unknown>>, name: string): TipCommand {
  const reading = readings[name] as Partial<TipCommand> | undefined;
  if (reading?.position instanceof Float64Array && "reached" in reading) return reading as TipCommand;
  throw new UserError(
    `tipIncrements: the task tracks no tipCommand named "${name}"${suggestion(name, Object.keys(readings))}`,
  );
}
