// The reference engine: interprets a graph node by node in float64. For tests, central differences and doubt; slow.
import { checkFeeds, type Engine, type Executable, type Feeds, outputArray } from "../engine.ts";
import type { GraphFunction } from "../function.ts";
import { evaluate, type Value } from "../kernels.ts";
import { isBatched, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Values by input name; float64 arrays keep their precision. */
export type ReferenceFeeds = Readonly<Record<string, ArrayLike<number> | BigInt64Array>>;

function feedValue(node: Tensor, values: ArrayLike<number> | BigInt64Array): Value {
  const data = values instanceof BigInt64Array ? Float64Array.from(values, Number) : Float64Array.from(values);
  const batch = data.length / sizeOf(node.shape);
  return { shape: isBatched(node.shape) ? node.shape.with(0, batch) : node.shape, data };
}

/**
 * Evaluates the function in float64.
 * @returns one value per output, not rounded to float32.
 * Throws a RangeError when an input is missing or an index is out of range.
 */
export function interpret(fn: GraphFunction, feeds: ReferenceFeeds): Record<string, Float64Array> {
  const values = new Map<Tensor, Value>();
  for (const node of fn.nodes) {
    const fed = node.op === "input" ? feeds[node.attributes.name] : undefined;
    const operands = node.inputs.map((operand) => values.get(operand)!);
    values.set(node, fed ? feedValue(node, fed) : evaluate(node, operands));
  }
  return Object.fromEntries(Object.entries(fn.outputs).map(([name, tensor]) => [name, values.get(tensor)!.data]));
}

async function compile(fn: GraphFunction): Promise<Executable> {
  return {
    async run(feeds: Feeds, out: Readonly<Record<string, Float32Array>> = {}) {
      const batch = checkFeeds(fn, feeds);
      const results = interpret(fn, feeds);
      const written: Record<string, Float32Array> = {};
      for (const [name, values] of Object.entries(results)) {
        written[name] = outputArray(fn, name, batch, out[name]);
        written[name].set(values);
      }
      return written;
    },
    async dispose() {},
  };
}

/** Runs graphs on the float64 interpreter, results rounded to float32. */
export function createReferenceEngine(): Engine {
  return { name: "reference", readsInPlace: false, compile, async dispose() {} };
}
