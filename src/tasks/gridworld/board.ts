/**
 * The board of the GridWorld tasks: 25 by 25 cells, counted from 0 at −x, −y, a puck that stands in one of them, and goals, which are coloured
 * boxes of the scene. Cells and goals are read from the scene, so that what is drawn is what counts.
 */
import type { Rng } from "../../math/rng.ts";
import type { Simulation } from "../../physics/simulation.ts";
import { type ActionMapping, squashInto } from "../actions/action-mapping.ts";
import { type Readings, readings } from "../readings.ts";

/** Cells of a row and of a column. */
export const CELLS = 25;
/** The middle cell of a row. */
const MIDDLE = (CELLS - 1) / 2;

/** Column and row of a cell, each from 0 to 24. */
export type Cell = readonly [x: number, y: number];

/** What GridWorld's terms read. */
export interface Board {
  /** [2] column and row of the puck */
  readonly cell: Float64Array;
  /** [2] the same from −1 at the first cell to 1 at the last */
  readonly position: Float64Array;
  /** Number of the goal under the puck, or −1. */
  goal(): number;
  /** Moves the puck to a cell drawn uniformly from those that are no goal. */
  placeAnywhere(rng: Rng): void;
  update(): void;
}

/** The puck on a simulated board. */
export interface Puck {
  column(): number;
  row(): number;
  place(x: number, y: number): void;
}

/** Writes what the policy sees of a cell, (cell − 12) / 12: two values at `offset`. */
export function writePosition(x: number, y: number, out: Float32Array | Float64Array, offset: number): void {
  out[offset] = (x - MIDDLE) / MIDDLE;
  out[offset + 1] = (y - MIDDLE) / MIDDLE;
}

/** @throws UserError when the scene has no board or no puck */
export function puckOf(sim: Simulation): Puck {
  const width = cellWidth(sim);
  const x = sim.joint("puck_x").qposAddress;
  const y = sim.joint("puck_y").qposAddress;
  return {
    column: () => Math.round(sim.qpos[x] / width) + MIDDLE,
    row: () => Math.round(sim.qpos[y] / width) + MIDDLE,
    place: (column, row) => {
      sim.qpos[x] = (column - MIDDLE) * width;
      sim.qpos[y] = (row - MIDDLE) * width;
    },
  };
}

/**
 * Number of the goal on every cell, −1 if there is none; row by row.
 * @param goals names of the boxes that mark them
 * @throws UserError when the scene lacks one
 */
export function goalCells(sim: Simulation, goals: readonly string[]): Int8Array {
  // Another simulation may have made the memory grow since the views were taken.
  sim.refresh();
  const width = cellWidth(sim);
  const { geom_size: size, geom_pos: pos } = sim.modelFields;
  const covers = (geom: number, axis: number, cell: number) =>
    Math.abs((cell - MIDDLE) * width - pos[3 * geom + axis]) < size[3 * geom + axis];
  const geoms = goals.map((name) => sim.geomId(name));
  return Int8Array.from({ length: CELLS * CELLS }, (_, n) =>
    geoms.findIndex((geom) => covers(geom, 0, n % CELLS) && covers(geom, 1, Math.floor(n / CELLS))),
  );
}

/** The board as a task's words; `goals` as in `goalCells`. */
export function board(goals: readonly string[]): Readings<Board> {
  return readings((sim) => {
    const puck = puckOf(sim);
    const goalAt = goalCells(sim, goals);
    const free = [...goalAt.keys()].filter((n) => goalAt[n] < 0);
    const cell = new Float64Array(2);
    const position = new Float64Array(2);
    return {
      cell,
      position,
      goal: () => goalAt[cell[1] * CELLS + cell[0]],
      placeAnywhere: (rng) => {
        const n = free[rng.integer(free.length)];
        puck.place(n % CELLS, Math.floor(n / CELLS));
      },
      update: () => {
        cell[0] = puck.column();
        cell[1] = puck.row();
        writePosition(cell[0], cell[1], position, 0);
      },
    };
  });
}

/**
 * One cell along each axis, back, on, or not at all: actions are cut off at ±1 and rounded, halves to 0. What leads off the board stays on
 * its edge. Nothing is simulated: the puck's coordinates are written.
 */
export function moves(): ActionMapping {
  return {
    bind: ({ sim }) => {
      const puck = puckOf(sim);
      return {
        description: {
          kind: "cell-moves",
          names: ["x", "y"],
          squash: "clip",
          scale: [1, 1],
          offset: [0, 0],
          stiffness: [],
          damping: [],
          feedForward: null,
        },
        apply: (raw, offset, action) => {
          squashInto(action, raw, offset, "clip");
          for (let i = 0; i < 2; i++) action[i] = moveOf(action[i]);
          puck.place(onBoard(puck.column() + action[0]), onBoard(puck.row() + action[1]));
        },
        reset: () => {},
      };
    },
  };
}

/** The move of an action along one axis: −1, 0 or 1. */
export function moveOf(action: number): number {
  return action > 0.5 ? 1 : action < -0.5 ? -1 : 0;
}

function onBoard(cell: number): number {
  return Math.max(0, Math.min(CELLS - 1, cell));
}

function cellWidth(sim: Simulation): number {
  return (2 * sim.modelFields.geom_size[3 * sim.geomId("board")]) / CELLS;
}
