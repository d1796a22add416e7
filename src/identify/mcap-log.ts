/**
 * Logs as MCAP: JSON messages on /joint_targets and /joint_states, each `{ name: [joints], position: [rad or m] }`, and on /base
 * `{ orientation: { w, x, y, z } }` where the base does not hang upright. Times are those at which messages were logged; the rows are those
 * of /joint_states.
 */
import { McapStreamReader, type McapTypes, McapWriter } from "@mcap/core";
import { UserError } from "../math/user-error.ts";
import { list, real, record, stamp, text, time } from "../mcap/mcap-topic.ts";
import { type JointLog, withEvenTimes } from "./joint-log.ts";

const TARGETS = "/joint_targets";
const STATES = "/joint_states";
const BASE = "/base";

interface Message {
  readonly time: number;
  readonly values: Readonly<Record<string, number>>;
}

/** Reads a log. @throws UserError that names topic and joint of what is wrong */
export function parseMcapLog(bytes: Uint8Array, source: string): JointLog {
  const messages = messagesOf(bytes, source);
  const [targets, states, base] = [TARGETS, STATES, BASE].map((topic) => messages.get(topic) ?? []);
  for (const [topic, found] of [
    [TARGETS, targets!],
    [STATES, states!],
  ] as const)
    if (found.length === 0)
      throw new UserError(`${source}: has no messages on ${topic}; expected JSON with name and position`);
  const joints = Object.keys(targets![0]!.values);
  const missing = joints.find((joint) => !(joint in states![0]!.values));
  if (missing !== undefined)
    throw new UserError(`${source}: ${STATES} lacks joint "${missing}"; expected those of ${TARGETS}`);
  const held = heldAt(targets!, states!);
  const row = (topic: string, { time: at, values }: Message, names: readonly string[]) =>
    names.map((name) => finite(values[name], `${source}: ${topic} at ${at.toFixed(3)} s: ${name}`));
  const log: JointLog = {
    source,
    time: Float64Array.from(states!, ({ time: at }) => at),
    joints,
    targets: Float64Array.from(held.flatMap((message) => row(TARGETS, message, joints))),
    positions: Float64Array.from(states!.flatMap((message) => row(STATES, message, joints))),
    ...(base!.length > 0 && {
      base: Float64Array.from(heldAt(base!, states!).flatMap((message) => row(BASE, message, ["w", "x", "y", "z"]))),
    }),
  };
  return withEvenTimes(log, (at) => `${source}: ${STATES} message ${at + 1}`);
}

/** For each message the latest one of the others; before the first, the first. */
function heldAt(others: readonly Message[], messages: readonly Message[]): Message[] {
  let at = 0;
  return messages.map(({ time: now }) => {
    while (at + 1 < others.length && others[at + 1]!.time <= now + 1e-9) at++;
    return others[at]!;
  });
}

function finite(value: unknown, where: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new UserError(`${where} is ${JSON.stringify(value) ?? "missing"}; expected a number`);
}

function messagesOf(bytes: Uint8Array, source: string): Map<string, Message[]> {
  const channels = new Map<number, McapTypes.TypedMcapRecords["Channel"]>();
  const found = new Map<string, Message[]>();
  try {
    const reader = new McapStreamReader();
    reader.append(bytes);
    for (let next = reader.nextRecord(); next; next = reader.nextRecord()) {
      if (next.type === "Channel") channels.set(next.id, next);
      if (next.type !== "Message") continue;
      const { topic = "", messageEncoding = "" } = channels.get(next.channelId) ?? {};
      if (![TARGETS, STATES, BASE].includes(topic)) continue;
      if (messageEncoding !== "json")
        throw new UserError(`${source}: ${topic} is encoded as ${messageEncoding}; expected json`);
      const values = valuesOf(JSON.parse(new TextDecoder().decode(next.data)), `${source}: ${topic}`);
      if (!found.has(topic)) found.set(topic, []);
      found.get(topic)!.push({ time: Number(next.logTime) / 1e9, values });
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${source}: cannot be read as MCAP: ${(error as Error).message}`);
  }
  return found;
}

function valuesOf(message: unknown, where: string): Readonly<Record<string, number>> {
  const { name, position, orientation } = message as Record<string, unknown>;
  if (orientation !== null && typeof orientation === "object") return orientation as Record<string, number>;
  if (!Array.isArray(name) || !Array.isArray(position) || name.length !== position.length)
    throw new UserError(`${where}: a message lacks name and position of equal length`);
  return Object.fromEntries(name.map((joint, i) => [String(joint), position[i] as number]));
}

const jointsSchema = record({ timestamp: time, name: list(text()), position: list(real()) });

/** The log as MCAP. */
export async function mcapOfLog({ time: times, joints, targets, positions, base }: JointLog): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let position = 0n;
  const write = async (bytes: Uint8Array) => {
    parts.push(bytes.slice());
    position += BigInt(bytes.length);
  };
  const writer = new McapWriter({ writable: { position: () => position, write } });
  await writer.start({ profile: "", library: "flowgait" });
  const add = async (topic: string, schemaName: string, schema: object, of: (row: number) => object) => {
    const data = new TextEncoder().encode(JSON.stringify({ title: schemaName, ...schema }));
    const schemaId = await writer.registerSchema({ name: schemaName, encoding: "jsonschema", data });
    const channel = { topic, schemaId, messageEncoding: "json", metadata: new Map<string, string>() };
    const channelId = await writer.registerChannel(channel);
    return async (row: number) => {
      const logTime = BigInt(Math.round(1e9 * times[row]));
      const message = new TextEncoder().encode(JSON.stringify({ timestamp: stamp(logTime), ...of(row) }));
      await writer.addMessage({ channelId, sequence: row, logTime, publishTime: logTime, data: message });
    };
  };
  const rowOf = (values: Float64Array, row: number, size = joints.length) => [
    ...values.subarray(row * size, (row + 1) * size),
  ];
  const channels = [
    await add(TARGETS, "flowgait.JointTargets", jointsSchema, (row) => ({
      name: joints,
      position: rowOf(targets, row),
    })),
    await add(STATES, "flowgait.JointPositions", jointsSchema, (row) => ({
      name: joints,
      position: rowOf(positions, row),
    })),
  ];
  if (base) {
    const quaternion = record({ w: real(), x: real(), y: real(), z: real() });
    const told = (row: number) => {
      const [w, x, y, z] = rowOf(base, row, 4);
      return { orientation: { w, x, y, z } };
    };
    channels.push(await add(BASE, "flowgait.Base", record({ timestamp: time, orientation: quaternion }), told));
  }
  for (const row of times.keys()) for (const message of channels) await message(row);
  await writer.end();
  return concatenated(parts);
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
