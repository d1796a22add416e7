/** One thing that pages can look at: its scene, its newest moment, and the bursts that are played. Who looks is the server's affair. */
import { deflateSync } from "node:zlib";
import { BurstPlayer } from "./playback.ts";
import {
  type Channel,
  encodeSceneParts,
  type PoseFrame,
  packScene,
  type RunInfo,
  type SceneMessage,
  type StreamScene,
} from "./protocol.ts";

/** A moment of a simulation; the show knows the rest. */
export type LiveFrame = Omit<PoseFrame, "scene" | "sequence" | "dueMs">;

/** Scene and frames of one channel. */
export class Show {
  readonly channel: Channel;
  scene: SceneMessage | null = null;
  /** The scene's large arrays, sent before it; null where it has none. */
  parts: Uint8Array | null = null;
  lastFrame: PoseFrame | null = null;
  player = new BurstPlayer(0);
  /** When reward terms were sent last, ms. */
  lastTermsMs = Number.NEGATIVE_INFINITY;
  #sequence = 0;

  constructor(channel: Channel) {
    this.channel = channel;
  }

  /** Another scene from now on; queued poses are dropped. */
  begin(id: number, scene: StreamScene, info: RunInfo): void {
    const { scene: packed, bytes } = packScene(scene);
    this.scene = { type: "scene", channel: this.channel, id, info, scene: packed };
    this.parts = bytes && encodeSceneParts({ scene: id, bytes: deflateSync(bytes, { level: 3 }) });
    this.player = new BurstPlayer(id);
    this.lastFrame = null;
  }

  /** Shows nothing until another scene begins. */
  clear(): void {
    this.scene = null;
    this.parts = null;
    this.lastFrame = null;
  }

  /** A live moment as a frame of the present scene. */
  frame(live: LiveFrame, dueMs: number): PoseFrame {
    return { ...live, scene: this.scene?.id ?? 0, sequence: this.#sequence++, dueMs };
  }
}
