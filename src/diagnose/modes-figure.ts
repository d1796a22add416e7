/**
 * The picture of a mode diagnosis: the board with actions drawn in every cell, the actions of chosen cells as points, and where episodes from
 * chosen cells ended. One wheel of colours for all directions, goals included.
 */

import { coordinate, directionColour, element, label, placed, svgDocument } from "../figures/svg.ts";
import { CELLS, type Cell, moveOf } from "../tasks/index.ts";
import type { ActionField, ModeDiagnosis, StartGoals, StateModes } from "./mode-diagnosis.ts";

/** What is drawn. */
export interface ModesFigure {
  readonly title: string;
  readonly diagnosis: ModeDiagnosis;
  /** Number of the goal on every cell, −1 if there is none; row by row from the bottom. */
  readonly goalAt: Int8Array;
  readonly goals: readonly string[];
}

type Cloud = ModeDiagnosis["clouds"][number];

// Pixels.
const MARGIN = 28;
const TOP = 58;
const CELL = 22;
const BOARD = CELLS * CELL;
const PANEL = 236;
const PANEL_GAP = 39;
const BAR_HEIGHT = 16;
const BAR_STEP = 26;
const BAR_WIDTH = BOARD - 126;

const GREY = "#9aa3ad";
/** Directions that lines and points are sorted into, so that each colour is one path. */
const DIRECTIONS = 32;
/** Points of a cloud that are drawn. */
const MOST_POINTS = 2500;
/** Share of a cloud's points that its panel omits at most. */
const CUT_SHARE = 0.005;

/** The picture as SVG text. */
export function modesFigure({ title, diagnosis, goalAt, goals }: ModesFigure): string {
  const { states, starts, clouds, field } = diagnosis;
  const colours = goals.map((_, goal) => goalColour(goalAt, goal));
  const columns = Math.ceil(states.length / 2);
  const width = MARGIN + BOARD + columns * (PANEL + PANEL_GAP) + MARGIN;
  const height = TOP + BOARD + 66 + starts.length * BAR_STEP + MARGIN;
  const panels = states.map((state, n) => {
    const x = MARGIN + BOARD + PANEL_GAP + (n % columns) * (PANEL + PANEL_GAP);
    return placed(x, TOP + Math.floor(n / columns) * (BOARD - PANEL), panel(state, clouds[n]!));
  });
  return svgDocument(width, height, title, [
    label(MARGIN, 28, title, { "font-size": 16, "font-weight": 600 }),
    label(MARGIN, 46, `${field.perCell} actions sampled in every cell; colour is direction`, { fill: "#5d6670" }),
    label(MARGIN + BOARD + PANEL_GAP, 28, "actions sampled in the ringed cells", { "font-weight": 600 }),
    placed(MARGIN, TOP, [...boardShapes(goalAt, colours), ...fieldLines(field), ...marks(states, starts)]),
    ...panels,
    placed(MARGIN, TOP + BOARD + 38, goalBars(starts, goals, colours)),
  ]);
}

/** Colour of the direction in which a goal lies, seen from the board's middle. */
function goalColour(goalAt: Int8Array, goal: number): string {
  let [x, y] = [0, 0];
  goalAt.forEach((at, n) => {
    if (at !== goal) return;
    x += (n % CELLS) - (CELLS - 1) / 2;
    y += Math.floor(n / CELLS) - (CELLS - 1) / 2;
  });
  return directionColour(Math.atan2(y, x));
}

/** Left edge and upper edge of a cell; row 0 is at the bottom. */
function cornerOf([x, y]: Cell): [number, number] {
  return [x * CELL, (CELLS - 1 - y) * CELL];
}

function middleOf(cell: Cell): [number, number] {
  const [x, y] = cornerOf(cell);
  return [x + CELL / 2, y + CELL / 2];
}

function boardShapes(goalAt: Int8Array, colours: readonly string[]): string[] {
  const lines = Array.from({ length: CELLS - 1 }, (_, k) => (k + 1) * CELL);
  const grid = lines.map((at) => `M0 ${at}H${BOARD}M${at} 0V${BOARD}`).join("");
  const squares = colours.map((fill, goal) => {
    const cells = [...goalAt.keys()].filter((n) => goalAt[n] === goal);
    const corners = cells.map((n) => cornerOf([n % CELLS, Math.floor(n / CELLS)]));
    return element("path", { d: corners.map(([x, y]) => `M${x} ${y}h${CELL}v${CELL}h-${CELL}z`).join(""), fill });
  });
  return [
    element("g", { opacity: 0.55 }, squares),
    element("path", { d: grid, stroke: "#e6e9ec", fill: "none" }),
    element("rect", { width: BOARD, height: BOARD, fill: "none", stroke: "#c3c9cf" }),
  ];
}

/** A line per drawn action from the middle of its cell, as long as the action after it is cut off. Actions that stay are grey. */
function fieldLines({ cells, perCell, actions }: ActionField): string[] {
  const paths = new Map<string, string[]>();
  cells.forEach((cell, c) => {
    const [x, y] = middleOf(cell);
    for (let n = c * perCell; n < (c + 1) * perCell; n++) {
      const [dx, dy] = [actions[2 * n]!, actions[2 * n + 1]!];
      const to = [dx, -dy].map((value) => coordinate(0.46 * CELL * Math.max(-1, Math.min(1, value))));
      put(paths, lineColour(dx, dy), `M${x} ${y}l${to.join(" ")}`);
    }
  });
  const style = { "stroke-width": 1.5, "stroke-linecap": "round", fill: "none", opacity: 0.8 };
  return [...paths].map(([stroke, lines]) => element("path", { d: lines.join(""), stroke, ...style }));
}

function lineColour(dx: number, dy: number): string {
  if (moveOf(dx) === 0 && moveOf(dy) === 0) return GREY;
  const turn = (2 * Math.PI) / DIRECTIONS;
  return directionColour(Math.round(Math.atan2(dy, dx) / turn) * turn);
}

/** Rings around the cells that have a panel, dots where episodes start. */
function marks(states: readonly StateModes[], starts: readonly StartGoals[]): string[] {
  const ring = { r: 0.62 * CELL, fill: "none", stroke: "#1d2228", "stroke-width": 2 };
  const dot = { r: 5.5, fill: "#1d2228", stroke: "#ffffff", "stroke-width": 2 };
  const at = (cell: Cell) => {
    const [cx, cy] = middleOf(cell);
    return { cx, cy };
  };
  return [
    ...states.map(({ cell }) => element("circle", { ...at(cell), ...ring })),
    ...starts.map(({ cell }) => element("circle", { ...at(cell), ...dot })),
  ];
}

/** Points of one cell's actions, coloured by the direction of their mode, on axes with the limits of the moves. */
function panel({ cell, modes }: StateModes, { actions, labels }: Cloud): string[] {
  const half = reachOf(actions);
  const scale = PANEL / (2 * half);
  const px = (value: number) => PANEL / 2 + scale * value;
  const colours = modes.map(({ centre: [x, y] }) =>
    Math.hypot(x, y) < 0.5 ? GREY : directionColour(Math.atan2(y, x)),
  );
  const paths = new Map<string, string[]>();
  const points = Math.min(MOST_POINTS, labels.length);
  for (let n = 0; n < points; n++) {
    const [x, y] = [actions[2 * n]!, actions[2 * n + 1]!];
    if (Math.max(Math.abs(x), Math.abs(y)) > half) continue;
    put(paths, colours[labels[n]!] ?? GREY, `M${coordinate(px(x))} ${coordinate(px(-y))}h0`);
  }
  const shares = modes.map(({ share }) => `${Math.round(100 * share)} %`).join(" / ");
  const heading = modes.length === 1 ? "1 mode" : `${modes.length} modes: ${shares}`;
  const dot = { "stroke-width": 2.4, "stroke-linecap": "round", fill: "none", opacity: 0.55 };
  const mark = { r: 4.5, fill: "#ffffff", stroke: "#1d2228", "stroke-width": 2 };
  return [
    label(0, -8, `(${cell.join(", ")})`, { "font-weight": 600 }),
    label(PANEL, -8, heading, { "text-anchor": "end" }),
    element("rect", { width: PANEL, height: PANEL, fill: "#fafbfc", stroke: "#c3c9cf" }),
    ...thresholds(px),
    ...[...paths].map(([stroke, dots]) => element("path", { d: dots.join(""), stroke, ...dot })),
    ...modes.map(({ centre: [x, y] }) => element("circle", { cx: px(x), cy: px(-y), ...mark })),
    label(px(1) + 3, px(-1) - 3, "1", { "font-size": 10 }),
  ];
}

/** Dashed where rounding goes from no move to a move, solid where actions are cut off. */
function thresholds(px: (value: number) => number): string[] {
  const dashes = [-0.5, 0.5].map((at) => `M0 ${coordinate(px(at))}H${PANEL}M${coordinate(px(at))} 0V${PANEL}`).join("");
  const side = px(1) - px(-1);
  return [
    element("path", { d: dashes, stroke: "#d5dade", "stroke-dasharray": "3 4", fill: "none" }),
    element("rect", { x: px(-1), y: px(-1), width: side, height: side, fill: "none", stroke: "#c3c9cf" }),
  ];
}

/** Half of the side of a square around 0 that holds nearly all points, and the limits of the moves. */
function reachOf(actions: Float32Array): number {
  const sizes = actions.map(Math.abs).sort();
  return Math.max(1.3, 1.05 * sizes[Math.floor((1 - CUT_SHARE) * (sizes.length - 1))]!);
}

/** One bar per start: how many episodes ended in each goal. */
function goalBars(starts: readonly StartGoals[], goals: readonly string[], colours: readonly string[]): string[] {
  const bars = starts.flatMap(({ cell, goals: reached, missed, goalEntropy }, n) => {
    const y = 18 + n * BAR_STEP;
    const counts = [...goals.map((name) => reached[name] ?? 0), missed];
    const total = counts.reduce((sum, count) => sum + count, 0);
    let x = 58;
    const parts = counts.map((count, goal) => {
      const width = (BAR_WIDTH * count) / total;
      const part = barPart(x, y, width, count, goals[goal] ?? "none", colours[goal] ?? "#dfe3e7");
      x += width;
      return part;
    });
    return [
      label(50, y + 12, `(${cell.join(", ")})`, { "text-anchor": "end" }),
      ...parts,
      label(66 + BAR_WIDTH, y + 12, `${goalEntropy.toFixed(2)} bits`),
    ];
  });
  return [label(0, 6, "goal reached, by start (entropy)", { "font-weight": 600 }), ...bars];
}

function barPart(x: number, y: number, width: number, count: number, name: string, fill: string): string {
  if (count === 0) return "";
  const bar = element("rect", { x, y, width, height: BAR_HEIGHT, fill, stroke: "#ffffff" });
  const text = `${name} ${count}`;
  if (width < 7 * text.length) return bar;
  return bar + label(x + width / 2, y + 12, text, { "text-anchor": "middle", "font-size": 11, fill: "#14181e" });
}

function put(paths: Map<string, string[]>, colour: string, piece: string): void {
  const pieces = paths.get(colour);
  if (pieces) pieces.push(piece);
  else paths.set(colour, [piece]);
}
