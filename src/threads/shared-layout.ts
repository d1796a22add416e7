/** Named typed arrays in one SharedArrayBuffer, so that threads exchange batches without copying. Not here: what the arrays mean. */
import type { SharedMemory } from "./shared-memory.ts";

const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  uint8: Uint8Array,
} as const;

type ElementType = keyof typeof ARRAYS;

/** Element type and length of each array, by name. */
export type SharedLayout = Readonly<Record<string, readonly [ElementType, number]>>;

/** The arrays of a layout, as views into the shared buffer. */
export type SharedViews<L extends SharedLayout> = {
  readonly [K in keyof L]: InstanceType<(typeof ARRAYS)[L[K][0]]>;
};

const ALIGNMENT = 64;

/** Bytes that a layout needs. */
export function byteLengthOf(layout: SharedLayout): number {
  let offset = 0;
  for (const [type, length] of Object.values(layout))
    offset = aligned(offset) + ARRAYS[type].BYTES_PER_ELEMENT * length;
  return aligned(offset);
}

/** Views of `layout` into `buffer`, in the order of its keys. */
export function sharedViews<L extends SharedLayout>(layout: L, buffer: SharedMemory): SharedViews<L> {
  const views: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, [type, length]] of Object.entries(layout)) {
    offset = aligned(offset);
    const View: new (memory: SharedMemory, at: number, count: number) => unknown = ARRAYS[type];
    views[name] = new View(buffer, offset, length);
    offset += ARRAYS[type].BYTES_PER_ELEMENT * length;
  }
  return views as SharedViews<L>;
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}
