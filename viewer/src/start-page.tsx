/** Puts a page together, whatever its host is. */
import { render } from "preact";
import { Page } from "./page/page.ts";
import { readAddress } from "./page/place.ts";
import { Stage } from "./scene/stage.ts";
import { initialState } from "./state/initial-state.ts";
import { loadSettings, prefersReducedMotion } from "./state/settings.ts";
import { Store } from "./state/store.ts";
import type { Host } from "./stream/host.ts";
import { App } from "./ui/app.tsx";
import { listenToKeys } from "./ui/keys.ts";
import { listenToPointer } from "./ui/pointer.ts";
import "uplot/dist/uPlot.min.css";
import "./ui/theme.css";
import "./ui/style.css";
import "./ui/training/train.css";
import "./ui/driving/compare.css";
import "./ui/driving/why.css";
import "./ui/driving/readings.css";

/** Draws the page of a host. */
export function startPage(host: Host): void {
  const canvas = document.querySelector<HTMLCanvasElement>("#stage")!;
  const root = document.querySelector<HTMLElement>("#interface")!;
  const settings = loadSettings();
  const address = readAddress(location.hash);
  const store = new Store({
    ...initialState(settings),
    isStart: address.isStart,
    channel: address.channel ?? "training",
    isPanelOpen: !matchMedia("(max-width: 760px)").matches,
  });

  /** `?quality=0` (best) to `4` pins the drawing effort, for pictures and tests. */
  const quality = new URLSearchParams(location.search).get("quality");
  const stage = new Stage(canvas, {
    quality: quality === null ? null : Number(quality),
    isStill: prefersReducedMotion,
  });
  document.documentElement.classList.toggle("plain", stage.isPlain);
  const page = new Page(store, stage, settings.theme, host);

  new ResizeObserver(() => stage.resize(canvas.clientWidth, canvas.clientHeight)).observe(canvas);
  stage.resize(canvas.clientWidth, canvas.clientHeight);
  render(<App store={store} page={page} stage={stage} />, root);
  listenToKeys(store, page);
  listenToPointer(canvas, store, page);
  page.start();
  Object.assign(globalThis, { flowgait: probeOf(store, page, stage) });
}

/** What the page knows of itself, for tests and the curious. */
function probeOf(store: Store, page: Page, stage: Stage) {
  return {
    get framesDrawn() {
      return stage.framesDrawn;
    },
    get framesReceived() {
      return page.scene.framesReceived;
    },
    get sequence() {
      return page.playback.sequence;
    },
    get quality() {
      return stage.qualityLevel;
    },
    get shown() {
      return [...page.playback.shown.keys()];
    },
    get state() {
      return store.get();
    },
    /** (vx, vy, yaw rate) commanded to an environment on screen. */
    command: (environment: number) => Array.from(page.playback.shown.get(environment)?.command ?? []),
    /** Where the camera is, in the world. */
    get camera() {
      return stage.eye;
    },
    /** Control step of the picture on screen. */
    get shownStep() {
      return Math.round(page.playback.time * (store.get().info?.controlHz ?? 0));
    },
    /** Commands that reached the simulation. */
    get steeredCount() {
      return page.drive.steeredCount;
    },
    /** Whether the camera is on its way. */
    get isMoving() {
      return stage.rig.isMoving;
    },
    /** Whether the picture is not yet what it will be without new poses. */
    get isRestless() {
      return stage.isRestless;
    },
    /** Sticks and balls drawn over the robot. */
    get marks() {
      return stage.markCount;
    },
    /** Translucent robots drawn last. */
    get ghosts() {
      return stage.ghostCount;
    },
    /** Faded robots drawn last, whose poses have not come yet. */
    get waiting() {
      return stage.waitingCount;
    },
    /** Whether the original of a branch is drawn. */
    get hasOriginal() {
      return page.comparison.view() !== null;
    },
    /** Where a body is drawn, in CSS pixels. */
    pixel: (environment: number, body: number) => {
      const at = page.playback.shown.get(environment)?.poses.subarray(7 * body, 7 * body + 3);
      return at && stage.pixelOf(at);
    },
    /** Positions of the vertices of its flexes on screen, [vertices, 3]; null if there are none. */
    points: (environment: number) => {
      const points = page.playback.shown.get(environment)?.points;
      return points ? Array.from(points) : null;
    },
    /** Where an environment's robot is drawn, in CSS pixels; among the others in a grid. */
    spot: (environment: number) => stage.spotOf(environment),
    /** Position of a body on screen, in world coordinates. */
    position: (environment: number, body: number) =>
      Array.from(page.playback.shown.get(environment)?.poses.slice(7 * body, 7 * body + 3) ?? []),
  };
}
