/** Reads TensorBoard event files by hand, independently of the writer: TFRecord frames with a bitwise CRC, protocol buffers field by field. */

/** One record, flattened. */
export interface ReadEvent {
  wallTime: number;
  step: number;
  fileVersion?: string;
  sessionStatus?: number;
  scalars: Record<string, number>;
}

/** All events of a file. Throws on a wrong checksum or a cut record. */
export function readEvents(content: Uint8Array): ReadEvent[] {
  const file = new Uint8Array(content); // Node's Buffer would share memory between slices
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const events: ReadEvent[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    expectChecksum(file.subarray(at, at + 8), view.getUint32(at + 8, true));
    const data = file.subarray(at + 12, at + 12 + length);
    expectChecksum(data, view.getUint32(at + 12 + length, true));
    events.push(readEvent(data));
    at += 16 + length;
  }
  return events;
}

/** CRC-32C one bit at a time, then TFRecord's mask: rotate right by 15 bits, add 0xa282ead8. */
function expectChecksum(bytes: Uint8Array, stored: number): void {
  let crc = 0xffffffffn;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x82f63b78n : crc >> 1n;
  }
  crc ^= 0xffffffffn;
  const masked = (((crc >> 15n) | (crc << 17n)) + 0xa282ead8n) & 0xffffffffn;
  if (Number(masked) !== stored) throw new Error(`checksum is ${stored}, expected ${masked}`);
}

interface ProtoField {
  number: number;
  value: bigint | Uint8Array;
}

function readEvent(data: Uint8Array): ReadEvent {
  const event: ReadEvent = { wallTime: 0, step: 0, scalars: {} };
  for (const { number, value } of fields(data)) {
    if (number === 1) event.wallTime = double(value as Uint8Array);
    if (number === 2) event.step = Number(value as bigint);
    if (number === 3) event.fileVersion = new TextDecoder().decode(value as Uint8Array);
    if (number === 5)
      for (const inner of fields(value as Uint8Array)) readScalar(inner.value as Uint8Array, event.scalars);
    if (number === 7)
      event.sessionStatus = Number(fields(value as Uint8Array).find((inner) => inner.number === 1)!.value);
  }
  return event;
}

function readScalar(data: Uint8Array, into: Record<string, number>): void {
  const [tag, value] = [1, 2].map((number) => fields(data).find((field) => field.number === number)!.value);
  const bytes = value as Uint8Array;
  into[new TextDecoder().decode(tag as Uint8Array)] = new DataView(bytes.slice().buffer).getFloat32(0, true);
}

function double(bytes: Uint8Array): number {
  return new DataView(bytes.slice().buffer).getFloat64(0, true);
}

/** Wire types: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
function fields(data: Uint8Array): ProtoField[] {
  const found: ProtoField[] = [];
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = data[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const bytes = (length: number) => {
    at += length;
    return data.slice(at - length, at);
  };
  while (at < data.length) {
    const key = Number(varint());
    const wire = key & 7;
    const value = wire === 0 ? varint() : bytes(wire === 1 ? 8 : wire === 5 ? 4 : Number(varint()));
    found.push({ number: key >> 3, value });
  }
  return found;
}
