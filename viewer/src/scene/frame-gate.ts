/** Lets no frame begin before the graphics side has finished the last one, so that a slow machine has no queue of frames between a click and its effect. */
export class FrameGate {
  private readonly gl: WebGL2RenderingContext;
  private fence: WebGLSync | null = null;

  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
  }

  /** Whether the last frame is still being drawn. */
  get isBusy(): boolean {
    if (!this.fence) return false;
    const { gl } = this;
    if (!gl.isContextLost() && gl.getSyncParameter(this.fence, gl.SYNC_STATUS) !== gl.SIGNALED) return true;
    gl.deleteSync(this.fence);
    this.fence = null;
    return false;
  }

  /** Called after the commands of a frame. */
  close(): void {
    this.fence = this.gl.fenceSync(this.gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    this.gl.flush();
  }
}
