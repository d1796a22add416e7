/** How smoothly and at what cost a legged robot walks: of one episode, one control step at a time. */
import { torqueLimit } from "../physics/mechanism.ts";
import type { Environment } from "../tasks/index.ts";

/** Sums of one episode. */
export interface SmoothnessSums {
  /** Control steps with a step before them. */
  readonly steps: number;
  /** (rad/s)², over steps and joints: change of targets, per second; steps · joints in `targetValues` */
  readonly targetRateSquares: number;
  readonly targetValues: number;
  /** (rad/s²)², over steps and joints: change of joint velocities, per second */
  readonly accelerationSquares: number;
  readonly accelerationValues: number;
  /** Over steps and joints with a limit: (torque / limit)² */
  readonly torqueShareSquares: number;
  readonly torqueValues: number;
  /** m/s, over steps and feet that touch: how fast they move along the ground */
  readonly slip: number;
  readonly slipValues: number;
  /** J, what motors put in, over the steps with a command other than zero; and N·m: weight times the way of the base in them */
  readonly work: number;
  readonly weightWay: number;
}

const NOTHING: SmoothnessSums = {
  steps: 0,
  targetRateSquares: 0,
  targetValues: 0,
  accelerationSquares: 0,
  accelerationValues: 0,
  torqueShareSquares: 0,
  torqueValues: 0,
  slip: 0,
  slipValues: 0,
  work: 0,
  weightWay: 0,
};

/** What of a robot's motors smoothness is measured by: found once per simulation. */
export class DrivenJoints {
  /** [joints] places in qvel */
  readonly dofs: Int32Array;
  /** [joints] N·m; Infinity where nothing limits it */
  readonly limits: Float64Array;
  /** N */
  readonly weight: number;

  /** Of the compiled model, whatever environment was in the slot: results may not depend on that. */
  constructor(env: Environment) {
    const { sim } = env;
    sim.refresh();
    env.clearRandomisation();
    const joints = sim.actuatorJoints();
    this.dofs = Int32Array.from(joints, (name) => sim.joint(name).dofAddress);
    this.limits = Float64Array.from(joints, (_, actuator) => torqueLimit(sim, actuator));
    const { body_mass: masses, gravity } = sim.modelFields;
    this.weight = masses.reduce((sum, mass) => sum + mass, 0) * Math.abs(gravity[2]);
  }
}

/** Measures of one episode. */
export class SmoothnessMeasures {
  readonly #driven: DrivenJoints;
  readonly #targets: Float64Array;
  readonly #velocities: Float64Array;
  readonly #position = new Float64Array(2);
  readonly #sums: { -readonly [K in keyof SmoothnessSums]: number } = { ...NOTHING };
  #hasBefore = false;

  constructor(driven: DrivenJoints, actions: number) {
    this.#driven = driven;
    this.#targets = new Float64Array(actions);
    this.#velocities = new Float64Array(driven.dofs.length);
  }

  get sums(): SmoothnessSums {
    return { ...this.#sums };
  }

  /** Takes in the control step that the environment has just made. */
  add(env: Environment): void {
    const footing = env.footing();
    if (footing === undefined || env.nan) return;
    if (this.#hasBefore) {
      this.#sums.steps++;
      this.#addTargets(env);
      this.#addMotors(env, footing.position);
      if (footing.footVel !== undefined) this.#addSlip(footing.contact, footing.footVel);
    }
    this.#remember(env, footing.position);
  }

  #addTargets({ wanted, controlHz }: Environment): void {
    if (wanted === undefined) return;
    for (let i = 0; i < wanted.length; i++) {
      this.#sums.targetRateSquares += ((wanted[i] - this.#targets[i]) * controlHz) ** 2;
    }
    this.#sums.targetValues += wanted.length;
  }

  #addMotors({ sim, controlHz, command }: Environment, position: ArrayLike<number>): void {
    const { dofs, limits, weight } = this.#driven;
    let power = 0;
    for (let i = 0; i < dofs.length; i++) {
      const velocity = sim.qvel[dofs[i]];
      const torque = sim.qfrcActuator[dofs[i]];
      this.#sums.accelerationSquares += ((velocity - this.#velocities[i]) * controlHz) ** 2;
      power += Math.max(0, torque * velocity);
      if (limits[i] === Infinity) continue;
      this.#sums.torqueShareSquares += (torque / limits[i]) ** 2;
      this.#sums.torqueValues++;
    }
    this.#sums.accelerationValues += dofs.length;
    if (command?.every((value) => value === 0) ?? true) return;
    this.#sums.work += power / controlHz;
    const way = Math.hypot(position[0] - this.#position[0], position[1] - this.#position[1]);
    this.#sums.weightWay += weight * way;
  }

  #addSlip(contact: ArrayLike<number>, footVel: ArrayLike<number>): void {
    for (let foot = 0; foot < contact.length; foot++) {
      if (contact[foot] <= 0) continue;
      this.#sums.slip += Math.hypot(footVel[3 * foot], footVel[3 * foot + 1]);
      this.#sums.slipValues++;
    }
  }

  #remember({ wanted, sim }: Environment, position: ArrayLike<number>): void {
    if (wanted !== undefined) this.#targets.set(wanted);
    for (let i = 0; i < this.#velocities.length; i++) this.#velocities[i] = sim.qvel[this.#driven.dofs[i]];
    this.#position[0] = position[0];
    this.#position[1] = position[1];
    this.#hasBefore = true;
  }
}

/** What many episodes' smoothness comes to; null where nothing was counted. */
export interface SmoothnessSummary {
  /** Root mean square of how fast joint targets change, rad/s. */
  readonly targetRate: number | null;
  /** Root mean square of the driven joints' acceleration, rad/s². */
  readonly jointAcceleration: number | null;
  /** Mean speed of feet along the ground while they touch it, m/s. */
  readonly footSlip: number | null;
  /** Root mean square of the torque over its limit, over joints with one. */
  readonly torqueShare: number | null;
  /** Positive work of the motors over weight times way, while the command is not zero. */
  readonly costOfTransport: number | null;
}

/** @param episodes empty where the task does not say where its feet are */
export function summariseSmoothness(episodes: readonly SmoothnessSums[]): SmoothnessSummary {
  const total = (of: keyof SmoothnessSums) => episodes.reduce((sum, sums) => sum + sums[of], 0);
  const mean = (sum: keyof SmoothnessSums, count: keyof SmoothnessSums) =>
    total(count) > 0 ? total(sum) / total(count) : null;
  const root = (value: number | null) => (value === null ? null : Math.sqrt(value));
  return {
    targetRate: root(mean("targetRateSquares", "targetValues")),
    jointAcceleration: root(mean("accelerationSquares", "accelerationValues")),
    footSlip: mean("slip", "slipValues"),
    torqueShare: root(mean("torqueShareSquares", "torqueValues")),
    costOfTransport: mean("work", "weightWay"),
  };
}
