/** Sampled actions that have come, and which of them belong to the state on screen: the picture runs a little behind what the server simulates. */
import type { FanFrame } from "../../../src/stream/protocol.ts";

/** Fans that wait for their moment. */
const MOST_WAITING = 40;

/** The last fans, oldest first. */
export class FanQueue {
  private fans: FanFrame[] = [];
  private cutStep = 0;

  /** Takes a fan. After going back in time, later ones are dropped. */
  add(fan: FanFrame): void {
    this.fans = this.fans.filter(({ step }) => step < fan.step);
    this.fans.push(fan);
    if (this.fans.length > MOST_WAITING) this.fans.shift();
  }

  /** Forgets all. */
  clear(): void {
    this.fans = [];
    this.cutStep = 0;
  }

  /**
   * The newest fan of the state on screen or one shortly before; null where the robot was reset since.
   * @param step control step on screen
   * @param isCut whether the robot jumped to where it is now
   */
  at(step: number, isCut: boolean): FanFrame | null {
    if (isCut || step < this.cutStep) this.cutStep = isCut ? step : 0;
    const due = this.fans.findLastIndex((fan) => fan.step <= step);
    if (due > 0) this.fans = this.fans.slice(due);
    const fan = due < 0 ? null : this.fans[0];
    return fan && fan.step >= this.cutStep ? fan : null;
  }
}
