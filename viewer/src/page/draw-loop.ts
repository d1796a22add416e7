/** The loop of frames. It sleeps while nothing moves, and draws no faster than the screen and the machine can. */

/** Frames of a usual screen are this long. */
const FRAME_MS = 16;
/** Longer pauses count as this, s. */
const LONGEST_STEP = 0.25;

/** What the loop draws. */
export interface Drawn {
  /** Milliseconds until another frame may begin. */
  waitMs(nowMs: number): number;
  /** Draws a frame, `dt` seconds after the last one; false when nothing will move before the loop is woken. */
  draw(nowMs: number, dt: number): boolean;
}

/** Asks the browser for frames while there is something to draw. */
export class DrawLoop {
  private readonly drawn: Drawn;
  private isAsleep = true;
  private lastMs = performance.now();

  constructor(drawn: Drawn) {
    this.drawn = drawn;
  }

  /** Starts the loop, if it sleeps. */
  wake(): void {
    if (!this.isAsleep) return;
    this.isAsleep = false;
    this.lastMs = performance.now();
    requestAnimationFrame(this.turn);
  }

  private readonly turn = (): void => {
    const nowMs = performance.now();
    const waitMs = this.drawn.waitMs(nowMs);
    if (waitMs > 0) {
      this.scheduleIn(waitMs);
      return;
    }
    const dt = Math.min(LONGEST_STEP, (nowMs - this.lastMs) / 1000);
    this.lastMs = nowMs;
    this.isAsleep = !this.drawn.draw(nowMs, dt);
    if (!this.isAsleep) requestAnimationFrame(this.turn);
  };

  private scheduleIn(waitMs: number): void {
    if (waitMs <= FRAME_MS) requestAnimationFrame(this.turn);
    else setTimeout(() => requestAnimationFrame(this.turn), waitMs - FRAME_MS / 2);
  }
}
