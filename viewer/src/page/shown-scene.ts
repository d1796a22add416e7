/** The scene on screen: takes its place on the stage, and passes on only the poses and sampled actions that belong to it. */
import type { FanFrame, PoseFrame, RunInfo, SceneMessage, StreamScene } from "../../../src/stream/protocol.ts";
import { undrawnOf } from "../scene/bodies/undrawn.ts";
import type { Stage } from "../scene/stage.ts";
import type { Store } from "../state/store.ts";
import type { Contacts } from "../stream/contacts.ts";
import type { Playback, ShownPose } from "../stream/playback.ts";
import { SceneFeed } from "../stream/scene-feed.ts";
import type { FanQueue } from "./fan-queue.ts";
import type { MotionHistory } from "./motion-history.ts";

/** No scene of the server has this number. */
const NONE = -1;

/** What moves within a scene, and is forgotten with it. */
export interface Moments {
  readonly playback: Playback;
  readonly contacts: Contacts;
  /** Velocities of the followed robot. */
  readonly motions: MotionHistory;
  /** Sampled actions until they belong to what is shown. */
  readonly fans: FanQueue;
}

/** Events for the rest of the page. */
export interface SceneEvents {
  /** Another scene takes the place; nothing of the old one can be held or steered. */
  replaced(info: RunInfo | null): void;
  /** The new scene is in the store and on the stage. */
  shown(): void;
  /** Poses have come. */
  moved(): void;
}

/** Scene, poses and sampled actions of the channel that the page looks at. */
export class ShownScene {
  /** Puts together what arrives in several messages. */
  readonly feed = new SceneFeed((message, scene) => {
    if (message.channel === this.store.get().channel) this.show(message, scene);
  });
  /** Frames of poses since the page was opened, of whatever scene. */
  framesReceived = 0;
  private readonly store: Store;
  private readonly stage: Stage;
  private readonly moments: Moments;
  private readonly events: SceneEvents;
  private id = NONE;
  private scene: StreamScene | null = null;
  private readonly namedUndrawn = new Set<string>();

  constructor(store: Store, stage: Stage, moments: Moments, events: SceneEvents) {
    this.store = store;
    this.stage = stage;
    this.moments = moments;
    this.events = events;
  }

  /** Name of a body, where it has one. */
  bodyName(body: number): string | undefined {
    return this.scene?.bodies[body]?.name;
  }

  /** An environment's pose on screen. */
  poseOf(environment: number): ShownPose | undefined {
    return this.moments.playback.shown.get(environment);
  }

  /** Takes nothing until another scene comes. */
  forget(): void {
    this.id = NONE;
    this.moments.playback.clear();
  }

  /** Clears the old scene's state until the other channel's scene arrives. */
  leave(): void {
    this.forget();
    this.store.set({
      info: null,
      followed: 0,
      terms: null,
      motion: null,
      fan: null,
      readings: null,
      hasPoses: false,
      isPaused: false,
    });
  }

  /** Takes poses of this scene; others are late. */
  receiveFrame(frame: PoseFrame): void {
    this.framesReceived++;
    if (frame.scene !== this.id || frame.bodies !== this.scene?.bodies.length) return;
    this.moments.playback.push(this.feed.withPoints(frame), performance.now());
    this.moments.motions.add(frame, this.store.get().followed);
    this.events.moved();
  }

  /** Takes sampled actions of this scene; others are late. */
  receiveFan(fan: FanFrame): void {
    if (fan.scene !== this.id) return;
    this.store.set({ fan });
    this.moments.fans.add(fan);
    if (fan.ghostKind !== null) this.stage.invalidate();
  }

  private show(message: SceneMessage, scene: StreamScene): void {
    const { id, info } = message;
    this.id = id;
    this.scene = scene;
    this.moments.playback.clear();
    this.moments.contacts.clear();
    this.moments.motions.clear();
    this.moments.fans.clear();
    this.events.replaced(info);
    this.stage.setScene(scene, info?.hasCommand ?? false);
    const followed = Math.min(this.store.get().followed, Math.max(0, (info?.environments ?? 1) - 1));
    this.store.set({ info, followed, terms: null, motion: null, fan: null, readings: null, hasPoses: false });
    this.store.set({ hasFlexes: (scene.flexes ?? []).length > 0 });
    this.nameUndrawn(scene, info);
    if (message.channel === "drive") this.store.set({ choosing: null });
    this.events.shown();
  }

  /** Names what the picture lacks, each thing once. */
  private nameUndrawn(scene: StreamScene, info: RunInfo | null): void {
    const news = undrawnOf(scene, info?.environments ?? 1).filter((words) => !this.namedUndrawn.has(words));
    for (const words of news) this.namedUndrawn.add(words);
    if (news.length > 0) this.store.set({ undrawn: news });
  }
}
