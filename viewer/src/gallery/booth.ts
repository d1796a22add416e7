/**
 * Draws the pictures of all robots with one renderer, one after another, and copies each to its own canvas. Where a processor draws, each frame
 * of a film is drawn once and kept: the film is slow the first time, and costs next to nothing from then on.
 */
import { Fog, PerspectiveCamera, Scene } from "three";
import { Screen } from "../scene/screen/screen.ts";
import { Lights } from "../scene/surroundings/lights.ts";
import { palettes } from "../scene/surroundings/palette.ts";
import { Sky } from "../scene/surroundings/sky.ts";
import type { Theme } from "../state/store.ts";
import type { Film } from "./album.ts";
import { Sitter } from "./sitter.ts";

/** Time for drawing in each turn, ms; and frames per second where a processor draws. */
const BUDGET_MS = 8;
const PLAIN_FRAMES_PER_SECOND = 12.5;
const SHADOW_SIZE = 1024;
const PLAIN_SHADOW_SIZE = 512;

/** A canvas that shows a film. */
export interface Picture {
  readonly canvas: HTMLCanvasElement;
  readonly film: Film;
  /** Whether it moves; else it shows the film's first frame. */
  readonly isMoving: boolean;
}

interface Hung extends Picture {
  readonly sitter: Sitter;
  /** Frames that were kept, by number. */
  readonly kept: Map<number, HTMLCanvasElement>;
  /** The frame on the canvas; -1 before the first. */
  shown: number;
  /** When that was drawn. */
  drawnMs: number;
}

/** The renderer and all pictures that are on screen. */
export class Booth {
  private readonly screen = new Screen(document.createElement("canvas"), false, () => this.wake());
  private readonly scene = new Scene();
  private readonly camera = new PerspectiveCamera(30, 1, 0.02, 300);
  private readonly lights = new Lights();
  private readonly sky = new Sky();
  private readonly hung = new Set<Hung>();
  private theme: Theme = "light";
  private turnTimer = 0;

  constructor(theme: Theme) {
    this.camera.up.set(0, 0, 1);
    this.screen.reflect(this.scene);
    this.screen.setPixelRatio(1);
    this.screen.setShadows(true);
    this.lights.setShadows(true);
    this.lights.setShadowSize(this.screen.isPlain ? PLAIN_SHADOW_SIZE : SHADOW_SIZE);
    this.scene.add(this.sky.mesh, this.lights.group);
    this.setTheme(theme);
  }

  /** Takes the colours of a theme; pictures that hang keep theirs. */
  setTheme(theme: Theme): void {
    this.theme = theme;
    const palette = palettes[theme];
    this.sky.setPalette(palette);
    this.lights.setPalette(palette, !this.screen.isPlain);
    this.scene.environmentIntensity = palette.environment;
    this.scene.fog = new Fog(palette.horizon, 60, 200);
  }

  /** Shows a picture from now on; returns what ends it. */
  hang(picture: Picture): () => void {
    const sitter = new Sitter(picture.film, palettes[this.theme], this.screen.isPlain);
    const hung: Hung = { ...picture, sitter, kept: new Map(), shown: -1, drawnMs: 0 };
    this.hung.add(hung);
    this.wake();
    return () => {
      this.hung.delete(hung);
      sitter.dispose();
    };
  }

  private wake(): void {
    if (this.turnTimer === 0) this.turnTimer = requestAnimationFrame(this.turn);
  }

  private readonly turn = (): void => {
    this.turnTimer = 0;
    const nowMs = performance.now();
    const due = [...this.hung].filter((picture) => nextFrame(picture, nowMs, this.screen.isPlain) !== picture.shown);
    due.sort((a, b) => a.drawnMs - b.drawnMs);
    for (const picture of due) {
      if (performance.now() - nowMs > BUDGET_MS) break;
      this.show(picture, nextFrame(picture, nowMs, this.screen.isPlain), nowMs);
    }
    if ([...this.hung].some(({ isMoving, shown }) => isMoving || shown < 0)) this.wake();
  };

  private show(picture: Hung, frame: number, nowMs: number): void {
    const { canvas, kept } = picture;
    const { width, height } = canvas;
    const known = kept.get(frame);
    if (!known && (this.screen.waitMs(performance.now()) > 0 || !this.draw(picture, frame))) return;
    const drawn = known ?? this.screen.canvas;
    canvas.getContext("2d")?.drawImage(drawn, 0, 0, width, height);
    if (!known && this.screen.isPlain && picture.isMoving) kept.set(frame, copyOf(canvas));
    picture.shown = frame;
    canvas.dataset.frame = String(frame);
    picture.drawnMs = nowMs;
  }

  /** Draws a frame onto the renderer's own canvas; false where there is no picture now. */
  private draw({ sitter, canvas: { width, height } }: Hung, frame: number): boolean {
    const startedMs = performance.now();
    const { scene, camera, lights, screen } = this;
    if (screen.canvas.width !== width || screen.canvas.height !== height) screen.resize(width, height);
    camera.aspect = width / height;
    camera.updateProjectionMatrix();
    scene.add(sitter.group);
    lights.aim(sitter.pose(frame, camera), sitter.reach);
    screen.castShadows(true);
    const isDrawn = screen.render(scene, camera, startedMs);
    scene.remove(sitter.group);
    return isDrawn;
  }
}

/** What a picture is to show now. Until all frames are kept, the film runs frame by frame, however long each takes. */
function nextFrame(picture: Hung, nowMs: number, isPlain: boolean): number {
  const { film, isMoving, kept, shown, drawnMs } = picture;
  if (!isMoving) return 0;
  const count = film.frames.length;
  const stride = isPlain ? Math.max(1, Math.round(film.framesPerSecond / PLAIN_FRAMES_PER_SECOND)) : 1;
  const now = Math.floor((nowMs / 1000) * (film.framesPerSecond / stride)) * stride;
  if (!isPlain || kept.size >= Math.ceil(count / stride)) return now % count;
  if (shown < 0) return 0;
  const isDue = nowMs - drawnMs >= (1000 * stride) / film.framesPerSecond;
  const next = shown + stride;
  return isDue ? (next < count ? next : 0) : shown;
}

function copyOf(source: HTMLCanvasElement): HTMLCanvasElement {
  const copy = document.createElement("canvas");
  copy.width = source.width;
  copy.height = source.height;
  copy.getContext("2d")?.drawImage(source, 0, 0);
  return copy;
}
