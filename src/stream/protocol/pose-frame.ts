/** Where the bodies of the environments are, as little-endian bytes: what typed arrays hold on every machine that has a browser or this program. */
import { PROTOCOL_VERSION } from "./version.ts";

/** State of one environment in one frame; bits of `EnvironmentPose.flags`. */
export const POSE_FLAG = {
  /** First pose of a new episode, or after a gap: nothing may be interpolated towards it. */
  cut: 1,
  terminated: 2,
  truncated: 4,
  nan: 8,
  paused: 16,
} as const;

/** One environment at one moment. */
export interface EnvironmentPose {
  readonly environment: number;
  readonly flags: number;
  /** Commanded vx, vy in m/s and yaw rate in rad/s, in the robot's heading frame; zeros where the task has no command. */
  readonly command: Float32Array;
  /** The same three as measured. */
  readonly twist: Float32Array;
  /** [bodies, 7]: position in metres, quaternion w-x-y-z, both in the world. */
  readonly poses: Float32Array;
  /** [vertices, 3] of the scene's flexes in the world, m; they travel as a points frame. Omitted if there are none, or too many. */
  readonly points?: Float32Array;
}

/** Environments at one moment. */
export interface PoseFrame {
  readonly scene: number;
  /** Counts frames of the scene; gaps are frames this page was too slow for. */
  readonly sequence: number;
  /** Simulated seconds. */
  readonly time: number;
  /** When the frame is due, in milliseconds of the server's steady clock; the page interpolates on this axis. */
  readonly dueMs: number;
  /** Speed of what is shown as a multiple of real time. */
  readonly speed: number;
  readonly bodies: number;
  readonly environments: readonly EnvironmentPose[];
}

/** First byte of every binary message. */
const KIND_POSES = 1;
/** How poses are written: 0 is float32. Other values are free for denser forms. */
const ENCODING_FLOAT32 = 0;
const LITTLE_ENDIAN = true;
/** kind u8, version u8, encoding u8, 0 u8, scene u32, sequence u32, environments u16, bodies u16, time f64, due f64, speed f32, 0 u32. */
const HEADER_BYTES = 40;
/** environment u32, flags u32, command 3 f32, twist 3 f32. */
const ENVIRONMENT_HEADER_BYTES = 32;
const POSE_SIZE = 7;
const WORD_BYTES = 4;

function environmentBytes(bodies: number): number {
  return ENVIRONMENT_HEADER_BYTES + bodies * POSE_SIZE * 4;
}

/**
 * Writes a frame, or those of its environments that `wanted` names. An environment with a number that is not finite is omitted: the page keeps
 * its last good pose instead of losing the whole frame.
 * @param addedFlags bits to set in addition to a pose's own, by environment
 * @throws RangeError when an array does not have its declared size
 */
export function encodePoseFrame(
  frame: PoseFrame,
  wanted: ReadonlySet<number> | null = null,
  addedFlags: ReadonlyMap<number, number> | null = null,
): Uint8Array<ArrayBuffer> {
  const chosen = frame.environments.filter(
    (pose) => (wanted === null || wanted.has(pose.environment)) && isFinitePose(pose),
  );
  const stride = environmentBytes(frame.bodies);
  const buffer = new ArrayBuffer(HEADER_BYTES + chosen.length * stride);
  const view = new DataView(buffer);
  view.setUint8(0, KIND_POSES);
  view.setUint8(1, PROTOCOL_VERSION);
  view.setUint8(2, ENCODING_FLOAT32);
  view.setUint32(4, frame.scene, LITTLE_ENDIAN);
  view.setUint32(8, frame.sequence, LITTLE_ENDIAN);
  view.setUint16(12, chosen.length, LITTLE_ENDIAN);
  view.setUint16(14, frame.bodies, LITTLE_ENDIAN);
  view.setFloat64(16, frame.time, LITTLE_ENDIAN);
  view.setFloat64(24, frame.dueMs, LITTLE_ENDIAN);
  view.setFloat32(32, frame.speed, LITTLE_ENDIAN);
  const words = { whole: new Uint32Array(buffer), real: new Float32Array(buffer) };
  for (let n = 0; n < chosen.length; n++) {
    const pose = chosen[n];
    const word = (HEADER_BYTES + n * stride) / WORD_BYTES;
    writeEnvironment(words, word, pose, frame.bodies, addedFlags?.get(pose.environment) ?? 0);
  }
  return new Uint8Array(buffer);
}

/** The same bytes as numbers of either kind. */
interface Words {
  readonly whole: Uint32Array;
  readonly real: Float32Array;
}

function isFinitePose({ poses, command, twist }: EnvironmentPose): boolean {
  return areFinite(poses) && areFinite(command) && areFinite(twist);
}

function areFinite(values: Float32Array): boolean {
  // A number that is not finite, times 0, is NaN, and stays.
  let zero = 0;
  for (let k = 0; k < values.length; k++) zero += 0 * values[k];
  return zero === 0;
}

function writeEnvironment(words: Words, at: number, pose: EnvironmentPose, bodies: number, flags: number): void {
  if (pose.poses.length !== bodies * POSE_SIZE || pose.command.length !== 3 || pose.twist.length !== 3)
    throw new RangeError(
      `pose frame: environment ${pose.environment} must have 3 + 3 + ${bodies * POSE_SIZE} values, got ${pose.command.length} + ${pose.twist.length} + ${pose.poses.length}`,
    );
  words.whole[at] = pose.environment;
  words.whole[at + 1] = pose.flags | flags;
  words.real.set(pose.command, at + 2);
  words.real.set(pose.twist, at + 5);
  words.real.set(pose.poses, at + ENVIRONMENT_HEADER_BYTES / WORD_BYTES);
}

/**
 * Reads a pose frame. The returned arrays are the caller's own.
 * @returns null for a binary kind this page does not know
 * @throws RangeError when the bytes are cut short, have trailing bytes, another version or encoding, or hold a number that is not finite
 */
export function decodePoseFrame(bytes: Uint8Array): PoseFrame | null {
  if (bytes.length === 0) throw new RangeError("pose frame: no bytes");
  if (bytes[0] !== KIND_POSES) return null;
  if (bytes.length < HEADER_BYTES)
    throw new RangeError(`pose frame: header must have ${HEADER_BYTES} bytes, got ${bytes.length}`);
  if (bytes[1] !== PROTOCOL_VERSION)
    throw new RangeError(`pose frame: version must be ${PROTOCOL_VERSION}, got ${bytes[1]}`);
  if (bytes[2] !== ENCODING_FLOAT32)
    throw new RangeError(`pose frame: encoding must be ${ENCODING_FLOAT32}, got ${bytes[2]}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = view.getUint16(12, LITTLE_ENDIAN);
  const bodies = view.getUint16(14, LITTLE_ENDIAN);
  const stride = environmentBytes(bodies);
  if (bytes.length !== HEADER_BYTES + count * stride)
    throw new RangeError(
      `pose frame: ${count} environments of ${bodies} bodies must have ${HEADER_BYTES + count * stride} bytes, got ${bytes.length}`,
    );
  const environments: EnvironmentPose[] = [];
  for (let n = 0; n < count; n++) environments.push(readEnvironment(view, HEADER_BYTES + n * stride, bodies));
  return {
    scene: view.getUint32(4, LITTLE_ENDIAN),
    sequence: view.getUint32(8, LITTLE_ENDIAN),
    time: readFinite(view.getFloat64(16, LITTLE_ENDIAN), "time"),
    dueMs: readFinite(view.getFloat64(24, LITTLE_ENDIAN), "due time"),
    speed: readFinite(view.getFloat32(32, LITTLE_ENDIAN), "speed"),
    bodies,
    environments,
  };
}

function readEnvironment(view: DataView, offset: number, bodies: number): EnvironmentPose {
  return {
    environment: view.getUint32(offset, LITTLE_ENDIAN),
    flags: view.getUint32(offset + 4, LITTLE_ENDIAN),
    command: readFloats(view, offset + 8, 3, "command"),
    twist: readFloats(view, offset + 20, 3, "twist"),
    poses: readFloats(view, offset + ENVIRONMENT_HEADER_BYTES, bodies * POSE_SIZE, "pose"),
  };
}

function readFloats(view: DataView, offset: number, count: number, what: string): Float32Array {
  const out = new Float32Array(count);
  for (let k = 0; k < count; k++) out[k] = readFinite(view.getFloat32(offset + 4 * k, LITTLE_ENDIAN), what);
  return out;
}

function readFinite(value: number, what: string): number {
  if (!Number.isFinite(value)) throw new RangeError(`pose frame: ${what} must be finite, got ${value}`);
  return value;
}
