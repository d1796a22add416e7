/**
 * Inverse kinematics of an arm by damped least squares on the geometric Jacobian, q ← q + Jᵀ(JJᵀ + λ²)⁻¹e: for start states, whose arms
 * have to be where objects are. Source: Buss, Introduction to inverse kinematics, 2004, section 6.
 */
import type { Simulation } from "../../physics/simulation.ts";

/** Position, m, and rotation, of which one rad counts as so many m. */
const ROWS = 6;
const METRES_PER_RADIAN = 0.2;
const DAMPING_SQ = 1e-4;
/** rad or m per iteration, so that far targets do not overshoot */
const LONGEST_STEP = 0.3;

/** An arm whose last link carries a site. */
export class ArmReach {
  readonly #sim: Simulation;
  readonly #site: number;
  readonly #joints: readonly {
    readonly id: number;
    readonly qposAddress: number;
    readonly dofAddress: number;
    readonly range: readonly number[];
  }[];
  /** [3] m, where the site has to go, and [9] its rotation, row by row */
  readonly position = new Float64Array(3);
  readonly rotation = new Float64Array(9);
  readonly #error = new Float64Array(ROWS);
  /** [joints, ROWS] */
  readonly #jacobian: Float64Array;
  /** [ROWS, ROWS + 1] */
  readonly #system = new Float64Array(ROWS * (ROWS + 1));
  readonly #weights = new Float64Array(ROWS);
  /** [joints] */
  readonly #steps: Float64Array;

  /** @param joints hinges from the base to the site */
  constructor(sim: Simulation, site: string, joints: readonly string[]) {
    this.#sim = sim;
    this.#site = sim.siteId(site);
    this.#joints = joints.map((joint) => sim.joint(joint));
    this.#jacobian = new Float64Array(ROWS * joints.length);
    this.#steps = new Float64Array(joints.length);
  }

  /** How far the site is from its place, m. Derived quantities must be up to date. */
  get distance(): number {
    const { siteXpos } = this.#sim;
    return Math.hypot(...this.position.map((value, i) => value - siteXpos[3 * this.#site + i]));
  }

  /** One iteration: moves the joints in `qpos`; the caller computes what derives from them. */
  step(): void {
    this.#readError();
    this.#readJacobian();
    const steps = this.#moves();
    let most = LONGEST_STEP;
    for (let j = 0; j < steps.length; j++) most = Math.max(most, Math.abs(steps[j]));
    this.#joints.forEach(({ qposAddress, range }, j) => {
      const moved = this.#sim.qpos[qposAddress] + (LONGEST_STEP / most) * steps[j];
      this.#sim.qpos[qposAddress] = Math.max(range[0], Math.min(range[1], moved));
    });
  }

  /**
   * Joint moves [joints] that lead to the place from where the arm will stop, see `missing`. Repeated small shares of these moves arrive
   * without sagging.
   * @returns overwritten by the next call
   */
  moves(lags: ArrayLike<number>): Float64Array {
    this.missing(lags);
    return this.#moves();
  }

  /**
   * What is missing to the place from where the arm will stop: servos that lag by so much come to rest at q + lag·q̇, whatever gravity takes.
   * @param lags s, by joint, at least damping/stiffness of the servos; longer ones stop more gently
   * @returns [6] m, then rad times 0.2 m about x, y and z; overwritten by the next call
   */
  missing(lags: ArrayLike<number>): Float64Array {
    const { qvel } = this.#sim;
    this.#readError();
    this.#readJacobian();
    this.#joints.forEach(({ dofAddress }, joint) => {
      for (let r = 0; r < ROWS; r++)
        this.#error[r] -= lags[joint] * this.#jacobian[joint * ROWS + r] * qvel[dofAddress];
    });
    return this.#error;
  }

  /**
   * Joint velocities [joints] that move the site at a velocity and are nearest to others: q̇₀ + Jᵀ(JJᵀ + λ²)⁻¹(v − Jq̇₀).
   * @param twist [6] m/s, then rad/s, about the world's axes
   * @param rest [joints] rad/s
   * @returns overwritten by the next call
   */
  rates(twist: ArrayLike<number>, rest: ArrayLike<number>): Float64Array {
    this.#readJacobian();
    for (let r = 0; r < ROWS; r++) {
      this.#error[r] = r < 3 ? twist[r] : METRES_PER_RADIAN * twist[r];
      for (let j = 0; j < this.#joints.length; j++) this.#error[r] -= this.#jacobian[j * ROWS + r] * rest[j];
    }
    const steps = this.#moves();
    for (let j = 0; j < steps.length; j++) steps[j] += rest[j];
    return steps;
  }

  /** Jᵀ(JJᵀ + λ²)⁻¹e */
  #moves(): Float64Array {
    this.#solve();
    for (let j = 0; j < this.#steps.length; j++) {
      let sum = 0;
      for (let r = 0; r < ROWS; r++) sum += this.#jacobian[j * ROWS + r] * this.#weights[r];
      this.#steps[j] = sum;
    }
    return this.#steps;
  }

  /** Place, then half the sum of the cross products of the rotation's axes with those that it has to have. */
  #readError(): void {
    const { siteXpos, siteXmat } = this.#sim;
    const error = this.#error.fill(0);
    const wanted = this.rotation;
    for (let i = 0; i < 3; i++) error[i] = this.position[i] - siteXpos[3 * this.#site + i];
    for (let axis = 0; axis < 3; axis++)
      for (let i = 0; i < 3; i++) {
        const [j, k] = [(i + 1) % 3, (i + 2) % 3];
        const now = (row: number) => siteXmat[9 * this.#site + 3 * row + axis];
        const then = (row: number) => wanted[3 * row + axis];
        error[3 + i] += 0.5 * METRES_PER_RADIAN * (now(j) * then(k) - now(k) * then(j));
      }
  }

  #readJacobian(): void {
    const { siteXpos, jointAnchor, jointAxis } = this.#sim;
    this.#joints.forEach(({ id }, joint) => {
      const at = joint * ROWS;
      for (let i = 0; i < 3; i++) {
        const [j, k] = [(i + 1) % 3, (i + 2) % 3];
        const arm = (axis: number) => siteXpos[3 * this.#site + axis] - jointAnchor[3 * id + axis];
        this.#jacobian[at + i] = jointAxis[3 * id + j] * arm(k) - jointAxis[3 * id + k] * arm(j);
        this.#jacobian[at + 3 + i] = METRES_PER_RADIAN * jointAxis[3 * id + i];
      }
    });
  }

  /** (JJᵀ + λ²)⁻¹e by elimination; the matrix is positive definite, so no rows have to change places. */
  #solve(): void {
    const width = ROWS + 1;
    const system = this.#system;
    for (let r = 0; r < ROWS; r++) {
      for (let c = 0; c < ROWS; c++) {
        let sum = r === c ? DAMPING_SQ : 0;
        for (let j = 0; j < this.#joints.length; j++)
          sum += this.#jacobian[j * ROWS + r] * this.#jacobian[j * ROWS + c];
        system[r * width + c] = sum;
      }
      system[r * width + ROWS] = this.#error[r];
    }
    for (let pivot = 0; pivot < ROWS; pivot++)
      for (let r = 0; r < ROWS; r++) {
        if (r === pivot) continue;
        const share = system[r * width + pivot] / system[pivot * width + pivot];
        for (let c = pivot; c < width; c++) system[r * width + c] -= share * system[pivot * width + c];
      }
    for (let r = 0; r < ROWS; r++) this.#weights[r] = system[r * width + ROWS] / system[r * width + r];
  }
}
