/** What a driven policy might do next, as a binary message: sampled actions, the flow's ways to them, and robots that show some of them. */
import { PROTOCOL_VERSION } from "./version.ts";

/** What ghosts show: each action's joint targets, or the robot after the action was held for a moment. */
export const GHOST_KINDS = ["targets", "ahead"] as const;
/** What ghosts show. */
export type GhostKind = (typeof GHOST_KINDS)[number];

/** The actions that the policy would take from other noise, in the state after `step`. */
export interface FanFrame {
  readonly scene: number;
  /** Control steps that were done. */
  readonly step: number;
  /** Values of an action. */
  readonly size: number;
  /** Integration steps of the paths; 0 where the policy is no flow. */
  readonly flowSteps: number;
  /** [1 + draws, size] before any squash: the action that is taken, then those of other noise. */
  readonly samples: Float32Array;
  /** [1 + paths, flowSteps + 1, size] of the first samples, from noise to action; empty if there are none. */
  readonly paths: Float32Array;
  readonly ghostKind: GhostKind | null;
  readonly bodies: number;
  /** [1 + ghosts, bodies, 7] the robot as it is, then the ghosts of the first samples; empty if there are none. */
  readonly ghosts: Float32Array;
}

/** First byte. */
const KIND_FAN = 2;
/** kind u8, version u8, ghosts u8, 0 u8, scene u32, step f64, size u16, flowSteps u16, bodies u16, samples u16, paths u16, ghosts u16, 0 u32. */
const HEADER_BYTES = 32;
const LITTLE_ENDIAN = true;
const POSE_SIZE = 7;

/** Writes a frame. Values are written as they lie in memory, which is little-endian wherever WebAssembly runs. */
export function encodeFanFrame(frame: FanFrame): Uint8Array<ArrayBuffer> {
  const { samples, paths, ghosts, size, flowSteps, bodies } = frame;
  const values = new Float32Array(HEADER_BYTES / 4 + samples.length + paths.length + ghosts.length);
  const view = new DataView(values.buffer);
  view.setUint8(0, KIND_FAN);
  view.setUint8(1, PROTOCOL_VERSION);
  view.setUint8(2, frame.ghostKind === null ? 0 : 1 + GHOST_KINDS.indexOf(frame.ghostKind));
  view.setUint32(4, frame.scene, LITTLE_ENDIAN);
  view.setFloat64(8, frame.step, LITTLE_ENDIAN);
  const counts = [samples.length / size, paths.length / ((flowSteps + 1) * size), ghosts.length / (bodies * POSE_SIZE)];
  [size, flowSteps, bodies, ...counts].forEach((count, k) => {
    view.setUint16(16 + 2 * k, count, LITTLE_ENDIAN);
  });
  values.set(samples, HEADER_BYTES / 4);
  values.set(paths, HEADER_BYTES / 4 + samples.length);
  values.set(ghosts, HEADER_BYTES / 4 + samples.length + paths.length);
  return new Uint8Array(values.buffer);
}

/**
 * Reads a frame; its arrays are the caller's own.
 * @returns null for another binary kind
 * @throws RangeError when the bytes are cut short, have trailing bytes or another version
 */
export function decodeFanFrame(bytes: Uint8Array): FanFrame | null {
  if (bytes[0] !== KIND_FAN) return null;
  if (bytes.length < HEADER_BYTES)
    throw new RangeError(`fan frame: header must have ${HEADER_BYTES} bytes, got ${bytes.length}`);
  if (bytes[1] !== PROTOCOL_VERSION)
    throw new RangeError(`fan frame: version must be ${PROTOCOL_VERSION}, got ${bytes[1]}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [size, flowSteps, bodies, ...rows] = [0, 1, 2, 3, 4, 5].map((k) => view.getUint16(16 + 2 * k, LITTLE_ENDIAN));
  const counts = [rows[0] * size, rows[1] * (flowSteps + 1) * size, rows[2] * bodies * POSE_SIZE];
  const total = HEADER_BYTES + 4 * (counts[0] + counts[1] + counts[2]);
  if (bytes.length !== total) throw new RangeError(`fan frame: must have ${total} bytes, got ${bytes.length}`);
  const values = new Float32Array(bytes.slice(HEADER_BYTES).buffer);
  return {
    scene: view.getUint32(4, LITTLE_ENDIAN),
    step: view.getFloat64(8, LITTLE_ENDIAN),
    ...{ size, flowSteps, bodies },
    ghostKind: bytes[2] === 0 ? null : (GHOST_KINDS[bytes[2] - 1] ?? null),
    samples: values.subarray(0, counts[0]),
    paths: values.subarray(counts[0], counts[0] + counts[1]),
    ghosts: values.subarray(counts[0] + counts[1]),
  };
}
