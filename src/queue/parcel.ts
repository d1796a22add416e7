/**
 * What travels over a queue, as bytes: "fgq1", length of the header, header as JSON, arrays one after the other, and the sha256 of all before.
 * A parcel is called by that hash. Whoever reads it checks hash and lengths first.
 */
import { createHash } from "node:crypto";
import { exactJson, parseExactJson } from "./exact-json.ts";

const MAGIC = Buffer.from("fgq1", "latin1");
const HEAD = MAGIC.length + 4;
const DIGEST = 32;

/** A parcel's own name: sha256 in hexadecimal digits. */
export type ParcelHash = string;

/** Bytes of any array. */
export type Flat = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A parcel that is not what was sent. */
export class DamagedParcel extends Error {}

/** A parcel that was read. */
export interface Parcel {
  readonly hash: ParcelHash;
  readonly header: unknown;
  /** Copies the arrays into others of the same sizes. Throws `DamagedParcel` where they differ. */
  unpack(into: readonly Flat[]): void;
}

/** @param header plain data @param arrays whose bytes follow it */
export function pack(header: unknown, arrays: readonly Flat[] = []): Buffer {
  const text = Buffer.from(exactJson(header), "utf8");
  const size = arrays.reduce((sum, { byteLength }) => sum + byteLength, HEAD + text.length);
  const parcel = Buffer.allocUnsafeSlow(size + DIGEST); // of its own, so that threads can hand it over
  MAGIC.copy(parcel);
  parcel.writeUInt32LE(text.length, MAGIC.length);
  text.copy(parcel, HEAD);
  let at = HEAD + text.length;
  for (const array of arrays) {
    parcel.set(bytesOf(array), at);
    at += array.byteLength;
  }
  digestOf(parcel).copy(parcel, size);
  return parcel;
}

/** What a packed parcel is called. */
export function hashOf(parcel: Uint8Array): ParcelHash {
  return Buffer.from(parcel.subarray(parcel.length - DIGEST)).toString("hex");
}

/** Checks and reads a parcel. @throws DamagedParcel */
export function openParcel(bytes: Uint8Array): Parcel {
  const parcel = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (parcel.length < HEAD + DIGEST || !parcel.subarray(0, MAGIC.length).equals(MAGIC))
    throw new DamagedParcel(`${parcel.length} bytes that are no parcel`);
  if (!digestOf(parcel).equals(parcel.subarray(parcel.length - DIGEST)))
    throw new DamagedParcel("bytes that do not match their sha256");
  const body = HEAD + parcel.readUInt32LE(MAGIC.length);
  const header = parseExactJson(parcel.toString("utf8", HEAD, body));
  const content = parcel.subarray(body, parcel.length - DIGEST);
  return { hash: hashOf(parcel), header, unpack: (into) => unpack(content, into) };
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

function digestOf(parcel: Buffer): Buffer {
  return createHash("sha256")
    .update(parcel.subarray(0, parcel.length - DIGEST))
    .digest();
}

function bytesOf(array: Flat): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
