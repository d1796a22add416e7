/** The layouts that a user taught the page, by the name of the gamepad; kept from visit to visit where the browser allows. */
import type { AxisBinding, PadLayout } from "./pad-layout.ts";

const KEY = "flowgait.gamepads";

/** Layouts by the gamepad's name. */
export class PadMemory {
  private readonly layouts = new Map<string, PadLayout>();

  constructor() {
    for (const [id, value] of Object.entries(readKept())) {
      const layout = layoutOf(value);
      if (layout) this.layouts.set(id, layout);
    }
  }

  /** The layout that was taught for a gamepad of this name. */
  get(id: string): PadLayout | undefined {
    return this.layouts.get(id);
  }

  /** Keeps a layout; null forgets it. */
  set(id: string, layout: PadLayout | null): void {
    if (layout) this.layouts.set(id, layout);
    else this.layouts.delete(id);
    try {
      localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(this.layouts)));
    } catch {
      // Storage may be forbidden; the layout then lasts as long as the page.
    }
  }
}

function readKept(): object {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Null where what was kept is no layout. */
function layoutOf(value: unknown): PadLayout | null {
  if (typeof value !== "object" || value === null) return null;
  const { forward = null, left = null, turn = null } = value as Partial<Record<keyof PadLayout, unknown>>;
  return isBinding(forward) && isBinding(left) && isBinding(turn) ? { forward, left, turn } : null;
}

function isBinding(value: unknown): value is AxisBinding | null {
  if (value === null) return true;
  const { axis, rest, sign } = (value ?? {}) as Partial<AxisBinding>;
  const isRest = typeof rest === "number" && Math.abs(rest) <= 1.001;
  return Number.isInteger(axis) && (axis ?? -1) >= 0 && isRest && (sign === 1 || sign === -1);
}
