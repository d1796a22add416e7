/** The log-ratio that FPO and FPO++ put in place of ln π_new(a) − ln π_old(a), by itself: for looking at it, not for learning. */
import { constant, type GraphFunction, graphFunction, input, reshape, type Tensor } from "../graph/index.ts";
import { constantly } from "../math/schedule.ts";
import { normalise } from "../policy/network.ts";
import { parameterInputs } from "../policy/parameters.ts";
import { flowMatchingSurrogate } from "./flow-matching-surrogate.ts";
import type { FlowLossInputs } from "./flow-policy-loss.ts";
import { fpoLogRatio } from "./fpo.ts";
import { fpoPlusPlusLogRatio } from "./fpo-plus-plus.ts";
import type { AlgorithmSpec } from "./update-functions.ts";

/** The algorithms whose ratio stands in for one of likelihoods. */
export type FlowRatioSpec = Extract<AlgorithmSpec, { name: "fpo" | "fpo++" }>;

/** Whether the algorithm's ratio is such a stand-in. */
export function hasFlowRatio(spec: AlgorithmSpec): spec is FlowRatioSpec {
  return spec.name === "fpo" || spec.name === "fpo++";
}

/** Ratios that the algorithm clips of every action: one, or one per pair. */
export function ratiosPerAction(spec: FlowRatioSpec): number {
  return spec.name === "fpo" && spec.settings.ratio === "averaged" ? 1 : spec.settings.pairs;
}

function logRatio(spec: FlowRatioSpec, inputs: FlowLossInputs): Tensor {
  return spec.name === "fpo" ? fpoLogRatio(spec.settings, inputs) : fpoPlusPlusLogRatio(spec.settings, inputs);
}

/**
 * Inputs `obs` [rows, obsSize], `mean`, `std` [obsSize], the kept arrays of the algorithm's surrogate and the actor's weights; output
 * `logRatio` [rows, ratiosPerAction], clamped as the loss clamps it.
 */
export function flowRatioFunction(spec: FlowRatioSpec, rows: number): GraphFunction {
  const { policy } = spec;
  const settings = { ...spec.settings, advicePull: constantly(0) }; // advice appends a measure of its own
  const surrogate = flowMatchingSurrogate(policy, settings, (inputs) => ({
    loss: constant(0),
    measures: reshape(logRatio(spec, inputs), [rows, ratiosPerAction(spec)]),
  }));
  const size = policy.obsSize;
  const obs = normalise(input("obs", [rows, size]), input("mean", [size]), input("std", [size]));
  const { measures } = surrogate.loss({ rows, obs, weights: parameterInputs(surrogate.layout), kept: input }, 1);
  return graphFunction("flow-ratio", { logRatio: measures });
}
