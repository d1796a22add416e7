/** The keyboard. Keys pressed while typing or with a modifier are left alone. */
import type { Drive } from "../page/drive.ts";
import type { Page } from "../page/page.ts";
import { CAMERA_VIEWS, GRID_COUNTS, type Store } from "../state/store.ts";

type Actions = Readonly<Record<string, (() => void) | undefined>>;

/** Gives the keyboard to the studio's page. */
export function listenToKeys(store: Store, page: Page): void {
  const { drive } = page;
  const everywhere: Actions = {
    f: () => page.view.setFollowing(!store.get().isFollowing),
    c: () => page.view.setCameraView(next(CAMERA_VIEWS, store.get().cameraView)),
    p: () => store.set({ isPanelOpen: !store.get().isPanelOpen }),
    h: () => page.place.goToStart(),
    n: () => page.studio.openForm(),
    v: () => page.studio.setCurvesOpen(true),
    t: () => page.view.toggleTheme(),
    "?": () => store.set({ isHelpOpen: !store.get().isHelpOpen }),
  };
  const inTraining: Actions = {
    " ": () => page.view.setPaused(!store.get().isPaused),
    g: () => page.view.setGridCount(next(GRID_COUNTS, store.get().gridCount)),
    ArrowLeft: () => page.view.followNext(-1),
    ArrowRight: () => page.view.followNext(1),
  };
  const whileDriving = drivingKeys(drive);
  const actionOf = (key: string) => {
    const { isStudio, isStart, channel } = store.get();
    if (isStudio && isStart) return /^[nvt?]$/.test(key) ? everywhere[key] : undefined;
    return everywhere[key] ?? (channel === "drive" ? whileDriving : inTraining)[key];
  };
  listen(drive, actionOf, (key) => key.length > 1 || key === " " || store.get().hasKeys);
}

/** What keys do while a robot is driven, apart from steering it. */
export function drivingKeys(drive: Drive): Actions {
  return {
    " ": () => drive.togglePlaying(),
    ".": () => drive.simulate("step"),
    ",": () => drive.stepBack(),
    l: () => drive.goLive(),
    x: () => drive.push(),
    b: () => drive.branch("begin"),
    r: () => drive.simulate("reset"),
    "-": () => drive.changeSpeed(-1),
    "+": () => drive.changeSpeed(1),
    "=": () => drive.changeSpeed(1),
  };
}

/**
 * Steers, or does what the key means.
 * @param actionOf a key as the browser names it, letters small
 * @param isOn whether a key acts at all: users of speech input switch single characters off
 */
export function listen(
  drive: Drive,
  actionOf: (key: string) => (() => void) | undefined,
  isOn: (key: string) => boolean = () => true,
): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target, event.key)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (!isOn(key)) return;
    const action = actionOf(key);
    const isSteering = drive.press(event);
    if (isSteering || action) event.preventDefault();
    if (!isSteering && action && !(event.repeat && key !== "." && key !== ",")) action();
  });
}

function next<T>(all: readonly T[], current: T): T {
  return all[(all.indexOf(current) + 1) % all.length];
}

/** Whether the key belongs to the element that has the focus. */
function isTyping(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input[type=range]")) return /^(Arrow|Home|End|Page)/.test(key);
  if (target.closest("input:not([type=checkbox]), select, textarea, dialog")) return key !== "?";
  return key === " " && target.closest("button, input") !== null;
}
