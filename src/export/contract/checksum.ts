/** Checksums: of a policy whatever its format, and of a file that carries its own. */
import { createHash } from "node:crypto";
import type { TrainedPolicy } from "../../rollout/policy-data.ts";

/** What stands where a file's own checksum will: 64 zeros. */
export const NO_CHECKSUM = "0".repeat(64);

/** SHA-256 in hexadecimal digits. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** SHA-256 of the weights, then mean and deviation of the normaliser, each as little-endian float32. */
export function weightsSha256({ weights, mean, std }: TrainedPolicy): string {
  const hash = createHash("sha256");
  for (const values of [weights, mean, std]) hash.update(littleEndian(values));
  return hash.digest("hex");
}

/** The bytes of float32 values, the same on every machine. */
export function littleEndian(values: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (let i = 0; i < values.length; i++) bytes.writeFloatLE(values[i], 4 * i);
  return bytes;
}

/** The bytes with `NO_CHECKSUM`, which they must hold exactly once, replaced by their SHA-256. */
export function sealed(bytes: Uint8Array): Uint8Array {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(NO_CHECKSUM);
  const result = Buffer.from(bytes);
  result.write(sha256(bytes), at, "latin1");
  return new Uint8Array(result.buffer, result.byteOffset, result.byteLength);
}

/** Whether the bytes are what was sealed under the checksum that they hold. */
export function isIntact(bytes: Uint8Array, checksum: string): boolean {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf(checksum);
  if (at < 0) return false;
  copy.write(NO_CHECKSUM, at, "latin1");
  return sha256(copy) === checksum;
}
