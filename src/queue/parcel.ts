/**
 * What travels over a queue, as bytes: which seal, length of the header, header as JSON, arrays one after the other, and the seal of all before.
 * A parcel that others speak of is sealed by its sha256, and called by it. An answer, which nobody names, is sealed by its crc32: megabytes that
 * are checked a third as long on both sides. Whoever reads a parcel checks seal and lengths first.
 */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { exactJson, parseExactJson } from "./exact-json.ts";

const SEALS = {
  sha256: {
    magic: Buffer.from("fgqs", "latin1"),
    size: 32,
    of: (bytes: Uint8Array) => createHash("sha256").update(bytes).digest(),
  },
  crc32: {
    magic: Buffer.from("fgqc", "latin1"),
    size: 4,
    of: (bytes: Uint8Array) => {
      const sum = Buffer.alloc(4);
      sum.writeUInt32LE(crc32(bytes));
      return sum;
    },
  },
} as const;
const MAGIC = 4;
const HEAD = MAGIC + 4;

/** What shows that a parcel is as it was sent. */
export type SealName = keyof typeof SEALS;

/** A parcel's own name: sha256 in hexadecimal digits. */
export type ParcelHash = string;

/** Bytes of any array. */
export type Flat = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A parcel that is not what was sent. */
export class DamagedParcel extends Error {}

/** A parcel that was read. */
export interface Parcel {
  /** Null where it is sealed by a crc32. */
  readonly hash: ParcelHash | null;
  readonly header: unknown;
  /** Copies the arrays into others of the same sizes. Throws `DamagedParcel` where they differ. */
  unpack(into: readonly Flat[]): void;
}

/** @param header plain data @param arrays whose bytes follow it */
export function pack(header: unknown, arrays: readonly Flat[] = [], seal: SealName = "sha256"): Buffer {
  const { magic, size: sealSize, of } = SEALS[seal];
  const text = Buffer.from(exactJson(header), "utf8");
  const size = arrays.reduce((sum, { byteLength }) => sum + byteLength, HEAD + text.length);
  const parcel = Buffer.allocUnsafeSlow(size + sealSize); // of its own, so that threads can hand it over
  magic.copy(parcel);
  parcel.writeUInt32LE(text.length, MAGIC);
  text.copy(parcel, HEAD);
  let at = HEAD + text.length;
  for (const array of arrays) {
    parcel.set(bytesOf(array), at);
    at += array.byteLength;
  }
  of(parcel.subarray(0, size)).copy(parcel, size);
  return parcel;
}

/** What a parcel that is sealed by its sha256 is called. */
export function hashOf(parcel: Uint8Array): ParcelHash {
  return Buffer.from(parcel.subarray(parcel.length - SEALS.sha256.size)).toString("hex");
}

/** Checks and reads a parcel. @throws DamagedParcel */
export function openParcel(bytes: Uint8Array): Parcel {
  const parcel = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seal = Object.values(SEALS).find(({ magic }) => magic.equals(parcel.subarray(0, MAGIC)));
  if (seal === undefined || parcel.length < HEAD + seal.size)
    throw new DamagedParcel(`${parcel.length} bytes that are no parcel`);
  const end = parcel.length - seal.size;
  if (!seal.of(parcel.subarray(0, end)).equals(parcel.subarray(end)))
    throw new DamagedParcel("bytes that do not match their checksum");
  const body = HEAD + parcel.readUInt32LE(MAGIC);
  const header = parseExactJson(parcel.toString("utf8", HEAD, body));
  const content = parcel.subarray(body, end);
  const hash = seal === SEALS.sha256 ? hashOf(parcel) : null;
  return { hash, header, unpack: (into) => unpack(content, into) };
}

function unpack(content: Buffer, into: readonly Flat[]): void {
  const size = into.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (size !== content.length) throw new DamagedParcel(`arrays of ${content.length} bytes, expected ${size}`);
  let at = 0;
  for (const array of into) {
    bytesOf(array).set(content.subarray(at, at + array.byteLength));
    at += array.byteLength;
  }
}

function bytesOf(array: Flat): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
