/** The value function: what return to expect, from the policy's observation and what only the simulator knows. */
import { add, concat, constant, input, reshape, type Tensor } from "../graph/index.ts";
import { expectedReturn } from "./expected-return.ts";
import { type Activation, type LayerNorm, mlp, mlpParameters, normalise } from "./network.ts";
import { layoutOf, type ParameterLayout } from "./parameters.ts";
import { type BinsSpec, priorLogits } from "./value-bins.ts";

/** Shape of the critic. */
export interface CriticSpec {
  /** Values per row: observation and privileged observation together. */
  readonly inputSize: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Of the hidden layers, before their activation */
  readonly norm: LayerNorm;
  /** Of a distribution over returns; null where the output is the value itself */
  readonly bins: BinsSpec | null;
}

/** Outputs of the critic per row. */
export function criticOutputs({ bins }: Pick<CriticSpec, "bins">): number {
  return bins === null ? 1 : bins.bins;
}

/** Weights of the critic, from the first layer to the last. */
export function criticLayout(spec: CriticSpec): ParameterLayout {
  const widths = [...spec.hidden, criticOutputs(spec)];
  return layoutOf(mlpParameters("critic", 0, spec.inputSize, widths, spec.norm));
}

/** The inputs that carry what the critic sees. */
export interface CriticInputs {
  /** [rows, obsSize] */
  readonly obs: Tensor;
  /** [rows, privilegedSize]; null where a task has none */
  readonly privileged: Tensor | null;
  /** Running mean and deviation of both, [obsSize + privilegedSize] */
  readonly mean: Tensor;
  readonly std: Tensor;
}

/**
 * Graph inputs `obs`, `privileged` (unless empty), `mean`, `std` for a block of rows.
 * @param seen gives the first two
 */
export function criticInputs(
  rows: number,
  obsSize: number,
  privilegedSize: number,
  seen: (name: string, shape: readonly number[]) => Tensor = input,
): CriticInputs {
  return {
    obs: seen("obs", [rows, obsSize]),
    privileged: privilegedSize === 0 ? null : seen("privileged", [rows, privilegedSize]),
    mean: input("mean", [obsSize + privilegedSize]),
    std: input("std", [obsSize + privilegedSize]),
  };
}

/** What the network says of each row: its value [rows, 1], or the logits of its bins [rows, bins]. */
export function criticOutput(
  spec: CriticSpec,
  weights: Readonly<Record<string, Tensor>>,
  { obs, privileged, mean, std }: CriticInputs,
): Tensor {
  const seen = privileged === null ? obs : concat([obs, privileged], 1);
  const layers = { first: 0, last: spec.hidden.length };
  const output = mlp(normalise(seen, mean, std), weights, "critic", layers, spec.activation, spec.norm);
  return spec.bins === null ? output : add(output, constant(priorLogits(spec.bins)));
}

/** The expected return. output [rows, 1] or [rows, bins] → V [rows] */
export function criticValue({ bins }: Pick<CriticSpec, "bins">, output: Tensor): Tensor {
  return bins === null ? reshape(output, [output.shape[0]]) : expectedReturn(bins, output);
}
