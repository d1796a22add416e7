/**
 * Decides when a frame may begin: not before the graphics side has finished the last one, so that a slow machine has no queue of frames between a
 * click and its effect; and where a processor draws, not before a rest, so that the training it shares the machine with continues.
 */
/** Where a processor draws, asking is not free either. */
const POLL_MS = 25;
const LONGEST_REST_MS = 200;

/** Holds frames back until the last one is drawn and the machine has rested. */
export class FrameGate {
  private readonly gl: WebGL2RenderingContext;
  private readonly restShare: number;
  private fence: WebGLSync | null = null;
  private startedMs = 0;
  private restUntilMs = 0;

  /** @param restShare rest after a frame, in multiples of the time it took */
  constructor(gl: WebGL2RenderingContext, restShare: number) {
    this.gl = gl;
    this.restShare = restShare;
  }

  /** Milliseconds until it is worth asking again; 0 when a frame may begin. */
  waitMs(nowMs: number): number {
    if (this.fence && !this.isDone(this.fence)) return this.restShare > 0 ? POLL_MS : 1;
    if (this.fence) {
      this.gl.deleteSync(this.fence);
      this.fence = null;
      this.restUntilMs = nowMs + Math.min(LONGEST_REST_MS, this.restShare * (nowMs - this.startedMs));
    }
    return Math.max(0, this.restUntilMs - nowMs);
  }

  /** Called after the commands of a frame that began at `startedMs`. */
  close(startedMs: number): void {
    this.startedMs = startedMs;
    this.fence = this.gl.fenceSync(this.gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    this.gl.flush();
  }

  /** Forgets the frame in progress: its context is lost. */
  reset(): void {
    this.fence = null;
  }

  private isDone(fence: WebGLSync): boolean {
    return this.gl.isContextLost() || this.gl.getSyncParameter(fence, this.gl.SYNC_STATUS) === this.gl.SIGNALED;
  }
}
