/** Draws sampled actions and their denoising paths on a canvas. */
import type { FanFrame } from "../../../../src/stream/protocol.ts";

/** Colours of the page's theme. */
export interface FanColours {
  /** The action that is taken. */
  readonly taken: string;
  /** Actions from other noise. */
  readonly other: string;
  readonly line: string;
  readonly text: string;
  /** CSS font of the labels. */
  readonly font: string;
}

/** Height of a joint's row, CSS pixels. */
export const ROW_HEIGHT = 24;
/** Of small multiples. */
export const COLUMNS = 4;
/** Height of a small multiple, CSS pixels. */
export const CELL_HEIGHT = 48;
const CELL_GAP = 6;
/** Pixels at each side of a drawing. */
const EDGE = 6;
/** Widths of lines. */
const THIN = 1;
const THICK = 2;

/** A canvas of this size in CSS pixels, cleared. */
export function prepare(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d")!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** Largest size of a finite value, rounded up to one that axes like; at least 1. */
export function reachOf(values: Float32Array): number {
  let most = 1;
  for (const value of values) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  const unit = 10 ** Math.floor(Math.log10(most));
  return Math.ceil((2 * most) / unit) * (unit / 2);
}

/** A row of ticks per value of the action: the sampled ones, and, above them, the executed one. */
export function drawFan(context: CanvasRenderingContext2D, fan: FanFrame, width: number, colours: FanColours): void {
  const reach = reachOf(fan.samples);
  const at = (value: number) => width / 2 + (value / reach) * (width / 2 - EDGE);
  for (let joint = 0; joint < fan.size; joint++) {
    const top = joint * ROW_HEIGHT + 3;
    const bottom = (joint + 1) * ROW_HEIGHT - 3;
    stroke(context, colours.line, THIN, 1, (path) => {
      path.moveTo(EDGE, bottom);
      path.lineTo(width - EDGE, bottom);
      path.moveTo(width / 2, top);
      path.lineTo(width / 2, bottom);
    });
    stroke(context, colours.other, THIN, 0.45, (path) => {
      for (let k = joint + fan.size; k < fan.samples.length; k += fan.size) tick(path, at(fan.samples[k]), top, bottom);
    });
    stroke(context, colours.taken, THICK, 1, (path) => tick(path, at(fan.samples[joint]), top - 2, bottom + 1));
  }
}

function tick(path: Path2D, x: number, top: number, bottom: number): void {
  path.moveTo(x, top);
  path.lineTo(x, bottom);
}

function stroke(
  context: CanvasRenderingContext2D,
  colour: string,
  width: number,
  opacity: number,
  draw: (path: Path2D) => void,
): void {
  const path = new Path2D();
  draw(path);
  context.globalAlpha = opacity;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
  context.globalAlpha = 1;
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One joint's denoising paths, from noise on the left to the action on the right. */
export function drawPaths(
  context: CanvasRenderingContext2D,
  fan: FanFrame,
  joint: number,
  { x, y, width, height }: Box,
  colours: FanColours,
): void {
  const { size, flowSteps, paths } = fan;
  const length = (flowSteps + 1) * size;
  const rows = paths.length / length;
  const reach = reachOf(paths);
  const right = (step: number) => x + (step / flowSteps) * width;
  const down = (value: number) => y + height / 2 - (value / reach) * (height / 2);
  stroke(context, colours.line, THIN, 1, (path) => {
    path.moveTo(x, y + height / 2);
    path.lineTo(x + width, y + height / 2);
  });
  const way = (path: Path2D, row: number) => {
    for (let step = 0; step <= flowSteps; step++) {
      const value = paths[row * length + step * size + joint];
      if (step === 0) path.moveTo(right(step), down(value));
      else path.lineTo(right(step), down(value));
    }
  };
  stroke(context, colours.other, THIN, 0.4, (path) => {
    for (let row = 1; row < rows; row++) way(path, row);
  });
  stroke(context, colours.taken, THICK, 1, (path) => way(path, 0));
}

/** One joint, large, with its axis. */
export function drawOnePath(
  context: CanvasRenderingContext2D,
  fan: FanFrame,
  joint: number,
  { width, height }: Pick<Box, "width" | "height">,
  colours: FanColours,
): void {
  const box = { x: 26, y: 8, width: width - 26 - EDGE, height: height - 26 };
  const reach = reachOf(fan.paths);
  write(context, colours, `${reach}`, 0, box.y + 8);
  write(context, colours, "0", 0, box.y + box.height / 2 + 3);
  write(context, colours, `−${reach}`, 0, box.y + box.height);
  write(context, colours, "noise, t = 1", box.x, height - 3);
  write(context, colours, "action, t = 0", box.x + box.width, height - 3, "right");
  if (fan.flowSteps <= 32)
    stroke(context, colours.line, THIN, 0.7, (path) => {
      for (let step = 0; step <= fan.flowSteps; step++)
        tick(path, box.x + (step / fan.flowSteps) * box.width, box.y, box.y + box.height);
    });
  drawPaths(context, fan, joint, box, colours);
}

/** All joints, small. */
export function drawAllPaths(
  context: CanvasRenderingContext2D,
  fan: FanFrame,
  names: readonly string[],
  width: number,
  colours: FanColours,
): void {
  const cell = (width - (COLUMNS - 1) * CELL_GAP) / COLUMNS;
  for (let joint = 0; joint < fan.size; joint++) {
    const x = (joint % COLUMNS) * (cell + CELL_GAP);
    const y = Math.floor(joint / COLUMNS) * CELL_HEIGHT;
    context.save();
    context.beginPath();
    context.rect(x, y, cell, CELL_HEIGHT);
    context.clip();
    write(context, colours, names[joint] ?? `${joint}`, x, y + 9);
    context.restore();
    drawPaths(context, fan, joint, { x, y: y + 12, width: cell, height: CELL_HEIGHT - 16 }, colours);
  }
}

function write(
  context: CanvasRenderingContext2D,
  { text, font }: FanColours,
  words: string,
  x: number,
  y: number,
  align: CanvasTextAlign = "left",
): void {
  context.fillStyle = text;
  context.font = `10px ${font}`;
  context.textAlign = align;
  context.fillText(words, x, y);
}

/** The colours that an element's styles give. */
export function coloursOf(element: Element): FanColours {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    taken: colour("--accent"),
    other: colour("--second"),
    line: colour("--line"),
    text: colour("--text-faint"),
    font: style.fontFamily,
  };
}
