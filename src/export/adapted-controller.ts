/** A third-party file as a controller of a task: its own network between rearranged ends, with a contract like that of our exports. */
import { type InputNormaliser, rearrangedOnnx } from "../graph/index.ts";
import type { FilePolicy } from "../rollout/policy-data.ts";
import type { TaskDescription } from "../tasks/index.ts";
import { type Adapter, inverse } from "./adapter.ts";
import { NO_CHECKSUM, sealed } from "./contract/checksum.ts";
import { contractRules } from "./contract/contract-rules.ts";
import { CONTRACT_VERSION, type Contract, contractSchema } from "./contract/contract-schema.ts";
import { deployerMetadata } from "./onnx-controller.ts";

/** What is adapted. */
export interface AdaptedFile {
  readonly policy: FilePolicy;
  /** The file's name, without its folder. */
  readonly name: string;
  readonly adapter: Adapter;
  /** What the layout differs in, one phrase each. */
  readonly words: readonly string[];
  /** Of the file's input; null where none is known. */
  readonly normaliser: InputNormaliser | null;
  readonly packageVersion: string;
}

const INPUT = "obs";
const OUTPUT = "actions";

/** The contract of the file in the task, checked against its schema. */
export function adaptedContract(
  { policy, name, adapter, words, normaliser, packageVersion }: AdaptedFile,
  task: TaskDescription,
): Contract {
  const contract = {
    version: CONTRACT_VERSION,
    task,
    controlPeriod: 1 / task.controlHz,
    input: INPUT,
    output: OUTPUT,
    outputKind: "actions",
    quaternions: "w-x-y-z",
    historyOrder: "oldest-first",
    normaliser: { inside: true, ...ownNormaliser(normaliser, adapter, task.obsSize) },
    policy: { kind: "file", noise: "zero" },
    adapter: { file: name, sha256: policy.digest, ...adapter, words },
    rules: contractRules(task),
    training: { packageVersion, run: name, envSteps: 0, algorithm: "unknown", seed: 0 },
    weightsSha256: policy.digest,
  };
  // As it will be read back.
  return contractSchema.parse(JSON.parse(JSON.stringify(contract)));
}

/** The bytes of the new file, which hold their own checksum. */
export function adaptedOnnx(file: AdaptedFile, task: TaskDescription): Uint8Array {
  const { policy, adapter, name } = file;
  const contract = { ...adaptedContract(file, task), fileSha256: NO_CHECKSUM };
  const isLimited = policy.squash !== "none";
  return sealed(
    rearrangedOnnx(
      policy.bytes,
      {
        input: { name: INPUT, ...adapter.observation },
        output: { name: OUTPUT, ...adapter.action, ...(isLimited && { limit: 1 }) },
        batch: policy.batch,
        metadata: { ...deployerMetadata(task, { run: name }), flowgait: JSON.stringify(contract) },
      },
      policy.source,
    ),
  );
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
