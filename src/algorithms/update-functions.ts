/**
 * The graph functions of one learning iteration, for fixed block sizes: what is computed once per batch (`prepare`, `values`) and
 * what every minibatch repeats (gradients of the two networks). Not here: loops, buffers, optimiser.
 */
import {
  type GraphFunction,
  gradients,
  graphFunction,
  input,
  mul,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
} from "../graph/index.ts";
import { type CriticInputs, type CriticSpec, criticInputs, criticLayout, criticValue } from "../policy/critic.ts";
import {
  type FlowPolicySpec,
  flowPolicyLayout,
  observationShare,
  pairVelocities,
  TIME_SIZE,
} from "../policy/flow-policy.ts";
import { normalise } from "../policy/network.ts";
import { type ParameterLayout, parameterInputs } from "../policy/parameters.ts";
import { type GaeSettings, gaeTensors } from "./advantages.ts";
import { type FlowLoss, flowMatchingLoss, flowPairs, type LossReduction } from "./flow-matching.ts";
import { type FpoSettings, fpoLoss } from "./fpo.ts";
import { type FpoPlusPlusSettings, fpoPlusPlusLoss } from "./fpo-plus-plus.ts";
import { type PolicyLoss, type PolicyLossInputs, stack } from "./policy-loss.ts";
import { valueLoss } from "./value-loss.ts";

/** Settings that shape the functions; the algorithm's own branch of the configuration fits. */
export type UpdateSettings = GaeSettings & {
  readonly pairs: number;
  readonly loss: FlowLoss;
  readonly lossReduction: LossReduction;
  readonly valueCoefficient: number;
} & ((FpoSettings & { readonly name: "fpo" }) | (FpoPlusPlusSettings & { readonly name: "fpo++" }));

/** The two networks and the settings. */
export interface UpdateSpec {
  readonly policy: FlowPolicySpec;
  readonly critic: CriticSpec;
  readonly privilegedSize: number;
  readonly settings: UpdateSettings;
}

/** Prefix of gradient outputs: "d/" + the parameter's name. */
export const GRADIENT_PREFIX = "d/";
/** Measures of a critic block, adding up to means over the minibatch. */
export const CRITIC_MEASURES = ["valueLoss", "valueMean"] as const;

function policyLossOf(settings: UpdateSettings, inputs: PolicyLossInputs): PolicyLoss {
  switch (settings.name) {
    case "fpo":
      return fpoLoss(settings, inputs);
    case "fpo++":
      return fpoPlusPlusLoss(settings, inputs);
    default:
      return settings satisfies never;
  }
}

/** Inputs `obs` [rows, obsSize], `mean`, `std` [obsSize] → normalised. */
function normalisedObs(rows: number, { policy }: UpdateSpec): Tensor {
  return normalise(
    input("obs", [rows, policy.obsSize]),
    input("mean", [policy.obsSize]),
    input("std", [policy.obsSize]),
  );
}

/**
 * Places the noise–time pairs and measures their losses under the collecting weights.
 * Inputs `obs`, `mean`, `std`, `action` [rows, actionSize], `noise` [rows, pairs, actionSize], `time` [rows, pairs], actor weights.
 * Outputs `points`, `target`, `weight` (flow-matching.ts) and `oldLosses` [rows, pairs].
 */
export function prepareFunction(spec: UpdateSpec, rows: number): GraphFunction {
  const { policy, settings } = spec;
  const weights = parameterInputs(flowPolicyLayout(policy));
  const noise = input("noise", [rows, settings.pairs, policy.actionSize]);
  const pairs = flowPairs(
    input("action", [rows, policy.actionSize]),
    noise,
    input("time", [rows, settings.pairs]),
    settings,
  );
  const velocity = pairVelocities(policy, weights, observationShare(normalisedObs(rows, spec), weights), pairs.points);
  return graphFunction("prepare", { ...pairs, oldLosses: flowMatchingLoss(velocity, pairs, rows) });
}

/** Inputs of `criticInputs` and the critic's weights → `value` [rows]. */
export function valueFunction({ critic, policy, privilegedSize }: UpdateSpec, rows: number): GraphFunction {
  const weights = parameterInputs(criticLayout(critic));
  return graphFunction("value", {
    value: criticValue(critic, weights, criticInputs(rows, policy.obsSize, privilegedSize)),
  });
}

/**
 * Gradient of the policy loss of one block.
 * Inputs `obs`, `mean`, `std`, `points`, `target`, `weight`, `oldLosses`, `advantage` [rows] and the actor's weights.
 * @param scale 1 / rows of the whole minibatch
 */
export function actorGradientFunction(spec: UpdateSpec, rows: number, scale: number): GraphFunction {
  const { policy, settings } = spec;
  const layout = flowPolicyLayout(policy);
  const weights = parameterInputs(layout);
  const count = rows * settings.pairs;
  const velocity = pairVelocities(
    policy,
    weights,
    observationShare(normalisedObs(rows, spec), weights),
    input("points", [count, policy.actionSize + TIME_SIZE]),
  );
  const pairs = { target: input("target", [count, policy.actionSize]), weight: input("weight", [count]) };
  const { loss, measures } = policyLossOf(settings, {
    losses: flowMatchingLoss(velocity, pairs, rows),
    oldLosses: input("oldLosses", [rows, settings.pairs]),
    advantage: input("advantage", [rows]),
    scale,
  });
  return graphFunction("actor-gradient", { ...gradientsByName(loss, layout, weights), measures });
}

/**
 * Gradient of the value loss of one block whose targets are known.
 * Inputs of `criticInputs`, `target` [rows], `mask` [rows], the critic's weights.
 */
export function criticGradientFunction(spec: UpdateSpec, rows: number, scale: number): GraphFunction {
  const layout = criticLayout(spec.critic);
  const weights = parameterInputs(layout);
  const values = criticValue(spec.critic, weights, criticInputs(rows, spec.policy.obsSize, spec.privilegedSize));
  const coefficient = spec.settings.valueCoefficient;
  const loss = valueLoss(values, input("target", [rows]), input("mask", [rows]), { coefficient, scale });
  return graphFunction("critic-gradient", {
    ...gradientsByName(loss, layout, weights),
    measures: stack([loss, mul(sum(values), scale)]),
  });
}

/**
 * Values, advantages and the gradient of the value loss of a block of whole segments, with the critic as it is now.
 * Inputs of `criticInputs` for (unroll + 1)·segments rows, time first; `reward`, `terminated`, `truncated` [unroll, segments].
 * Outputs `advantage` [unroll, segments] beside gradients and measures.
 */
export function segmentGradientFunction(
  spec: UpdateSpec,
  { unroll, segments }: { unroll: number; segments: number },
  scale: number,
): GraphFunction {
  const layout = criticLayout(spec.critic);
  const weights = parameterInputs(layout);
  const rows = unroll * segments;
  const inputs: CriticInputs = criticInputs(rows + segments, spec.policy.obsSize, spec.privilegedSize);
  const values = criticValue(spec.critic, weights, inputs);
  const [reward, terminated, truncated] = ["reward", "terminated", "truncated"].map((name) =>
    input(name, [unroll, segments]),
  );
  const grid = reshape(values, [unroll + 1, segments]);
  const { advantages, targets } = gaeTensors(spec.settings, { reward, values: grid, terminated, truncated });
  const mask = spec.settings.gae === "brax" ? reshape(sub(1, truncated), [rows]) : null;
  const now = reshape(slice(grid, 0, 0, unroll), [rows]);
  const coefficient = spec.settings.valueCoefficient;
  const loss = valueLoss(now, reshape(targets, [rows]), mask, { coefficient, scale });
  return graphFunction("segment-gradient", {
    ...gradientsByName(loss, layout, weights),
    advantage: advantages,
    measures: stack([loss, mul(sum(now), scale)]),
  });
}

function gradientsByName(
  loss: Tensor,
  layout: ParameterLayout,
  weights: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const names = layout.parameters.map(({ name }) => name);
  const all = gradients(
    loss,
    names.map((name) => weights[name]),
  );
  return Object.fromEntries(names.map((name, i) => [GRADIENT_PREFIX + name, all[i]]));
}
