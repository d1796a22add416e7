/**
 * Table 2 of the FPO paper (McAllister, Ge, Yi et al., "Flow Matching Policy Gradients", arXiv 2507.21053): a humanoid tracks motions from fewer
 * and fewer goals. The paper used recorded motions, 1.3 billion steps on a GPU, and a Gaussian whose critic observed fewer goals than the flow's.
 * Here motions are programs, and all algorithms have the same critic.
 */
import type { AlgorithmName } from "../config/algorithm-config.ts";
import { checkTrainConfig, type PartialTrainConfig, rowsPerIteration } from "../config/config.ts";
import type { PresetName } from "../config/presets.ts";
import { resolveTrainConfig } from "../tasks/requested-config.ts";
import type { Cell } from "./cells.ts";

/** Goals that a policy observes. */
export type TableMask = "full" | "root+hands" | "root";

/** A published row: share of clips, frames at 30 Hz, mm. */
export interface PublishedTracking {
  readonly mask: TableMask;
  readonly algorithm: AlgorithmName;
  readonly successRate: number;
  readonly aliveFrames: number;
  readonly bodyErrorMm: number;
}

/** One run of the table. */
export interface MaskCell extends Cell {
  readonly mask: TableMask;
}

/** The table that `flowgait reproduce fpo-conditioning` runs. */
export const fpoConditioning = {
  name: "fpo-conditioning",
  task: "HumanoidTrack",
  masks: ["full", "root+hands", "root"],
  algorithms: ["fpo", "fpo++", "ppo"],
  seeds: [1, 2, 3],
  /** Evaluations of a run, evenly spaced; the final one is made anew, with more episodes. */
  evaluations: 10,
  /** Episodes of the final evaluation: each held-out clip twice on average. */
  episodes: 48,
  /** Seeds and spreads were not given. */
  published: [
    { mask: "full", algorithm: "ppo", successRate: 0.987, aliveFrames: 200.46, bodyErrorMm: 31.62 },
    { mask: "full", algorithm: "fpo", successRate: 0.964, aliveFrames: 198.0, bodyErrorMm: 41.98 },
    { mask: "root+hands", algorithm: "ppo", successRate: 0.465, aliveFrames: 142.5, bodyErrorMm: 97.65 },
    { mask: "root+hands", algorithm: "fpo", successRate: 0.706, aliveFrames: 171.32, bodyErrorMm: 62.91 },
    { mask: "root", algorithm: "ppo", successRate: 0.298, aliveFrames: 114.06, bodyErrorMm: 123.7 },
    { mask: "root", algorithm: "fpo", successRate: 0.543, aliveFrames: 152.9, bodyErrorMm: 73.55 },
  ],
} as const satisfies {
  readonly masks: readonly TableMask[];
  readonly algorithms: readonly AlgorithmName[];
  readonly published: readonly PublishedTracking[];
  readonly [field: string]: unknown;
};

/** Which cells, and what they are run with. */
export interface MaskRequest {
  readonly preset: PresetName;
  readonly masks: readonly TableMask[];
  readonly algorithms: readonly AlgorithmName[];
  readonly seeds: readonly number[];
  readonly overrides: PartialTrainConfig;
}

/** The cells in the order in which they are run: one seed of everything before the next. Throws UserError (exit code 2). */
export function planMaskCells({ preset, masks, algorithms, seeds, overrides }: MaskRequest): MaskCell[] {
  const { task, evaluations } = fpoConditioning;
  return seeds.flatMap((seed) =>
    masks.flatMap((mask) =>
      algorithms.map((algorithm): MaskCell => {
        const taskSettings = { ...overrides.taskSettings, mask };
        const config = resolveTrainConfig({ task, preset, algorithm, overrides: { ...overrides, taskSettings } });
        const rows = rowsPerIteration(config);
        const steps = rows * Math.max(1, Math.round(config.steps / rows));
        const evaluation = { ...config.evaluation, everySteps: Math.max(1, Math.floor(steps / evaluations)) };
        const name = `${mask.replace("+", "-")}-${algorithm}-s${seed}`;
        return { task, mask, algorithm, seed, name, config: checkTrainConfig({ ...config, seed, steps, evaluation }) };
      }),
    ),
  );
}
