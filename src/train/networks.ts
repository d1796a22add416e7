/** Turns a run's configuration and a task's sizes into the shapes that the other rooms work with. */
import type { UpdateSpec } from "../algorithms/update-functions.ts";
import { type CriticSpec, criticLayout } from "../policy/critic.ts";
import { type FlowPolicySpec, flowPolicyLayout } from "../policy/flow-policy.ts";
import type { IterationSizes } from "../rollout/iteration-layout.ts";
import { shardStateLayout } from "../rollout/shard-state.ts";
import { planUpdate, type UpdatePlan } from "../rollout/update-plan.ts";
import type { Environment } from "../tasks/index.ts";
import { rowsPerIteration, type TrainConfig } from "./config.ts";

/** Shape of the policy network that `config` trains on `env`. */
export function policySpec(config: TrainConfig, env: Pick<Environment, "obsSize" | "actionSize">): FlowPolicySpec {
  const { policyHidden, activation, policyOutputScale } = config.algorithm;
  return {
    obsSize: env.obsSize,
    actionSize: env.actionSize,
    hidden: policyHidden,
    activation,
    outputScale: policyOutputScale,
  };
}

/** Both networks and the losses' settings. */
export function updateSpec(config: TrainConfig, env: Environment): UpdateSpec {
  const critic: CriticSpec = {
    inputSize: env.obsSize + env.privilegedSize,
    hidden: config.algorithm.criticHidden,
    activation: config.algorithm.activation,
  };
  return {
    policy: policySpec(config, env),
    critic,
    privilegedSize: env.privilegedSize,
    settings: config.algorithm,
  };
}

/** How minibatches are cut. */
export function updatePlan(config: TrainConfig): UpdatePlan {
  return planUpdate(rowsPerIteration(config), config.algorithm);
}

/** Sizes of the arrays that one iteration shares. */
export function iterationSizes(config: TrainConfig, env: Environment): IterationSizes {
  const envs = config.envs / config.shards;
  const spec = updateSpec(config, env);
  const plan = updatePlan(config);
  return {
    shards: config.shards,
    envs,
    steps: config.horizon,
    obsSize: env.obsSize,
    privilegedSize: env.privilegedSize,
    actionSize: env.actionSize,
    shardStateSize: shardStateLayout(env, envs).size,
    finals: envs * (1 + Math.ceil(config.horizon / (config.episodeSteps || env.episodeSteps))),
    pairs: config.algorithm.pairs,
    orientations: config.mirror ? 2 : 1,
    actorSize: flowPolicyLayout(spec.policy).size,
    criticSize: criticLayout(spec.critic).size,
    parts: plan.parts,
    units: plan.units,
  };
}
