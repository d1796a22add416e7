/** Flags that change how a trained flow is integrated: checked against the policy, and put into it. */
import type { Command } from "commander";
import { choice, realNumber, wholeNumber } from "../../catalogue/flag-value.ts";
import { oneOf } from "../../config/config-issue.ts";
import { UserError } from "../../math/user-error.ts";
import { FLOW_SAMPLERS, type FlowSampler, isStochastic } from "../../policy/sampler-names.ts";
import { flowOf, type PolicyData } from "../../rollout/policy-data.ts";

/** What was given; undefined means as trained. */
export interface FlowFlags {
  readonly sampler: FlowSampler | undefined;
  readonly flowSteps: number | undefined;
  readonly stepNoise: number | undefined;
}

/** The flags as the command line gives them. */
export interface FlowOptions {
  readonly sampler?: string;
  readonly flowSteps?: string;
  readonly stepNoise?: string;
}

/** Gives a command the flags. */
export function addFlowOptions(command: Command): Command {
  return command
    .option("--sampler <name>", `how a flow is integrated: ${oneOf(FLOW_SAMPLERS)} (default: as trained)`)
    .option("--flow-steps <count>", "integration steps of the flow (default: as trained)")
    .option(
      "--step-noise <amount>",
      "sde: eta in g(t) = sqrt(2 eta t); noisy-euler: standard deviation per step (default: as trained; 1 or 0.05 for another sampler)",
    );
}

/** Reads the flags. Throws UserError (exit code 2). */
export function readFlowFlags({ sampler, flowSteps, stepNoise }: FlowOptions): FlowFlags {
  return {
    sampler: sampler === undefined ? undefined : choice("--sampler", sampler, FLOW_SAMPLERS),
    flowSteps: flowSteps === undefined ? undefined : wholeNumber("--flow-steps", flowSteps, 1, 1000),
    stepNoise: stepNoise === undefined ? undefined : realNumber("--step-noise", stepNoise, 0, 100),
  };
}

/** Noise per step where a policy was trained with another sampler: sde at the flow's own strength, noisy-euler as the baseline of FPO has it. */
const USUAL_STEP_NOISE: Readonly<Record<FlowSampler, number>> = {
  euler: 0,
  midpoint: 0,
  heun: 0,
  sde: 1,
  "noisy-euler": 0.05,
};

/**
 * The policy with its flow integrated as the flags say.
 * @throws UserError (exit code 2) naming the flag that means nothing to this policy
 */
export function resampled(policy: PolicyData, flags: FlowFlags, reference: string): PolicyData {
  const given = Object.entries(FLAGS).find(([key]) => flags[key as keyof FlowFlags] !== undefined);
  if (given === undefined) return policy;
  const trained = flowOf(policy);
  if (trained === null) {
    throw new UserError(`${given[1]}: ${reference} has no flow; omit this flag`, { exitCode: 2 });
  }
  const { spec } = trained;
  const sampler = flags.sampler ?? spec.sampler;
  if (flags.stepNoise !== undefined && !isStochastic(sampler)) {
    const found = `${sampler} adds no noise`;
    throw new UserError(`--step-noise: ${found}, expected --sampler sde or noisy-euler`, { exitCode: 2 });
  }
  const usual = sampler === spec.sampler ? spec.stepNoise : USUAL_STEP_NOISE[sampler];
  const stepNoise = flags.stepNoise ?? usual;
  return { ...trained, spec: { ...spec, sampler, flowSteps: flags.flowSteps ?? spec.flowSteps, stepNoise } };
}

const FLAGS: Readonly<Record<keyof FlowFlags, string>> = {
  sampler: "--sampler",
  flowSteps: "--flow-steps",
  stepNoise: "--step-noise",
};
