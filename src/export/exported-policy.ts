/** What can be exported: a network that flowgait trained, or an ONNX file that gives actions from observations. */
import {
  type FilePolicy,
  flowOf,
  type PolicyData,
  type TrainedFlow,
  type TrainedPolicy,
} from "../rollout/policy-data.ts";
import { weightsSha256 } from "./contract/checksum.ts";
import type { Contract } from "./contract/contract-schema.ts";

/** What a contract says of a file's network. */
export type FileFacts = Pick<Contract, "normaliser" | "policy" | "adapter" | "weightsSha256">;

/** A policy file as it is exported: its nodes stay as they are. Plain data. */
export interface ExportedFile {
  readonly kind: "file";
  readonly file: FilePolicy;
  readonly facts: FileFacts;
  /** Whether it keeps its actions within the task's squash itself, as controllers with a contract do */
  readonly isLimited: boolean;
}

/** A function from observation to actions. */
export type ExportedPolicy = TrainedPolicy | ExportedFile;

/** As evaluations run it. */
export function asPolicyData(policy: ExportedPolicy): PolicyData {
  return policy.kind === "file" ? policy.file : policy;
}

/** Its flow; null where it has none, as a file that is exported. */
export function exportedFlow(policy: ExportedPolicy): TrainedFlow | null {
  return policy.kind === "file" ? null : flowOf(policy);
}

/** Standard deviations of the observation [obsSize]; 1 where a file has no normaliser. */
export function deviationsOf(policy: ExportedPolicy): Float32Array {
  return policy.kind === "file" ? Float32Array.from(policy.facts.normaliser.std) : policy.std;
}

/** Checksum of the network, the same in every format. */
export function networkSha256(policy: ExportedPolicy): string {
  return policy.kind === "file" ? policy.facts.weightsSha256 : weightsSha256(policy);
}
