/** What report.json says: parity of the network and of whole episodes, latency, the fewest flow steps that are enough. */
import type { NonFinite } from "../../rollout/non-finite.ts";
import { sha256 } from "../contract/checksum.ts";
import type { Distillation } from "../distill/distil.ts";
import type { FlowStepReturn } from "../flow-steps.ts";
import type { SecondOpinion } from "../physics/second-opinion.ts";
import type { ControllerFormat } from "../running-controller.ts";
import type { ClosedLoopParity, Driving } from "./closed-loop.ts";
import type { Latency } from "./latency.ts";
import type { NetworkParity } from "./parity.ts";

/** How much is measured. */
export interface ReportSizes {
  /** Observations of the network's parity. */
  readonly rows: number;
  /** Episodes of the closed loop, and of each number of flow steps. */
  readonly episodes: number;
  /** Calls per latency. */
  readonly calls: number;
  /** Numbers of flow steps whose latency and return are measured, ascending; absent for a policy without a flow. */
  readonly flowStepCounts?: readonly number[];
  readonly seed: number;
}

/** Latency of each format at a number of flow steps. */
export interface StepLatency {
  readonly flowSteps: number;
  readonly latency: Readonly<Partial<Record<ControllerFormat, Latency>>>;
}

/** One format against the policy. */
export interface FormatReport {
  readonly format: ControllerFormat;
  readonly network: NetworkParity;
  readonly closedLoop: ClosedLoopParity;
  readonly latency: Latency;
}

/** What a distillation cost in return and won in time. */
export interface DistillationReport extends Distillation {
  /** Of a call of the ONNX controller with the teacher's flow steps. */
  readonly teacherLatency: Latency;
}

/** What only a policy with a flow has. */
export interface FlowReport {
  readonly flowSteps: number;
  readonly stepLatencies: readonly StepLatency[];
  readonly stepReturns: readonly FlowStepReturn[];
  /** Fewest measured flow steps that lose less than 2 % of the return; null where none do. */
  readonly fewestFlowSteps: number | null;
  /** Null where the policy was not distilled. */
  readonly distillation: DistillationReport | null;
}

/** The third-party file that is exported. */
export interface FileReport {
  readonly name: string;
  readonly sha256: string;
  /** What its layout differs in from the task's, one phrase each. */
  readonly differs: readonly string[];
}

/** report.json. The fields of `FlowReport` are absent for a policy without a flow. */
export interface ExportReport extends Partial<FlowReport> {
  readonly version: 1;
  readonly task: string;
  readonly run: string;
  readonly weightsSha256: string;
  readonly machine: { readonly cpu: string; readonly platform: string; readonly node: string };
  readonly sizes: ReportSizes;
  /** Values that were not finite in the policy's own episodes, none of them an action; each ended its episode. */
  readonly nonFinite: readonly NonFinite[];
  /** s between two calls */
  readonly controlPeriod: number;
  /** What formats are compared with: the policy's graph in float64, or the file in ONNX Runtime. */
  readonly comparedWith: "graph" | "file";
  /** Absent for a policy that flowgait trained. */
  readonly file?: FileReport;
  /** Why the policy is in no other format than ONNX; absent where it is. */
  readonly onlyOnnx?: string;
  /** Null where none was found; C is then omitted. */
  readonly compiler: string | null;
  readonly formats: readonly FormatReport[];
  /** The policy in the closed loop's episodes. */
  readonly driving: Driving;
  /** The policy's episodes under other physics; null where it was not asked for. */
  readonly physics: SecondOpinion | null;
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/** What is measured before the files are made. */
export type Measurements = Omit<ExportReport, "files" | "run" | "weightsSha256" | "distillation" | "physics">;

/** The report's part that only a flow has; null for other policies. */
export function flowReport(report: ExportReport): FlowReport | null {
  const { flowSteps, stepLatencies = [], stepReturns = [], fewestFlowSteps = null, distillation = null } = report;
  return flowSteps === undefined ? null : { flowSteps, stepLatencies, stepReturns, fewestFlowSteps, distillation };
}

/** Formats as sentences call them. */
export const FORMAT_NAMES: Readonly<Record<ControllerFormat, string>> = {
  onnx: "ONNX",
  c: "C",
  typescript: "TypeScript",
};

/** Names, sizes and checksums of files. */
export function fileList(files: ReadonlyMap<string, Uint8Array | string>): ExportReport["files"] {
  return [...files].map(([name, content]) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return { name, bytes: bytes.length, sha256: sha256(bytes) };
  });
}
