/** Flags of `flowgait export`: what there is, and their values read and checked. */
import type { Command } from "commander";
import { choice, wholeNumber } from "../../catalogue/flag-value.ts";
import { oneOf } from "../../config/config-issue.ts";
import type { ControllerOptions } from "../../export/controller-function.ts";
import type { DistillationSettings } from "../../export/distill/distil.ts";
import { EXPORT_FORMATS, type ExportFormat, NOISE_KINDS, OUTPUT_KINDS } from "../../export/export-choices.ts";
import type { ReportSizes } from "../../export/report/report.ts";
import { UserError } from "../../math/user-error.ts";
import { FLOW_SAMPLERS } from "../../policy/sampler-names.ts";
import type { CheckpointOptions } from "./checkpoint-flag.ts";
import type { FlowOptions } from "./flow-flags.ts";
import { addPhysicsOptions, type PhysicsOptions } from "./physics-flag.ts";

/** The flags as they were typed. */
export interface ExportOptions extends CheckpointOptions, FlowOptions, PhysicsOptions {
  readonly task?: string;
  readonly modelDir?: string;
  readonly format: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly noise?: string;
  readonly noiseSeed?: string;
  readonly output: string;
  readonly outputName: string;
  readonly rows: string;
  readonly episodes: string;
  readonly calls: string;
  readonly flowStepCounts?: string;
  readonly seed: string;
  readonly workers: string;
  readonly distill?: string;
  readonly distillUpdates?: string;
  readonly distillRounds?: string;
  readonly distillEpisodes?: string;
  readonly json?: boolean;
}

/** Where the user does not say. These flags have no default of commander's, so that one that is given is known. */
const FLOW_STEP_COUNTS = "1,2,4,8,16,32,64";
const DISTILLATION = { updates: "3000", rounds: "6", episodes: "16" };

/** Flags that mean something for a flow or its noise alone. */
const FLOW_FLAGS = {
  distill: "--distill",
  distillUpdates: "--distill-updates",
  distillRounds: "--distill-rounds",
  distillEpisodes: "--distill-episodes",
  sampler: "--sampler",
  flowSteps: "--flow-steps",
  stepNoise: "--step-noise",
  noise: "--noise",
  noiseSeed: "--noise-seed",
  flowStepCounts: "--flow-step-counts",
} as const satisfies Partial<Record<keyof ExportOptions, string>>;

/** The first such flag that was given. */
export function flowFlagOf(options: ExportOptions): string | undefined {
  return Object.entries(FLOW_FLAGS).find(([key]) => options[key as keyof typeof FLOW_FLAGS] !== undefined)?.[1];
}

/** Adds the flags to a command. */
export function addExportOptions(command: Command): Command {
  return addPhysicsOptions(addReportOptions(command), "all", "16, at most those of --episodes");
}

function addReportOptions(command: Command): Command {
  return command
    .option("--format <names>", `${oneOf(EXPORT_FORMATS)}, or several separated by commas`, "onnx")
    .option("--out <folder>", "folder to write to, new or empty (default: exports/<task>)")
    .option("--force", "write into a folder that is not empty")
    .option(
      "--task <task>",
      "task of the policy, or the present path of your own task file (default: the policy's own task)",
    )
    .option("--model-dir <folder>", "your own description of the robot (default: as trained)")
    .option("--sampler <name>", `how a flow is integrated: ${oneOf(FLOW_SAMPLERS)} (default: as trained)`)
    .option("--flow-steps <count>", "integration steps of the flow (default: as trained)")
    .option("--step-noise <amount>", "noise that sde and noisy-euler add at every step (default: as trained)")
    .option(
      "--noise <start>",
      "initial noise of the flow: zero, seed (always the same draw) or input (a second input of the controller) (default: zero)",
    )
    .option("--noise-seed <seed>", "seed of --noise seed (default: 1)")
    .option(
      "--output <kind>",
      "actions, or joint-targets in rad (scale, default pose and feed-forward are inside)",
      "actions",
    )
    .option("--output-name <name>", "name of the output", "actions")
    .option("--distill <steps>", "train a student with this number of flow steps, and export it instead")
    .option("--distill-updates <count>", `updates of the student's weights (default: ${DISTILLATION.updates})`)
    .option(
      "--distill-rounds <count>",
      `rounds in which the student acts and the policy corrects it (default: ${DISTILLATION.rounds})`,
    )
    .option("--distill-episodes <count>", `episodes per round (default: ${DISTILLATION.episodes})`)
    .option("--rows <count>", "observations at which the report compares outputs", "10000")
    .option("--episodes <count>", "episodes that the report runs per format and number of flow steps", "100")
    .option("--calls <count>", "calls that the report times", "500")
    .option(
      "--flow-step-counts <counts>",
      `numbers of flow steps that the report compares (default: ${FLOW_STEP_COUNTS})`,
    )
    .option("--workers <count>", "threads of the report; 0: one per core", "0")
    .option("--seed <seed>", "seed of the report's episodes", "1000003");
}

/** What `--distill` requests; null without it. */
export function readDistillation(options: ExportOptions): DistillationSettings | null {
  if (options.distill === undefined) return null;
  return {
    flowSteps: wholeNumber("--distill", options.distill, 1, 1000),
    updates: wholeNumber("--distill-updates", options.distillUpdates ?? DISTILLATION.updates, 1, 10_000_000),
    rounds: wholeNumber("--distill-rounds", options.distillRounds ?? DISTILLATION.rounds, 1, 1000),
    episodes: wholeNumber("--distill-episodes", options.distillEpisodes ?? DISTILLATION.episodes, 1, 1000),
    comparedEpisodes: wholeNumber("--episodes", options.episodes, 1, 1000),
    seed: wholeNumber("--seed", options.seed, 0, 0xfffffffe),
  };
}

/** Formats without repetition. */
export function readFormats(text: string): ExportFormat[] {
  return [...new Set(text.split(",").map((word) => choice("--format", word.trim(), EXPORT_FORMATS)))];
}

/** How much the report measures. */
export function readSizes({ rows, episodes, calls, flowStepCounts, seed }: ExportOptions): ReportSizes {
  const counts = (flowStepCounts ?? FLOW_STEP_COUNTS)
    .split(",")
    .map((count) => wholeNumber("--flow-step-counts", count, 1, 1000));
  return {
    rows: wholeNumber("--rows", rows, 1, 1_000_000),
    episodes: wholeNumber("--episodes", episodes, 1, 1000),
    calls: wholeNumber("--calls", calls, 10, 1_000_000),
    flowStepCounts: [...new Set(counts)].sort((a, b) => a - b),
    seed: wholeNumber("--seed", seed, 0, 0xffffffff),
  };
}

/** Threads of the report. */
export function readWorkers({ workers }: ExportOptions): number {
  return wholeNumber("--workers", workers, 0, 256);
}

/** How the controller is to look. */
export function readSettings(options: ExportOptions): ControllerOptions {
  const noise = choice("--noise", options.noise ?? "zero", NOISE_KINDS);
  if (options.noiseSeed !== undefined && noise !== "seed")
    throw new UserError(`--noise-seed: has no effect with --noise ${noise}, expected --noise seed`, { exitCode: 2 });
  if (!/^[A-Za-z_][\w.]*$/.test(options.outputName) || ["obs", "noise"].includes(options.outputName))
    throw new UserError(
      `--output-name: got "${options.outputName}", expected a word of letters, digits and _ other than obs and noise`,
      { exitCode: 2 },
    );
  return {
    noise,
    noiseSeed: wholeNumber("--noise-seed", options.noiseSeed ?? "1", 0, 0xffffffff),
    output: choice("--output", options.output, OUTPUT_KINDS),
    outputName: options.outputName,
  };
}
