/**
 * Whether a policy on a GridWorld board does several things in the same state: modes of its actions where several goals are equally far, and
 * the goals that repeated episodes from one cell end in. Any kind of policy; what it draws is what it would do.
 */
import { createEngine, type Engine } from "../graph/index.ts";
import { ActorFactory } from "../rollout/actor.ts";
import { Evaluator } from "../rollout/evaluation.ts";
import type { PolicyData, StartNoise } from "../rollout/policy-data.ts";
import { CELLS, type Cell, Environment, goalCells, moveOf, startingAt, writePosition } from "../tasks/index.ts";
import { type DensityMode, densityModes } from "./density-modes.ts";
import { entropyBits } from "./entropy.ts";

/** What is asked. */
export interface ModeRequest {
  /** Of a GridWorld task; it is only read. */
  readonly env: Environment;
  readonly policy: PolicyData;
  /** Start of the flow, where the policy has one. */
  readonly noise: StartNoise;
  readonly seed: number;
  /** Cells in which actions are drawn. */
  readonly states: readonly Cell[];
  readonly draws: number;
  /** Cells that episodes start from. */
  readonly starts: readonly Cell[];
  readonly episodes: number;
}

/** Actions in one cell. */
export interface StateModes {
  readonly cell: Cell;
  /** Of the actions before they are cut off, per axis. */
  readonly mean: readonly [number, number];
  readonly deviation: readonly [number, number];
  /** Of the actions before they are cut off; see density-modes.ts. By falling share. */
  readonly modes: readonly DensityMode[];
  /** Share of actions that belong to no mode. */
  readonly outside: number;
  /** What the actions do, by falling share. */
  readonly moves: readonly { readonly move: Cell; readonly share: number }[];
  /** bits */
  readonly moveEntropy: number;
}

/** Episodes from one cell. */
export interface StartGoals {
  readonly cell: Cell;
  /** Episodes that ended in each goal, by name. */
  readonly goals: Readonly<Record<string, number>>;
  /** Episodes that the time limit ended. */
  readonly missed: number;
  /** Of the goal, over the episodes that reached one, bits. */
  readonly goalEntropy: number;
  /** Of all episodes, moves. */
  readonly lengthMean: number;
}

/** The result as plain data, and what a picture of it needs in addition. */
export interface ModeDiagnosis {
  readonly states: readonly StateModes[];
  readonly starts: readonly StartGoals[];
  /** Per state: actions [draws, 2] and the mode of each, −1 for none. */
  readonly clouds: readonly { readonly actions: Float32Array; readonly labels: Int32Array }[];
  readonly field: ActionField;
}

/** Some actions in every cell that is no goal. */
export interface ActionField {
  readonly cells: readonly Cell[];
  readonly perCell: number;
  /** [cells, perCell, 2] */
  readonly actions: Float32Array;
}

/** Actions drawn per cell of the field. */
const FIELD_DRAWS = 8;
/** Position in the random stream of the field's draws; the states' count from 0. */
const FIELD_TICK = 0xffffffff;

/** Draws, counts and plays; the same request gives the same answer. */
export async function diagnoseModes(request: ModeRequest): Promise<ModeDiagnosis> {
  const engine = await createEngine("ort");
  try {
    const { states, draws } = request;
    const clouds = [];
    for (const [n, cell] of states.entries()) {
      const actions = await drawActions(request, engine, new Array<Cell>(draws).fill(cell), n);
      clouds.push({ actions, ...densityModes(actions) });
    }
    const starts = [];
    for (const cell of request.starts) starts.push(await playFrom(request, engine, cell));
    return {
      states: clouds.map(({ actions, modes }, n) => describeState(states[n], actions, modes)),
      starts,
      clouds: clouds.map(({ actions, labels }) => ({ actions, labels })),
      field: await drawField(request, engine),
    };
  } finally {
    await engine.dispose();
  }
}

/** One action per entry of `cells`. [cells, 2] */
async function drawActions(
  { policy, noise, seed }: ModeRequest,
  engine: Engine,
  cells: readonly Cell[],
  tick: number,
): Promise<Float32Array> {
  const rows = cells.length;
  const obs = new Float32Array(2 * rows);
  for (const [n, [x, y]] of cells.entries()) writePosition(x, y, obs, 2 * n);
  const actions = new Float32Array(2 * rows);
  const actor = await new ActorFactory(engine).create(policy, noise, { seed, firstRow: 0, rows });
  await actor.act(obs, tick, actions);
  return actions;
}

async function drawField(request: ModeRequest, engine: Engine): Promise<ActionField> {
  const { env } = request;
  const goalAt = goalCells(env.sim, env.rewardNames);
  const free = [...goalAt.keys()].filter((n) => goalAt[n] < 0);
  const cells = free.map((n): Cell => [n % CELLS, Math.floor(n / CELLS)]);
  const rows = cells.flatMap((cell) => new Array<Cell>(FIELD_DRAWS).fill(cell));
  return { cells, perCell: FIELD_DRAWS, actions: await drawActions(request, engine, rows, FIELD_TICK) };
}

function describeState(cell: Cell, actions: Float32Array, modes: readonly DensityMode[]): StateModes {
  const along = (axis: number) => actions.filter((_, i) => i % 2 === axis);
  const [x, y] = [momentsOf(along(0)), momentsOf(along(1))];
  const moves = countMoves(actions);
  return {
    cell,
    mean: [x.mean, y.mean],
    deviation: [x.deviation, y.deviation],
    modes,
    outside: Math.max(0, 1 - modes.reduce((sum, { share }) => sum + share, 0)),
    moves: moves.map(({ move, count }) => ({ move, share: (2 * count) / actions.length })),
    moveEntropy: entropyBits(moves.map(({ count }) => count)),
  };
}

function momentsOf(values: Float32Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/** The moves that occurred, most frequent first. */
function countMoves(actions: Float32Array): { move: Cell; count: number }[] {
  const counts = new Array<number>(9).fill(0);
  for (let i = 0; i < actions.length; i += 2) counts[3 * (moveOf(actions[i + 1]) + 1) + moveOf(actions[i]) + 1]++;
  return counts
    .map((count, n) => ({ move: [(n % 3) - 1, Math.floor(n / 3) - 1] as const, count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

/** Plays episodes from one cell; the reward has one term per goal, so its sums show which was reached. */
async function playFrom(request: ModeRequest, engine: Engine, cell: Cell): Promise<StartGoals> {
  const { policy, noise, seed, episodes } = request;
  const env = await Environment.create(startingAt(request.env.task, cell));
  try {
    const job = { kind: "evaluate", policy, noise, seed, firstEpisode: 0, episodes, command: null } as const;
    const { terms, lengths } = await new Evaluator(env, engine).evaluate(job);
    const counts = env.rewardNames.map((_, goal) => terms.filter((sums) => sums[goal] > 0).length);
    return {
      cell,
      goals: Object.fromEntries(env.rewardNames.map((name, goal) => [name, counts[goal]])),
      missed: episodes - counts.reduce((sum, count) => sum + count, 0),
      goalEntropy: entropyBits(counts),
      lengthMean: lengths.reduce((sum, length) => sum + length, 0) / episodes,
    };
  } finally {
    env.delete();
  }
}
