/** A button that opens a small sheet above itself; Escape, a click elsewhere or the button close it. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** What a menu shows. */
export interface MenuProps {
  /** Name for screen readers, before the text on the button. */
  readonly label: string;
  /** What stands on the button. */
  readonly button: ComponentChildren;
  /** Words beside the icon that a phone omits. */
  readonly title: string;
  /** The sheet; `close` closes it. */
  readonly children: (close: () => void) => ComponentChildren;
}

/** A button and the sheet that it opens. */
export function Menu({ label, button, title, children }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const onPointer = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Escape") setOpen(false);
    };
    addEventListener("pointerdown", onPointer);
    addEventListener("keydown", onKey);
    return () => {
      removeEventListener("pointerdown", onPointer);
      removeEventListener("keydown", onKey);
    };
  }, [isOpen]);
  return (
    <div class="menu" ref={root}>
      <button type="button" class="tool" aria-expanded={isOpen} title={title} onClick={() => setOpen(!isOpen)}>
        <span class="hidden-text">{label} </span>
        {button}
      </button>
      {isOpen && <div class="menu-sheet glass">{children(() => setOpen(false))}</div>}
    </div>
  );
}
