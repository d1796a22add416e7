/** Reads what pages send. Everything here comes from outside, so it is checked field by field before anything acts on it. */
import { z } from "zod";
import {
  CHANNELS,
  type ClientMessage,
  DRIVE_SPEEDS,
  GHOST_KINDS,
  HARDEST_PUSH,
  LARGEST_NOISE_SEED,
  MAX_CLIENT_MESSAGE_BYTES,
  MAX_HANDLE_NAME,
  MAX_KEYFRAME_NAME,
  MAX_POLICY_KEY,
  MAX_WATCHED,
  MOST_FLOW_STEPS,
} from "./protocol.ts";
import { trainingMessageSchemas } from "./training-schema.ts";

const environment = z.int().min(0).max(0xffffffff);
const speed = z.number().min(-100).max(100);
const coordinate = z.number().min(-1e5).max(1e5);
const point = z.tuple([coordinate, coordinate, coordinate]);
const part = z.number().min(-1).max(1);
const rotation = z.tuple([part, part, part, part]);

const clientMessage = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("hello"), protocol: z.int() }),
  z.strictObject({ type: z.literal("watch"), environments: z.array(environment).max(MAX_WATCHED) }),
  z.strictObject({ type: z.literal("seen"), frames: z.int().min(0) }),
  z.strictObject({ type: z.literal("follow"), environment }),
  z.strictObject({ type: z.literal("pause"), what: z.enum(["view", "training"]) }),
  z.strictObject({ type: z.literal("resume"), what: z.enum(["view", "training"]) }),
  z.strictObject({ type: z.literal("show"), channel: z.enum(CHANNELS) }),
  z.strictObject({ type: z.literal("fan"), look: z.boolean(), ghosts: z.enum([...GHOST_KINDS, "off"]) }),
  z.strictObject({ type: z.literal("wheel"), take: z.boolean() }),
  z.strictObject({ type: z.literal("command"), vx: speed, vy: speed, yawRate: speed, at: z.number() }),
  z.strictObject({ type: z.literal("simulate"), what: z.enum(["play", "pause", "step", "reset"]) }),
  z.strictObject({
    type: z.literal("setSpeed"),
    factor: z.number().min(DRIVE_SPEEDS.slowest).max(DRIVE_SPEEDS.fastest),
  }),
  z.strictObject({ type: z.literal("push"), angle: speed, speed: z.number().min(0).max(HARDEST_PUSH) }),
  z.strictObject({
    type: z.literal("grab"),
    body: z.int().min(0).max(0xffff),
    point,
    target: point,
    turn: rotation.optional(),
  }),
  z.strictObject({
    type: z.literal("place"),
    handle: z.string().min(1).max(MAX_HANDLE_NAME),
    pos: point.nullable(),
    quat: rotation.nullable(),
  }),
  z.strictObject({ type: z.literal("letGo") }),
  z.strictObject({
    type: z.literal("flow"),
    steps: z.int().min(1).max(MOST_FLOW_STEPS),
    noise: z.union([z.enum(["random", "zero"]), z.strictObject({ seed: z.int().min(0).max(LARGEST_NOISE_SEED) })]),
  }),
  z.strictObject({ type: z.literal("seek"), step: z.int().min(0) }),
  z.strictObject({ type: z.literal("keyframe"), name: z.string().min(1).max(MAX_KEYFRAME_NAME) }),
  z.strictObject({ type: z.literal("readings"), look: z.boolean() }),
  z.strictObject({ type: z.literal("coordinate"), coordinate: z.int().min(0).max(0xffff), value: coordinate }),
  z.strictObject({ type: z.literal("control"), actuator: z.int().min(0).max(0xffff), value: coordinate }),
  z.strictObject({ type: z.literal("branch"), what: z.enum(["begin", "keep", "back"]) }),
  z.strictObject({ type: z.literal("saveReplay") }),
  z.strictObject({ type: z.literal("why") }),
  z.strictObject({ type: z.literal("verdict"), place: z.int().min(0).max(99).nullable() }),
  z.strictObject({ type: z.literal("policy"), key: z.string().min(1).max(MAX_POLICY_KEY) }),
  ...trainingMessageSchemas,
]);

/** A message, or why it is refused: `what` is the message's type, if known. */
export type ClientMessageResult =
  | { readonly message: ClientMessage; readonly what?: undefined; readonly reason?: undefined }
  | { readonly message?: undefined; readonly what: string; readonly reason: string };

/** Checks one text from a page. Never throws. */
export function readClientMessage(text: string): ClientMessageResult {
  if (text.length > MAX_CLIENT_MESSAGE_BYTES)
    return { what: "message", reason: `longer than ${MAX_CLIENT_MESSAGE_BYTES} bytes` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { what: "message", reason: "not JSON" };
  }
  const result = clientMessage.safeParse(value);
  if (result.success) return { message: result.data };
  const issue = result.error.issues[0];
  return { what: typeOf(value), reason: `${issue.path.join(".") || "message"}: ${issue.message}`.slice(0, 200) };
}

function typeOf(value: unknown): string {
  const type = typeof value === "object" && value !== null && "type" in value ? value.type : null;
  return typeof type === "string" ? type.slice(0, 40) : "message";
}
