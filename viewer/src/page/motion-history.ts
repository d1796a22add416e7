/** Commanded and measured velocities of the followed robot in every step that was received, drawn or not. */
import type { PoseFrame } from "../../../src/stream/protocol.ts";
import type { Motion } from "../state/store.ts";

/** How long they are kept, s. */
export const HISTORY_SECONDS = 10;
/** Frames come a little before they are shown, s. */
const AHEAD_SECONDS = 2;

/** The last seconds of one robot's velocities. */
export class MotionHistory {
  private moments: Motion[] = [];

  /** Takes a frame's velocities. After going back in time, later ones are dropped. */
  add({ time, environments }: PoseFrame, followed: number): void {
    const pose = environments.find(({ environment }) => environment === followed);
    if (!pose) return;
    while (this.moments.length > 0 && this.moments[this.moments.length - 1].time >= time) this.moments.pop();
    this.moments.push({ time, command: Array.from(pose.command), twist: Array.from(pose.twist) });
    while (this.moments[0].time < time - HISTORY_SECONDS - AHEAD_SECONDS) this.moments.shift();
  }

  /** Forgets all: another scene or another robot. */
  clear(): void {
    this.moments = [];
  }

  /** The last seconds up to what is on screen. */
  upTo(time: number): readonly Motion[] {
    return this.moments.filter((moment) => moment.time <= time && moment.time >= time - HISTORY_SECONDS);
  }
}
