/** How long cells take: a rough count of work where nothing was measured, corrected by what the cells that ran have taken. */
import type { TrainConfig } from "../config/config.ts";
import { criticBins, evaluationsPerRow } from "../learner/networks.ts";
import { criticOutputs } from "../policy/critic.ts";
import type { CellRecord } from "./cell-record.ts";
import type { PublishedTable } from "./fpo-table1.ts";

// Rates of one thread of a laptop, good to a factor of about two; measured cells correct them.
const FLOPS_PER_SECOND = 25e9;
const CONTROL_STEPS_PER_SECOND = 35_000;
/** Width that stands for a task's observation; hidden layers decide the work. */
const USUAL_OBSERVATION = 16;

/**
 * Wall time in seconds that each cell still needs, in the order of `records`.
 * @param threads that the cells are run with
 */
export function secondsLeft(records: readonly CellRecord[], table: PublishedTable, threads: number): number[] {
  return records.map((record) => {
    if (record.state === "done") return 0;
    const { config, algorithm } = record.cell;
    const alike = records.filter(({ cell }) => cell.algorithm === algorithm);
    const correction = [[record], alike, records].map((some) => correctionOf(some, table, threads));
    const left = Math.max(0, config.steps - record.steps);
    return (correction.find((factor) => factor !== null) ?? 1) * countedSeconds(config, left, table, threads);
  });
}

/** Measured over counted time of what is done of some cells; null where nothing is. */
function correctionOf(records: readonly CellRecord[], table: PublishedTable, threads: number): number | null {
  let [measured, counted] = [0, 0];
  for (const { cell, steps, seconds } of records) {
    measured += seconds;
    counted += countedSeconds(cell.config, steps, table, threads);
  }
  return measured > 0 && counted > 0 ? measured / counted : null;
}

/** Time of that many environment steps with their learning and their share of the evaluations. */
function countedSeconds(config: TrainConfig, steps: number, table: PublishedTable, threads: number): number {
  const { everySteps, episodes } = config.evaluation;
  const evaluated = (steps / everySteps) * episodes * table.episodeSteps;
  const simulated = (steps + evaluated) / CONTROL_STEPS_PER_SECOND;
  return (simulated + (steps * learningFlops(config)) / FLOPS_PER_SECOND) / threads;
}

/** Floating-point operations of all epochs per row: forward, weight gradient and input gradient of every layer. */
function learningFlops({ algorithm }: TrainConfig): number {
  const policy = layerFlops([USUAL_OBSERVATION, ...algorithm.policyHidden, 1]);
  const critic = layerFlops([
    USUAL_OBSERVATION,
    ...algorithm.criticHidden,
    criticOutputs({ bins: criticBins(algorithm) }),
  ]);
  return algorithm.epochs * (evaluationsPerRow(algorithm) * policy + critic);
}

function layerFlops(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, width, layer) => sum + 6 * widths[layer] * width, 0);
}
