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

export function stamp(at: bigint): { sec: number; nsec: number } {
  return { sec: Number(at / NANO), nsec: Number(at % NANO) };
}

/** An object that has all of these. */
export function record(properties: Readonly<Record<string, object>>): object {
  return { type: "object", properties, required: Object.keys(properties) };
}

export function list(items: object): object {
  return { type: "array", items };
}

export function real(): object {
  return { type: "number" };
}

export function integer(): object {
  return { type: "integer" };
}

export function text(): object {
  return { type: "string" };
}

export const time = record({ sec: integer(), nsec: integer() });
