/**
 * Where the vertices of flexes are, as little-endian bytes: sent right before the pose frame of the same scene and sequence. Each environment's are 16
 * bits per coordinate within their own box, so a vertex costs 6 bytes and is exact to a 65535th of the box.
 */
import type { EnvironmentPose, PoseFrame } from "./pose-frame.ts";
import { PROTOCOL_VERSION } from "./version.ts";

/** Bytes of vertices in one frame, beyond which the rest of the environments go without; the first always has its own. */
export const MOST_POINTS_BYTES = 1 << 18;

/** The vertices of some environments at one moment. */
export interface PointsFrame {
  readonly scene: number;
  readonly sequence: number;
  /** Vertices of an environment. */
  readonly points: number;
  readonly environments: readonly { readonly environment: number; readonly points: Float32Array }[];
}

/** First byte. */
const KIND_POINTS = 4;
const LITTLE_ENDIAN = true;
/** kind u8, version u8, environments u16, scene u32, sequence u32, points u32. */
const HEADER_BYTES = 16;
/** environment u32, lowest corner 3 f32, sides 3 f32. */
const ENVIRONMENT_HEADER_BYTES = 28;
const LEVELS = 65535;

function environmentBytes(points: number): number {
  return ENVIRONMENT_HEADER_BYTES + 4 * Math.ceil((points * 6) / 4);
}

/** Environments of so many vertices each that fit into a frame. */
export function environmentsInPointsFrame(points: number): number {
  return Math.max(1, Math.floor(MOST_POINTS_BYTES / environmentBytes(points)));
}

/**
 * Writes the vertices of a frame's environments.
 * @param wanted which of them
 * @param first the one that has its vertices in any case, where it is wanted
 * @returns null if there are none to write
 */
export function encodePointsFrame(
  frame: PoseFrame,
  wanted: ReadonlySet<number> | null = null,
  first = 0,
): Uint8Array<ArrayBuffer> | null {
  const all = frame.environments.filter(
    ({ environment, points }) =>
      (wanted === null || wanted.has(environment)) && points !== undefined && isFinite3(points),
  ) as (EnvironmentPose & { readonly points: Float32Array })[];
  if (all.length === 0 || all[0].points.length === 0) return null;
  const count = all[0].points.length / 3;
  const rank = ({ environment }: EnvironmentPose) => (environment === first ? 0 : 1);
  const chosen = all.toSorted((a, b) => rank(a) - rank(b)).slice(0, environmentsInPointsFrame(count));
  const stride = environmentBytes(count);
  const buffer = new ArrayBuffer(HEADER_BYTES + chosen.length * stride);
  const view = new DataView(buffer);
  view.setUint8(0, KIND_POINTS);
  view.setUint8(1, PROTOCOL_VERSION);
  view.setUint16(2, chosen.length, LITTLE_ENDIAN);
  view.setUint32(4, frame.scene, LITTLE_ENDIAN);
  view.setUint32(8, frame.sequence, LITTLE_ENDIAN);
  view.setUint32(12, count, LITTLE_ENDIAN);
  for (const [n, { environment, points }] of chosen.entries())
    writePoints(buffer, HEADER_BYTES + n * stride, environment, points);
  return new Uint8Array(buffer);
}

function isFinite3(values: Float32Array): boolean {
  let zero = 0;
  for (let k = 0; k < values.length; k++) zero += 0 * values[k];
  return zero === 0;
}

function writePoints(buffer: ArrayBuffer, at: number, environment: number, points: Float32Array): void {
  new Uint32Array(buffer, at, 1)[0] = environment;
  const box = new Float32Array(buffer, at + 4, 6);
  const out = new Uint16Array(buffer, at + ENVIRONMENT_HEADER_BYTES, points.length);
  for (let axis = 0; axis < 3; axis++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let k = axis; k < points.length; k += 3) {
      low = Math.min(low, points[k]);
      high = Math.max(high, points[k]);
    }
    box[axis] = low;
    box[3 + axis] = high - low;
    const scale = high > low ? LEVELS / (high - low) : 0;
    for (let k = axis; k < points.length; k += 3) out[k] = Math.round((points[k] - low) * scale);
  }
}

/**
 * Reads a points frame; its arrays are the caller's own.
 * @returns null for another binary kind
 * @throws RangeError when the bytes are cut short, have trailing bytes or another version
 */
export function decodePointsFrame(bytes: Uint8Array): PointsFrame | null {
  if (bytes[0] !== KIND_POINTS) return null;
  if (bytes.length < HEADER_BYTES)
    throw new RangeError(`points frame: header must have ${HEADER_BYTES} bytes, got ${bytes.length}`);
  if (bytes[1] !== PROTOCOL_VERSION)
    throw new RangeError(`points frame: version must be ${PROTOCOL_VERSION}, got ${bytes[1]}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [count, points] = [view.getUint16(2, LITTLE_ENDIAN), view.getUint32(12, LITTLE_ENDIAN)];
  const total = HEADER_BYTES + count * environmentBytes(points);
  if (bytes.length !== total) throw new RangeError(`points frame: must have ${total} bytes, got ${bytes.length}`);
  return {
    scene: view.getUint32(4, LITTLE_ENDIAN),
    sequence: view.getUint32(8, LITTLE_ENDIAN),
    points,
    environments: Array.from({ length: count }, (_, n) =>
      readPoints(view, HEADER_BYTES + n * environmentBytes(points), points),
    ),
  };
}

function readPoints(view: DataView, at: number, count: number): PointsFrame["environments"][number] {
  const points = new Float32Array(3 * count);
  for (let axis = 0; axis < 3; axis++) {
    const low = view.getFloat32(at + 4 + 4 * axis, LITTLE_ENDIAN);
    const step = view.getFloat32(at + 16 + 4 * axis, LITTLE_ENDIAN) / LEVELS;
    for (let k = axis; k < points.length; k += 3)
      points[k] = low + step * view.getUint16(at + ENVIRONMENT_HEADER_BYTES + 2 * k, LITTLE_ENDIAN);
  }
  return { environment: view.getUint32(at, LITTLE_ENDIAN), points };
}
