/** Numbers as keys of a map. */

/** Characters at a time: functions take only so many arguments. */
const CHUNK = 8192;

/** A text that is equal for equal bits, two characters per 32 bits. Far quicker than decimals. */
export function bitsText({ buffer, byteOffset, byteLength }: Float32Array | BigInt64Array): string {
  const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
  let text = "";
  for (let at = 0; at < halves.length; at += CHUNK)
    text += String.fromCharCode.apply(null, halves.subarray(at, at + CHUNK) as unknown as number[]);
  return text;
}
