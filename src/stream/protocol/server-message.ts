/** Messages from the server to a page, as JSON text. */
import type { ContactsMessage, DriveMessage, ReplayMessage, SteeredMessage } from "./drive.ts";
import type { ReadingsMessage } from "./readings.ts";
import type { Channel, EvaluationPoint, MachinesInfo, MetricsPoint, RunInfo, RunState } from "./run-info.ts";
import type { PackedScene } from "./scene-parts.ts";
import type { TrainingMessage } from "./training.ts";

/** The greeting of a new connection. */
export interface HelloMessage {
  readonly type: "hello";
  readonly protocol: number;
  /** Version of flowgait. */
  readonly server: string;
  /** This viewer's number. */
  readonly viewer: number;
  /** What there is to look at; the first is shown until the page requests another. */
  readonly channels: readonly Channel[];
  /** Whether trainings can be started here and robots be chosen: its catalogue and its gallery follow. */
  readonly isStudio: boolean;
}
/** Another scene takes the place of the one before; frames name it by its `id`. */
export interface SceneMessage {
  readonly type: "scene";
  readonly channel: Channel;
  readonly id: number;
  readonly info: RunInfo;
  /** With references in place of its large arrays, where it has any: those come before it, as scene parts. */
  readonly scene: PackedScene;
}
/** New points of the curves. */
export interface MetricsMessage {
  readonly type: "metrics";
  /** True when earlier points are to be forgotten: these are the first of this run, or all there are. */
  readonly restart: boolean;
  readonly points: readonly MetricsPoint[];
  readonly evaluations: readonly EvaluationPoint[];
}
/** Reward of the followed environment in the control step that is on screen. */
export interface TermsMessage {
  readonly type: "terms";
  readonly environment: number;
  /** Simulated seconds. */
  readonly time: number;
  /** Weighted reward per step, in the order of `RunInfo.rewardNames`. */
  readonly values: readonly (number | null)[];
}
/** How far the training has come. */
export interface StatusMessage {
  readonly type: "status";
  readonly state: RunState;
  readonly steps: number;
  readonly totalSteps: number;
  /** Training time so far. */
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly etaSeconds: number | null;
  /** One sentence more, such as why a run failed. */
  readonly detail?: string;
  /** Absent where the training's own threads collect. */
  readonly machines?: MachinesInfo;
}
/** Something happened after so many environment steps. */
export interface EventMessage {
  readonly type: "event";
  readonly kind: string;
  readonly steps: number;
  readonly message: string;
}
/** A message of the page, or its connection, was refused. */
export interface RefusedMessage {
  readonly type: "refused";
  /** Type of the message that was refused, or what is wrong with the connection. */
  readonly what: string;
  readonly reason: string;
}
/** Everything that the server tells a page in JSON. */
export type ServerMessage =
  | HelloMessage
  | SceneMessage
  | MetricsMessage
  | TermsMessage
  | StatusMessage
  | DriveMessage
  | ContactsMessage
  | ReadingsMessage
  | ReplayMessage
  | SteeredMessage
  | EventMessage
  | RefusedMessage
  | TrainingMessage;

const serverMessageTypes: readonly string[] = [
  "hello",
  "scene",
  "metrics",
  "terms",
  "status",
  "drive",
  "contacts",
  "readings",
  "replay",
  "steered",
  "event",
  "refused",
  "catalogue",
  "plan",
  "runs",
  "curves",
  "started",
  "file",
  "gallery",
  "portrait",
] satisfies ServerMessage["type"][];

/** Text of a message to the page. Numbers that JSON lacks (NaN, infinities) become null. */
export function encodeServerMessage(message: ServerMessage): string {
  return JSON.stringify(message);
}

/**
 * Reads a text from the server, which is trusted to fill the fields of the types it names.
 * @returns null for a type this page does not know
 * @throws RangeError when the text is not a JSON object with a `type`
 */
export function decodeServerMessage(text: string): ServerMessage | null {
  let value: { type?: unknown } | null;
  try {
    value = JSON.parse(text);
  } catch {
    value = null;
  }
  if (typeof value?.type !== "string") throw new RangeError("server message: text must be a JSON object with a type");
  return serverMessageTypes.includes(value.type) ? (value as ServerMessage) : null;
}
