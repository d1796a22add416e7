/**
 * Forces that a user applies to the robot: a short push, and a spring between a point of a body and a point in the world. Forces are set before
 * each control step and held through it. The task's own disturbances on the same body take precedence.
 */
import { multiply } from "../math/quat.ts";
import type { Simulation } from "./simulation.ts";

type Triple = readonly [number, number, number];

/** A body held at a point. */
export interface Grip {
  readonly body: number;
  /** In the body's frame, m */
  readonly point: Triple;
  /** Where the spring pulls the point, in the world, m */
  readonly target: Triple;
  /** Orientation to which the body is turned instead, w-x-y-z in the world; its place is then its own. */
  readonly turn?: readonly [number, number, number, number];
}

/** Everything that decides the next forces. */
export interface HandsState {
  readonly grip: Grip | null;
  readonly push: readonly [number, number];
  readonly pushSteps: number;
  readonly touched: readonly number[];
  /** What is read of the bodies; not part of the simulation's own state, where it belongs to the step before. */
  readonly bodies: readonly Float64Array[];
}

/** A push changes the robot's velocity by this, over this time. */
const PUSH_SECONDS = 0.1;
/** The spring's own frequency, rad/s, and its damping as a share of the critical one. */
const SPRING_RATE = 9;
const SPRING_DAMPING = 0.8;
/** Maximum force of the spring, in multiples of the robot's weight. */
const STRONGEST_PULL = 2;
const GRAVITY = 9.81;
/** Of objects: the same, but stiffer as far as the control period allows, and at most so many multiples of the object's own weight. */
const OBJECT_RATE = 20;
const OBJECT_RATE_PER_STEP = 0.4;
const STRONGEST_LIFT = 20;
/** m, lever arm with which the strongest lift turns an object */
const LEVER = 0.05;

/** Pushes and springs on the bodies of one simulation. */
export class Hands {
  readonly #sim: Simulation;
  readonly #dt: number;
  /** The body that carries the robot: the child of the world with the most mass. */
  readonly #trunk: number;
  /** [bodies, 2] MuJoCo's mean inverse weights, 1/kg and 1/(kg·m²) */
  readonly #inverseWeight: Float64Array;
  /** [bodies] the child of the world above each */
  readonly #roots: Int32Array;
  readonly #force = new Float64Array(3);
  readonly #torque = new Float64Array(3);
  /** Bodies that were pressed on in the step before. */
  readonly #touched = new Set<number>();
  #grip: Grip | null = null;
  #push: readonly [number, number] = [0, 0];
  #pushSteps = 0;

  /** Bodies that are held without their weight. */
  readonly #objects: ReadonlySet<number>;
  readonly #objectRate: number;

  /**
   * @param dt seconds of a control step
   * @param objects free bodies that are no robots: held, they do not sag or swing
   */
  constructor(sim: Simulation, dt: number, objects: readonly number[] = []) {
    this.#sim = sim;
    this.#dt = dt;
    this.#objects = new Set(objects);
    this.#objectRate = Math.min(OBJECT_RATE, OBJECT_RATE_PER_STEP / dt);
    this.#trunk = heaviestRoot(sim);
    this.#inverseWeight = (sim.model.body_invweight0 as Float64Array).slice();
    this.#roots = (sim.model.body_rootid as Int32Array).slice();
  }

  /** The grip; null without one. */
  get grip(): Grip | null {
    return this.#grip;
  }

  /** Direction of the present push, rad from the world's x axis; null without one. */
  get pushAngle(): number | null {
    return this.#pushSteps > 0 ? Math.atan2(this.#push[1], this.#push[0]) : null;
  }

  /** Holds a body, or moves the grip; null releases it. Fixed bodies cannot be held. */
  hold(grip: Grip | null): void {
    this.#grip = grip !== null && this.#massAt(grip.body) > 0 ? grip : null;
  }

  /**
   * Pushes the robot.
   * @param angle direction from the robot's heading, rad to the left
   * @param speed change of its velocity, m/s
   */
  push(angle: number, speed: number): void {
    const { xquat } = this.#sim;
    const [w, x, y, z] = xquat.subarray(4 * this.#trunk, 4 * this.#trunk + 4);
    const heading = Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z));
    this.#pushSteps = Math.max(1, Math.round(PUSH_SECONDS / this.#dt));
    const newtons = (this.#mass * speed) / (this.#pushSteps * this.#dt);
    this.#push = [newtons * Math.cos(heading + angle), newtons * Math.sin(heading + angle)];
  }

  /** Releases everything. */
  release(): void {
    this.#grip = null;
    this.#pushSteps = 0;
  }

  /** A copy of the present state. */
  save(): HandsState {
    const bodies = this.#read().map((view) => view.slice());
    return { grip: this.#grip, push: this.#push, pushSteps: this.#pushSteps, touched: [...this.#touched], bodies };
  }

  /** Continues from a saved state; the simulation's own state must be that of the same moment. */
  load({ grip, push, pushSteps, touched, bodies }: HandsState): void {
    this.#grip = grip;
    this.#push = push;
    this.#pushSteps = pushSteps;
    this.#touched.clear();
    for (const body of touched) this.#touched.add(body);
    this.#read().forEach((view, k) => {
      view.set(bodies[k]);
    });
  }

  #read(): Float64Array[] {
    const { xpos, xquat, xmat, xipos, cvel, subtreeCom } = this.#sim;
    return [xpos, xquat, xmat, xipos, cvel, subtreeCom];
  }

  /** Sets the forces of the next control step. */
  apply(): void {
    for (const body of this.#touched) this.#sim.applyForce(body, [0, 0, 0]);
    this.#touched.clear();
    if (this.#pushSteps > 0) {
      this.#pushSteps--;
      this.#press(this.#trunk, [this.#push[0], this.#push[1], 0], [0, 0, 0]);
    }
    if (this.#grip === null) return;
    if (this.#objects.has(this.#grip.body)) this.#carry(this.#grip);
    else this.#pull(this.#grip);
  }

  /** kg, of the robot as it is now */
  get #mass(): number {
    return this.#sim.modelFields.body_subtreemass[this.#trunk];
  }

  /** Effective mass of a body under the spring, kg; 0 if it cannot move. */
  #massAt(body: number): number {
    const inverse = this.#inverseWeight[2 * body];
    return inverse > 0 ? 1 / inverse : 0;
  }

  /**
   * An object's spring, at the centre of mass with the object's weight on top: F = m (ω² (target − p) − 2 ω v) + m g. Where it is turned, there is
   * no spring, and the torque is I (ω² θ − 2 ω w), θ being the rotation that is left; else I (−2 ω w), so that it does not swing.
   */
  #carry({ body, point, target, turn }: Grip): void {
    const { cvel, xquat } = this.#sim;
    const rate = this.#objectRate;
    const mass = this.#massAt(body);
    const weight = GRAVITY * mass;
    const at = this.#pointOf(body, point);
    const velocity = this.#velocityAt(body, at);
    const left = turn && rotationLeft(xquat.subarray(4 * body, 4 * body + 4), turn);
    const inertia = 1 / Math.max(this.#inverseWeight[2 * body + 1], Number.MIN_VALUE);
    for (let i = 0; i < 3; i++) {
      const stretch = turn ? 0 : rate ** 2 * (target[i] - at[i]);
      this.#force[i] = mass * (stretch - 2 * rate * velocity[i]);
      this.#torque[i] = inertia * (rate ** 2 * (left?.[i] ?? 0) - 2 * rate * cvel[6 * body + i]);
    }
    shorten(this.#force, STRONGEST_LIFT * weight);
    shorten(this.#torque, STRONGEST_LIFT * weight * LEVER);
    this.#force[2] += weight;
    this.#press(body, this.#force, this.#torque);
  }

  /** F = m (ω² (target − p) − 2 ζ ω v) at the point p, as a force and a torque at the centre of mass. */
  #pull({ body, point, target }: Grip): void {
    const { xipos } = this.#sim;
    const mass = this.#massAt(body);
    const at = this.#pointOf(body, point);
    const velocity = this.#velocityAt(body, at);
    let size = 0;
    for (let i = 0; i < 3; i++) {
      const stretch = SPRING_RATE ** 2 * (target[i] - at[i]);
      this.#force[i] = mass * (stretch - 2 * SPRING_DAMPING * SPRING_RATE * velocity[i]);
      size += this.#force[i] ** 2;
    }
    const most = STRONGEST_PULL * GRAVITY * this.#mass;
    const share = Math.min(1, most / Math.sqrt(size || 1));
    for (let i = 0; i < 3; i++) this.#force[i] *= share;
    const [rx, ry, rz] = [0, 1, 2].map((i) => at[i] - xipos[3 * body + i]);
    const [fx, fy, fz] = this.#force;
    this.#torque.set([ry * fz - rz * fy, rz * fx - rx * fz, rx * fy - ry * fx]);
    this.#press(body, this.#force, this.#torque);
  }

  /** A point of a body in the world, m. */
  #pointOf(body: number, point: Triple): number[] {
    const { xpos, xmat } = this.#sim;
    return [0, 1, 2].map((i) => {
      const row = 9 * body + 3 * i;
      return xpos[3 * body + i] + xmat[row] * point[0] + xmat[row + 1] * point[1] + xmat[row + 2] * point[2];
    });
  }

  /** v + ω × (p − c); MuJoCo gives both of a body about the centre of mass c of the whole tree. */
  #velocityAt(body: number, at: readonly number[]): number[] {
    const { cvel, subtreeCom } = this.#sim;
    const root = this.#roots[body];
    const [wx, wy, wz, vx, vy, vz] = cvel.subarray(6 * body, 6 * body + 6);
    const [x, y, z] = [0, 1, 2].map((i) => at[i] - subtreeCom[3 * root + i]);
    return [vx + wy * z - wz * y, vy + wz * x - wx * z, vz + wx * y - wy * x];
  }

  #press(body: number, force: ArrayLike<number>, torque: ArrayLike<number>): void {
    const { xfrcApplied } = this.#sim;
    this.#touched.add(body);
    for (let i = 0; i < 3; i++) {
      xfrcApplied[6 * body + i] += force[i];
      xfrcApplied[6 * body + 3 + i] += torque[i];
    }
  }
}

/** Makes a vector no longer than this. */
function shorten(vector: Float64Array, most: number): void {
  const length = Math.hypot(vector[0], vector[1], vector[2]);
  if (length <= most) return;
  for (let i = 0; i < 3; i++) vector[i] *= most / length;
}

/** The rotation that turns one orientation into another: axis times angle, rad, the shorter way. */
function rotationLeft(from: ArrayLike<number>, to: ArrayLike<number>): number[] {
  const inverse = [from[0], -from[1], -from[2], -from[3]];
  const turn = [0, 0, 0, 0];
  multiply(turn, 0, [to[0], to[1], to[2], to[3]], 0, inverse, 0);
  const sine = Math.hypot(turn[1], turn[2], turn[3]);
  const angle = 2 * Math.atan2(sine, Math.abs(turn[0])) * (turn[0] < 0 ? -1 : 1);
  return [1, 2, 3].map((i) => (sine > 0 ? (turn[i] / sine) * angle : 0));
}

function heaviestRoot(sim: Simulation): number {
  const parents = sim.bodyParents();
  const masses = sim.modelFields.body_subtreemass;
  let best = 1;
  for (let body = 1; body < parents.length; body++) if (parents[body] === 0 && masses[body] > masses[best]) best = body;
  return best;
}
