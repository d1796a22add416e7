/**
 * Boards with several goals of equal worth: where two are equally far, a good policy may go to either. Values: FPO (arXiv 2507.21053) and its
 * GridWorld code.
 */
import { defineTask, type Task } from "../define-task.ts";
import { type Board, board, type Cell, moves, puckOf } from "./board.ts";
import { gridworldPresets } from "./presets.ts";

/** Reach a goal from a random cell, within 100 moves. */
function gridworld(name: string, scene: string, goals: readonly string[]) {
  const reached = (n: number) => ({ weight: 20, of: (s: { robot: Board }) => (s.robot.goal() === n ? 1 : 0) });
  return defineTask({
    name,
    family: "gridworld",
    scene,
    readsLooks: true, // walls and goals are geoms that touch nothing
    timing: { controlHz: 10, physicsHz: 10, episodeSeconds: 10 },
    robot: board(goals),
    action: moves(),

    reset: ({ robot, rng }) => robot.placeAnywhere(rng),

    observe: { position: { of: (s) => s.robot.position, unit: "half boards" } },

    // One term per goal, so that every report shows which goal was reached.
    reward: Object.fromEntries(goals.map((goal, n) => [goal, reached(n)])),

    terminate: { goal: (s) => s.robot.goal() >= 0 },

    presets: gridworldPresets,
  });
}

/** The two rows at the top (+y) and the two at the bottom are goals. The middle row, 12, is as far from one as from the other. */
export const gridworldTwoWalls = gridworld("GridWorldTwoWalls", "scenes/gridworld-two-walls.xml", ["north", "south"]);

/**
 * The three by three cells in each corner are a goal. Placed there and not at the sides, each has only one shortest way from the middle, so that
 * four ways never share a first move: (12, 12) is as far from all four, the rest of column and row 12 from two. The layout is ours.
 */
export const gridworldFourGoals = gridworld("GridWorldFourGoals", "scenes/gridworld-four-goals.xml", [
  "northeast",
  "northwest",
  "southwest",
  "southeast",
]);

/** Cells of each task that are as far from several goals: where to look for several modes. */
export const saddles: Readonly<Record<string, readonly Cell[]>> = {
  [gridworldTwoWalls.name]: [
    [12, 12],
    [4, 12],
    [20, 12],
  ],
  [gridworldFourGoals.name]: [
    [12, 12],
    [4, 12],
    [12, 4],
  ],
};

/** The task with all episodes starting on one cell. */
export function startingAt(task: Task, [x, y]: Cell): Task {
  return { ...task, reset: ({ sim }) => puckOf(sim).place(x, y) };
}
