/** What a robot's own drives and gears decide of a joint: read from a compiled model, and written to it. */
import { UserError } from "../../math/user-error.ts";
import { jointServos, type Servo } from "../servo.ts";
import type { Simulation } from "../simulation.ts";
import type { ModelField } from "./model-fields.ts";

/** The values of a hinge or slide, in N, N·m, rad (or m) and s. */
export const JOINT_VALUES = ["armature", "frictionLoss", "damping", "kp", "kd"] as const;
/** Name of one of them. */
export type JointValue = (typeof JOINT_VALUES)[number];

/**
 * Of one joint: inertia of the rotor behind its gear (kg·m²), dry friction (N·m), damping (N·m·s/rad), and of the position servos that drive
 * it, both at the joint, stiffness `kp` (N·m/rad) and damping `kd` (N·m·s/rad). The damping that acts is `damping` + `kd`.
 */
export type JointPhysics = Readonly<Record<JointValue, number>>;

const FIELDS = {
  armature: "dof_armature",
  frictionLoss: "dof_frictionloss",
  damping: "dof_damping",
} as const satisfies Partial<Record<JointValue, ModelField>>;

/** Values of one joint of one simulation. */
export class JointValues {
  readonly joint: string;
  readonly #sim: Simulation;
  readonly #dof: number;
  readonly #servos: readonly Servo[];

  /** @throws UserError when the scene lacks the joint, with near names, or it is no hinge or slide */
  constructor(sim: Simulation, joint: string, servos: readonly Servo[] = jointServos(sim)) {
    const { dofAddress, type } = sim.joint(joint);
    if (type !== "hinge" && type !== "slide")
      throw new UserError(`scene ${sim.scene}: joint "${joint}" is a ${type} joint; expected a hinge or slide`);
    this.joint = joint;
    this.#sim = sim;
    this.#dof = dofAddress;
    this.#servos = servos.filter((servo) => servo.joint === joint);
  }

  /** Whether a position servo drives the joint. */
  get isServo(): boolean {
    return this.#servos.length > 0;
  }

  /** The model's values now; `kp` and `kd` are 0 without a servo. */
  read(): JointPhysics {
    const { modelFields } = this.#sim;
    const of = (name: keyof typeof FIELDS) => modelFields[FIELDS[name]][this.#dof];
    return {
      armature: of("armature"),
      frictionLoss: of("frictionLoss"),
      damping: of("damping"),
      kp: this.#gain(1),
      kd: this.#gain(2),
    };
  }

  /** Writes those that are given; targets stay where the servos hold them. @throws UserError for gains of a joint without a servo */
  write(values: Partial<JointPhysics>): void {
    const { modelFields } = this.#sim;
    const { kp, kd, ...passive } = values;
    for (const [name, value] of Object.entries(passive))
      modelFields[FIELDS[name as keyof typeof FIELDS]][this.#dof] = value;
    if ((kp !== undefined || kd !== undefined) && !this.isServo)
      throw new UserError(
        `scene ${this.#sim.scene}: joint "${this.joint}" has gains but no position servo; expected armature, frictionLoss or damping`,
      );
    if (kp !== undefined) this.#scaleStiffness(kp / this.#gain(1));
    if (kd !== undefined) this.#setDamping(kd);
  }

  /** Stiffness (1) or damping (2) of all servos together, at the joint. */
  #gain(parameter: 1 | 2): number {
    const { actuator_biasprm: bias, actuator_gear: gear } = this.#sim.modelFields;
    const at = (actuator: number) => bias[actuator * this.#stride + parameter];
    return this.#servos.reduce((sum, { actuator }) => sum - gear[6 * actuator] ** 2 * at(actuator), 0);
  }

  get #stride(): number {
    return this.#sim.modelFields.actuator_biasprm.length / this.#sim.nu;
  }

  #scaleStiffness(factor: number): void {
    const { actuator_biasprm: bias, actuator_gainprm: gain } = this.#sim.modelFields;
    for (const { actuator } of this.#servos) {
      gain[actuator * this.#stride] *= factor;
      bias[actuator * this.#stride] *= factor;
      bias[actuator * this.#stride + 1] *= factor;
    }
  }

  #setDamping(kd: number): void {
    const { actuator_biasprm: bias, actuator_gear: gear } = this.#sim.modelFields;
    this.#servos.forEach(({ actuator }, i) => {
      bias[actuator * this.#stride + 2] = i === 0 ? -kd / gear[6 * actuator] ** 2 : 0;
    });
  }
}
