/** Turns a run's configuration and a task's sizes into the shapes that the other rooms work with. */
import { type AlgorithmSpec, surrogateOf, type UpdateSpec } from "../algorithms/update-functions.ts";
import type { AlgorithmConfig } from "../config/algorithm-config.ts";
import { rowsPerIteration, type TrainConfig } from "../config/config.ts";
import { type ScheduleSetting, scheduleOf } from "../config/schedule-field.ts";
import { valueAt } from "../math/schedule.ts";
import { UserError } from "../math/user-error.ts";
import { type CriticSpec, criticLayout } from "../policy/critic.ts";
import type { FlowPolicy, GaussianPolicy, PolicySpec } from "../policy/policy.ts";
import type { PolicySymmetry } from "../policy/symmetry.ts";
import type { BinsSpec } from "../policy/value-bins.ts";
import { shardStateLayout } from "../rollout/shard-state.ts";
import { ADVICE, type Environment, policyMirrorOf, type SignedPermutation } from "../tasks/index.ts";
import type { IterationSizes } from "./iteration-layout.ts";
import { keptLayout, keptOrientations } from "./rows.ts";
import { type Cuts, planUpdate, type UpdatePlan } from "./update-plan.ts";

/** What of a task decides the shape of a policy. */
export interface PolicyShape extends Pick<Environment, "obsSize" | "actionSize"> {
  /** Of a symmetric policy */
  readonly symmetry?: PolicySymmetry;
}
type FlowConfig = Exclude<AlgorithmConfig, { name: "ppo" }>;

/**
 * The policy that `config` trains on `env`: its network, and how it acts while training.
 * @throws UserError where it is to be symmetric and the task is not
 */
export function policySpec(config: TrainConfig, env: Environment): PolicySpec {
  return shapedPolicy(config, shapeOf(config, env));
}

/** The policy that `config` trains on a task of this shape. */
export function shapedPolicy({ algorithm }: TrainConfig, shape: PolicyShape): PolicySpec {
  return algorithm.name === "ppo" ? gaussianPolicy(algorithm, shape) : flowPolicy(algorithm, shape);
}

function shapeOf({ algorithm }: TrainConfig, env: Environment): PolicyShape {
  const { obsSize, actionSize } = env;
  if (!algorithm.symmetricPolicy) return { obsSize, actionSize };
  const { obs, action } = policyMirrorOf(env, "--algorithm.symmetric-policy");
  return { obsSize, actionSize, symmetry: { obs: reflection(obs), action: reflection(action) } };
}

function reflection({ source, sign }: SignedPermutation): number[] {
  return Array.from(source, (from, i) => sign[i] * (from + 1));
}

function networkOf({ policyHidden, activation }: AlgorithmConfig, { obsSize, actionSize, symmetry }: PolicyShape) {
  return { obsSize, actionSize, hidden: policyHidden, activation, ...(symmetry && { symmetry }) };
}

function gaussianPolicy(algorithm: AlgorithmConfig, env: PolicyShape): GaussianPolicy {
  return { kind: "gaussian", ...networkOf(algorithm, env) };
}

function flowPolicy(algorithm: FlowConfig, env: PolicyShape): FlowPolicy {
  const { flowSteps, stepNoise, policyOutputScale: outputScale } = algorithm;
  const sampler = algorithm.name === "denoising-mdp" ? "noisy-euler" : algorithm.sampler;
  return { kind: "flow", ...networkOf(algorithm, env), outputScale, flowSteps, sampler, stepNoise };
}

/** Standard deviation of the Gaussian noise added to actions after so many environment steps of training. */
export function actionNoise({ algorithm }: TrainConfig, envSteps: number): number {
  if (!("actionNoise" in algorithm)) return 0;
  return valueAt(scheduleOf(algorithm.actionNoise), envSteps);
}

function algorithmSpec(config: TrainConfig, env: Environment): AlgorithmSpec {
  const { algorithm } = config;
  const shape = shapeOf(config, env);
  switch (algorithm.name) {
    case "fpo":
      return { name: algorithm.name, policy: flowPolicy(algorithm, shape), settings: scheduled(algorithm) };
    case "fpo++":
      return { name: algorithm.name, policy: flowPolicy(algorithm, shape), settings: scheduled(algorithm) };
    case "orw":
      return { name: algorithm.name, policy: flowPolicy(algorithm, shape), settings: scheduled(algorithm) };
    case "ppo": {
      const squashed = env.actionDescription.squash === "tanh";
      const settings = { ...algorithm, advicePull: scheduleOf(algorithm.advicePull) };
      return { name: algorithm.name, policy: gaussianPolicy(algorithm, shape), settings, squashed };
    }
    case "denoising-mdp":
      return { name: algorithm.name, policy: flowPolicy(algorithm, shape), settings: algorithm };
    default:
      return algorithm satisfies never;
  }
}

function scheduled<A extends { readonly normalPull: ScheduleSetting; readonly advicePull: ScheduleSetting }>(
  algorithm: A,
) {
  const { normalPull, advicePull } = algorithm;
  return { ...algorithm, normalPull: scheduleOf(normalPull), advicePull: scheduleOf(advicePull) };
}

/** Evaluations of the policy network that the loss of one row takes. */
export function evaluationsPerRow(algorithm: AlgorithmConfig): number {
  const sides = algorithm.symmetricPolicy ? 2 : 1;
  if (algorithm.name === "ppo") return sides;
  return sides * (algorithm.name === "denoising-mdp" ? algorithm.flowSteps : algorithm.pairs);
}

/**
 * Both networks and the losses' settings.
 * @param env of the form that is trained on
 * @throws UserError (exit code 2) where an algorithm is to heed advice that the environment does not give
 */
export function updateSpec(config: TrainConfig, env: Environment): UpdateSpec {
  const algorithm = algorithmSpec(config, env);
  const critic: CriticSpec = {
    inputSize: env.obsSize + env.privilegedSize,
    hidden: config.algorithm.criticHidden,
    activation: config.algorithm.activation,
    norm: config.algorithm.criticNorm,
    bins: criticBins(config.algorithm),
  };
  return {
    algorithm,
    critic,
    obsSize: env.obsSize,
    privilegedSize: env.privilegedSize,
    ...(surrogateOf(algorithm).heedsAdvice && { adviceOffset: adviceOffset(config, env) }),
    settings: config.algorithm,
  };
}

/** The bins of a categorical critic; null where the critic is not one. */
export function criticBins({ critic, criticBins: bins, criticSupport: support }: AlgorithmConfig): BinsSpec | null {
  return critic === "hl-gauss" ? { bins, support } : null;
}

function adviceOffset(config: TrainConfig, env: Environment): number {
  const advice = env.privilegedLayout.find(({ name }) => name === ADVICE);
  if (advice === undefined) throw noAdvice(config, env);
  if (advice.size === env.actionSize) return advice.offset;
  const found = `${advice.size} value${advice.size === 1 ? "" : "s"}`;
  throw new UserError(
    `task ${env.task.name}: lesson "${config.lesson}" advises ${found}, expected ${env.actionSize}, one for each value of the action`,
    { exitCode: 2 },
  );
}

function noAdvice({ lesson }: TrainConfig, { task }: Environment): UserError {
  const found = lesson === "" ? `${task.name} without a lesson` : `lesson "${lesson}" of ${task.name}`;
  const names = Object.keys(task.lessons).filter((name) => task.lessons[name].advise !== undefined);
  const expected = names.length === 0 ? "no pull; omit this flag" : `--lesson ${names.join(" or --lesson ")}`;
  return new UserError(`--algorithm.advice-pull: ${found} has no scripted controller, expected ${expected}`, {
    exitCode: 2,
  });
}

/** How minibatches are cut. */
export function updatePlan(config: TrainConfig, cuts: Cuts = "cached"): UpdatePlan {
  const { algorithm } = config;
  return planUpdate(rowsPerIteration(config), cuts, { ...algorithm, pairs: evaluationsPerRow(algorithm) });
}

/** Sizes of the arrays that one iteration shares. */
export function iterationSizes(config: TrainConfig, env: Environment, plan = updatePlan(config)): IterationSizes {
  const envs = config.envs / config.shards;
  const spec = updateSpec(config, env);
  const surrogate = surrogateOf(spec.algorithm);
  const orientations = config.mirror ? 2 : 1;
  return {
    shards: config.shards,
    envs,
    steps: config.horizon,
    obsSize: env.obsSize,
    privilegedSize: env.privilegedSize,
    actionSize: env.actionSize,
    shardStateSize: shardStateLayout(env, envs).size,
    finals: envs * (1 + Math.ceil(config.horizon / (config.episodeSteps || env.episodeSteps))),
    keptSize: keptLayout(surrogate.kept, rowsPerIteration(config), keptOrientations(spec, orientations)).size,
    orientations,
    actorSize: surrogate.layout.size,
    criticSize: criticLayout(spec.critic).size,
    policyMeasures: surrogate.measures.length,
    parts: plan.parts,
    units: plan.units,
    epochs: config.algorithm.epochs,
    minibatches: config.algorithm.epochs * plan.minibatches,
  };
}
