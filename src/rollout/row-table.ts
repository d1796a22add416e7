/** The iteration's arrays that hold one row after the other, with what becomes of a row in the mirror. */
import { surrogateOf } from "../algorithms/update-functions.ts";
import type { SignedPermutation } from "../tasks/index.ts";
import { keptLayout } from "./kept-rows.ts";
import type { UpdaterOptions } from "./update-block.ts";

/** One of these arrays. */
export interface RowTable {
  readonly name: string;
  /** Values per row */
  readonly size: number;
  /** [rows, size] */
  readonly values: Float32Array;
  /** The images of all rows [rows, size], or how they are made; null where they are no different, or never looked at */
  readonly image: Float32Array | SignedPermutation | null;
}

/** What is seen of the rows, one step more per shard than there are rows: `obs`, and `privileged` unless it is empty. */
export function seenTables({ views, sizes, mirror }: UpdaterOptions): RowTable[] {
  const { obsSize, privilegedSize } = sizes;
  const obs = { name: "obs", size: obsSize, values: views.obs, image: mirror?.obs ?? null };
  if (privilegedSize === 0) return [obs];
  const image = mirror?.privileged ?? null;
  return [obs, { name: "privileged", size: privilegedSize, values: views.privileged, image }];
}

/** What rows keep through the epochs. */
export function keptTables({ spec, views, sizes }: UpdaterOptions): RowTable[] {
  const rows = sizes.shards * sizes.steps * sizes.envs;
  const { places } = keptLayout(surrogateOf(spec.algorithm).kept, rows, sizes.orientations);
  return places.map(({ name, size, offset, imageOffset }) => {
    const part = (from: number) => views.kept.subarray(from, from + rows * size);
    return { name, size, values: part(offset), image: imageOffset === offset ? null : part(imageOffset) };
  });
}
