// A function as a straight list of loops over flat float32 memory: what C source is printed from and what the interpreter in JavaScript
// runs. The batch is a fixed number of rows. lower.ts makes it.
import type { Op } from "../tensor.ts";

/** A run of memory: constants, one input, or a part of the scratch memory that several values use one after the other. */
export class Block {
  readonly area: "constants" | "scratch" | "input";
  /** Values. */
  readonly size: number;
  /** Of an input. */
  readonly name: string;
  /** Where it starts in its area; inputs are areas of their own. */
  offset = 0;
  /** Instructions that first write and last read it, by index. */
  first = -1;
  last = -1;

  constructor(area: Block["area"], size: number, name = "") {
    this.area = area;
    this.size = size;
    this.name = name;
  }
}

/** Where values begin. */
export interface Place {
  readonly block: Block;
  /** Within the block. */
  readonly offset: number;
}

/** Values that a loop walks: steps per loop dimension. */
export interface Walk extends Place {
  readonly strides: readonly number[];
}

/** Elementwise work: ops of the graph, and what movements are made of. */
export type MapOp =
  | Exclude<Op, "input" | "constant" | "matmul" | "sum" | "reshape" | "gather" | "scatterAdd" | Movement>
  | "copy"
  | "fill"
  | "accumulate";
type Movement = "concat" | "slice" | "pad" | "broadcastTo" | "stopGradient";

/** out[…] = op(inputs[…]) over all of `dims`; "accumulate" adds to out. */
export interface MapInstruction {
  readonly kind: "map";
  readonly op: MapOp;
  readonly dims: readonly number[];
  readonly out: Walk;
  readonly inputs: readonly Walk[];
  /** Bounds of "clamp". */
  readonly lo: number | null;
  readonly hi: number | null;
}

/** out [m, n] = alpha·a·b + beta·c, out row-major. */
export interface GemmInstruction {
  readonly kind: "gemm";
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly out: Place;
  /** Strides along [m, k], [k, n] and [m, n]. */
  readonly a: Walk;
  readonly b: Walk;
  readonly c: Walk | null;
  readonly alpha: number;
  readonly beta: number;
}

/** Rows of `width` values: out[i] = x[indices[i]] (gather), or out[indices[i]] += x[i] (scatterAdd, onto zeros). */
export interface RowsInstruction {
  readonly kind: "rows";
  readonly op: "gather" | "scatterAdd";
  readonly count: number;
  readonly width: number;
  /** Rows that indices may name. */
  readonly rows: number;
  readonly out: Place;
  readonly x: Place;
  /** Name of the int64 input. */
  readonly indices: string;
}

/** One step of a program. */
export type Instruction = MapInstruction | GemmInstruction | RowsInstruction;

/** Instructions in order, with the memory that they need. */
export interface Program {
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly size: number; readonly dtype: "float32" | "int64" }[];
  /** Where each output lies after the last instruction. */
  readonly outputs: readonly { readonly name: string; readonly size: number; readonly place: Place }[];
  readonly constants: Float32Array;
  /** Values of the scratch memory. */
  readonly scratchSize: number;
  readonly instructions: readonly Instruction[];
}
