/** The cells of a table as runs: a task, an algorithm and a seed each, with the configuration that the table's protocol makes of a preset. */

import type { AlgorithmName } from "../config/algorithm-config.ts";
import {
  checkTrainConfig,
  type PartialTrainConfig,
  rowsPerIteration,
  type TrainConfig,
  trajectoryConfig,
} from "../config/config.ts";
import { kebabCase } from "../config/config-flags.ts";
import type { PresetName } from "../config/presets.ts";
import { UserError } from "../math/user-error.ts";
import { resolveTrainConfig } from "../tasks/requested-config.ts";
import type { PublishedTable } from "./fpo-table1.ts";

/** One run of a table. */
export interface Cell {
  readonly task: string;
  readonly algorithm: AlgorithmName;
  readonly seed: number;
  /** Name of the run's folder. */
  readonly name: string;
  readonly config: TrainConfig;
}

/** Which cells, and what they are run with. */
export interface CellRequest {
  readonly preset: PresetName;
  readonly tasks: readonly string[];
  readonly algorithms: readonly AlgorithmName[];
  readonly seeds: readonly number[];
  /** Settings of every cell that go before the preset's. */
  readonly overrides: PartialTrainConfig;
}

/**
 * The cells in the order in which they are run: one seed of everything before the next seed, so that a whole table is there early.
 * @throws UserError (exit code 2) naming the setting that does not fit
 */
export function planCells(request: CellRequest, table: PublishedTable): Cell[] {
  const { seeds, tasks, algorithms } = request;
  return seeds.flatMap((seed) =>
    tasks.flatMap((task) =>
      algorithms.map((algorithm) => {
        const config = cellConfig(request, table, { task, algorithm, seed });
        return { task, algorithm, seed, name: `${task}-${algorithm}-s${seed}`, config };
      }),
    ),
  );
}

/**
 * The preset under the table's protocol. The length is brought to the nearest whole number of iterations, which evaluations at evenly spaced
 * steps need; the published 60 M steps become the 61 iterations that were run.
 */
function cellConfig(
  { preset, overrides }: CellRequest,
  { evaluations, episodes }: PublishedTable,
  { task, algorithm, seed }: Pick<Cell, "task" | "algorithm" | "seed">,
): TrainConfig {
  const config = resolveTrainConfig({ task, preset, algorithm, overrides });
  const rows = rowsPerIteration(config);
  const steps = rows * Math.max(1, Math.round(config.steps / rows));
  const everySteps = Math.max(1, Math.floor(steps / evaluations));
  const evaluation = { ...config.evaluation, episodes: overrides.evaluation?.episodes ?? episodes, everySteps };
  return checkTrainConfig({ ...config, seed, steps, evaluation });
}

/**
 * Checks that an existing run has the settings of a cell.
 * @param path the config.json that `found` was read from
 * @throws UserError (exit code 2) naming the first setting that differs
 */
export function checkSameSettings(found: TrainConfig, expected: TrainConfig, path: string): void {
  const settings = flatSettings(expected);
  const others = flatSettings(found);
  for (const key of new Set([...Object.keys(settings), ...Object.keys(others)])) {
    if (settings[key] === others[key]) continue;
    const was = `${key} is ${others[key] ?? "missing"}, expected ${settings[key] ?? "none"}`;
    throw new UserError(`${path}: ${was}; try: another --out, which keeps this run`, { exitCode: 2 });
  }
}

/** What decides the result of a cell, its length first, by dotted name and as JSON. */
function flatSettings(config: TrainConfig): Record<string, string> {
  return { steps: JSON.stringify(config.steps), ...flatten(trajectoryConfig(config), "") };
}

function flatten(value: object, prefix: string): Record<string, string> {
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = prefix + kebabCase(key);
    if (typeof inner === "object" && inner !== null && !Array.isArray(inner)) return flatten(inner, `${name}.`);
    return { [name]: JSON.stringify(inner) };
  });
  return Object.assign({}, ...entries);
}
