// Rewrites encoded protobuf messages field by field, so that what is not known here stays as it is.
import protobuf from "protobufjs/light.js";

const LENGTH_DELIMITED = 2;

/**
 * A message with some of its length-delimited fields rewritten; the same array where all stay as they are.
 * @param rewrite gives the field's new bytes, the same array to keep it, or null to omit it
 */
export function rewriteFields(
  bytes: Uint8Array,
  rewrite: (field: number, value: Uint8Array) => Uint8Array | null,
): Uint8Array {
  const reader = protobuf.Reader.create(bytes);
  const parts: Uint8Array[] = [];
  let isSame = true;
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    if ((tag & 7) !== LENGTH_DELIMITED) reader.skipType(tag & 7);
    else {
      const value = reader.bytes();
      const now = rewrite(tag >>> 3, value);
      if (now !== value) {
        isSame = false;
        if (now !== null) parts.push(protobuf.Writer.create().uint32(tag).bytes(now).finish());
        continue;
      }
    }
    parts.push(bytes.subarray(start, reader.pos));
  }
  return isSame ? bytes : joined(parts);
}

/** The parts one after the other. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
