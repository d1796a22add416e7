/** Scores of the table on conditioning: a mask and an algorithm each, over seeds. */
import type { AlgorithmName } from "../config/algorithm-config.ts";
import type { CellRecord } from "./cell-record.ts";
import type { MaskCell, TableMask } from "./fpo-conditioning.ts";
import type { MaskResult, TrackingMeasures } from "./mask-result.ts";
import { type Spread, spreadOf } from "./scores.ts";

/** A cell of the comparison with its progress and its result. */
export interface MaskRecord {
  readonly cell: MaskCell;
  readonly run: CellRecord;
  /** Null before all steps were trained and the last policy was evaluated. */
  readonly result: MaskResult | null;
}

/** What is averaged. */
export type TrackingMeasure = Exclude<keyof TrackingMeasures, "returnMean">;

/** Of one mask and one algorithm. */
export interface MaskScore {
  readonly mask: TableMask;
  readonly algorithm: AlgorithmName;
  /** Seeds that were requested, and those that are done. */
  readonly seeds: number;
  readonly done: number;
  readonly successRate: Spread;
  readonly aliveShare: Spread;
  readonly bodyErrorMm: Spread;
  readonly globalErrorMm: Spread;
}

/** Scores in the order of the records. @param noise that actions start from */
export function maskScores(records: readonly MaskRecord[], noise: "zero" | "random"): MaskScore[] {
  const masks = [...new Set(records.map(({ cell }) => cell.mask))];
  const algorithms = [...new Set(records.map(({ cell }) => cell.algorithm))];
  return masks.flatMap((mask) =>
    algorithms.map((algorithm) => {
      const mine = records.filter(({ cell }) => cell.mask === mask && cell.algorithm === algorithm);
      const results = mine.flatMap(({ result }) => (result === null ? [] : [result[noise]]));
      const of = (measure: TrackingMeasure) => spreadOf(results.map((result) => result[measure]));
      return {
        mask,
        algorithm,
        seeds: mine.length,
        done: results.length,
        successRate: of("successRate"),
        aliveShare: of("aliveShare"),
        bodyErrorMm: of("bodyErrorMm"),
        globalErrorMm: of("globalErrorMm"),
      };
    }),
  );
}
