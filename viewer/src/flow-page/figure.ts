/** Draws the flow: density over time as a heat map, the particles' paths, and the densities at both ends. */
import { density, type Mode } from "./mixture-flow.ts";
import { type Particles, STEPS } from "./particles.ts";

/** What is seen of the x axis. */
export const RANGE = 4;
/** Width of the densities at the ends, as a share of the figure. */
export const SIDE = 0.14;
/** Cells of the heat map. */
const COLUMNS = 120;
const ROWS = 120;
/** Number of paths that are drawn as lines. */
const WAYS = 60;

/** Values on the axes, and the length of their marks in CSS pixels. */
const X_TICKS = [-3, -2, -1, 0, 1, 2, 3];
const T_TICKS = [0.25, 0.5, 0.75];
const TICK = 5;

/** Colours of the figure: CSS colours, but for the heat map's, which is [red, green, blue] of 0 to 255. */
export interface FigureColours {
  /** Of the heat map: red, green, blue, 0 to 255 each. */
  readonly heat: readonly [number, number, number];
  /** A particle where it is now. */
  readonly particle: string;
  /** A particle's path. */
  readonly way: string;
  /** Axes, and the outline of a density. */
  readonly line: string;
  readonly text: string;
  /** The data before the advantages. */
  readonly plain: string;
  /** CSS font of the labels. */
  readonly font: string;
}

/** What the figure shows at a moment. */
export interface FigureState {
  readonly particles: Particles;
  /** What the particles flow to. */
  readonly target: readonly Mode[];
  /** Before the advantages. */
  readonly plain: readonly Mode[];
  /** Time of the flow, from 0 (noise) to 1 (data). */
  readonly t: number;
}

/** The heat map of a mixture, one pixel per cell; drawn larger. */
export function heatMap(modes: readonly Mode[], [red, green, blue]: FigureColours["heat"]): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = COLUMNS;
  canvas.height = ROWS;
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(COLUMNS, ROWS);
  for (let column = 0; column < COLUMNS; column++) {
    const t = column / (COLUMNS - 1);
    const values = Array.from({ length: ROWS }, (_, row) => density(modes, RANGE * (1 - (2 * (row + 0.5)) / ROWS), t));
    const most = Math.max(...values, 1e-12);
    values.forEach((value, row) => {
      image.data.set([red, green, blue, 200 * Math.sqrt(value / most)], 4 * (row * COLUMNS + column));
    });
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Draws the heat map, the particles' paths and the densities at both ends. @param heat from `heatMap` */
export function drawFigure(
  canvas: HTMLCanvasElement,
  heat: HTMLCanvasElement,
  state: FigureState,
  colours: FigureColours,
): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = devicePixelRatio;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const context = canvas.getContext("2d")!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const left = SIDE * width;
  const right = width - left;
  const y = (x: number) => (height / 2) * (1 - x / RANGE);
  context.drawImage(heat, left, 0, right - left, height);
  drawWays(context, state.particles, (t) => left + t * (right - left), y, colours);
  drawSide(
    context,
    (x) => density(state.target, x, 0),
    { from: left, reach: -left * 0.85, y, height },
    colours.line,
    colours.plain,
  );
  const end = { from: right, reach: left * 0.85, y, height };
  const most = peak(state);
  if (state.plain !== state.target)
    drawSide(context, (x) => density(state.plain, x, 1) / most, end, null, colours.plain);
  drawSide(context, (x) => density(state.target, x, 1) / most, end, colours.line, colours.particle);
  const now = left + state.t * (right - left);
  context.strokeStyle = colours.plain;
  context.globalAlpha = 0.5;
  context.beginPath();
  context.moveTo(now, 0);
  context.lineTo(now, height);
  context.stroke();
  context.globalAlpha = 0.9;
  context.fillStyle = colours.particle;
  for (let n = 0; n < state.particles.count; n++) {
    context.beginPath();
    context.arc(now, y(state.particles.at(state.t, n)), 2.4, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
  drawAxes(context, { left, right, width, height }, y, colours);
}

/** Values on both axes: x beside the noise, t below the field. */
function drawAxes(
  context: CanvasRenderingContext2D,
  { left, right, width, height }: Readonly<Record<"left" | "right" | "width" | "height", number>>,
  y: (x: number) => number,
  { text, font }: FigureColours,
): void {
  context.fillStyle = text;
  context.strokeStyle = text;
  context.lineWidth = 1;
  context.font = `11px ${font}`;
  context.beginPath();
  context.textAlign = "right";
  for (const x of X_TICKS) {
    context.moveTo(left, y(x));
    context.lineTo(left - TICK, y(x));
    context.fillText(x < 0 ? `−${-x}` : String(x), left - TICK - 4, y(x) + 4);
  }
  context.textAlign = "center";
  for (const t of T_TICKS) {
    const at = left + t * (right - left);
    context.moveTo(at, height);
    context.lineTo(at, height - TICK);
    context.fillText(String(t), at, height - TICK - 4);
  }
  context.stroke();
  context.textAlign = "left";
  context.fillText("noise, t = 0", 4, height - 6);
  context.fillText("action x", 4, 14);
  context.textAlign = "right";
  context.fillText("data, t = 1", width - 4, height - 6);
}

/** Largest density at the right end, of both curves there. */
function peak({ target, plain }: FigureState): number {
  let most = 1e-12;
  for (let row = 0; row <= 2 * ROWS; row++) {
    const x = RANGE * (1 - row / ROWS);
    most = Math.max(most, density(target, x, 1), density(plain, x, 1));
  }
  return most;
}

function drawWays(
  context: CanvasRenderingContext2D,
  particles: Particles,
  right: (t: number) => number,
  down: (x: number) => number,
  { way }: FigureColours,
): void {
  context.strokeStyle = way;
  context.lineWidth = 1;
  context.globalAlpha = 0.35;
  context.beginPath();
  for (let n = 0; n < Math.min(WAYS, particles.count); n++) {
    for (let step = 0; step <= STEPS; step += 2) {
      const at = [right(step / STEPS), down(particles.positions[step * particles.count + n])] as const;
      if (step === 0) context.moveTo(...at);
      else context.lineTo(...at);
    }
  }
  context.stroke();
  context.globalAlpha = 1;
}

interface Side {
  readonly from: number;
  readonly reach: number;
  readonly y: (x: number) => number;
  readonly height: number;
}

/** A density that stands on its end, filled or, with null, dashed. */
function drawSide(
  context: CanvasRenderingContext2D,
  value: (x: number) => number,
  { from, reach, y, height }: Side,
  fill: string | null,
  line: string,
): void {
  context.beginPath();
  context.moveTo(from, 0);
  for (let row = 0; row <= height; row += 2)
    context.lineTo(from + reach * value(RANGE * (1 - (2 * row) / height)), y(RANGE * (1 - (2 * row) / height)));
  context.lineTo(from, height);
  if (fill !== null) {
    context.fillStyle = fill;
    context.fill();
  }
  context.strokeStyle = line;
  context.lineWidth = 1.5;
  context.setLineDash(fill === null ? [4, 4] : []);
  context.stroke();
  context.setLineDash([]);
}
