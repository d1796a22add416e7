/** Makes the contract of a controller: everything that a program needs to know to run it as it was trained. */
import { withoutStepNoise } from "../../policy/flow-sampler.ts";
import { noiseSize, type PolicySpec } from "../../policy/policy.ts";
import { isStochastic } from "../../policy/sampler-names.ts";
import type { TaskDescription } from "../../tasks/index.ts";
import { type ControllerOptions, resolvedOptions } from "../controller-function.ts";
import type { ExportedPolicy, FileFacts } from "../exported-policy.ts";
import { weightsSha256 } from "./checksum.ts";
import { contractRules } from "./contract-rules.ts";
import { CONTRACT_VERSION, type Contract, contractSchema } from "./contract-schema.ts";

/** Where the controller comes from. */
export interface ControllerOrigin {
  readonly packageVersion: string;
  /** Folder or name of the run. */
  readonly run: string;
  /** Environment steps trained. */
  readonly envSteps: number;
  readonly algorithm: string;
  readonly seed: number;
  /** The controller of flowgait that it is, or was made from; `run` is then its name. */
  readonly shipped?: { readonly controller: string; readonly packageVersion: string; readonly sha256: string };
  /** The policy whose actions this one learned to give in fewer flow steps. */
  readonly distilledFrom?: { readonly flowSteps: number; readonly weightsSha256: string };
}

/** Where it comes from, in words. */
export function originText({ run, shipped, algorithm, envSteps, seed }: ControllerOrigin): string {
  if (shipped === undefined) return run;
  const { controller, packageVersion, sha256 } = shipped;
  const training = `trained by ${algorithm} for ${envSteps.toLocaleString("en")} environment steps, seed ${seed}`;
  return `Shipped controller ${controller}, flowgait ${packageVersion}, sha256 ${sha256}; ${training}`;
}

/** The whole contract at full precision, checked against its schema. */
export function controllerContract(
  policy: ExportedPolicy,
  task: TaskDescription,
  origin: ControllerOrigin,
  options: ControllerOptions = {},
): Contract {
  const { output, outputName } = resolvedOptions(options);
  const contract = {
    version: CONTRACT_VERSION,
    task,
    controlPeriod: 1 / task.controlHz,
    input: "obs",
    output: outputName,
    outputKind: output,
    quaternions: "w-x-y-z",
    historyOrder: "oldest-first",
    ...factsOf(policy, options),
    rules: contractRules(task),
    training: origin,
  };
  // As it will be read back.
  return contractSchema.parse(JSON.parse(JSON.stringify(contract)));
}

function factsOf(policy: ExportedPolicy, options: ControllerOptions): FileFacts {
  if (policy.kind === "file") return policy.facts;
  return {
    normaliser: { inside: true, mean: [...policy.mean], std: [...policy.std] },
    policy: describePolicy(policy.spec, options),
    weightsSha256: weightsSha256(policy),
  };
}

/** How the file makes its actions; `noiseSize` is the width of the input `noise`. */
function describePolicy(spec: PolicySpec, options: ControllerOptions): Contract["policy"] {
  const { noise, noiseSeed } = resolvedOptions(options);
  const drawn = {
    ...(noise === "seed" ? { noiseSeed } : {}),
    ...(noise === "input" ? { noiseSize: noiseSize(spec) } : {}),
  };
  if (spec.kind === "gaussian") return { kind: spec.kind, noise, ...drawn };
  const { sampler, flowSteps, stepNoise } = noise === "zero" ? withoutStepNoise(spec) : spec;
  return { kind: spec.kind, sampler, flowSteps, noise, ...drawn, ...(isStochastic(sampler) ? { stepNoise } : {}) };
}
