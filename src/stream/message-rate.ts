/** A bucket that fills with time: how many messages a page may send, and how many at once. Time comes in as an argument. */
export class MessageRate {
  private readonly perSecond: number;
  private readonly burst: number;
  private left: number;
  private lastMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.left = burst;
    this.lastMs = nowMs;
  }

  /** Takes one message out of the bucket; false when it is empty. */
  take(nowMs: number): boolean {
    this.left = Math.min(this.burst, this.left + ((nowMs - this.lastMs) / 1000) * this.perSecond);
    this.lastMs = nowMs;
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}
