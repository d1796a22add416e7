/** Sums over finished episodes, in a form that crosses threads and adds up in a fixed order. */

import { WARNING_KINDS } from "../physics/warnings.ts";

/** What happened in one shard, or in several. */
export interface EpisodeReport {
  /** Return and length of each finished episode, in the order of their ends (time first) */
  readonly returns: number[];
  readonly lengths: number[];
  /** Weighted reward terms summed over all steps of the finished episodes */
  readonly terms: number[];
  /** Ends per termination; the last entry counts time limits */
  readonly ends: number[];
  /** Environments in which something was not finite or MuJoCo refused to step */
  readonly nans: BrokenStep[];
  /** Control steps in which MuJoCo warned, per kind (src/physics/warnings.ts) */
  readonly warnings: number[];
}

/** A step that was refused. */
export interface BrokenStep {
  readonly env: number;
  /** Control step */
  readonly step: number;
  /** What was not finite */
  readonly source: string;
  /** What MuJoCo said where it refused the step; "" else */
  readonly refusal: string;
}

/** A report of nothing. */
export function emptyReport(terms: number, terminations: number): EpisodeReport {
  return {
    returns: [],
    lengths: [],
    terms: new Array<number>(terms).fill(0),
    ends: new Array<number>(terminations + 1).fill(0),
    nans: [],
    warnings: noWarnings(),
  };
}

/** Counts of warnings, all 0. */
export function noWarnings(): number[] {
  return new Array<number>(WARNING_KINDS).fill(0);
}

/** Counts the kinds of warnings of a step. @param bits as `Simulation.warned` */
export function countWarnings(counts: number[], bits: number): void {
  for (let kind = 0; kind < counts.length; kind++) if ((bits >> kind) & 1) counts[kind]!++;
}

/** Joins reports in the order given. */
export function joinReports(reports: readonly EpisodeReport[]): EpisodeReport {
  const [first] = reports;
  const sum = (pick: (report: EpisodeReport) => number[]) =>
    pick(first).map((_, i) => reports.reduce((total, report) => total + pick(report)[i], 0));
  return {
    returns: reports.flatMap((report) => report.returns),
    lengths: reports.flatMap((report) => report.lengths),
    terms: sum((report) => report.terms),
    ends: sum((report) => report.ends),
    nans: reports.flatMap((report) => report.nans),
    warnings: sum((report) => report.warnings),
  };
}
