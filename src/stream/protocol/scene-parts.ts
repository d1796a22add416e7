/** The large arrays of a scene (pixels, skins, flexes) travel as bytes, before the scene's message, which then holds references in their place. */
import type { StreamScene } from "./scene.ts";
import { PROTOCOL_VERSION } from "./version.ts";

type LargeArray = Uint8Array | Uint32Array | Float32Array;

/** Where an array lies among the bytes. */
export interface PartReference {
  readonly part: "u8" | "u32" | "f32";
  /** Bytes from the first part's beginning. */
  readonly at: number;
  /** Elements. */
  readonly length: number;
}

type Packed<T> = T extends LargeArray
  ? PartReference
  : T extends object
    ? { readonly [K in keyof T]: Packed<T[K]> }
    : T;
/** A scene as JSON can hold it. */
export type PackedScene = Packed<StreamScene>;

/** The arrays of one scene. */
export interface SceneParts {
  readonly scene: number;
  /** Deflated (RFC 1950). */
  readonly bytes: Uint8Array;
}

/** First byte. */
const KIND_PARTS = 3;
/** kind u8, version u8, 0 u16, scene u32. */
const HEADER_BYTES = 8;
const LITTLE_ENDIAN = true;
const ALIGNMENT = 4;

const arrays = { u8: Uint8Array, u32: Uint32Array, f32: Float32Array } as const;

/** Takes the large arrays out. @returns the scene without them, and all of them, one after the other; null where it has none */
export function packScene(scene: StreamScene): { readonly scene: PackedScene; readonly bytes: Uint8Array | null } {
  const parts: { readonly at: number; readonly array: LargeArray }[] = [];
  let size = 0;
  const pack = (value: unknown): unknown => {
    const part = partOf(value);
    if (part !== null) {
      const array = value as LargeArray;
      const at = size;
      parts.push({ at, array });
      size += Math.ceil(array.byteLength / ALIGNMENT) * ALIGNMENT;
      return { part, at, length: array.length } satisfies PartReference;
    }
    return mapped(value, pack);
  };
  const { flexes, skins, textures, meshes, ...rest } = scene;
  // The other fields hold none, and are large themselves.
  const packed = { ...rest, ...(mapped({ flexes, skins, textures, meshes }, pack) as object) } as PackedScene;
  if (parts.length === 0) return { scene: packed, bytes: null };
  const bytes = new Uint8Array(size);
  for (const { at, array } of parts) bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
  return { scene: packed, bytes };
}

/** Puts the arrays back. @param bytes as `packScene` gave them @throws RangeError when a reference leads out of them */
export function unpackScene(scene: PackedScene, bytes: Uint8Array<ArrayBuffer>): StreamScene {
  const unpack = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || !("part" in value)) return mapped(value, unpack);
    const { part, at, length } = value as PartReference;
    return new arrays[part](bytes.buffer, bytes.byteOffset + at, length);
  };
  const { flexes, skins, textures, meshes } = scene;
  return { ...scene, ...(mapped({ flexes, skins, textures, meshes }, unpack) as object) } as StreamScene;
}

/** Whether the scene's message refers to parts. */
export function hasParts({ flexes = [], skins = [], textures = [] }: PackedScene): boolean {
  return flexes.length + skins.length + textures.length > 0;
}

/** The bytes of a message. */
export function encodeSceneParts({ scene, bytes }: SceneParts): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(HEADER_BYTES + bytes.length);
  const view = new DataView(out.buffer);
  view.setUint8(0, KIND_PARTS);
  view.setUint8(1, PROTOCOL_VERSION);
  view.setUint32(4, scene, LITTLE_ENDIAN);
  out.set(bytes, HEADER_BYTES);
  return out;
}

/** @returns null for another binary kind @throws RangeError when the bytes are cut short or of another version */
export function decodeSceneParts(bytes: Uint8Array): SceneParts | null {
  if (bytes[0] !== KIND_PARTS) return null;
  if (bytes.length < HEADER_BYTES)
    throw new RangeError(`scene parts: header must have ${HEADER_BYTES} bytes, got ${bytes.length}`);
  if (bytes[1] !== PROTOCOL_VERSION)
    throw new RangeError(`scene parts: version must be ${PROTOCOL_VERSION}, got ${bytes[1]}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { scene: view.getUint32(4, LITTLE_ENDIAN), bytes: bytes.subarray(HEADER_BYTES) };
}

function partOf(value: unknown): PartReference["part"] | null {
  if (value instanceof Uint8Array) return "u8";
  if (value instanceof Uint32Array) return "u32";
  return value instanceof Float32Array ? "f32" : null;
}

/** Lists of numbers are not looked into. */
function mapped(value: unknown, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return typeof value[0] === "object" ? value.map(change) : value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, change(field)]));
}
