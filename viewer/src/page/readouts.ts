/** The numbers beside the picture. They follow it more slowly than frames do, so that they can be read. */
import type { Store } from "../state/store.ts";
import type { Playback } from "../stream/playback.ts";
import type { Comparison } from "./comparison.ts";

/** How often speed and what is shown follow the picture. */
const READOUT_MS = 250;
/** How often commanded and measured velocity are noted for the instruments. */
const MOTION_MS = 50;

/** Writes velocities, speed and what is on screen into the store. */
export class Readouts {
  private readonly store: Store;
  private readonly playback: Playback;
  private readonly comparison: Comparison;
  private lastReadoutMs = 0;
  private lastMotionMs = 0;
  private isMotionOwed = false;

  constructor(store: Store, playback: Playback, comparison: Comparison) {
    this.store = store;
    this.playback = playback;
    this.comparison = comparison;
  }

  /** Whether the readouts have not shown the poses on screen yet; the last ones before a pause are shown too. */
  get isOwed(): boolean {
    return this.isMotionOwed;
  }

  /** Notes what is due after a frame. @param hasNewPoses whether that frame showed new poses */
  follow(hasNewPoses: boolean, nowMs: number): void {
    const isFirst = hasNewPoses && !this.store.get().hasPoses;
    this.isMotionOwed ||= hasNewPoses;
    if (this.isMotionOwed && nowMs - this.lastMotionMs >= MOTION_MS) this.noteMotion(nowMs);
    if (isFirst || nowMs - this.lastReadoutMs >= READOUT_MS) this.noteShown(nowMs);
  }

  private noteShown(nowMs: number): void {
    this.lastReadoutMs = nowMs;
    const { shown, speed } = this.playback;
    const { followed, isPaused, hasPoses } = this.store.get();
    this.store.set({
      hasPoses: shown.size > 0 || (isPaused && hasPoses),
      speed,
      isFollowedShown: isPaused || shown.has(followed),
    });
  }

  private noteMotion(nowMs: number): void {
    const pose = this.playback.shown.get(this.store.get().followed);
    this.isMotionOwed = false;
    if (!pose) return;
    this.lastMotionMs = nowMs;
    const { time } = this.playback;
    const motion = { time, command: Array.from(pose.command), twist: Array.from(pose.twist) };
    this.store.set({ motion, divergence: this.comparison.divergence() });
  }
}
