/** Words for a hand, fixed in the world with its palm up, that turns a cube. Figures: MuJoCo Playground, LEAP and Aero hand. */
import { fromAxisAngle, multiply, randomRotation } from "../../math/quat.ts";
import type { Rng } from "../../math/rng.ts";
import type { Simulation } from "../../physics/simulation.ts";
import type { Handle } from "../handles/handles.ts";
import type { MomentBase } from "../moment.ts";
import type { Readings } from "../readings.ts";
import { distSq } from "../terms/norms.ts";

/** Keyframe whose hand joints are called home. */
export const HOME = "home";
/** m, middle of the places where the cube is put, world frame */
const CUBE_START = [0.1, 0, 0.05];
const CUBE_SPREAD = 0.01; // m, along each axis
const START_NOISE = 0.1; // rad, standard deviation of each joint from home
/** m in the world, below every part of the hand */
const DROPPED_BELOW = -0.05;
const AWAY = -100; // m

/** A hand and its cube. @param tips of the fingers, in the order in which observations give them */
export function handWithCube(tips: readonly string[]): Readings<HandWithCube> {
  return { bind: (sim) => new HandWithCube(sim, tips) };
}

/** Readings of hand and cube. The cube's position is that of its centre of mass; read arrays through the object. */
export class HandWithCube {
  /** [joints] rad, in the order of the model */
  readonly jointAngle: Float64Array;
  /** [joints] rad/s */
  readonly jointVel: Float64Array;
  /** [tips, 3] m, in the frame above the palm */
  readonly tips: Float64Array;
  /** [3] m, from the cube to the point above the palm, world frame */
  readonly cubeToPalm = new Float64Array(3);
  /** What sensors say of the cube, world frame: [3] m, [4] quaternion, [3] m/s, [3] rad/s. */
  readonly cube: Readonly<Record<"position" | "orientation" | "linVel" | "angVel", Float64Array>>;
  readonly #sim: Simulation;
  readonly #palm: number;
  readonly #tips: Int32Array;
  readonly #qposAddress: Int32Array;
  readonly #dofAddress: Int32Array;
  readonly #home: Float64Array;
  readonly #low: Float64Array;
  readonly #high: Float64Array;
  readonly #cubeJoint: number;

  constructor(sim: Simulation, tips: readonly string[]) {
    this.#sim = sim;
    const joints = sim.names
      .all("joint")
      .map((name) => sim.joint(name))
      .filter(({ type }) => type === "hinge");
    const home = sim.keyframeQpos(HOME);
    this.#qposAddress = Int32Array.from(joints, ({ qposAddress }) => qposAddress);
    this.#dofAddress = Int32Array.from(joints, ({ dofAddress }) => dofAddress);
    this.#home = Float64Array.from(joints, ({ qposAddress }) => home[qposAddress]);
    this.#low = Float64Array.from(joints, ({ range }) => range[0]);
    this.#high = Float64Array.from(joints, ({ range }) => range[1]);
    this.#cubeJoint = sim.joint("cube_freejoint").qposAddress;
    this.#palm = sim.sensor("palm_position").address;
    this.#tips = Int32Array.from(tips, (tip) => sim.sensor(`${tip}_position`).address);
    this.jointAngle = new Float64Array(joints.length);
    this.jointVel = new Float64Array(joints.length);
    this.tips = new Float64Array(3 * tips.length);
    const view = (sensor: string) => {
      const { address, size } = sim.sensor(sensor);
      return sim.sensordata.subarray(address, address + size);
    };
    this.cube = sim.views(() => ({
      position: view("cube_position"),
      orientation: view("cube_orientation"),
      linVel: view("cube_linvel"),
      angVel: view("cube_angvel"),
    }));
  }

  /** Reads what is copied; the engine calls it after the physics. */
  update(): void {
    const { qpos, qvel, sensordata } = this.#sim;
    for (let i = 0; i < this.jointAngle.length; i++) {
      this.jointAngle[i] = qpos[this.#qposAddress[i]];
      this.jointVel[i] = qvel[this.#dofAddress[i]];
    }
    for (let i = 0; i < this.tips.length; i++) this.tips[i] = sensordata[this.#tips[Math.floor(i / 3)] + (i % 3)];
    for (let i = 0; i < 3; i++) this.cubeToPalm[i] = sensordata[this.#palm + i] - this.cube.position[i];
  }

  /** Σ (q − home)², rad². */
  awayFromHomeSq(): number {
    return distSq(this.jointAngle, this.#home);
  }

  /** Whether the cube has left the hand. */
  hasDropped(): boolean {
    return this.cube.position[2] < DROPPED_BELOW;
  }

  /** Bends the joints to home and normal noise, within their ranges. */
  placeHand(rng: Rng): void {
    const { qpos } = this.#sim;
    for (let i = 0; i < this.#home.length; i++) {
      const angle = this.#home[i] + START_NOISE * rng.normal();
      qpos[this.#qposAddress[i]] = Math.max(this.#low[i], Math.min(this.#high[i], angle));
    }
  }

  /** Puts the cube above the palm, turned any way. */
  placeCube(rng: Rng): void {
    const { qpos } = this.#sim;
    const start = this.#cubeJoint;
    for (let i = 0; i < 3; i++) qpos[start + i] = CUBE_START[i] + rng.uniform(-CUBE_SPREAD, CUBE_SPREAD);
    randomRotation(rng, qpos, start + 3);
  }

  /** Turns the goal any way. @param share how much of the way it is turned from the cube, which is placed before; default all of it */
  placeGoal(rng: Rng, share = 1): void {
    const { qpos, mocapQuat } = this.#sim;
    randomRotation(rng, mocapQuat, 0);
    const [w, x, y, z] = mocapQuat;
    const sine = Math.hypot(x, y, z);
    const angle = 2 * Math.atan2(sine, Math.abs(w)) * Math.sign(w);
    fromAxisAngle(mocapQuat, 0, x / sine, y / sine, z / sine, share * angle);
    multiply(mocapQuat, 0, mocapQuat, 0, qpos, this.#cubeJoint + 3);
  }

  /** Puts the goal out of sight, where a task has none. */
  hideGoal(): void {
    this.#sim.mocapPos.fill(AWAY);
  }

  /** Makes every drive hold its joint where it is, for hands with one drive per joint in their order. */
  holdPose(): void {
    const { ctrl, qpos } = this.#sim;
    for (let i = 0; i < this.#qposAddress.length; i++) ctrl[i] = qpos[this.#qposAddress[i]];
  }
}

/** The cube, around and above the palm. */
export const cubeHandle: Handle = {
  about: "the cube",
  body: "cube",
  within: { lowest: [-0.1, -0.2, -0.1], highest: [0.3, 0.2, 0.25] },
  turn: { about: "any" },
};

/** What terms of any hand task may read. */
export type Seen = MomentBase<HandWithCube>;

/** What only the critic knows of the hand. */
export const trueHand = {
  trueJointAngle: { of: (s: Seen) => s.robot.jointAngle, unit: "rad" },
  jointVel: { of: (s: Seen) => s.robot.jointVel, unit: "rad/s" },
} as const;

/** Where the fingertips are. */
export const fingertips = {
  fingertips: { of: (s: Seen) => s.robot.tips, unit: "m, frame above the palm" },
} as const;

/** What drives do. @param unit of their forces */
export function driveForces(unit: string) {
  return { driveForce: { of: (s: Seen) => s.sim.actuatorForce, unit } } as const;
}

/** What the critic of a task of turning about z knows of the cube. */
export const trueCube = {
  cubeToPalm: { of: (s: Seen) => s.robot.cubeToPalm, unit: "m, palm − cube, world frame" },
  cubeOrientation: { of: (s: Seen) => s.robot.cube.orientation, unit: "quaternion, world frame" },
  cubeAngVel: { of: (s: Seen) => s.robot.cube.angVel, unit: "rad/s, world frame" },
  cubeLinVel: { of: (s: Seen) => s.robot.cube.linVel, unit: "m/s, world frame" },
} as const;

/** How fast the cube turns to the left, seen from above, rad/s. */
export const turningRate = (s: Seen) => s.robot.cube.angVel[2];

export const hasDropped = (s: Seen) => s.robot.hasDropped();

/** What evaluations of all hand tasks count as a drop. */
export const drop = { about: "The cube has fallen below z = −0.05 m.", of: hasDropped };

/** What evaluations of tasks of turning about z count. */
export const turned = {
  about: "Angle by which the cube turned about the vertical, to the left being positive.",
  unit: "rad",
  of: (s: Seen) => turningRate(s) * s.dt,
  per: "second",
} as const;
