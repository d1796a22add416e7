/** What the page remembers from visit to visit, and what the browser says about its user's taste. */
import { type CurveStyle, readCurveStyle } from "../page/curve-style.ts";
import { type PushChoice, readPush } from "../page/push.ts";
import { CAMERA_VIEWS, type CameraView, GRID_COUNTS, type GridCount, type Theme, type ViewOptions } from "./store.ts";

const KEY = "flowgait.view";

/** The part of the state that is kept. */
export interface Settings {
  readonly options: ViewOptions;
  /** Environments side by side. */
  readonly gridCount: GridCount;
  readonly cameraView: CameraView;
  /** Whether the camera goes along with the followed robot. */
  readonly isFollowing: boolean;
  /** How hard and from where the driven robot is pushed. */
  readonly push: PushChoice;
  /** How curves are drawn. */
  readonly curveStyle: CurveStyle;
  /** Whether single keys act (WCAG 2.1.4). */
  readonly hasKeys: boolean;
  /** null follows the system. */
  readonly theme: Theme | null;
}

/** What is drawn until the user chooses otherwise. */
export const defaultOptions: ViewOptions = {
  shapes: true,
  collisions: false,
  shadows: true,
  commandArrow: true,
  velocityArrow: true,
  grid: true,
  modelGround: true,
  contacts: false,
  jointAxes: false,
  sites: false,
  centreOfMass: false,
  footTraces: false,
};

/** Reads what was kept; anything unreadable counts as never chosen. */
export function loadSettings(): Settings {
  const kept = readKept();
  const options = { ...defaultOptions };
  for (const key of Object.keys(defaultOptions) as (keyof ViewOptions)[])
    if (typeof kept.options?.[key] === "boolean") options[key] = kept.options[key];
  return {
    options,
    gridCount: GRID_COUNTS.find((count) => count === kept.gridCount) ?? 16,
    cameraView: CAMERA_VIEWS.find((view) => view === kept.cameraView) ?? "three-quarter",
    isFollowing: kept.isFollowing !== false,
    push: readPush(kept.push),
    curveStyle: readCurveStyle(kept.curveStyle),
    hasKeys: kept.hasKeys !== false,
    theme: kept.theme === "light" || kept.theme === "dark" ? kept.theme : null,
  };
}

/** Keeps the settings, where the browser allows it. */
export function saveSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Storage may be forbidden; the page works without it.
  }
}

function readKept(): Partial<Settings> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

const darkScheme = matchMedia("(prefers-color-scheme: dark)");
const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** The theme that the system prefers. */
export function systemTheme(): Theme {
  return darkScheme.matches ? "dark" : "light";
}

/** Calls back whenever the system changes between light and dark. */
export function onSystemTheme(listener: () => void): void {
  darkScheme.addEventListener("change", listener);
}

/** Whether the system asks for less motion. */
export function prefersReducedMotion(): boolean {
  return reducedMotion.matches;
}
