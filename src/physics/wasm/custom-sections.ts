/**
 * Takes the custom sections out of a WebAssembly module: names of functions and lines of source, which no engine needs. mujoco-js carries
 * 4.6 MB of them in 8 MB. Layout: WebAssembly Core Specification 2.0, section 5.5 (Modules).
 */

/** The module's magic number and version. */
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const CUSTOM = 0;
const CONTINUED = 0x80;

/** @returns the same module without custom sections; throws a RangeError where the bytes are no module */
export function withoutCustomSections(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (PREAMBLE.some((byte, at) => bytes[at] !== byte))
    throw new RangeError("wasm: the bytes are no WebAssembly module of version 1");
  const kept = [bytes.subarray(0, PREAMBLE.length)];
  for (let at = PREAMBLE.length; at < bytes.length; ) {
    const { value: size, end: content } = readUnsigned(bytes, at + 1);
    const end = content + size;
    if (end > bytes.length) throw new RangeError(`wasm: the section at byte ${at} is cut short`);
    if (bytes[at] !== CUSTOM) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return joined(kept);
}

/** An unsigned LEB128 number of at most 32 bits, and where it ends. */
function readUnsigned(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start, factor = 1; at < bytes.length; at++, factor *= CONTINUED) {
    value += (bytes[at]! & (CONTINUED - 1)) * factor;
    if (bytes[at]! < CONTINUED) return { value, end: at + 1 };
  }
  throw new RangeError(`wasm: the number at byte ${start} is cut short`);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
