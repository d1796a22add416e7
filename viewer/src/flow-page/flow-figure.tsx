/** The figure on the page: a canvas that plays, and a handle for each mode. */
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Theme } from "../state/store.ts";
import { drawFigure, type FigureColours, type FigureState, heatMap, RANGE, SIDE } from "./figure.ts";
import { type Setting, withMode } from "./mixture.ts";
import { type Mode, totalWeight } from "./mixture-flow.ts";
import type { Particles } from "./particles.ts";

/** Seconds from noise to data, and of rest at the end. */
const PLAY_SECONDS = 4;
const REST_SECONDS = 1.2;
/** How far an arrow key moves a mode; with Shift more. */
const KEY_STEP = 0.1;
const LONG_KEY_STEP = 0.5;
/** Modes stay in the picture. */
const FARTHEST = RANGE - 0.3;

interface FigureProps {
  readonly setting: Setting;
  readonly change: (setting: Setting) => void;
  readonly targets: { readonly plain: readonly Mode[]; readonly target: readonly Mode[] };
  readonly particles: Particles;
  readonly isPlaying: boolean;
  readonly theme: Theme;
  readonly strength: number;
}

/** The figure, and a handle over it for each mode. */
export function Figure({ setting, change, targets, particles, isPlaying, theme, strength }: FigureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const seconds = useRef(isPlaying ? 0 : PLAY_SECONDS);
  const colours = useMemo(() => coloursOf(theme), [theme]);
  const heat = useMemo(() => heatMap(targets.target, colours.heat), [targets, colours]);
  useEffect(() => {
    const draw = () => {
      const t = Math.min(1, seconds.current / PLAY_SECONDS);
      const state: FigureState = { particles, target: targets.target, plain: targets.plain, t };
      if (canvas.current) drawFigure(canvas.current, heat, state, colours);
    };
    return isPlaying ? play(seconds, draw) : drawOnResize(canvas.current!, draw);
  }, [particles, targets, heat, colours, isPlaying, strength]);
  useEffect(() => {
    seconds.current = isPlaying ? 0 : PLAY_SECONDS;
  }, [particles.draws]);
  return (
    <figure>
      <canvas ref={canvas} role="img" aria-label={describe(particles.count, targets.target)} />
      {setting.modes.map((mode, k) => (
        <Handle
          key={k}
          name={`Mode ${k + 1}`}
          mean={mode.mean}
          move={(mean) => change(withMode(setting, k, { mean }))}
        />
      ))}
    </figure>
  );
}

/** The figure in words. */
function describe(count: number, modes: readonly Mode[]): string {
  const total = totalWeight(modes);
  const parts =
    modes.length > 3
      ? [`${modes.length} samples`]
      : modes.map(({ mean, weight }) => `${Math.round((100 * weight) / total)} % around ${mean.toFixed(1)}`);
  return `${count} particles flow from noise at time 0, spread around 0, to the data at time 1: ${parts.join(", ")}.`;
}

/** Draws each frame, from the beginning to the end and again. */
function play(seconds: { current: number }, draw: () => void): () => void {
  let lastMs = performance.now();
  let frame = 0;
  const next = () => {
    const nowMs = performance.now();
    seconds.current += Math.min(0.1, (nowMs - lastMs) / 1000);
    lastMs = nowMs;
    if (seconds.current > PLAY_SECONDS + REST_SECONDS) seconds.current = 0;
    draw();
    frame = requestAnimationFrame(next);
  };
  next();
  return () => cancelAnimationFrame(frame);
}

function drawOnResize(canvas: HTMLCanvasElement, draw: () => void): () => void {
  const observer = new ResizeObserver(draw);
  observer.observe(canvas);
  draw();
  return () => observer.disconnect();
}

const keySteps: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 };

function Handle({ name, mean, move }: { name: string; mean: number; move: (mean: number) => void }) {
  const within = (value: number) => Math.max(-FARTHEST, Math.min(FARTHEST, Number(value.toFixed(2))));
  const drag = (event: PointerEvent) => {
    const button = event.currentTarget as HTMLElement;
    if (!button.hasPointerCapture(event.pointerId)) return;
    const { top, height } = button.parentElement!.getBoundingClientRect();
    move(within(RANGE * (1 - (2 * (event.clientY - top)) / height)));
  };
  return (
    <button
      type="button"
      class="handle"
      role="slider"
      aria-label={name}
      aria-orientation="vertical"
      aria-valuemin={-FARTHEST}
      aria-valuemax={FARTHEST}
      aria-valuenow={mean}
      style={{ top: `${50 * (1 - mean / RANGE)}%`, left: `${100 * (1 - SIDE)}%` }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
      onKeyDown={(event) => {
        const step = keySteps[event.key];
        if (step === undefined) return;
        event.preventDefault();
        move(within(mean + step * (event.shiftKey ? LONG_KEY_STEP : KEY_STEP)));
      }}
    />
  );
}

/** By theme: the canvas is drawn before the page's styles are known to have changed. */
function coloursOf(theme: Theme): FigureColours {
  const isDark = theme === "dark";
  return {
    heat: isDark ? [92, 179, 255] : [27, 111, 186],
    particle: isDark ? "#ff8a3d" : "#d9560f",
    way: isDark ? "#eef1f5" : "#161b22",
    line: isDark ? "rgb(255 138 61 / 28%)" : "rgb(217 86 15 / 22%)",
    text: isDark ? "#b5bfcb" : "#4a5460",
    plain: isDark ? "#b5bfcb" : "#4a5460",
    font: "ui-sans-serif, system-ui, sans-serif",
  };
}
