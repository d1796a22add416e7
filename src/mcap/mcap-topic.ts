/** What every recorded topic has: names, a schema, messages; and the words that JSON schemas are made of. */
import type { DriveMoment } from "../drive/drive-orders.ts";

/** One kind of message. */
export interface Topic {
  readonly topic: string;
  readonly schemaName: string;
  readonly encoding: "jsonschema" | "protobuf";
  /** A JSON Schema, or a FileDescriptorSet */
  readonly schema: Uint8Array;
  /** Whether its first message stands for all. */
  readonly isTold: "once" | "each step";
  /** The message of a moment. @param time nanoseconds */
  of(moment: DriveMoment, time: bigint): Uint8Array;
}

/** A topic of JSON messages. */
export interface JsonTopic extends Pick<Topic, "topic" | "schemaName"> {
  readonly schema: object;
  readonly isTold?: Topic["isTold"];
  of(moment: DriveMoment, time: bigint): object;
}

const NANO = 1_000_000_000n;

/** A topic whose messages are JSON texts, with its JSON schema. */
export function jsonTopic({ topic, schemaName, schema, isTold = "each step", of }: JsonTopic): Topic {
  const bytes = (value: object) => new TextEncoder().encode(JSON.stringify(value));
  return {
    topic,
    schemaName,
    encoding: "jsonschema",
    schema: bytes({ title: schemaName, ...schema }),
    isTold,
    of: (moment, at) => bytes(of(moment, at)),
  };
}

/** A time in nanoseconds as Foxglove's schemas have it: whole seconds and the nanoseconds beyond. */
export function stamp(at: bigint): { sec: number; nsec: number } {
  return { sec: Number(at / NANO), nsec: Number(at % NANO) };
}

/** An object that has all of these. */
export function record(properties: Readonly<Record<string, object>>): object {
  return { type: "object", properties, required: Object.keys(properties) };
}

/** JSON schema of an array. */
export function list(items: object): object {
  return { type: "array", items };
}

/** JSON schema of a number. */
export function real(): object {
  return { type: "number" };
}

/** JSON schema of a whole number. */
export function integer(): object {
  return { type: "integer" };
}

/** JSON schema of a text. */
export function text(): object {
  return { type: "string" };
}

/** JSON schema of what `stamp` gives. */
export const time = record({ sec: integer(), nsec: integer() });
