/** One thing that pages can look at: its scene, its newest moment, and the bursts that are played. Who looks is the server's affair. */
import { BurstPlayer } from "./playback.ts";
import type { Channel, PoseFrame, RunInfo, SceneMessage, StreamScene } from "./protocol.ts";

/** A moment of a simulation; the show knows the rest. */
export type LiveFrame = Omit<PoseFrame, "scene" | "sequence" | "dueMs">;

export class Show {
  readonly channel: Channel;
  scene: SceneMessage | null = null;
  lastFrame: PoseFrame | null = null;
  player = new BurstPlayer(0);
  /** When reward terms were sent last, ms. */
  lastTermsMs = Number.NEGATIVE_INFINITY;
  #sequence = 0;

  constructor(channel: Channel) {
    this.channel = channel;
  }

  /** Another scene from now on; queued poses are dropped. */
  begin(id: number, scene: StreamScene, info: RunInfo): SceneMessage {
    this.scene = { type: "scene", channel: this.channel, id, info, scene };
    this.player = new BurstPlayer(id);
    this.lastFrame = null;
    return this.scene;
  }

  /** A live moment as a frame of the present scene. */
  frame(live: LiveFrame, dueMs: number): PoseFrame {
    return { ...live, scene: this.scene?.id ?? 0, sequence: this.#sequence++, dueMs };
  }
}
