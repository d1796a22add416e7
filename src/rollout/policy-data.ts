/** Policies as plain data: what threads, files and exports hand to each other. */
import type { FlowPolicy, PolicySpec } from "../policy/policy.ts";
import type { Squash } from "../tasks/index.ts";

/** What actions are drawn from when evaluating: fresh noise, or zeros for the flow's start and for a Gaussian's deviation from its mean. */
export type StartNoise = "random" | "zero" | FixedNoise;

/** All noise of every action is the draw of one place of the stream, (seed, STREAM.policy, row, 0), so that the policy is a function. */
export interface FixedNoise {
  readonly seed: number;
}

/** A policy as plain data, for evaluation. */
export type PolicyData = { readonly kind: "zero" | "random" } | TrainedPolicy | FilePolicy;

/** A network's weights and all that acting with them takes. */
export interface TrainedPolicy {
  readonly kind: "trained";
  readonly spec: PolicySpec;
  readonly weights: Float32Array;
  /** Normaliser of the observation [obsSize] */
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

/** Of a policy whose actions come by a flow. */
export type TrainedFlow = TrainedPolicy & { readonly spec: FlowPolicy };

/** A policy that is an ONNX file, flowgait's or third-party: observation in, action out. */
export interface FilePolicy {
  readonly kind: "file";
  /** How messages call the file. */
  readonly source: string;
  readonly bytes: Uint8Array;
  /** sha256 of the bytes */
  readonly digest: string;
  /** Float32 observation [batch, obsSize] */
  readonly input: string;
  readonly obsSize: number;
  /** Float32 [batch, size] of standard normal draws, where the file takes its noise from outside */
  readonly noise: { readonly input: string; readonly size: number } | null;
  /** Float32 [batch, actionSize] */
  readonly output: string;
  readonly actionSize: number;
  /** Rows that the file wants at once; null: any number */
  readonly batch: number | null;
  /** The task's squash, which the file's actions have behind them */
  readonly squash: Squash;
  /** Where the file gives joint targets, in rad, instead of actions: target = offset + scale · action */
  readonly targets: { readonly offset: readonly number[]; readonly scale: readonly number[] } | null;
  /** Noise that the file draws its actions from by itself; null if it takes noise as an input, or does not say */
  readonly draws: StartNoise | null;
  /** The flow that the file was made from, where it keeps that: for actions drawn in other ways than the file draws them */
  readonly flow: TrainedFlow | null;
}

/** The flow of a policy, with its own way to draw actions; null if it has none or does not say. */
export function flowOf(policy: PolicyData): TrainedFlow | null {
  if (policy.kind === "file") return policy.flow;
  return policy.kind === "trained" && policy.spec.kind === "flow" ? { ...policy, spec: policy.spec } : null;
}
