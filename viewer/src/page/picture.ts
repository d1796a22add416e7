/** One frame of the page: brings poses, contacts, the held spring and ghosts of a moment onto the stage, and the numbers beside it. */
import type { FanFrame, RunInfo } from "../../../src/stream/protocol.ts";
import type { StageView } from "../scene/cast.ts";
import type { Stage } from "../scene/stage.ts";
import type { Store } from "../state/store.ts";
import type { ShownPose } from "../stream/playback.ts";
import type { Comparison } from "./comparison.ts";
import { springOf } from "./grab.ts";
import type { Hand } from "./hand.ts";
import { Readouts } from "./readouts.ts";
import type { Moments } from "./shown-scene.ts";
import { environmentsOnScreen } from "./wishes.ts";

/** Draws what the store and the stream say of this moment. */
export class Picture {
  private readonly store: Store;
  private readonly stage: Stage;
  private readonly moments: Moments;
  private readonly comparison: Comparison;
  private readonly hand: Hand;
  private readonly readouts: Readouts;
  private startInfo: RunInfo | null = null;
  private start: ShownPose | null = null;

  constructor(store: Store, stage: Stage, moments: Moments, comparison: Comparison, hand: Hand) {
    this.store = store;
    this.stage = stage;
    this.moments = moments;
    this.comparison = comparison;
    this.hand = hand;
    this.readouts = new Readouts(store, moments.playback, comparison);
  }

  /** Milliseconds until another frame may begin. */
  waitMs(nowMs: number): number {
    return this.stage.waitMs(nowMs);
  }

  /** Draws a frame, `dt` seconds after the last one; false when nothing moves any more. */
  draw(nowMs: number, dt: number): boolean {
    const { playback } = this.moments;
    const hasNewPoses = !this.store.get().isPaused && playback.sample(nowMs);
    this.stage.draw(this.viewAt(nowMs), playback.shown, hasNewPoses, dt);
    this.comparison.placeTags();
    this.hand.handles.draw();
    this.readouts.follow(hasNewPoses, nowMs);
    return hasNewPoses || this.readouts.isOwed || this.stage.isRestless || this.hand.isHolding;
  }

  /** The sampled actions of the state on screen. */
  private fanAt(time: number, pose: ShownPose | undefined): FanFrame | null {
    const { controlHz } = this.store.get().info ?? { controlHz: 0 };
    return this.moments.fans.at(Math.round(time * controlHz), pose?.isCut ?? false);
  }

  /** The start pose of a run, read once. */
  private startOf(info: RunInfo | null): ShownPose | null {
    if (info !== this.startInfo) {
      this.startInfo = info;
      this.start = info?.startPoses ? standing(info.startPoses) : null;
    }
    return this.start;
  }

  private viewAt(nowMs: number): StageView {
    const { playback, contacts } = this.moments;
    const state = this.store.get();
    const { followed, isFollowing } = state;
    const pose = playback.shown.get(followed);
    const { time } = playback;
    return {
      environments: environmentsOnScreen(state),
      followed,
      isFollowing,
      contacts: contacts.at(time),
      spring: this.hand.grab.spring(pose, nowMs) ?? springOf(contacts.gripAt(time), pose),
      push: contacts.pushAt(time),
      start: this.startOf(state.info),
      original: this.comparison.view(),
      ghosts: state.ghosts === "off" ? null : this.fanAt(time, pose),
    };
  }
}

function standing(poses: readonly number[]): ShownPose {
  const none = new Float32Array(3);
  return { poses: Float32Array.from(poses), points: null, command: none, twist: none, flags: 0, isCut: false };
}
