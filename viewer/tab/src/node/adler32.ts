const MODULUS = 65521;
/** So many bytes are added before the sums could leave 32 bits. */
const AT_ONCE = 5552;

/** Adler-32 of bytes (RFC 1950, section 9). */
export function sum(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (let from = 0; from < bytes.length; from += AT_ONCE) {
    const end = Math.min(bytes.length, from + AT_ONCE);
    for (let at = from; at < end; at++) {
      a += bytes[at]!;
      b += a;
    }
    a %= MODULUS;
    b %= MODULUS;
  }
  return ((b << 16) | a) >>> 0;
}
