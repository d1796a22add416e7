/**
 * Readings of a legged robot: sensor values with frame and unit, so that tasks need no sensor indices.
 * The robot hangs on a free joint, its actuators drive joints, and a keyframe says how it stands.
 */
import { fromAxisAngle, multiply, randomRotation } from "../math/quat.ts";
import type { Rng } from "../math/rng.ts";
import { UserError } from "../math/user-error.ts";
import type { Simulation } from "../physics/simulation.ts";
import type { Readings } from "./readings.ts";

const EMPTY = new Float64Array(0);

/** Names by which a legged robot's parts are found in its scene. */
export interface LeggedSettings<Group extends string, Sensor extends string = never> {
  /** Free joint of the base. */
  readonly root: string;
  /** Keyframe whose joint positions are called home. */
  readonly home: string;
  /** Site on the base whose frame is the robot's own. */
  readonly imu: string;
  /** Gyroscope at that site. */
  readonly gyro: string;
  /** Velocimeter at that site: no real robot has one; for rewards, critics and evaluation. */
  readonly linVel: string;
  /** Sites at the middle of each sole. */
  readonly feet: readonly string[];
  /** Sensors of the soles' world velocities, in the order of `feet`. */
  readonly footVelocities: readonly string[];
  /** Sensors of the soles' places in the robot's frame, in the order of `feet`, where terms speak of them. */
  readonly footPositions?: readonly string[];
  /** Groups of actuated joints that terms speak of. */
  readonly groups: Readonly<Record<Group, (joint: string) => boolean>>;
  /** Further sensors that terms speak of, under the task's names for them. */
  readonly sensors?: Readonly<Record<Sensor, string>>;
}

/** How a robot is set down at the start of an episode; every value but `jointFactor` is drawn uniformly in ±. */
export interface Placement {
  /** m, along world x and y */
  readonly position: number;
  /** rad */
  readonly yaw: number;
  /** rad, each joint's offset from home */
  readonly joints: number;
  /** Range of a factor on each joint's home angle; default: no factor. */
  readonly jointFactor?: readonly [number, number];
  /** m/s and rad/s, each component of the base's velocity */
  readonly velocity: number;
}

/** For a task's `robot` field. */
export function legged<Group extends string, Sensor extends string = never>(
  settings: LeggedSettings<Group, Sensor>,
): Readings<LeggedRobot<Group, Sensor>> {
  return { bind: (sim) => new LeggedRobot(sim, settings) };
}

/** Readings of a legged robot. Arrays keep their identity or are replaced before a step; read them through the robot. */
export class LeggedRobot<Group extends string, Sensor extends string = never> {
  /** Actuated joints in actuator order. */
  readonly jointNames: readonly string[];
  /** Positions of each group's joints in `jointNames`. */
  readonly groups: Readonly<Record<Group, Int32Array>>;
  /** Sites at the middle of each sole. */
  readonly feet: readonly string[];
  /** What the further sensors say. */
  readonly sensors: Readonly<Record<Sensor, Float64Array>>;
  /** [3] rad/s, body frame */
  gyro = EMPTY;
  /** [3] m/s, body frame */
  linVel = EMPTY;
  /** [3] m/s, world frame */
  worldLinVel = EMPTY;
  /** [7] where the base is in the world, m, and how it is turned, a quaternion (w, x, y, z) */
  basePose = EMPTY;
  /** [3] direction of gravity in the body frame; (0, 0, −1) upright */
  readonly gravity = new Float64Array(3);
  /** [joints] rad */
  readonly jointAngle: Float64Array;
  /** [joints] rad from home */
  readonly jointPos: Float64Array;
  /** [joints] rad from the control of the joint's actuator: from its target, where that is what the control says */
  readonly targetError: Float64Array;
  /** [joints] rad/s */
  readonly jointVel: Float64Array;
  /** [joints] rad/s² */
  readonly jointAcc: Float64Array;
  /** [joints] N·m, of the actuators, their gears included */
  torque = EMPTY;
  /** [feet] m, height of the soles' middle in the world */
  readonly footHeight: Float64Array;
  /** [feet, 3] m/s, world frame */
  readonly footVel: Float64Array;
  /** [feet, 3] m, in the robot's frame; empty where no sensors are named */
  readonly footPos: Float64Array;
  /** [3] forward and leftward speed of the base and its turning rate: m/s, m/s, rad/s */
  readonly twist = new Float64Array(3);
  readonly #sim: Simulation;
  readonly #root: number;
  readonly #rootDof: number;
  readonly #imu: number;
  readonly #qposAddress: Int32Array;
  readonly #dofAddress: Int32Array;
  readonly #home: Float64Array;
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  readonly #feet: Int32Array;
  readonly #footVelocities: Int32Array;
  readonly #footPositions: Int32Array;
  readonly #turn = new Float64Array(4);
  /** Of each joint's actuator; null where all are 1 */
  readonly #gears: Float64Array | null;

  constructor(sim: Simulation, settings: LeggedSettings<Group, Sensor>) {
    this.#sim = sim;
    const root = sim.joint(settings.root);
    this.#root = root.qposAddress;
    this.#rootDof = root.dofAddress;
    this.#imu = sim.siteId(settings.imu);
    this.feet = settings.feet;
    this.jointNames = sim.actuatorJoints();
    const joints = this.jointNames.map((name) => sim.joint(name));
    const home = sim.keyframeQpos(settings.home);
    const gears = Float64Array.from(joints, (_, actuator) => sim.modelFields.actuator_gear[6 * actuator]);
    this.#gears = gears.every((gear) => gear === 1) ? null : gears;
    if (this.#gears) this.torque = new Float64Array(joints.length);
    this.#qposAddress = Int32Array.from(joints, (joint) => joint.qposAddress);
    this.#dofAddress = Int32Array.from(joints, (joint) => joint.dofAddress);
    this.#home = Float64Array.from(joints, (joint) => home[joint.qposAddress]);
    this.#low = Float64Array.from(joints, (joint) => joint.range[0]);
    this.#high = Float64Array.from(joints, (joint) => joint.range[1]);
    this.jointAngle = new Float64Array(joints.length);
    this.jointPos = new Float64Array(joints.length);
    this.targetError = new Float64Array(joints.length);
    this.jointVel = new Float64Array(joints.length);
    this.jointAcc = new Float64Array(joints.length);
    this.groups = jointGroups(this.jointNames, settings.groups);
    this.sensors = sensorViews(sim, settings.sensors);
    this.#feet = Int32Array.from(settings.feet, (site) => sim.siteId(site));
    this.#footVelocities = Int32Array.from(settings.footVelocities, (sensor) => sim.sensor(sensor).address);
    this.#footPositions = Int32Array.from(settings.footPositions ?? [], (sensor) => sim.sensor(sensor).address);
    this.footHeight = new Float64Array(this.#feet.length);
    this.footVel = new Float64Array(3 * this.#footVelocities.length);
    this.footPos = new Float64Array(3 * this.#footPositions.length);
    const gyro = sim.sensor(settings.gyro).address;
    const linVel = sim.sensor(settings.linVel).address;
    sim.onViews(() => {
      this.gyro = sim.sensordata.subarray(gyro, gyro + 3);
      this.linVel = sim.sensordata.subarray(linVel, linVel + 3);
      this.worldLinVel = sim.qvel.subarray(this.#rootDof, this.#rootDof + 3);
      this.basePose = sim.qpos.subarray(this.#root, this.#root + 7);
      if (this.#gears === null) this.torque = sim.actuatorForce;
    });
  }

  /** Height of the base's frame above the world's origin, m. */
  get baseHeight(): number {
    return this.#sim.qpos[this.#root + 2];
  }

  /** Cosine of the angle between the base's z axis and the vertical. */
  get uprightness(): number {
    return -this.gravity[2];
  }

  /** [2] m, horizontal position of the base in the world, a live view */
  get position(): Float64Array {
    return this.#sim.qpos.subarray(this.#root, this.#root + 2);
  }

  /** Reads what is computed from several sensors; the engine calls it after the physics. */
  update(): void {
    const { qpos, qvel, qacc, ctrl, siteXmat, siteXpos, sensordata } = this.#sim;
    // Rᵀ(0, 0, −1): minus the third row of the site's rotation matrix
    for (let i = 0; i < 3; i++) this.gravity[i] = -siteXmat[9 * this.#imu + 6 + i];
    for (let i = 0; i < this.jointPos.length; i++) {
      this.jointAngle[i] = qpos[this.#qposAddress[i]];
      this.jointPos[i] = this.jointAngle[i] - this.#home[i];
      this.targetError[i] = this.jointAngle[i] - ctrl[i];
      this.jointVel[i] = qvel[this.#dofAddress[i]];
      this.jointAcc[i] = qacc[this.#dofAddress[i]];
    }
    for (let foot = 0; foot < this.#feet.length; foot++) {
      this.footHeight[foot] = siteXpos[3 * this.#feet[foot] + 2];
      for (let i = 0; i < 3; i++) this.footVel[3 * foot + i] = sensordata[this.#footVelocities[foot] + i];
    }
    for (let foot = 0; foot < this.#footPositions.length; foot++) {
      for (let i = 0; i < 3; i++) this.footPos[3 * foot + i] = sensordata[this.#footPositions[foot] + i];
    }
    const gears = this.#gears;
    if (gears) for (let i = 0; i < gears.length; i++) this.torque[i] = gears[i] * this.#sim.actuatorForce[i];
    this.twist[0] = this.linVel[0];
    this.twist[1] = this.linVel[1];
    this.twist[2] = this.gyro[2];
  }

  /** Σ over the joints that have a range of how far they are beyond the middle `fraction` of it, rad. */
  jointLimitExcess(fraction: number): number {
    let excess = 0;
    for (let i = 0; i < this.jointPos.length; i++) {
      if (this.#high[i] === Infinity) continue;
      const margin = ((1 - fraction) / 2) * (this.#high[i] - this.#low[i]);
      const position = this.jointPos[i] + this.#home[i];
      excess += Math.max(0, this.#low[i] + margin - position) + Math.max(0, position - (this.#high[i] - margin));
    }
    return excess;
  }

  /** Σ over the joints of how far they are beyond `factor` times each limit, rad; the limits of a joint need not lie around 0. */
  scaledLimitExcess(factor: number): number {
    let excess = 0;
    for (let i = 0; i < this.jointPos.length; i++) {
      const position = this.jointPos[i] + this.#home[i];
      excess += Math.max(0, factor * this.#low[i] - position) + Math.max(0, position - factor * this.#high[i]);
    }
    return excess;
  }

  /** Moves the robot from where it stands by random offsets. */
  place(rng: Rng, { position, yaw, joints, jointFactor, velocity }: Placement): void {
    const { qpos } = this.#sim;
    const root = this.#root;
    qpos[root] += rng.uniform(-position, position);
    qpos[root + 1] += rng.uniform(-position, position);
    fromAxisAngle(this.#turn, 0, 0, 0, 1, rng.uniform(-yaw, yaw));
    multiply(qpos, root + 3, this.#turn, 0, qpos, root + 3);
    for (let i = 0; i < this.#qposAddress.length; i++) {
      const factor = jointFactor ? rng.uniform(...jointFactor) : 1;
      const moved = factor * qpos[this.#qposAddress[i]] + rng.uniform(-joints, joints);
      qpos[this.#qposAddress[i]] = Math.max(this.#low[i], Math.min(this.#high[i], moved));
    }
    this.#nudge(rng, velocity);
  }

  /** Holds the robot in the air over the origin, turned any way, with joints anywhere in their ranges; `velocity` as in `place`. */
  throwUp(rng: Rng, height: number, velocity: number): void {
    const { qpos } = this.#sim;
    const root = this.#root;
    qpos.fill(0, root, root + 2);
    qpos[root + 2] = height;
    randomRotation(rng, qpos, root + 3);
    for (let i = 0; i < this.#qposAddress.length; i++) {
      qpos[this.#qposAddress[i]] = rng.uniform(this.#low[i], this.#high[i]);
    }
    this.#nudge(rng, velocity);
  }

  /** Each component of the base's velocity in ±, m/s and rad/s. */
  #nudge(rng: Rng, velocity: number): void {
    const { qvel } = this.#sim;
    for (let i = 0; i < 6; i++) qvel[this.#rootDof + i] = rng.uniform(-velocity, velocity);
  }
}

/** Views of named sensors, retaken whenever memory grew. */
function sensorViews<Sensor extends string>(
  sim: Simulation,
  sensors: Readonly<Record<Sensor, string>> | undefined,
): Record<Sensor, Float64Array> {
  const places = Object.entries<string>(sensors ?? {}).map(([name, sensor]) => [name, sim.sensor(sensor)] as const);
  return sim.views(() => {
    const views = places.map(([name, { address, size }]) => [name, sim.sensordata.subarray(address, address + size)]);
    return Object.fromEntries(views) as Record<Sensor, Float64Array>;
  });
}

function jointGroups<Group extends string>(
  joints: readonly string[],
  groups: Readonly<Record<Group, (joint: string) => boolean>>,
): Record<Group, Int32Array> {
  const found = {} as Record<Group, Int32Array>;
  for (const name of Object.keys(groups) as Group[]) {
    const members = joints.map((joint, i) => (groups[name](joint) ? i : -1)).filter((i) => i >= 0);
    if (members.length === 0) throw new UserError(`robot: the group "${name}" contains no actuated joint`);
    found[name] = Int32Array.from(members);
  }
  return found;
}
