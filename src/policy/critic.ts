/** The value function: what return to expect, from the policy's observation and what only the simulator knows. */
import { concat, input, reshape, type Tensor } from "../graph/index.ts";
import { type Activation, mlp, mlpParameters, normalise } from "./network.ts";
import { layoutOf, type ParameterLayout } from "./parameters.ts";

/** Shape of the critic. */
export interface CriticSpec {
  /** Values per row: observation and privileged observation together. */
  readonly inputSize: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
}

/** Weights of the critic, from the first layer to the last. */
export function criticLayout(spec: CriticSpec): ParameterLayout {
  return layoutOf(mlpParameters("critic", 0, spec.inputSize, [...spec.hidden, 1]));
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

/** V [rows] */
export function criticValue(
  spec: CriticSpec,
  weights: Readonly<Record<string, Tensor>>,
  { obs, privileged, mean, std }: CriticInputs,
): Tensor {
  const seen = privileged === null ? obs : concat([obs, privileged], 1);
  const layers = { first: 0, last: spec.hidden.length };
  const value = mlp(normalise(seen, mean, std), weights, "critic", layers, spec.activation);
  return reshape(value, [value.shape[0]]);
}
