/**
 * The pointer on the picture: a press on the driven robot takes hold of it, any other drag belongs to the camera; a click follows the robot under
 * it; a mouse that rests on a body shows its name.
 */
import type { Hand } from "../page/hand.ts";
import type { Store } from "../state/store.ts";

/** A press that moves farther than this is a drag, CSS pixels. */
const CLICK_SLACK = 5;
/** Names are looked up at most this often. */
const NAME_MS = 60;

/** What of a page the pointer acts on. */
export interface PointedPage {
  readonly hand: Hand;
  readonly view: { pick(x: number, y: number): void };
}

/** Gives the pointer on the canvas to the page and the camera. */
export function listenToPointer(canvas: HTMLCanvasElement, store: Store, page: PointedPage): void {
  let start: { x: number; y: number } | null = null;
  let namedMs = 0;
  const at = ({ clientX, clientY }: PointerEvent) => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const down = (event: PointerEvent) => {
    start = event.isPrimary ? at(event) : null;
    if (!start || event.button !== 0 || !page.hand.take(start.x, start.y, event.pointerType === "touch")) return;
    canvas.setPointerCapture(event.pointerId);
    event.stopImmediatePropagation();
  };
  const move = (event: PointerEvent) => {
    const { x, y } = at(event);
    if (page.hand.isHolding) page.hand.move(x, y);
    else if (event.pointerType !== "mouse" || event.buttons !== 0) store.set({ pointed: null });
    else if (performance.now() - namedMs > NAME_MS) {
      namedMs = performance.now();
      page.hand.point(x, y);
    }
  };
  const up = (event: PointerEvent) => {
    const { x, y } = at(event);
    if (page.hand.isHolding) page.hand.end();
    else if (start && Math.hypot(x - start.x, y - start.y) < CLICK_SLACK) page.view.pick(x, y);
    start = null;
  };
  // Before the camera's own listener.
  canvas.addEventListener("pointerdown", down, { capture: true });
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", () => page.hand.end());
  canvas.addEventListener("pointerleave", () => store.set({ pointed: null }));
}
