/** The boards: moves, edges, goals and starts. */
import { describe, expect, it } from "vitest";
import {
  CELLS,
  type Cell,
  Environment,
  goalCells,
  moveOf,
  registry,
  saddles,
  startingAt,
} from "../../src/tasks/index.ts";
import { observation, startRanges, taskEnvironments } from "./registered-tasks.ts";

const create = taskEnvironments();

/** Steps from a cell and gives the cell that follows. */
function moved(env: Environment, [x, y]: Cell, ...action: number[]): number[] {
  const width = 2 / CELLS;
  env.sim.qpos.set([(x - 12) * width, (y - 12) * width]);
  env.step(1, 0, Float32Array.from(action), 0);
  return observation(env).map((value) => Math.round(12 * value) + 12);
}

describe("moves", () => {
  it("are cut off at ±1 and rounded along each axis, halves to nothing", () => {
    expect([-3, -0.6, -0.5, -0.2, 0, 0.5, 0.51, 1, 40].map(moveOf)).toEqual([-1, -1, 0, 0, 0, 0, 1, 1, 1]);
  });

  it("go to the neighbouring cell, diagonally too", async () => {
    const env = await create("GridWorldTwoWalls");
    expect(moved(env, [12, 12], 0.9, -0.7)).toEqual([13, 11]);
    expect(moved(env, [12, 12], -7, 0.4)).toEqual([11, 12]);
    expect(moved(env, [12, 12], 0.1, -0.5)).toEqual([12, 12]);
  });

  it("stay on the board's edge", async () => {
    const env = await create("GridWorldTwoWalls");
    expect(moved(env, [0, 12], -1, 1)).toEqual([0, 13]);
    expect(moved(env, [24, 12], 1, 0)).toEqual([24, 12]);
    expect(moved(env, [24, 24], 1, 1)).toEqual([24, 24]);
  });

  it("leave the puck exactly where they put it, step after step", async () => {
    const env = await create("GridWorldTwoWalls");
    moved(env, [12, 12], 0, 0);
    for (let t = 0; t < 9; t++) env.step(1, 0, Float32Array.of(1, 1), 0);
    for (let t = 0; t < 9; t++) env.step(1, 0, Float32Array.of(-1, -1), 0);
    expect(observation(env)).toEqual([0, 0]);
    expect([...env.sim.qvel]).toEqual([0, 0]);
  });
});

describe("GridWorldTwoWalls", () => {
  it("sees the cell as −1 to 1", async () => {
    const env = await create("GridWorldTwoWalls");
    moved(env, [0, 22], 0, 0);
    expect(observation(env)).toEqual([-1, Math.fround(10 / 12)]);
  });

  it("ends with +20 in the two rows at either end, and nowhere else", async () => {
    const env = await create("GridWorldTwoWalls");
    for (let y = 0; y < CELLS; y++) {
      moved(env, [y, y], 0, 0);
      const goal = y >= 23 ? [20, 0] : y <= 1 ? [0, 20] : [0, 0];
      expect([...env.rewardTerms], `row ${y}`).toEqual(goal);
      expect([env.reward, env.terminated]).toEqual(goal[0] + goal[1] > 0 ? [20, true] : [0, false]);
    }
  });

  it("gives 100 moves", async () => {
    const env = await create("GridWorldTwoWalls");
    const ends = Array.from({ length: 100 }, () => {
      env.step(1, 0, Float32Array.of(0, 0), 0);
      return env.truncated;
    });
    expect(ends.indexOf(true)).toBe(99);
    expect([env.terminated, env.reward]).toEqual([false, 0]);
  });

  it("starts anywhere but on a goal", async () => {
    const env = await create("GridWorldTwoWalls");
    const { low, high } = startRanges(env, () => observation(env));
    expect([low, high]).toEqual([
      [-1, Math.fround(-10 / 12)],
      [1, Math.fround(10 / 12)],
    ]);
  });
});

describe("GridWorldFourGoals", () => {
  it("has three by three goals in the corners, each with a name of its own", async () => {
    const env = await create("GridWorldFourGoals");
    const corners: [string, Cell, Cell][] = [
      ["northeast", [23, 23], [21, 21]],
      ["northwest", [1, 22], [3, 22]],
      ["southwest", [2, 2], [3, 3]],
      ["southeast", [22, 0], [22, 3]],
    ];
    for (const [name, inside, outside] of corners) {
      moved(env, inside, 0, 0);
      expect([env.reward, env.terminated, env.rewardTerms[env.rewardNames.indexOf(name)]]).toEqual([20, true, 20]);
      moved(env, outside, 0, 0);
      expect([env.reward, env.terminated]).toEqual([0, false]);
    }
    const cells = goalCells(env.sim, env.rewardNames);
    expect(env.rewardNames.map((_, goal) => cells.filter((at) => at === goal).length)).toEqual([9, 9, 9, 9]);
  });
});

describe("saddles", () => {
  it("are as far from two goals as from the nearest", async () => {
    for (const [name, cells] of Object.entries(saddles)) {
      const env = await create(name);
      const goals = goalCells(env.sim, env.rewardNames);
      for (const [x, y] of cells) {
        const steps = env.rewardNames.map((_, goal) =>
          Math.min(
            ...[...goals].map((at, n) =>
              at === goal ? Math.max(Math.abs((n % CELLS) - x), Math.abs(Math.floor(n / CELLS) - y)) : Infinity,
            ),
          ),
        );
        const nearest = Math.min(...steps);
        expect(steps.filter((count) => count === nearest).length, `${name} ${x},${y}`).toBeGreaterThan(1);
      }
    }
  });
});

describe("startingAt", () => {
  it("begins every episode on the cell", async () => {
    const env = await Environment.create(startingAt(registry.get("GridWorldTwoWalls"), [17, 6]));
    for (let n = 0; n < 3; n++) {
      env.start(n, n);
      expect(observation(env)).toEqual([5 / 12, -0.5].map(Math.fround));
    }
    env.delete();
  });
});
