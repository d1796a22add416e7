/**
 * Poses between frames. Frames arrive unevenly; what is shown runs on the server's time axis, a little behind the newest frame, and is interpolated
 * between the two frames around that moment. Episodes are never interpolated across. Time comes in as an argument.
 */
import { type EnvironmentPose, POSE_FLAG, type PoseFrame } from "../../../src/stream/protocol.ts";

const MAX_FRAMES = 240;
/** Arrivals that decide how far behind the newest frame the picture runs. */
const ARRIVALS = 60;
const MIN_DELAY_MS = 25;
const MAX_DELAY_MS = 900;
/** The delay may change this much per shown millisecond, so that motion only speeds up or slows down a little. */
const DELAY_SLEW = 0.12;

/** One environment as it is to be drawn. */
export interface ShownPose {
  /** [bodies, 7]: position and quaternion w-x-y-z. */
  readonly poses: Float32Array;
  /** [vertices, 3] of flexes; null if they are not known. */
  points: Float32Array | null;
  /** (vx, vy, yaw rate) commanded, m/s, m/s, rad/s. */
  readonly command: Float32Array;
  /** (vx, vy, yaw rate) measured, m/s, m/s, rad/s. */
  readonly twist: Float32Array;
  /** Bits of `POSE_FLAG`. */
  flags: number;
  /** Set when the environment jumped since it was last drawn. */
  isCut: boolean;
}

/** The frames that are waiting, and the poses to draw now. */
export class Playback {
  /** Environments of the last sample. */
  readonly shown = new Map<number, ShownPose>();
  private frames: PoseFrame[] = [];
  private lateness: number[] = [];
  private delayMs = 100;
  /** The frame that is shown in full while none follows. */
  private settledOn: PoseFrame | null = null;
  private lastSampleMs = Number.NaN;
  private lastSequence = -1;

  /** Forgets everything: another scene, another connection, or a resumed view. */
  clear(): void {
    this.frames = [];
    this.settledOn = null;
    this.lateness = [];
    this.shown.clear();
    this.lastSampleMs = Number.NaN;
    this.lastSequence = -1;
  }

  /** Takes a frame that has arrived at `nowMs`. */
  push(frame: PoseFrame, nowMs: number): void {
    const last = this.frames.at(-1);
    if (last && frame.dueMs <= last.dueMs) return;
    // A simulation that stands still, or begins to move, is shown as it is at once.
    if (stands(frame) || (last && stands(last))) this.frames = [];
    this.frames.push(frame);
    if (this.frames.length > MAX_FRAMES) this.frames.shift();
    this.lateness.push(nowMs - frame.dueMs);
    if (this.lateness.length > ARRIVALS) this.lateness.shift();
  }

  /** Brings `shown` to the moment that is due; false when nothing is new, nor under way. */
  sample(nowMs: number): boolean {
    if (this.frames.length === 0) return false;
    if (this.frames[0] === this.settledOn && this.frames.length === 1) return false;
    this.adaptDelay(nowMs);
    // server time = page time - smallest lateness; the smallest contains the shortest way and the difference of the clocks
    const time = nowMs - Math.min(...this.lateness) - this.delayMs;
    let k = this.frames.length - 1;
    while (k > 0 && this.frames[k].dueMs > time) k--;
    const from = this.frames[k];
    const to = this.frames[k + 1];
    const share = to ? Math.min(1, Math.max(0, (time - from.dueMs) / (to.dueMs - from.dueMs))) : 0;
    this.mix(from, to, share);
    this.frames.splice(0, k);
    this.settledOn = !to && (time >= from.dueMs || stands(from)) ? from : null;
    return true;
  }

  /** Speed of what is shown as a multiple of real time. */
  get speed(): number {
    return this.frames[0]?.speed ?? 0;
  }

  /** Simulated seconds of the frame on screen. */
  get time(): number {
    return this.frames[0]?.time ?? 0;
  }

  /** Sequence number of the frame on screen. */
  get sequence(): number {
    return this.lastSequence;
  }

  /** A frame must be there before its predecessor's time is over: delay = jitter + longest gap between frames. */
  private adaptDelay(nowMs: number): void {
    const smallest = Math.min(...this.lateness);
    const jitter = Math.max(...this.lateness) - smallest;
    let gap = 0;
    for (let k = 1; k < this.frames.length; k++) gap = Math.max(gap, this.frames[k].dueMs - this.frames[k - 1].dueMs);
    const wanted = Math.min(MAX_DELAY_MS, Math.max(MIN_DELAY_MS, 1.1 * (jitter + gap)));
    const passed = Number.isNaN(this.lastSampleMs) ? 1e9 : Math.min(100, nowMs - this.lastSampleMs);
    const limit = passed * DELAY_SLEW;
    this.delayMs += Math.min(limit, Math.max(-limit, wanted - this.delayMs));
    this.lastSampleMs = nowMs;
  }

  private mix(from: PoseFrame, to: PoseFrame | undefined, share: number): void {
    const isNew = from.sequence !== this.lastSequence;
    this.lastSequence = from.sequence;
    if (isNew) this.forgetAbsent(from);
    from.environments.forEach((pose, n) => {
      const out = this.slot(pose);
      const next = to && sameEnvironment(to, pose.environment, n);
      const isSmooth = next !== undefined && (next.flags & POSE_FLAG.cut) === 0;
      if (isNew && pose.flags & POSE_FLAG.cut) out.isCut = true;
      out.flags = pose.flags;
      mixPoses(out.poses, pose.poses, isSmooth ? next.poses : pose.poses, isSmooth ? share : 0);
      out.points = mixPoints(out.points, pose.points, isSmooth ? next.points : undefined, share);
      out.command.set(pose.command);
      out.twist.set(pose.twist);
    });
  }

  private slot(pose: EnvironmentPose): ShownPose {
    let slot = this.shown.get(pose.environment);
    if (!slot || slot.poses.length !== pose.poses.length) {
      const poses = new Float32Array(pose.poses.length);
      slot = { poses, points: null, command: new Float32Array(3), twist: new Float32Array(3), flags: 0, isCut: true };
      this.shown.set(pose.environment, slot);
    }
    return slot;
  }

  private forgetAbsent(frame: PoseFrame): void {
    if (this.shown.size === frame.environments.length) return;
    const present = new Set(frame.environments.map(({ environment }) => environment));
    for (const environment of this.shown.keys()) if (!present.has(environment)) this.shown.delete(environment);
  }
}

function stands({ environments }: PoseFrame): boolean {
  return environments.length > 0 && environments.every(({ flags }) => (flags & POSE_FLAG.paused) !== 0);
}

/** The same environment in another frame; it usually has the same place. */
function sameEnvironment(frame: PoseFrame, environment: number, n: number): EnvironmentPose | undefined {
  const guess = frame.environments[n];
  return guess?.environment === environment
    ? guess
    : frame.environments.find((pose) => pose.environment === environment);
}

/** a + share (b - a), or a where there is no b. @param out written to where it fits */
function mixPoints(
  out: Float32Array | null,
  a: Float32Array | undefined,
  b: Float32Array | undefined,
  share: number,
): Float32Array | null {
  if (a === undefined || a.length === 0) return null;
  const mixed = out?.length === a.length ? out : new Float32Array(a.length);
  if (b?.length !== a.length) mixed.set(a);
  else for (let k = 0; k < a.length; k++) mixed[k] = a[k] + share * (b[k] - a[k]);
  return mixed;
}

/** out = a + share (b - a) for positions; the same on the shorter way and normalised for quaternions. */
function mixPoses(out: Float32Array, a: Float32Array, b: Float32Array, share: number): void {
  for (let o = 0; o < out.length; o += 7) {
    for (let i = 0; i < 3; i++) out[o + i] = a[o + i] + share * (b[o + i] - a[o + i]);
    const dot = a[o + 3] * b[o + 3] + a[o + 4] * b[o + 4] + a[o + 5] * b[o + 5] + a[o + 6] * b[o + 6];
    const shareB = dot < 0 ? -share : share;
    let norm = 0;
    for (let i = 3; i < 7; i++) {
      out[o + i] = (1 - share) * a[o + i] + shareB * b[o + i];
      norm += out[o + i] * out[o + i];
    }
    const scale = norm > 0 ? 1 / Math.sqrt(norm) : 0;
    for (let i = 3; i < 7; i++) out[o + i] *= scale;
  }
}
