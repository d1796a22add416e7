/** A click on the picture follows the robot under it; a drag belongs to the camera. */
import type { Page } from "../page.ts";

/** A press that moves farther than this is a drag, CSS pixels. */
const CLICK_SLACK = 5;

export function listenToPointer(canvas: HTMLCanvasElement, page: Page): void {
  let start: { x: number; y: number } | null = null;
  canvas.addEventListener("pointerdown", ({ isPrimary, clientX: x, clientY: y }) => {
    start = isPrimary ? { x, y } : null;
  });
  canvas.addEventListener("pointerup", ({ clientX, clientY }) => {
    if (start && Math.hypot(clientX - start.x, clientY - start.y) < CLICK_SLACK) {
      const { left, top } = canvas.getBoundingClientRect();
      page.pick(clientX - left, clientY - top);
    }
    start = null;
  });
}
