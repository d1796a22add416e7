// What runs a graph. Implementations: engines/ort.ts (the default), engines/tfjs.ts, engines/reference.ts.
import type { GraphFunction } from "./function.ts";
import { formatShape, isBatched, sizeOf } from "./shape.ts";

/** Values of one input. */
export type FeedArray = Float32Array | BigInt64Array;

/** One value per declared input, row-major: Float32Array for float32 inputs, BigInt64Array for int64 inputs. */
export type Feeds = Readonly<Record<string, FeedArray>>;

/** A function that an engine has prepared. */
export interface Executable {
  /**
   * Runs the function once; await it before the next run. Feeds must have exactly the declared sizes; a symbolic batch is worked out from them.
   * Results are written into `out[name]` where given, else into new arrays. Throws a RangeError naming the input
   * or output whose size does not fit.
   */
  run(feeds: Feeds, out?: Readonly<Record<string, Float32Array>>): Promise<Record<string, Float32Array>>;
  dispose(): Promise<void>;
}

/** What compiles and runs graph functions. */
export interface Engine {
  readonly name: string;
  /** Whether it reads feeds where they lie, so that a large one costs nothing; false where every run copies them. */
  readonly readsInPlace: boolean;
  /** Prepares a function to be run many times. */
  compile(fn: GraphFunction): Promise<Executable>;
  dispose(): Promise<void>;
}

/** Checks names, types and sizes of the feeds and returns the batch (1 for functions without a symbolic dimension). */
export function checkFeeds(fn: GraphFunction, feeds: Feeds): number {
  let batch = 0;
  for (const node of fn.inputs) {
    if (node.op !== "input") continue;
    const { name } = node.attributes;
    const values = feeds[name];
    if (!values) throw new RangeError(`${fn.name}: input "${name}" ${formatShape(node.shape)} is missing`);
    if (values instanceof BigInt64Array !== (node.dtype === "int64"))
      throw new TypeError(`${fn.name}: input "${name}" must be ${node.dtype}`);
    const unit = sizeOf(node.shape);
    if (isBatched(node.shape)) {
      if (values.length % unit !== 0 || (batch > 0 && values.length !== batch * unit))
        throw new RangeError(
          `${fn.name}: input "${name}" must have ${unit} values per batch row, got ${values.length}`,
        );
      batch = values.length / unit;
    } else if (values.length !== unit) {
      throw new RangeError(
        `${fn.name}: input "${name}" ${formatShape(node.shape)} must have ${unit} values, got ${values.length}`,
      );
    }
  }
  return batch || 1;
}

/** Returns `out` after checking its size, or a new array. */
export function outputArray(fn: GraphFunction, name: string, batch: number, out?: Float32Array): Float32Array {
  const { shape } = fn.outputs[name];
  const size = sizeOf(shape, batch);
  if (!out) return new Float32Array(size);
  if (out.length !== size)
    throw new RangeError(
      `${fn.name}: output "${name}" ${formatShape(shape)} must have ${size} values, got ${out.length}`,
    );
  return out;
}
