/** What a clip's poses imply for one robot: velocities, and where its bodies are. Computed when a clip is first used, and kept. */
import { multiply } from "../../math/quat.ts";
import type { Simulation } from "../../physics/simulation.ts";
import { CLIP_HZ, type Clip } from "./clip.ts";

/** Parts of the robot that are tracked. */
export interface TrackedParts {
  /** Free joint of the root. */
  readonly root: string;
  /** Keyframe whose joint positions are called home. */
  readonly home: string;
  /** Bodies whose frames are tracked, the root's first, then the rest of the trunk, then limbs as pairs of left and right. */
  readonly bodies: readonly string[];
  /** How many of the first bodies are the trunk's. */
  readonly trunk: number;
  /** Left and right hand: a point of a body, m in its frame. */
  readonly hands: readonly [HandPoint, HandPoint];
  /** m, of the root: lowest and highest that a person may ask for. */
  readonly heights: readonly [number, number];
  /** How the root sways with the steps of the robot's clips; absent for a robot whose clips nobody knows. */
  readonly sway?: Sway;
}

/** A root that sways with steps: lateral·cos θ to the left, rise·cos(2θ − 25°) up, roll·cos(θ − 105°), yaw·cos(θ + 145°). */
export interface Sway {
  /** Steps of one foot per second */
  readonly hz: number;
  /** m */
  readonly lateral: number;
  readonly rise: number;
  /** rad */
  readonly roll: number;
  readonly yaw: number;
}

/** A point that stands for a hand. */
export interface HandPoint {
  readonly body: string;
  readonly offset: readonly [number, number, number];
  /** The body whose origin is its shoulder, and how far it reaches from there, m. */
  readonly shoulder: string;
  readonly reach: number;
}

/** Where the parts of one frame stand in a row of `MotionTable.rows`. */
export interface FrameLayout {
  /** [3] m */
  readonly rootPos: number;
  /** [4] */
  readonly rootQuat: number;
  /** [3] m/s, world */
  readonly rootVel: number;
  /** [3] rad/s, the root's own frame */
  readonly rootSpin: number;
  /** [joints] rad, in the model's order */
  readonly joints: number;
  /** [joints] rad/s */
  readonly jointVel: number;
  /** [joints] rad, targets that led to this frame; the joints themselves where a clip has none */
  readonly targets: number;
  /** [points, 3] m: origins of the bodies, then both hands */
  readonly points: number;
  /** [points, 3] m/s */
  readonly pointVel: number;
  /** [bodies, 4] */
  readonly quats: number;
  /** [bodies, 3] rad/s, world */
  readonly spins: number;
  readonly stride: number;
}

/** A clip's frames in full. */
export interface MotionTable {
  /** [frames, stride] */
  readonly rows: Float32Array;
  readonly frames: number;
}

/** Reads places and velocities of the tracked parts from a simulation. */
export class PartReader {
  readonly points: Float64Array;
  readonly pointVel: Float64Array;
  readonly quats: Float64Array;
  readonly spins: Float64Array;
  readonly #sim: Simulation;
  readonly #bodies: Int32Array;
  readonly #handBodies: Int32Array;
  readonly #handOffsets: Float64Array;

  constructor(sim: Simulation, { bodies, hands }: TrackedParts) {
    this.#sim = sim;
    this.#bodies = Int32Array.from(bodies, (name) => sim.bodyId(name));
    this.#handBodies = Int32Array.from(hands, ({ body }) => sim.bodyId(body));
    this.#handOffsets = Float64Array.from(hands.flatMap(({ offset }) => offset));
    const points = bodies.length + hands.length;
    this.points = new Float64Array(3 * points);
    this.pointVel = new Float64Array(3 * points);
    this.quats = new Float64Array(4 * bodies.length);
    this.spins = new Float64Array(3 * bodies.length);
  }

  /** Reads what the last forward computation says. */
  read(): void {
    const { xpos, xquat, cvel } = this.#sim;
    const bodies = this.#bodies;
    for (let n = 0; n < bodies.length; n++) {
      const body = bodies[n];
      for (let i = 0; i < 3; i++) this.points[3 * n + i] = xpos[3 * body + i];
      for (let i = 0; i < 4; i++) this.quats[4 * n + i] = xquat[4 * body + i];
      for (let i = 0; i < 3; i++) this.spins[3 * n + i] = cvel[6 * body + i];
      this.#velocityOf(n, body);
    }
    for (let hand = 0; hand < 2; hand++) this.#readHand(hand, bodies.length + hand);
  }

  #readHand(hand: number, n: number): void {
    const { xpos, xmat } = this.#sim;
    const body = this.#handBodies[hand];
    for (let i = 0; i < 3; i++) {
      let place = xpos[3 * body + i];
      for (let k = 0; k < 3; k++) place += xmat[9 * body + 3 * i + k] * this.#handOffsets[3 * hand + k];
      this.points[3 * n + i] = place;
    }
    this.#velocityOf(n, body);
  }

  /** A body's velocity is known at the centre of mass of its whole tree. */
  #velocityOf(n: number, body: number): void {
    const { cvel, subtreeCom } = this.#sim;
    const centre = 3 * this.#bodies[0];
    const [wx, wy, wz] = [cvel[6 * body], cvel[6 * body + 1], cvel[6 * body + 2]];
    const x = this.points[3 * n] - subtreeCom[centre];
    const y = this.points[3 * n + 1] - subtreeCom[centre + 1];
    const z = this.points[3 * n + 2] - subtreeCom[centre + 2];
    this.pointVel[3 * n] = cvel[6 * body + 3] + wy * z - wz * y;
    this.pointVel[3 * n + 1] = cvel[6 * body + 4] + wz * x - wx * z;
    this.pointVel[3 * n + 2] = cvel[6 * body + 5] + wx * y - wy * x;
  }
}

/** Motions of one robot in one simulation. */
export class ClipMotions {
  readonly layout: FrameLayout;
  readonly reader: PartReader;
  readonly #sim: Simulation;
  readonly #qpos: number;
  readonly #dof: number;
  readonly #joints: number;
  readonly #tables = new WeakMap<Clip, MotionTable>();
  readonly #state: Float64Array;

  constructor(sim: Simulation, parts: TrackedParts) {
    this.#sim = sim;
    const root = sim.joint(parts.root);
    this.#qpos = root.qposAddress;
    this.#dof = root.dofAddress;
    this.#joints = sim.nq - 7;
    this.#state = new Float64Array(sim.stateSize);
    this.reader = new PartReader(sim, parts);
    this.layout = layoutOf(this.#joints, parts.bodies.length);
  }

  /** A clip's frames; the simulation's state is kept, its derived quantities are not. */
  of(clip: Clip): MotionTable {
    const known = this.#tables.get(clip);
    if (known) return known;
    // making the clip may have grown the memory
    this.#sim.refresh();
    const rows = new Float32Array(clip.frames * this.layout.stride);
    this.#sim.readState(this.#state, 0);
    for (let frame = 0; frame < clip.frames; frame++) this.#derive(clip, frame, rows);
    this.#sim.writeState(this.#state, 0);
    const table = { rows, frames: clip.frames };
    this.#tables.set(clip, table);
    return table;
  }

  /** Puts the robot into a frame. */
  place({ rows }: MotionTable, frame: number): void {
    const { qpos, qvel } = this.#sim;
    const at = frame * this.layout.stride;
    const { rootPos, rootVel, joints, jointVel } = this.layout;
    for (let i = 0; i < 7; i++) qpos[this.#qpos + i] = rows[at + rootPos + i];
    for (let i = 0; i < 6; i++) qvel[this.#dof + i] = rows[at + rootVel + i];
    for (let i = 0; i < this.#joints; i++) {
      qpos[this.#qpos + 7 + i] = rows[at + joints + i];
      qvel[this.#dof + 6 + i] = rows[at + jointVel + i];
    }
    normalise(qpos, this.#qpos + 3);
  }

  #derive(clip: Clip, frame: number, rows: Float32Array): void {
    const sim = this.#sim;
    const { layout, reader } = this;
    const at = frame * layout.stride;
    const from = 7 + this.#joints;
    rows.set(clip.qpos.subarray(frame * from, frame * from + 7), at + layout.rootPos);
    rows.set(clip.qpos.subarray(frame * from + 7, (frame + 1) * from), at + layout.joints);
    const { targets } = clip;
    const joints = this.#joints;
    if (targets) rows.set(targets.subarray(frame * joints, (frame + 1) * joints), at + layout.targets);
    else rows.set(clip.qpos.subarray(frame * from + 7, (frame + 1) * from), at + layout.targets);
    velocities(clip, frame, from, rows, at + layout.rootVel, at + layout.jointVel);
    this.place({ rows, frames: clip.frames }, frame);
    sim.kinematics();
    reader.read();
    rows.set(reader.points, at + layout.points);
    rows.set(reader.pointVel, at + layout.pointVel);
    rows.set(reader.quats, at + layout.quats);
    rows.set(reader.spins, at + layout.spins);
  }
}

function layoutOf(joints: number, bodies: number): FrameLayout {
  const points = bodies + 2;
  let stride = 0;
  const part = (size: number) => {
    stride += size;
    return stride - size;
  };
  const root = { rootPos: part(3), rootQuat: part(4), rootVel: part(3), rootSpin: part(3) };
  const moving = { joints: part(joints), jointVel: part(joints), targets: part(joints) };
  const seen = {
    points: part(3 * points),
    pointVel: part(3 * points),
    quats: part(4 * bodies),
    spins: part(3 * bodies),
  };
  return { ...root, ...moving, ...seen, stride };
}

const turn = new Float64Array(4);

/** Differences between the frames before and after. */
function velocities(
  clip: Clip,
  frame: number,
  nq: number,
  rows: Float32Array,
  rootVel: number,
  jointVel: number,
): void {
  const { qpos, frames } = clip;
  const before = Math.max(0, frame - 1) * nq;
  const after = Math.min(frames - 1, frame + 1) * nq;
  const rate = (CLIP_HZ * nq) / (after - before);
  for (let i = 0; i < 3; i++) rows[rootVel + i] = rate * (qpos[after + i] - qpos[before + i]);
  for (let i = 7; i < nq; i++) rows[jointVel + i - 7] = rate * (qpos[after + i] - qpos[before + i]);
  // the turn from before to after, seen from the body: q₀⁻¹ q₁
  turn[0] = qpos[before + 3];
  for (let i = 1; i < 4; i++) turn[i] = -qpos[before + 3 + i];
  multiply(turn, 0, turn, 0, qpos as Float64Array, after + 3);
  const sign = turn[0] < 0 ? -1 : 1;
  const sine = Math.hypot(turn[1], turn[2], turn[3]);
  const factor = sine < 1e-9 ? 2 : (2 * Math.atan2(sine, sign * turn[0])) / sine;
  for (let i = 0; i < 3; i++) rows[rootVel + 3 + i] = sign * factor * rate * turn[1 + i];
}

function normalise(values: Float64Array, at: number): void {
  const length = Math.hypot(values[at], values[at + 1], values[at + 2], values[at + 3]);
  for (let i = 0; i < 4; i++) values[at + i] /= length;
}
