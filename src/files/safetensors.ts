/**
 * The safetensors file format: named arrays behind a JSON header. Bytes in, bytes out; no file is opened here.
 * Layout: u64 little-endian header length; header {name: {dtype, shape, data_offsets}, __metadata__: {string: string}}; the data without gaps.
 * Beyond the format, a sha256 of header and data stands in the metadata, so that a flipped bit is noticed; files without one are accepted.
 */
import { createHash } from "node:crypto";
import { endianness } from "node:os";
import { UserError } from "../math/user-error.ts";

/** Array types that can be stored. */
export type TensorData = Float32Array | Float64Array | Uint8Array | Int32Array | Uint32Array;

/** One array with its shape; row-major. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** The content of a file. */
export interface SafetensorsContent {
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

type Dtype = keyof typeof arrayTypes;

const arrayTypes = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
} as const;

const METADATA = "__metadata__";
const DIGEST = "sha256";
const LENGTH_BYTES = 8;
const LITTLE_ENDIAN = true;

/**
 * The bytes of a file. The same content gives the same bytes, whatever the order of its keys.
 * @throws RangeError when a shape does not fit its data
 */
export function encodeSafetensors(content: SafetensorsContent): Uint8Array {
  const names = storageOrder(content.tensors);
  const entries: [string, HeaderEntry][] = [];
  let size = 0;
  for (const name of names) {
    const { shape, data } = content.tensors[name]!;
    const values = shape.reduce((product, dim) => product * dim, 1);
    if (values !== data.length)
      throw new RangeError(`safetensors: ${name} of shape [${shape}] must have ${values} values, got ${data.length}`);
    entries.push([name, { dtype: dtypeOf(data), shape, data_offsets: [size, size + data.byteLength] }]);
    size += data.byteLength;
  }
  const data = new Uint8Array(size);
  for (const [name, { data_offsets }] of entries) data.set(bytesOf(content.tensors[name]!.data), data_offsets[0]);
  const metadata = { ...content.metadata };
  const sha256 = digest(headerText(entries, metadata), data);
  return join(headerText(entries, { ...metadata, [DIGEST]: sha256 }), data);
}

/**
 * Reads what `encodeSafetensors`, or any other writer of the format, wrote. The arrays are copies.
 * @param source the file's name, for messages
 * @param isDamaged whether content that does not match its sha256 is read all the same, to see what of it is damaged
 * @throws UserError naming the file when it is truncated, damaged or of another format
 */
export function decodeSafetensors(bytes: Uint8Array, source: string, isDamaged = false): SafetensorsContent {
  // A plain view: slices of Node's Buffer would share its memory.
  const { header, data } = split(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), source);
  const { [METADATA]: rawMetadata = {}, ...rest } = header;
  const metadata = checkMetadata(rawMetadata, source);
  const entries = Object.entries(rest).map(([name, entry]) => [name, checkEntry(name, entry, source)] as const);
  checkCoverage(entries, data.length, source);
  const { [DIGEST]: expected, ...plainMetadata } = metadata;
  if (!isDamaged && expected !== undefined && digest(headerText(entries, plainMetadata), data) !== expected)
    throw new UserError(`${source}: damaged, its content does not match its sha256, expected ${expected}`);
  const tensors = Object.fromEntries(
    entries.map(([name, { dtype, shape, data_offsets }]) => [
      name,
      { shape, data: readArray(dtype, data.slice(data_offsets[0], data_offsets[1])) },
    ]),
  );
  return { tensors, metadata };
}

/** Wider types first, so that every array lies aligned; by name within a type. */
function storageOrder(tensors: Readonly<Record<string, StoredTensor>>): string[] {
  return Object.keys(tensors).sort((a, b) => {
    const width = tensors[b]!.data.BYTES_PER_ELEMENT - tensors[a]!.data.BYTES_PER_ELEMENT;
    return width !== 0 ? width : a < b ? -1 : 1;
  });
}

/** The header's JSON with keys in a fixed order: metadata sorted by key, tensors in storage order. */
function headerText(entries: readonly (readonly [string, HeaderEntry])[], metadata: Record<string, string>): string {
  const sorted = Object.fromEntries(Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1)));
  const ordered = [...entries].sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0]);
  const fields = ordered.map(
    ([name, { dtype, shape, data_offsets }]) =>
      `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets })}`,
  );
  return `{${[`${JSON.stringify(METADATA)}:${JSON.stringify(sorted)}`, ...fields].join(",")}}`;
}

function digest(header: string, data: Uint8Array): string {
  return createHash("sha256").update(header).update(data).digest("hex");
}

/** Length, header padded with blanks to a multiple of eight bytes, data. */
function join(header: string, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(header);
  const headerLength = Math.ceil(text.length / LENGTH_BYTES) * LENGTH_BYTES;
  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + data.length).fill(0x20, 0, LENGTH_BYTES + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), LITTLE_ENDIAN);
  bytes.set(text, LENGTH_BYTES);
  bytes.set(data, LENGTH_BYTES + headerLength);
  return bytes;
}

function split(bytes: Uint8Array, source: string): { header: Record<string, unknown>; data: Uint8Array } {
  if (bytes.length < LENGTH_BYTES)
    throw new UserError(`${source}: truncated at ${bytes.length} bytes, expected a safetensors file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getBigUint64(0, LITTLE_ENDIAN);
  if (headerLength > 100_000_000n || headerLength < 2n)
    throw new UserError(`${source}: not a safetensors file, its header claims ${headerLength} bytes`);
  const end = LENGTH_BYTES + Number(headerLength);
  if (bytes.length < end)
    throw new UserError(`${source}: truncated at ${bytes.length} bytes, expected a header of ${headerLength} bytes`);
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(LENGTH_BYTES, end)));
  if (header === null) throw new UserError(`${source}: not a safetensors file, its header is not a JSON object`);
  return { header, data: bytes.subarray(end) };
}

function parseHeader(text: string): Record<string, unknown> | null {
  try {
    const header: unknown = JSON.parse(text);
    return typeof header === "object" && header !== null && !Array.isArray(header)
      ? (header as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function checkMetadata(value: unknown, source: string): Record<string, string> {
  const valid = typeof value === "object" && value !== null && Object.values(value).every((v) => typeof v === "string");
  if (!valid) throw new UserError(`${source}: damaged, its metadata must map names to texts`);
  return value as Record<string, string>;
}

function checkEntry(name: string, value: unknown, source: string): HeaderEntry {
  const entry = value as Partial<HeaderEntry> | null;
  const dtype = entry?.dtype;
  if (typeof dtype !== "string" || !Object.hasOwn(arrayTypes, dtype))
    throw new UserError(`${source}: tensor ${name} has type ${dtype}, expected ${Object.keys(arrayTypes).join(", ")}`);
  const { shape, data_offsets: offsets } = entry as HeaderEntry;
  const whole = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((value) => Number.isSafeInteger(value) && value >= 0);
  if (!whole(shape) || !whole(offsets) || offsets.length !== 2)
    throw new UserError(`${source}: damaged, tensor ${name} has no valid shape and offsets`);
  const size = shape.reduce((product, dim) => product * dim, arrayTypes[dtype].BYTES_PER_ELEMENT);
  if (offsets[1]! - offsets[0]! !== size)
    throw new UserError(
      `${source}: damaged, tensor ${name} has ${offsets[1]! - offsets[0]!} bytes, expected ${size} for shape [${shape}]`,
    );
  return entry as HeaderEntry;
}

/** The tensors must cover the data exactly, without gaps or overlaps. */
function checkCoverage(entries: readonly (readonly [string, HeaderEntry])[], size: number, source: string): void {
  const ranges = entries.map(([, { data_offsets }]) => data_offsets).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let end = 0;
  for (const [from, to] of ranges) {
    if (from !== end) throw new UserError(`${source}: damaged, its tensors overlap or leave gaps at byte ${end}`);
    end = to;
  }
  if (size < end) throw new UserError(`${source}: truncated, holds ${size} bytes of data, expected ${end}`);
  if (size > end) throw new UserError(`${source}: damaged, holds ${size} bytes of data, expected ${end}`);
}

function dtypeOf(data: TensorData): Dtype {
  for (const name of Object.keys(arrayTypes) as Dtype[]) if (data instanceof arrayTypes[name]) return name;
  throw new TypeError("safetensors: array type must be Float64, Float32, Int32, Uint32 or Uint8");
}

/** Little-endian bytes: the memory itself, or a byte-swapped copy on a big-endian machine. */
function bytesOf(data: TensorData): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return endianness() === "LE" ? bytes : swapBytes(bytes.slice(), data.BYTES_PER_ELEMENT);
}

/** @param bytes a copy that starts at offset 0 of its own buffer */
function readArray(dtype: Dtype, bytes: Uint8Array): TensorData {
  const type = arrayTypes[dtype];
  if (endianness() === "BE") swapBytes(bytes, type.BYTES_PER_ELEMENT);
  const buffer = bytes.buffer as ArrayBuffer;
  return new type(buffer, 0, bytes.length / type.BYTES_PER_ELEMENT);
}

function swapBytes(bytes: Uint8Array, width: number): Uint8Array {
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
  return bytes;
}
