// Finds the normaliser at the input of an ONNX file: what is taken from each of its values, and what that is divided by,
// before the first layer. Follows constant arithmetic and permutations only.
import { UserError } from "../../math/user-error.ts";
import { fedInputs, openOnnx } from "./open.ts";
import type { GraphProto, NodeProto } from "./schema.ts";
import { readTensor } from "./tensor-proto.ts";

/** Of the values that a file is given. */
export interface InputNormaliser {
  /** [size] */
  readonly mean: readonly number[];
  /** [size] all above 0 */
  readonly std: readonly number[];
}

/** out[k] = factor[k] · input[from[k]] + shift[k] */
interface Affine {
  readonly from: readonly number[];
  readonly factor: readonly number[];
  readonly shift: readonly number[];
}

/** Operators that leave the values of a row as they are, or limit them. */
const PASSING = new Set(["Identity", "Cast", "Flatten", "Reshape", "Clip"]);

/**
 * Null where the file has none, or one that is not found.
 * @param size values of the file's input
 * @throws UserError when the bytes are no ONNX file
 */
export function inputNormaliser(bytes: Uint8Array, size: number, source: string): InputNormaliser | null {
  const { graph } = openOnnx(bytes, source);
  const constants = new Constants(graph, source);
  const straight = Array.from({ length: size }, (_, i) => i);
  let affine: Affine = { from: straight, factor: straight.map(() => 1), shift: straight.map(() => 0) };
  let name = fedInputs(graph)[0]!.name;
  for (;;) {
    const readers = graph.node.filter((node) => node.input.includes(name));
    const next = readers.length === 1 ? advanced(affine, readers[0]!, name, constants) : null;
    if (next === null) return normaliserOf(affine, size);
    affine = next;
    name = readers[0]!.output[0]!;
  }
}

function normaliserOf({ from, factor, shift }: Affine, size: number): InputNormaliser | null {
  const places = Array.from({ length: size }, (_, i) => from.indexOf(i));
  const isPlain = factor.every((value) => value === 1) && shift.every((value) => value === 0);
  if (isPlain || places.includes(-1)) return null;
  const mean = places.map((k) => -shift[k]! / factor[k]!);
  const std = places.map((k) => 1 / Math.abs(factor[k]!));
  return [...mean, ...std].every(Number.isFinite) ? { mean, std } : null;
}

/** With the arithmetic of one node more; null where that is another kind. */
function advanced(
  affine: Affine,
  { opType, input, attribute }: NodeProto,
  name: string,
  constants: Constants,
): Affine | null {
  if (PASSING.has(opType)) return affine;
  const { from, factor, shift } = affine;
  const size = from.length;
  const other = constants.values(input[0] === name ? input[1]! : input[0]!);
  if (other === null) return null;
  if (opType === "Gather") {
    const isOfRows = attribute.some((entry) => entry.name === "axis" && (entry.i === 1 || entry.i === -1));
    if (!isOfRows || input[0] !== name) return null;
    const pick = <T>(list: readonly T[]) => other.map((i) => list.at(i)!);
    return { from: pick(from), factor: pick(factor), shift: pick(shift) };
  }
  if (other.length !== 1 && other.length !== size) return null;
  const at = (k: number) => other[other.length === 1 ? 0 : k]!;
  const scaled = (by: (k: number) => number) => ({
    from,
    factor: factor.map((value, k) => value * by(k)),
    shift: shift.map((value, k) => value * by(k)),
  });
  const shifted = (by: (k: number) => number) => ({ from, factor, shift: shift.map((value, k) => value + by(k)) });
  if (opType === "Mul") return scaled(at);
  if (opType === "Add") return shifted(at);
  if (input[0] !== name) return null;
  if (opType === "Div") return scaled((k) => 1 / at(k));
  return opType === "Sub" ? shifted((k) => -at(k)) : null;
}

/** Constants of a graph by name, also sums and roots of constants. */
class Constants {
  readonly #graph: GraphProto;
  readonly #source: string;

  constructor(graph: GraphProto, source: string) {
    this.#graph = graph;
    this.#source = source;
  }

  /** Null where the name is no constant of numbers. */
  values(name: string): readonly number[] | null {
    const stored = this.#graph.initializer.find((tensor) => tensor.name === name);
    const node = this.#graph.node.find(({ output }) => output.includes(name));
    const tensor = stored ?? (node?.opType === "Constant" ? node.attribute.find((entry) => entry.t)?.t : undefined);
    if (tensor) {
      const fail = (message: string) => new UserError(`${this.#source}: ${message}`);
      const value = readTensor(tensor, fail);
      if ("integers" in value) return value.integers;
      return value.op === "constant" ? [...value.attributes.values] : null;
    }
    if (node?.opType === "Sqrt") return this.values(node.input[0]!)?.map(Math.sqrt) ?? null;
    return node?.opType === "Add" ? this.#sum(node) : null;
  }

  #sum({ input }: NodeProto): readonly number[] | null {
    const [a, b] = input.map((name) => this.values(name));
    if (!a || !b) return null;
    const [long, short] = a.length >= b.length ? [a, b] : [b, a];
    return short.length === 1 || short.length === long.length
      ? long.map((value, i) => value + short[short.length === 1 ? 0 : i]!)
      : null;
  }
}
