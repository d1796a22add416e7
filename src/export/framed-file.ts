/** A policy file as a controller: its own nodes between ends of the names and the layout that controllers have. */
import { formatShape, readOnnx, rearrangedOnnx, sizeOf, type Tensor, withMetadata } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import { type Adapter, unchanged } from "./adapter.ts";
import type { ExportedFile } from "./exported-policy.ts";

const INPUT = "obs";

/** What is put around the file. */
export interface FileFrame {
  /** Name of the output. */
  readonly output: string;
  /** Default: values as they are. */
  readonly adapter?: Adapter;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The bytes of a file with input `obs` [batch, obsSize] and output [batch, actionSize]. Without `adapter`, a controller's nodes are not touched. */
export function framedFile(
  { file, isLimited }: ExportedFile,
  { output, adapter, metadata = {} }: FileFrame,
): Uint8Array {
  const { bytes, source, input, obsSize, actionSize, batch, squash } = file;
  if (isLimited && adapter === undefined && input === INPUT && file.output === output)
    return withMetadata(bytes, metadata);
  const { observation, action } = adapter ?? { observation: unchanged(obsSize), action: unchanged(actionSize) };
  const limit = isLimited || squash === "none" ? {} : { limit: 1 };
  const ends = {
    input: { name: INPUT, ...observation },
    output: { name: output, ...action, ...limit },
    batch,
    metadata,
  };
  return rearrangedOnnx(bytes, ends, source);
}

/**
 * The file as tensors of the graph.
 * @throws UserError naming what of it the graph does not have
 */
export function fileTensors(policy: ExportedFile): { obs: Tensor; action: Tensor } {
  const { source, obsSize, actionSize } = policy.file;
  const { function: fn } = readOnnx(framedFile(policy, { output: "actions" }), source);
  const obs = fn.inputs[0];
  const action = fn.outputs.actions!;
  if (obs === undefined) throw new UserError(`${source}: gives the same actions whatever it observes`);
  checkRow(obs, "takes", obsSize, source);
  checkRow(action, "gives", actionSize, source);
  return { obs, action };
}

/** One row at a time, or any number of rows. */
function checkRow({ shape }: Tensor, verb: string, expected: number, source: string): void {
  if (shape.length === 2 && sizeOf(shape) === expected) return;
  throw new UserError(`${source}: ${verb} ${formatShape(shape)} at once, expected one row of ${expected} values`);
}
