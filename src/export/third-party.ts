/** A third-party file as a policy that is exported: what is known of its network, which a contract says. */
import type { InputNormaliser } from "../graph/index.ts";
import type { FilePolicy } from "../rollout/policy-data.ts";
import { type Adapter, inverse, unchanged } from "./adapter.ts";
import type { ControllerOrigin } from "./contract/contract.ts";
import type { Contract } from "./contract/contract-schema.ts";
import type { ExportedFile, FileFacts } from "./exported-policy.ts";

/** A file without a contract. */
export interface ThirdPartyFile {
  readonly policy: FilePolicy;
  /** The file's name, without its folder. */
  readonly name: string;
  /** Of the file's input; null where none is known. */
  readonly normaliser: InputNormaliser | null;
}

/** How the file's layout differs from the task's. */
export interface Adaptation {
  readonly adapter: Adapter;
  /** One phrase each. */
  readonly words: readonly string[];
}

/** The file with what is known of it. @param adaptation absent: it has the task's layout */
export function thirdPartyPolicy(
  { policy, name, normaliser }: ThirdPartyFile,
  { adapter, words }: Adaptation = asItIs(policy),
): ExportedFile {
  const { digest, obsSize } = policy;
  const facts: FileFacts = {
    normaliser: { inside: true, ...ownNormaliser(normaliser, adapter, obsSize) },
    policy: { kind: "file", noise: "zero" },
    adapter: { file: name, sha256: digest, ...plain(adapter), words: [...words] },
    weightsSha256: digest,
  };
  return { kind: "file", file: policy, facts, isLimited: false };
}

/** What nobody knows of its training is left open. */
export function thirdPartyOrigin(name: string, packageVersion: string): ControllerOrigin {
  return { packageVersion, run: name, envSteps: 0, algorithm: "unknown", seed: 0 };
}

function asItIs({ obsSize, actionSize }: FilePolicy): Adaptation {
  return { adapter: { observation: unchanged(obsSize), action: unchanged(actionSize) }, words: [] };
}

function plain({ observation, action }: Adapter): Pick<NonNullable<Contract["adapter"]>, "observation" | "action"> {
  const copy = ({ source, scale }: Adapter["action"]) => ({ source: [...source], scale: [...scale] });
  return { observation: copy(observation), action: copy(action) };
}

/** The file's normaliser in the order of the task's observation; 0 and 1 where it has none. */
function ownNormaliser(
  normaliser: InputNormaliser | null,
  { observation }: Adapter,
  size: number,
): Pick<Contract["normaliser"], "mean" | "std"> {
  if (normaliser === null) return { mean: new Array<number>(size).fill(0), std: new Array<number>(size).fill(1) };
  const { source, scale } = inverse(observation);
  return {
    mean: source.map((from, i) => scale[i]! * normaliser.mean[from]!),
    std: source.map((from, i) => Math.abs(scale[i]!) * normaliser.std[from]!),
  };
}
