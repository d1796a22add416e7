/**
 * The graph functions of one learning iteration, for fixed block sizes: what is computed once per batch (`replay`, `prepare`, `values`) and
 * what every minibatch repeats (gradients of the two networks). Not here: loops, buffers, optimiser.
 */
import {
  type GraphFunction,
  gather,
  gradients,
  graphFunction,
  input,
  mul,
  reshape,
  sizeOf,
  slice,
  sub,
  sum,
  type Tensor,
} from "../graph/index.ts";
import {
  type CriticInputs,
  type CriticSpec,
  criticInputs,
  criticLayout,
  criticOutput,
  criticValue,
} from "../policy/critic.ts";
import type { FlowPolicySpec } from "../policy/flow-policy.ts";
import type { GaussianPolicySpec } from "../policy/gaussian-policy.ts";
import { normalise } from "../policy/network.ts";
import { type ParameterLayout, parameterInputs } from "../policy/parameters.ts";
import { type GaeSettings, gaeTensors } from "./advantages.ts";
import type { AdviceSettings } from "./advice.ts";
import { type DenoisingSettings, denoisingSurrogate } from "./denoising-surrogate.ts";
import { type FlowMatchingSettings, flowMatchingSurrogate } from "./flow-matching-surrogate.ts";
import { type FpoSettings, fpoLoss } from "./fpo.ts";
import { type FpoPlusPlusSettings, fpoPlusPlusLoss } from "./fpo-plus-plus.ts";
import { gaussianSurrogate } from "./gaussian-surrogate.ts";
import { type OrwSettings, orwLoss } from "./orw.ts";
import { stack } from "./policy-loss.ts";
import type { PpoSettings } from "./ppo.ts";
import type { LossBlock, RowBlock, Surrogate } from "./surrogate.ts";
import { valueLoss } from "./value-loss.ts";

/** An algorithm, the policy it trains, and the settings of its loss; the algorithm's own branch of the configuration fits. */
export type AlgorithmSpec =
  | { readonly name: "fpo"; readonly policy: FlowPolicySpec; readonly settings: FlowMatchingSettings & FpoSettings }
  | {
      readonly name: "fpo++";
      readonly policy: FlowPolicySpec;
      readonly settings: FlowMatchingSettings & FpoPlusPlusSettings;
    }
  | { readonly name: "orw"; readonly policy: FlowPolicySpec; readonly settings: FlowMatchingSettings & OrwSettings }
  | {
      readonly name: "ppo";
      readonly policy: GaussianPolicySpec;
      readonly settings: PpoSettings & AdviceSettings;
      /** Whether the environment sees tanh of the action */
      readonly squashed: boolean;
    }
  | { readonly name: "denoising-mdp"; readonly policy: FlowPolicySpec; readonly settings: DenoisingSettings };

/** Settings of returns and of the critic's loss. */
export interface ValueSettings extends GaeSettings {
  readonly valueCoefficient: number;
  /** Factor on rewards before learning */
  readonly rewardScale: number;
  /** Whether the textbook form's returns continue past a time limit */
  readonly bootstrapTimeLimits: boolean;
}

/** The two networks and what they learn from. */
export interface UpdateSpec {
  readonly algorithm: AlgorithmSpec;
  readonly critic: CriticSpec;
  readonly obsSize: number;
  readonly privilegedSize: number;
  /** Where the privileged observation holds the advice; absent where the algorithm heeds none */
  readonly adviceOffset?: number;
  readonly settings: ValueSettings;
}

/**
 * Rows of the whole arrays that a block's rows are picked from by their numbers; undefined where the block's rows are fed. Picked arrays
 * are inputs [rows of the whole, size] under their own names.
 */
export interface PickedFrom {
  /** What rows keep, picked by the int64 input `keptRow` [rows] */
  readonly kept?: number;
  /** Observations, picked by the int64 input `seenRow` [rows that are seen] */
  readonly seen?: number;
}

/** The inputs that take the numbers of picked rows. */
export const KEPT_ROW = "keptRow";
export const SEEN_ROW = "seenRow";

/** Prefix of gradient outputs: "d/" + the parameter's name. */
export const GRADIENT_PREFIX = "d/";
/** Measures of a critic block, adding up to means over the minibatch. */
export const CRITIC_MEASURES = ["valueLoss", "valueMean"] as const;

/** The algorithm's side of the update. */
export function surrogateOf(algorithm: AlgorithmSpec): Surrogate {
  switch (algorithm.name) {
    case "fpo":
      return flowMatchingSurrogate(algorithm.policy, algorithm.settings, (inputs) =>
        fpoLoss(algorithm.settings, inputs),
      );
    case "fpo++":
      return flowMatchingSurrogate(algorithm.policy, algorithm.settings, (inputs) =>
        fpoPlusPlusLoss(algorithm.settings, inputs),
      );
    case "orw":
      return flowMatchingSurrogate(algorithm.policy, algorithm.settings, (inputs) =>
        orwLoss(algorithm.settings, inputs),
      );
    case "ppo":
      return gaussianSurrogate(algorithm.policy, algorithm.settings, algorithm.squashed);
    case "denoising-mdp":
      return denoisingSurrogate(algorithm.policy, algorithm.settings);
    default:
      return algorithm satisfies never;
  }
}

/** Inputs `obs` [rows, obsSize], `mean`, `std` [obsSize] and the actor's weights. */
function actorBlock(rows: number, { layout }: Surrogate, { obsSize }: UpdateSpec, seen: RowInput = input): RowBlock {
  const obs = normalise(seen("obs", [rows, obsSize]), input("mean", [obsSize]), input("std", [obsSize]));
  return { rows, obs, weights: parameterInputs(layout) };
}

/** Values of a block's rows under the name of an input; any shape that begins with the rows or a multiple of them. */
type RowInput = LossBlock["kept"];

/** Rows fed as they are, or picked from `of` rows by the numbers in the input `index`. */
function rowInput(rows: number, index: string, of: number | undefined): RowInput {
  if (of === undefined) return input;
  const numbers = input(index, [rows], "int64");
  return (name, shape) => reshape(gather(input(name, [of, sizeOf(shape) / rows]), numbers), shape);
}

/** Computes again what acting threw away: inputs of `actorBlock` and drawn arrays → replayed arrays. Null where nothing is. */
export function replayFunction(spec: UpdateSpec, rows: number): GraphFunction | null {
  const surrogate = surrogateOf(spec.algorithm);
  if (surrogate.replay === null) return null;
  return graphFunction("replay", surrogate.replay.outputs(actorBlock(rows, surrogate, spec)));
}

/**
 * What rows keep through the epochs, computed under the collecting weights.
 * Inputs of `actorBlock`, `action` and, where it is heeded, `advice` [rows, actionSize], drawn and replayed arrays → kept arrays
 * (surrogate.ts).
 */
export function prepareFunction(spec: UpdateSpec, rows: number): GraphFunction {
  const surrogate = surrogateOf(spec.algorithm);
  return graphFunction("prepare", surrogate.prepare(actorBlock(rows, surrogate, spec)));
}

/** Inputs of `criticInputs` and the critic's weights → `value` [rows]. */
export function valueFunction({ critic, obsSize, privilegedSize }: UpdateSpec, rows: number): GraphFunction {
  const weights = parameterInputs(criticLayout(critic));
  const output = criticOutput(critic, weights, criticInputs(rows, obsSize, privilegedSize));
  return graphFunction("value", { value: criticValue(critic, output) });
}

/**
 * Gradient of the policy loss of one block.
 * Inputs of `actorBlock`, kept arrays, `advantage` [rows]; outputs gradients and `measures` in the surrogate's order.
 * @param scale 1 / rows of the whole minibatch
 */
export function actorGradientFunction(
  spec: UpdateSpec,
  rows: number,
  scale: number,
  from: PickedFrom = {},
): GraphFunction {
  const surrogate = surrogateOf(spec.algorithm);
  const block = actorBlock(rows, surrogate, spec, rowInput(rows, SEEN_ROW, from.seen));
  const { loss, measures } = surrogate.loss({ ...block, kept: rowInput(rows, KEPT_ROW, from.kept) }, scale);
  return graphFunction("actor-gradient", { ...gradientsByName(loss, surrogate.layout, block.weights), measures });
}

/**
 * Gradient of the value loss of one block whose targets are known.
 * Inputs of `criticInputs`, `target` [rows], `mask` [rows], the critic's weights.
 */
export function criticGradientFunction(
  spec: UpdateSpec,
  rows: number,
  scale: number,
  { seen: of }: PickedFrom = {},
): GraphFunction {
  const layout = criticLayout(spec.critic);
  const weights = parameterInputs(layout);
  const seen = rowInput(rows, SEEN_ROW, of);
  const output = criticOutput(spec.critic, weights, criticInputs(rows, spec.obsSize, spec.privilegedSize, seen));
  const coefficient = spec.settings.valueCoefficient;
  const loss = valueLoss(spec.critic, output, input("target", [rows]), input("mask", [rows]), { coefficient, scale });
  return graphFunction("critic-gradient", {
    ...gradientsByName(loss, layout, weights),
    measures: stack([loss, mul(sum(criticValue(spec.critic, output)), scale)]),
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
  { seen: of }: PickedFrom = {},
): GraphFunction {
  const layout = criticLayout(spec.critic);
  const weights = parameterInputs(layout);
  const rows = unroll * segments;
  const seen = rowInput(rows + segments, SEEN_ROW, of);
  const inputs: CriticInputs = criticInputs(rows + segments, spec.obsSize, spec.privilegedSize, seen);
  const output = criticOutput(spec.critic, weights, inputs);
  const [reward, terminated, truncated] = ["reward", "terminated", "truncated"].map((name) =>
    input(name, [unroll, segments]),
  );
  const grid = reshape(criticValue(spec.critic, output), [unroll + 1, segments]);
  const { advantages, targets } = gaeTensors(spec.settings, { reward, values: grid, terminated, truncated });
  const mask = spec.settings.gae === "brax" ? reshape(sub(1, truncated), [rows]) : null;
  const outputs = output.shape[1];
  const steps = reshape(output, [unroll + 1, segments * outputs]);
  const now = reshape(slice(steps, 0, 0, unroll), [rows, outputs]);
  const coefficient = spec.settings.valueCoefficient;
  const loss = valueLoss(spec.critic, now, reshape(targets, [rows]), mask, { coefficient, scale });
  return graphFunction("segment-gradient", {
    ...gradientsByName(loss, layout, weights),
    advantage: advantages,
    measures: stack([loss, mul(sum(reshape(slice(grid, 0, 0, unroll), [rows])), scale)]),
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
