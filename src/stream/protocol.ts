/**
 * What travels between a running training (or a live simulation) and the pages that watch it: JSON text for control, little-endian binary for
 * poses. Both ends compile this file, so it imports nothing. It is not the transport: sockets, pacing and validation of foreign input live beside it.
 *
 * It widens without breaking: a page ignores message types and binary kinds it does not know, and shows only what `RunInfo.capabilities` names.
 */

/** Raised when a message changes its meaning; additions keep it. */
export const PROTOCOL_VERSION = 1;
/** Path of the websocket below the server's address. */
export const STREAM_PATH = "/stream";
/** Environments one page may watch at a time. */
export const MAX_WATCHED = 64;
/** Pose frames that may be on their way to a page; beyond that only the newest waits, so a slow page sees fewer but current ones. */
export const MAX_UNSEEN_FRAMES = 12;
/** Longest text that a page may send, in bytes. */
export const MAX_CLIENT_MESSAGE_BYTES = 4096;

// ------------------------------------------------------------------------------------------------------------------------------ the scene

export type GeomType = "plane" | "sphere" | "capsule" | "ellipsoid" | "cylinder" | "box" | "mesh" | "hfield";

/** One shape, in the frame of its body. Sizes are MuJoCo's half sizes in metres; quaternions are w-x-y-z. */
export interface SceneGeom {
  readonly name: string;
  readonly type: GeomType;
  readonly body: number;
  readonly size: readonly [number, number, number];
  readonly pos: readonly [number, number, number];
  readonly quat: readonly [number, number, number, number];
  readonly rgba: readonly [number, number, number, number];
  /** MuJoCo's geom group: 0 to 2 are drawn, 3 and above are collision shapes. */
  readonly group: number;
  readonly collides: boolean;
  readonly mesh?: number;
  readonly hfield?: number;
  readonly material?: { readonly specular: number; readonly shininess: number; readonly reflectance: number };
}

export interface SceneBody {
  readonly name: string;
  readonly parent: number;
  /** kg. */
  readonly mass: number;
  /** Centre of mass in the body's frame, m. */
  readonly centre: readonly [number, number, number];
}

/** A joint that turns or slides about an axis, in the frame of the body that it moves. */
export interface SceneJoint {
  readonly name: string;
  readonly body: number;
  readonly type: "hinge" | "slide";
  readonly pos: readonly [number, number, number];
  readonly axis: readonly [number, number, number];
}

/** A string, drawn straight from point to point. The points are in the frames of their bodies, in metres. */
export interface SceneString {
  readonly name: string;
  readonly radius: number;
  readonly rgba: readonly [number, number, number, number];
  readonly points: readonly { readonly body: number; readonly pos: readonly [number, number, number] }[];
}

/** Everything needed to draw one environment. Sent once per scene; poses refer to `bodies` by position. */
export interface StreamScene {
  /** Body 0 is the world; `parent` is a position in this list. */
  readonly bodies: readonly SceneBody[];
  readonly joints: readonly SceneJoint[];
  readonly geoms: readonly SceneGeom[];
  readonly strings: readonly SceneString[];
  /** Vertices are x-y-z triples in metres, faces are triples of vertex positions. */
  readonly meshes: readonly { readonly vertices: readonly number[]; readonly faces: readonly number[] }[];
  /** `size` is MuJoCo's [x half size, y half size, height, depth below zero]; `data` is row-major in [0, 1]. */
  readonly heightFields: readonly {
    readonly rows: number;
    readonly columns: number;
    readonly size: readonly number[];
    readonly data: readonly number[];
  }[];
  /** Half of the model's size and its middle, in metres. */
  readonly extent: number;
  readonly center: readonly number[];
}

/** What a page can look at: the environments of a training, or a simulation of its own that somebody steers. A page shows one at a time. */
export const CHANNELS = ["training", "drive"] as const;
export type Channel = (typeof CHANNELS)[number];

/** What a page may ask of what it looks at; controls for anything else stay hidden. */
export type Capability = "pause-training" | "steer" | "simulate";

/** What is being watched. */
export interface RunInfo {
  readonly task: string;
  /** Folder or label of the run; empty where there is none. */
  readonly run: string;
  readonly algorithm: string;
  /** Environments that exist, numbered from 0. */
  readonly environments: number;
  readonly controlHz: number;
  /** Control steps after which an episode is cut off. */
  readonly episodeSteps: number;
  /** Environment steps the run is meant to take. */
  readonly totalSteps: number;
  /** Whether the task follows a (vx, vy, yawRate) command. */
  readonly hasCommand: boolean;
  /** Lowest and highest vx, vy in m/s and yaw rate in rad/s that the task was made for; empty where it has no such command. */
  readonly commandRanges: readonly (readonly [number, number])[];
  readonly rewardNames: readonly string[];
  readonly capabilities: readonly Capability[];
}

// --------------------------------------------------------------------------------------------------------------------- server to the page

/** One training iteration; null where there is no value yet. */
export interface MetricsPoint {
  readonly iteration: number;
  readonly steps: number;
  readonly seconds: number;
  readonly stepsPerSecond: number;
  readonly returnMean: number | null;
  /** Control steps. */
  readonly episodeLengthMean: number | null;
  readonly losses: Readonly<Record<string, number | null>>;
  /** Weighted reward per second of episode. */
  readonly terms: Readonly<Record<string, number | null>>;
  /** Share of the ended episodes per reason. */
  readonly terminations: Readonly<Record<string, number | null>>;
}

export interface EvaluationPoint {
  readonly iteration: number;
  readonly steps: number;
  readonly returnMean: number | null;
  readonly returnStd: number | null;
  readonly episodeLengthMean: number | null;
  readonly fallRate: number | null;
  readonly linVelError: number | null;
  readonly yawRateError: number | null;
}

export type RunState = "idle" | "starting" | "training" | "evaluating" | "paused" | "stopped" | "done" | "failed";

export interface HelloMessage {
  readonly type: "hello";
  readonly protocol: number;
  /** Version of flowgait. */
  readonly server: string;
  /** This viewer's number. */
  readonly viewer: number;
  /** What there is to look at; the first is shown until the page asks for another. */
  readonly channels: readonly Channel[];
}
export interface SceneMessage {
  readonly type: "scene";
  readonly channel: Channel;
  readonly id: number;
  readonly info: RunInfo;
  readonly scene: StreamScene;
}
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
}
/** How the simulation that is driven stands. */
export interface DriveMessage {
  readonly type: "drive";
  readonly state: "loading" | "playing" | "paused" | "failed";
  /** The viewer that steers; null while nobody does. */
  readonly driver: number | null;
  /** Wanted speed as a multiple of real time. */
  readonly speed: number;
  /** Speed that is reached. */
  readonly realTimeFactor: number;
  /** Control steps since the simulation began. */
  readonly step: number;
  /** First and last step that can be gone to; `step` is before the last one in the past. */
  readonly oldest: number;
  readonly newest: number;
  /** How often the robot fell. */
  readonly falls: number;
  /** Key of the policy that acts. */
  readonly policy: string;
  readonly policies: readonly PolicyChoice[];
  /** How its actions are drawn; null where the policy is no flow. */
  readonly flow: FlowSettings | null;
  /** Time that the policy takes for an action, ms; the mean of the last steps. */
  readonly actMs: number;
  /** One sentence more, such as why it failed. */
  readonly detail?: string;
}
/** How a flow policy's action comes about: from how much noise, in how many steps. */
export interface FlowSettings {
  readonly steps: number;
  readonly noise: "random" | "zero";
}
/** A policy that can be driven. */
export interface PolicyChoice {
  readonly key: string;
  readonly label: string;
}
/** Where the driven robot touches something, in the control step that is told. */
export interface ContactsMessage {
  readonly type: "contacts";
  /** Simulated seconds. */
  readonly time: number;
  /** [contacts, 6]: position in metres, force on the robot in newtons, both in the world. */
  readonly values: readonly (number | null)[];
}
/** The course so far as a replay file; sent to the page that asked. */
export interface ReplayMessage {
  readonly type: "replay";
  readonly name: string;
  readonly text: string;
}
/** A command has reached the simulation; sent to the page that steers. */
export interface SteeredMessage {
  readonly type: "steered";
  /** The page's own clock, as it came with the command. */
  readonly at: number;
}
export interface EventMessage {
  readonly type: "event";
  readonly kind: string;
  readonly steps: number;
  readonly message: string;
}
export interface RefusedMessage {
  readonly type: "refused";
  /** Type of the message that was refused, or what is wrong with the connection. */
  readonly what: string;
  readonly reason: string;
}
export type ServerMessage =
  | HelloMessage
  | SceneMessage
  | MetricsMessage
  | TermsMessage
  | StatusMessage
  | DriveMessage
  | ContactsMessage
  | ReplayMessage
  | SteeredMessage
  | EventMessage
  | RefusedMessage;

const serverMessageTypes: readonly string[] = [
  "hello",
  "scene",
  "metrics",
  "terms",
  "status",
  "drive",
  "contacts",
  "replay",
  "steered",
  "event",
  "refused",
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
  if (typeof value?.type !== "string") throw new RangeError("server message: text is no JSON object with a type");
  return serverMessageTypes.includes(value.type) ? (value as ServerMessage) : null;
}

// --------------------------------------------------------------------------------------------------------------------- page to the server

/** Fastest and slowest speed of a driven simulation, as multiples of real time. */
export const DRIVE_SPEEDS = { slowest: 1 / 8, fastest: 8 } as const;
/** Hardest push, m/s. */
export const HARDEST_PUSH = 3;
/** Most integration steps of a flow that is driven. */
export const MOST_FLOW_STEPS = 64;
/** Longest key of a policy. */
export const MAX_POLICY_KEY = 400;

/** What the page that steers asks of the driven simulation. One page at a time has the wheel; the first wish takes it when nobody holds it. */
export type DriveWish =
  /** Steers: m/s, m/s, rad/s, cut to the task's ranges. `at` is the page's clock in milliseconds and comes back in `steered`. */
  | {
      readonly type: "command";
      readonly vx: number;
      readonly vy: number;
      readonly yawRate: number;
      readonly at: number;
    }
  /** `step` is a single control step, `reset` a new episode. */
  | { readonly type: "simulate"; readonly what: "play" | "pause" | "step" | "reset" }
  /** A multiple of real time within `DRIVE_SPEEDS`. */
  | { readonly type: "setSpeed"; readonly factor: number }
  /** Lets another policy act from the next step on. */
  | { readonly type: "policy"; readonly key: string }
  /** Goes to an earlier step, or to the newest, and stands there. A change made in the past begins another future. */
  | { readonly type: "seek"; readonly step: number }
  /** Asks for the course so far as a small file that gives it again, bit for bit; it comes as `replay`. */
  | { readonly type: "saveReplay" }
  /** Draws the actions of the policy that acts in another way, from the next step on. */
  | { readonly type: "flow"; readonly steps: number; readonly noise: FlowSettings["noise"] }
  /** Pushes the robot: direction from its heading, rad to the left, and change of its velocity, m/s. */
  | { readonly type: "push"; readonly angle: number; readonly speed: number }
  /** Draws a point of a body (in its frame, m) towards a target (in the world, m) by a spring, until let go. */
  | {
      readonly type: "grab";
      readonly body: number;
      readonly point: readonly [number, number, number];
      readonly target: readonly [number, number, number];
    }
  | { readonly type: "letGo" };

export type ClientMessage =
  | { readonly type: "hello"; readonly protocol: number }
  /** Looks at something else from now on. */
  | { readonly type: "show"; readonly channel: Channel }
  /** Environments to send poses of, at most `MAX_WATCHED`. */
  | { readonly type: "watch"; readonly environments: readonly number[] }
  /** Pose frames received on this connection so far. The server lets at most `MAX_UNSEEN_FRAMES` be under way. */
  | { readonly type: "seen"; readonly frames: number }
  /** The environment whose reward terms are wanted. */
  | { readonly type: "follow"; readonly environment: number }
  /** `view` stops the poses to this page only; `training` needs the capability. */
  | { readonly type: "pause" | "resume"; readonly what: "view" | "training" }
  /** Takes the wheel of the driven simulation, or lets it go. */
  | { readonly type: "wheel"; readonly take: boolean }
  | DriveWish;

// ------------------------------------------------------------------------------------------------------------------------------ pose frames

/** State of one environment in one frame; bits of `EnvironmentPose.flags`. */
export const POSE_FLAG = {
  /** First pose of a new episode, or after a gap: nothing may be interpolated towards it. */
  cut: 1,
  terminated: 2,
  truncated: 4,
  nan: 8,
  paused: 16,
} as const;

/** One environment at one moment. */
export interface EnvironmentPose {
  readonly environment: number;
  readonly flags: number;
  /** Commanded vx, vy in m/s and yaw rate in rad/s, in the robot's heading frame; zeros where the task has no command. */
  readonly command: Float32Array;
  /** The same three as measured. */
  readonly twist: Float32Array;
  /** [bodies, 7]: position in metres, quaternion w-x-y-z, both in the world. */
  readonly poses: Float32Array;
}

/** Environments at one moment. */
export interface PoseFrame {
  readonly scene: number;
  /** Counts frames of the scene; gaps are frames this page was too slow for. */
  readonly sequence: number;
  /** Simulated seconds. */
  readonly time: number;
  /** When the frame is due, in milliseconds of the server's steady clock; the page interpolates on this axis. */
  readonly dueMs: number;
  /** Speed of what is shown as a multiple of real time. */
  readonly speed: number;
  readonly bodies: number;
  readonly environments: readonly EnvironmentPose[];
}

/** First byte of every binary message. */
const KIND_POSES = 1;
/** How poses are written: 0 is float32. Other values are free for denser forms. */
const ENCODING_FLOAT32 = 0;
const LITTLE_ENDIAN = true;
/** kind u8, version u8, encoding u8, 0 u8, scene u32, sequence u32, environments u16, bodies u16, time f64, due f64, speed f32, 0 u32. */
const HEADER_BYTES = 40;
/** environment u32, flags u32, command 3 f32, twist 3 f32. */
const ENVIRONMENT_HEADER_BYTES = 32;
const POSE_SIZE = 7;

function environmentBytes(bodies: number): number {
  return ENVIRONMENT_HEADER_BYTES + bodies * POSE_SIZE * 4;
}

/**
 * Writes a frame, or those of its environments that `wanted` names. An environment with a number that is not finite is left out: the page keeps
 * its last good pose instead of losing the whole frame.
 * @param addedFlags bits to set besides a pose's own, by environment
 * @throws RangeError when an array does not have its declared size
 */
export function encodePoseFrame(
  frame: PoseFrame,
  wanted: ReadonlySet<number> | null = null,
  addedFlags: ReadonlyMap<number, number> | null = null,
): Uint8Array<ArrayBuffer> {
  const chosen = frame.environments.filter(
    (pose) => (wanted === null || wanted.has(pose.environment)) && isFinitePose(pose),
  );
  const stride = environmentBytes(frame.bodies);
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + chosen.length * stride));
  view.setUint8(0, KIND_POSES);
  view.setUint8(1, PROTOCOL_VERSION);
  view.setUint8(2, ENCODING_FLOAT32);
  view.setUint32(4, frame.scene, LITTLE_ENDIAN);
  view.setUint32(8, frame.sequence, LITTLE_ENDIAN);
  view.setUint16(12, chosen.length, LITTLE_ENDIAN);
  view.setUint16(14, frame.bodies, LITTLE_ENDIAN);
  view.setFloat64(16, frame.time, LITTLE_ENDIAN);
  view.setFloat64(24, frame.dueMs, LITTLE_ENDIAN);
  view.setFloat32(32, frame.speed, LITTLE_ENDIAN);
  for (let n = 0; n < chosen.length; n++) {
    const pose = chosen[n];
    writeEnvironment(view, HEADER_BYTES + n * stride, pose, frame.bodies, addedFlags?.get(pose.environment) ?? 0);
  }
  return new Uint8Array(view.buffer);
}

function isFinitePose(pose: EnvironmentPose): boolean {
  return pose.poses.every(Number.isFinite) && pose.command.every(Number.isFinite) && pose.twist.every(Number.isFinite);
}

function writeEnvironment(view: DataView, offset: number, pose: EnvironmentPose, bodies: number, flags: number): void {
  if (pose.poses.length !== bodies * POSE_SIZE || pose.command.length !== 3 || pose.twist.length !== 3)
    throw new RangeError(
      `pose frame: environment ${pose.environment} must have 3 + 3 + ${bodies * POSE_SIZE} values, got ${pose.command.length} + ${pose.twist.length} + ${pose.poses.length}`,
    );
  view.setUint32(offset, pose.environment, LITTLE_ENDIAN);
  view.setUint32(offset + 4, pose.flags | flags, LITTLE_ENDIAN);
  writeFloats(view, offset + 8, pose.command);
  writeFloats(view, offset + 20, pose.twist);
  writeFloats(view, offset + ENVIRONMENT_HEADER_BYTES, pose.poses);
}

function writeFloats(view: DataView, offset: number, values: Float32Array): void {
  for (let k = 0; k < values.length; k++) view.setFloat32(offset + 4 * k, values[k], LITTLE_ENDIAN);
}

/**
 * Reads a pose frame. The returned arrays are the caller's own.
 * @returns null for a binary kind this page does not know
 * @throws RangeError when the bytes are cut short, have trailing bytes, another version or encoding, or hold a number that is not finite
 */
export function decodePoseFrame(bytes: Uint8Array): PoseFrame | null {
  if (bytes.length === 0) throw new RangeError("pose frame: no bytes");
  if (bytes[0] !== KIND_POSES) return null;
  if (bytes.length < HEADER_BYTES)
    throw new RangeError(`pose frame: header must have ${HEADER_BYTES} bytes, got ${bytes.length}`);
  if (bytes[1] !== PROTOCOL_VERSION)
    throw new RangeError(`pose frame: version must be ${PROTOCOL_VERSION}, got ${bytes[1]}`);
  if (bytes[2] !== ENCODING_FLOAT32)
    throw new RangeError(`pose frame: encoding must be ${ENCODING_FLOAT32}, got ${bytes[2]}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = view.getUint16(12, LITTLE_ENDIAN);
  const bodies = view.getUint16(14, LITTLE_ENDIAN);
  const stride = environmentBytes(bodies);
  if (bytes.length !== HEADER_BYTES + count * stride)
    throw new RangeError(
      `pose frame: ${count} environments of ${bodies} bodies must have ${HEADER_BYTES + count * stride} bytes, got ${bytes.length}`,
    );
  const environments: EnvironmentPose[] = [];
  for (let n = 0; n < count; n++) environments.push(readEnvironment(view, HEADER_BYTES + n * stride, bodies));
  return {
    scene: view.getUint32(4, LITTLE_ENDIAN),
    sequence: view.getUint32(8, LITTLE_ENDIAN),
    time: readFinite(view.getFloat64(16, LITTLE_ENDIAN), "time"),
    dueMs: readFinite(view.getFloat64(24, LITTLE_ENDIAN), "due time"),
    speed: readFinite(view.getFloat32(32, LITTLE_ENDIAN), "speed"),
    bodies,
    environments,
  };
}

function readEnvironment(view: DataView, offset: number, bodies: number): EnvironmentPose {
  return {
    environment: view.getUint32(offset, LITTLE_ENDIAN),
    flags: view.getUint32(offset + 4, LITTLE_ENDIAN),
    command: readFloats(view, offset + 8, 3, "command"),
    twist: readFloats(view, offset + 20, 3, "twist"),
    poses: readFloats(view, offset + ENVIRONMENT_HEADER_BYTES, bodies * POSE_SIZE, "pose"),
  };
}

function readFloats(view: DataView, offset: number, count: number, what: string): Float32Array {
  const out = new Float32Array(count);
  for (let k = 0; k < count; k++) out[k] = readFinite(view.getFloat32(offset + 4 * k, LITTLE_ENDIAN), what);
  return out;
}

function readFinite(value: number, what: string): number {
  if (!Number.isFinite(value)) throw new RangeError(`pose frame: ${what} must be finite, got ${value}`);
  return value;
}
