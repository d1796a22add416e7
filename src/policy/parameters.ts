/**
 * Named weights of one network inside one flat float32 array: what checkpoints store, optimisers update and graphs are fed with.
 * Not here: what the weights mean (flow-policy.ts, critic.ts).
 */
import { input, type Tensor } from "../graph/index.ts";
import type { Rng } from "../math/rng.ts";

/** One weight: its name in checkpoints and graphs, its shape, and the inputs of the layer it belongs to (0: starts at zero). */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  readonly fanIn: number;
}

/** Parameters in a fixed order, each at its place in the flat array. */
export interface ParameterLayout {
  readonly parameters: readonly (Parameter & { readonly offset: number; readonly size: number })[];
  /** Length of the flat array. */
  readonly size: number;
}

/** Lays parameters one behind the other. */
export function layoutOf(parameters: readonly Parameter[]): ParameterLayout {
  let offset = 0;
  const placed = parameters.map((parameter) => {
    const size = parameter.shape.reduce((product, n) => product * n, 1);
    const entry = { ...parameter, offset, size };
    offset += size;
    return entry;
  });
  return { parameters: placed, size: offset };
}

/** A graph input per parameter, by name. */
export function parameterInputs(layout: ParameterLayout): Record<string, Tensor> {
  return Object.fromEntries(layout.parameters.map(({ name, shape }) => [name, input(name, shape)]));
}

/** Views into `flat`, one per parameter by name: feeds of a graph, or outputs for its gradients under `prefix + name`. */
export function parameterViews(layout: ParameterLayout, flat: Float32Array, prefix = ""): Record<string, Float32Array> {
  if (flat.length !== layout.size) {
    throw new RangeError(`parameters: the flat array must have ${layout.size} values, got ${flat.length}`);
  }
  return Object.fromEntries(
    layout.parameters.map(({ name, offset, size }) => [prefix + name, flat.subarray(offset, offset + size)]),
  );
}

/** Writes start values: LeCun-uniform weights U(±√(3/fanIn)), zero biases (reference: FPO and Brax networks). */
export function initialise(layout: ParameterLayout, rng: Rng, out: Float32Array): void {
  for (const { offset, size, fanIn } of layout.parameters) {
    const bound = fanIn === 0 ? 0 : Math.sqrt(3 / fanIn);
    for (let i = 0; i < size; i++) out[offset + i] = fanIn === 0 ? 0 : rng.uniform(-bound, bound);
  }
}
