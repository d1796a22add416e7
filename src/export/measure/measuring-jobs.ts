/** Jobs of the threads of a measurement, and their results. Plain data. */

import type { EpisodeOutcomes, EpisodePlan } from "../../rollout/episode-batch.ts";
import type { TaskVariant } from "../../tasks/index.ts";
import type { ControllerOptions } from "../controller-function.ts";
import type { ExportedPolicy } from "../exported-policy.ts";
import type { LoopEpisodes } from "../report/closed-loop.ts";
import type { Recording, ReferenceRun } from "../report/recording.ts";
import type { ControllerFormat } from "../running-controller.ts";

/** What a thread needs to know once. */
export interface MeasuringSetup {
  /** A registered task's name, or the path of a user's task file */
  readonly task: string;
  readonly variant: TaskVariant;
  readonly policy: ExportedPolicy;
  readonly options: ControllerOptions;
}

/** A controller as threads open it: bytes of an ONNX file, or the path of a compiled program. */
export type OpenedController =
  | { readonly format: Exclude<ControllerFormat, "c">; readonly bytes: Uint8Array }
  | { readonly format: "c"; readonly program: string };

/** One unit of work. */
export type MeasuringJob =
  /** Episodes of the policy, with every observation that it saw. */
  | { readonly kind: "record"; readonly plan: EpisodePlan }
  /** Episodes of the policy with another number of flow steps. */
  | { readonly kind: "episodes"; readonly plan: EpisodePlan; readonly flowSteps: number }
  /** What the policy gives: its graph in float64, or its file. */
  | { readonly kind: "expect"; readonly recording: Recording }
  /** How far a controller is from that, row by row. */
  | {
      readonly kind: "parity";
      readonly controller: OpenedController;
      readonly recording: Recording;
      readonly expected: Float32Array;
    }
  /** The recorded episodes again, with a controller in the loop. */
  | { readonly kind: "loop"; readonly controller: OpenedController; readonly run: ReferenceRun };

/** The answer to each kind of job. */
export type MeasuringResult<K extends MeasuringJob["kind"]> = {
  record: ReferenceRun;
  episodes: EpisodeOutcomes;
  /** [rows, actionSize] */
  expect: Float32Array;
  /** [rows] largest difference of each row's outputs */
  parity: Float64Array;
  loop: LoopEpisodes;
}[K];
