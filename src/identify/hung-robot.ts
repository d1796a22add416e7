/**
 * A robot that hangs in the air and follows recorded targets. Its base is held where it is: the inertia of its free joint is made so large that
 * nothing moves it, while gravity acts on the limbs. Timestep and integrator are the scene's, so that values fit the simulation that trains; the
 * solver runs until it has converged, since with the few iterations of training friction jumps where values change a little.
 */
import { UserError } from "../math/user-error.ts";
import { type JointPhysics, JointValues } from "../physics/model/joint-physics.ts";
import { jointServos, type Servo } from "../physics/servo.ts";
import { Simulation } from "../physics/simulation.ts";
import { scenePath } from "../tasks/environment.ts";
import type { Task } from "../tasks/index.ts";
import { HeldTargets } from "./held-targets.ts";
import type { JointLog } from "./joint-log.ts";

/** m, by which a base is lifted so that feet touch nothing. */
const LIFT = 1;
/** kg and kg·m² of a base that nothing moves. */
const IMMOVABLE = 1e8;
/** Coordinates and speeds of a free joint. */
const FREE_QPOS = 7;
const FREE_DOFS = 6;
/** The solver and its line search until they have converged, which seldom takes many iterations. */
const CONVERGED = { iterations: 100, ls_iterations: 100, tolerance: 1e-15, ls_tolerance: 1e-6 };
/** s before a log, in which joints come to rest at its first targets. */
const REST = 1;

/** A joint that follows targets. */
interface HungJoint {
  readonly values: JointValues;
  readonly servos: readonly Servo[];
  readonly model: JointPhysics;
  readonly modelDelay: number;
  readonly qpos: number;
  readonly dof: number;
  /** s, now */
  delay: number;
}

/** The robot; `delete()` frees its simulation. */
export class HungRobot {
  readonly sim: Simulation;
  /** Joints with position servos, in actuator order. */
  readonly joints: readonly string[];
  readonly #all: readonly HungJoint[];
  readonly #home: Float64Array;
  /** [nu] */
  readonly #homeControls: Float64Array;
  /** First coordinate and first speed of the base; null where it is fixed */
  readonly #base: { readonly qpos: number; readonly dof: number } | null;

  private constructor(sim: Simulation, { model, physics, keyframe }: Task) {
    this.sim = sim;
    Object.assign(sim.model.opt, CONVERGED);
    for (const change of Object.values(model)) change.apply(sim);
    physics?.apply(sim);
    const servos = jointServos(sim);
    this.joints = [...new Set(servos.map(({ joint }) => joint))];
    this.#all = this.joints.map((joint) => {
      const values = new JointValues(sim, joint, servos);
      const { qposAddress: qpos, dofAddress: dof } = sim.joint(joint);
      const delay = physics?.delays[joint] ?? 0;
      const own = servos.filter((servo) => servo.joint === joint);
      return { values, servos: own, model: values.read(), modelDelay: delay, delay, qpos, dof };
    });
    this.#home = keyframe === undefined ? sim.modelFields.qpos0.slice() : sim.keyframeQpos(keyframe);
    this.#homeControls = keyframe === undefined ? new Float64Array(sim.nu) : sim.keyframeControls(keyframe);
    const free = sim.names.all("joint").find((name) => name !== "" && sim.joint(name).type === "free");
    const found = free === undefined ? null : sim.joint(free);
    this.#base = found && { qpos: found.qposAddress, dof: found.dofAddress };
    if (this.#base) this.#home[this.#base.qpos + 2] += LIFT;
    this.settle();
  }

  /** @throws UserError where the scene does not load, or no position servo drives a joint of it */
  static async create(task: Task): Promise<HungRobot> {
    await task.prepare?.();
    const sim = await Simulation.load(scenePath(task), { looks: false });
    try {
      const robot = new HungRobot(sim, task);
      if (robot.joints.length > 0) return robot;
      throw new UserError(`${task.name}: no joint has a position servo; expected joints that follow targets`);
    } catch (error) {
      sim.delete();
      throw error;
    }
  }

  /** Places of a log's joints among the robot's. @throws UserError for one that has no position servo here, or is not there */
  placesOf({ joints, source }: Pick<JointLog, "joints" | "source">): number[] {
    return joints.map((name) => {
      const at = this.joints.indexOf(name);
      if (at >= 0) return at;
      try {
        this.sim.joint(name);
      } catch (error) {
        throw error instanceof UserError ? error.reworded(`${source}: unknown joint: ${error.message}`) : error;
      }
      throw new UserError(`${source}: joint "${name}" has no position servo; expected joints that follow targets`);
    });
  }

  /** The model's own values of a joint. */
  modelOf(joint: number): { readonly physics: JointPhysics; readonly delay: number } {
    const { model, modelDelay } = this.#all[joint];
    return { physics: model, delay: modelDelay };
  }

  /** Inertia at a joint with all that hangs on it and its armature in the model's initial pose, kg·m². */
  inertiaOf(joint: number): number {
    return this.sim.model.dof_M0[this.#all[joint].dof];
  }

  /** Where a joint is at home, and how far it may be commanded, rad or m. */
  reachOf(joint: number): { readonly home: number; readonly low: number; readonly high: number } {
    const { qpos, servos } = this.#all[joint];
    const [from, to] = this.sim.joint(this.joints[joint]).range;
    let [low, high] = [from, to];
    for (const { actuator, controlScale, controlOffset } of servos) {
      const ends = this.sim.controlRange(actuator)?.map((control) => (control - controlOffset) / controlScale);
      if (ends) [low, high] = [Math.max(low, Math.min(...ends)), Math.min(high, Math.max(...ends))];
    }
    return { home: this.#home[qpos], low, high };
  }

  /** Gives a joint other values; `settle` makes them act everywhere. */
  write(joint: number, physics: JointPhysics, delay: number): void {
    this.sim.refresh();
    const one = this.#all[joint];
    one.values.write(physics);
    one.delay = delay;
  }

  /** Computes again what follows from the values, as the compiler does, with the base free; then holds the base. */
  settle(): void {
    const { sim } = this;
    const armature = (value: number) => {
      if (this.#base) sim.modelFields.dof_armature.fill(value, this.#base.dof, this.#base.dof + FREE_DOFS);
    };
    sim.refresh();
    armature(0);
    sim.recompute();
    armature(IMMOVABLE);
  }

  /** Puts the robot where the log begins: where joints were measured, or else at rest at their first targets. */
  begin(log: JointLog, places: readonly number[]): void {
    const { sim } = this;
    sim.refresh(); // another simulation may have made the memory grow
    sim.resetToInitial();
    sim.qpos.set(this.#home);
    const isMeasured = log.positions.length > 0;
    const first = isMeasured ? log.positions : log.targets;
    places.forEach((place, joint) => {
      sim.qpos[this.#all[place].qpos] = first[joint];
    });
    sim.ctrl.set(this.#homeControls);
    for (const { servos, qpos } of this.#all) for (const servo of servos) this.#drive(servo, this.#home[qpos], true);
    places.forEach((place, joint) => {
      for (const servo of this.#all[place].servos) this.#drive(servo, log.targets[joint], true);
    });
    if (isMeasured) return;
    for (let step = 0; step < REST / sim.timestep; step++) this.#step(log, 0);
  }

  /**
   * Follows a log's targets.
   * @param from @param to physics steps from the log's start; the state must be that of `from`
   * @param out [rows, joints] positions at the log's times, of the rows in between
   * @param passed called before each physics step with its number
   */
  follow(
    log: JointLog,
    places: readonly number[],
    { from, to }: { readonly from: number; readonly to: number },
    out: Float64Array,
    passed: (step: number) => void = () => {},
  ): void {
    const { sim } = this;
    const dt = sim.timestep;
    const size = places.length;
    const held = places.map((place, joint) => new HeldTargets(log, joint, this.#all[place].delay));
    const before = new Float64Array(size);
    let row = log.time.findIndex((at) => at > from * dt - 1e-9);
    for (let step = from; step < to && row >= 0; step++) {
      passed(step);
      for (let j = 0; j < size; j++) {
        const { servos, qpos } = this.#all[places[j]];
        before[j] = sim.qpos[qpos];
        const target = held[j].between(step * dt, (step + 1) * dt);
        for (const servo of servos) this.#drive(servo, target, false);
      }
      this.#step(log, Math.min(row, log.time.length - 1));
      for (; row < log.time.length && log.time[row] <= (step + 1) * dt + 1e-9; row++) {
        const share = log.time[row] / dt - step;
        for (let j = 0; j < size; j++)
          out[row * size + j] = (1 - share) * before[j] + share * sim.qpos[this.#all[places[j]].qpos];
      }
    }
  }

  /** Physics steps of a log. */
  stepsOf({ time }: JointLog): number {
    return Math.ceil(time.at(-1)! / this.sim.timestep - 1e-6);
  }

  delete(): void {
    this.sim.delete();
  }

  #drive({ actuator, controlScale, controlOffset, actAddress }: Servo, target: number, isSettled: boolean): void {
    const control = controlScale * target + controlOffset;
    this.sim.ctrl[actuator] = control;
    if (isSettled && actAddress >= 0) this.sim.act[actAddress] = control;
  }

  /** One physics step with the base where it is. */
  #step({ base }: JointLog, row: number): void {
    const { sim } = this;
    sim.step(1);
    if (!this.#base) return;
    const { qpos, dof } = this.#base;
    for (let i = 0; i < FREE_QPOS; i++) sim.qpos[qpos + i] = this.#home[qpos + i];
    for (let i = 0; i < FREE_DOFS; i++) sim.qvel[dof + i] = 0;
    if (!base) return;
    const length = Math.hypot(...base.subarray(4 * row, 4 * row + 4));
    for (let i = 0; i < 4; i++) sim.qpos[qpos + 3 + i] = base[4 * row + i] / length;
  }
}
