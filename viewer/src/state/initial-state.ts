/** What a page knows before anything has happened. */

import { noStudio } from "../page/studio.ts";
import { STILL } from "../steering/axes.ts";
import { type Settings, systemTheme } from "./settings.ts";
import type { PageState } from "./store.ts";

/** The state of a page that has just been opened, with the user's kept settings. */
export function initialState(settings: Settings): PageState {
  return {
    connection: { state: "connecting" },
    viewer: null,
    isStudio: false,
    isStart: false,
    gallery: null,
    areRobotsOpen: false,
    choosing: null,
    channels: ["training"],
    channel: "training",
    drive: null,
    fan: null,
    isFanSeen: false,
    readings: null,
    areReadingsSeen: false,
    ghosts: "off",
    axes: STILL,
    heldKeys: new Set(),
    gamepad: null,
    push: settings.push,
    pushedFrom: null,
    latencyMs: null,
    motion: null,
    screen: "drawn",
    hasFlexes: false,
    undrawn: [],
    isFilming: false,
    pointed: null,
    divergence: null,
    isBeside: true,
    info: null,
    status: null,
    points: [],
    evaluations: [],
    terms: null,
    studio: noStudio,
    events: [],
    followed: 0,
    curveStyle: settings.curveStyle,
    gridCount: settings.gridCount,
    isPaused: false,
    isFollowing: settings.isFollowing,
    cameraView: settings.cameraView,
    options: settings.options,
    theme: settings.theme ?? systemTheme(),
    isPanelOpen: false,
    hasKeys: settings.hasKeys,
    isHelpOpen: false,
    hasPoses: false,
    speed: 0,
    isFollowedShown: false,
  };
}
