/** A round pad with a knob that springs back: two axes, or one. */

/** @param onMove told the knob's place from −1 to 1, up and to the left positive */
export function pad(label: string, hasUp: boolean, onMove: (up: number, left: number) => void): HTMLElement {
  const element = document.createElement("div");
  element.className = hasUp ? "pad" : "pad flat";
  element.setAttribute("role", "slider");
  element.setAttribute("aria-label", label);
  const knob = document.createElement("i");
  element.append(knob);
  const place = (up: number, left: number) => {
    knob.style.transform = `translate(${-left * 34}px, ${-up * 34}px)`;
    onMove(up, left);
  };
  const follow = (event: PointerEvent) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    const x = (2 * (event.clientX - left)) / width - 1;
    const y = hasUp ? (2 * (event.clientY - top)) / height - 1 : 0;
    const reach = Math.max(1, Math.hypot(x, y));
    place(y === 0 ? 0 : -y / reach, x === 0 ? 0 : -x / reach);
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    follow(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) follow(event);
  });
  for (const end of ["pointerup", "pointercancel"] as const) element.addEventListener(end, () => place(0, 0));
  return element;
}
