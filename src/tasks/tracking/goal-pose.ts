/** The goal without a clip: the robot's home pose at the root's goal, its hands where they are held; written as frames of a clip. */
import { multiply, rotate } from "../../math/quat.ts";
import { CLIP_HZ, type Clip } from "./clip.ts";
import type { ClipMotions, MotionTable, TrackedParts } from "./clip-motion.ts";
import type { GoalMarks } from "./goal-marks.ts";
import { RootSway } from "./root-sway.ts";

/** Three frames of a robot that stands in its home pose. */
function homeClip(home: Float64Array): Clip {
  const qpos = new Float64Array(3 * home.length);
  for (let frame = 0; frame < 3; frame++) qpos.set(home, frame * home.length);
  return { name: "home", about: "stands", heldOut: false, frames: 3, qpos };
}

/** The present frame of a goal that marks give, and those to come, as far as anybody looks ahead. */
export class GoalPose {
  readonly table: MotionTable;
  readonly #motions: ClipMotions;
  readonly #home: Float32Array;
  readonly #bodies: number;
  readonly #sway: RootSway;
  readonly #way = new Float64Array(3);

  /** @param home [nq] of the keyframe @param frames how many */
  constructor(
    motions: ClipMotions,
    home: Float64Array,
    { bodies: { length: bodies }, sway }: TrackedParts,
    frames: number,
  ) {
    const { stride } = motions.layout;
    this.#motions = motions;
    this.#home = motions.of(homeClip(home)).rows.slice(0, stride);
    this.#bodies = bodies;
    this.#sway = new RootSway(sway);
    this.table = { rows: new Float32Array(frames * stride), frames };
    for (let frame = 0; frame < frames; frame++) this.table.rows.set(this.#home, frame * stride);
  }

  /** Writes a frame: the goals, so many frames on. */
  write(frame: number, { rootGoal, rootVel, handGoals, holdsHands, phase }: GoalMarks): void {
    const { rows } = this.table;
    const { stride, points, pointVel, quats, spins, rootPos, rootQuat, rootVel: velocity } = this.#motions.layout;
    const at = frame * stride;
    const seconds = frame / CLIP_HZ;
    const sway = this.#sway;
    const heading = rootGoal[3] + seconds * rootVel[3];
    sway.at(phase + seconds * sway.rate, heading);
    for (let i = 0; i < 3; i++) {
      rows[at + rootPos + i] = rootGoal[i] + seconds * rootVel[i] + sway.offset[i];
      rows[at + velocity + i] = rootVel[i] + sway.velocity[i];
    }
    for (let i = 0; i < 4; i++) rows[at + rootQuat + i] = sway.quat[i];
    for (let n = 0; n < this.#bodies + 2; n++) {
      for (let i = 0; i < 3; i++) this.#way[i] = this.#home[points + 3 * n + i] - this.#home[points + i];
      rotate(this.#way, 0, sway.quat, 0, this.#way, 0);
      for (let i = 0; i < 3; i++) {
        rows[at + points + 3 * n + i] = rows[at + rootPos + i] + this.#way[i];
        rows[at + pointVel + 3 * n + i] = rows[at + velocity + i];
      }
    }
    for (let n = 0; n < this.#bodies; n++) {
      multiply(rows, at + quats + 4 * n, sway.quat, 0, this.#home, quats + 4 * n);
      rows[at + spins + 3 * n + 2] = rootVel[3] + sway.yawRate;
    }
    if (holdsHands) rows.set(handGoals, at + points + 3 * this.#bodies);
  }
}
