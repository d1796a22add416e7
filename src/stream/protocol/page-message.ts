/** What a page asks of the server, as JSON text. */
import type { DriveWish } from "./drive.ts";
import type { GhostKind } from "./fan-frame.ts";
import type { Channel } from "./run-info.ts";
import type { TrainingQuestion, TrainingWish } from "./training.ts";

/** Longest text that a page may send, in bytes. */
export const MAX_CLIENT_MESSAGE_BYTES = 4096;

/** What a page tells the server, as JSON text. */
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
  /** Subscribes to what the driven policy might do next, sent as binary fan frames, or unsubscribes. */
  | { readonly type: "fan"; readonly look: boolean; readonly ghosts: GhostKind | "off" }
  /** Subscribes to what joints, sensors and contacts of the driven simulation read, sent as `readings`, or unsubscribes. */
  | { readonly type: "readings"; readonly look: boolean }
  /** Takes the wheel of the driven simulation, or lets it go. */
  | { readonly type: "wheel"; readonly take: boolean }
  | DriveWish
  | TrainingQuestion
  | TrainingWish;
