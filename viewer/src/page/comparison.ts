/** A branch and its original, as the page shows them: how far they are apart, and their names over their heads. */
import { ORIGINAL } from "../../../src/stream/protocol.ts";
import type { OriginalView } from "../scene/bodies/original.ts";
import type { Stage } from "../scene/stage.ts";
import type { Store } from "../state/store.ts";
import type { Playback } from "../stream/playback.ts";
import { type Divergence, divergenceOf } from "./divergence.ts";

/** A branch and its original, read from the poses on screen. */
export class Comparison {
  private readonly store: Store;
  private readonly stage: Stage;
  private readonly playback: Playback;

  constructor(store: Store, stage: Stage, playback: Playback) {
    this.store = store;
    this.stage = stage;
    this.playback = playback;
  }

  /** What the stage is to show of the original; null if there is none. */
  view(): OriginalView | null {
    const { drive, channel, isBeside } = this.store.get();
    if (channel !== "drive" || !drive?.branch || !this.playback.shown.has(ORIGINAL)) return null;
    return { environment: ORIGINAL, start: drive.branch.start, time: this.playback.time, isBeside };
  }

  /** How far the robots on screen are apart. */
  divergence(): Divergence | null {
    const { drive, info } = this.store.get();
    const [branch, original] = [this.playback.shown.get(0), this.playback.shown.get(ORIGINAL)];
    if (!drive?.branch || !branch || !original || !info) return null;
    const seconds = Math.max(0, this.playback.time - drive.branch.start / info.controlHz);
    return divergenceOf(branch.poses, original.poses, this.stage.rootBody, seconds);
  }

  /** Moves the name tags over the robots; they are part of the page, not of the picture. */
  placeTags(): void {
    const spots = this.view() ? this.stage.headsOfBoth() : null;
    for (const name of ["branch", "original"] as const) {
      const tag = document.querySelector<HTMLElement>(`.robot-tag.${name}`);
      if (!tag) continue;
      tag.hidden = spots === null;
      if (spots) tag.style.translate = `${Math.round(spots[name][0])}px ${Math.round(spots[name][1])}px`;
    }
  }
}
