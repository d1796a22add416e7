// An engine in plain JavaScript, float32: for pages without a server, and as a third opinion on exported controllers. Runs one batch size per
// compiled program and compiles again where the batch changes. Not meant for training.
import { checkFeeds, type Engine, type Executable, type Feeds, outputArray } from "../engine.ts";
import type { GraphFunction } from "../function.ts";
import { lowerToProgram } from "../program/lower.ts";
import type {
  GemmInstruction,
  Instruction,
  MapInstruction,
  MapOp,
  Place,
  Program,
  RowsInstruction,
  Walk,
} from "../program/program.ts";

type Step = () => void;

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

type Formula = (a: number, b: number, c: number) => number;

const FORMULAS: Readonly<Record<Exclude<MapOp, "clamp" | "fill" | "accumulate">, Formula>> = {
  copy: (x) => x,
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid: logistic,
  silu: (x) => x * logistic(x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  relu: (x) => Math.max(x, 0),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  abs: Math.abs,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  minimum: (a, b) => Math.min(a, b),
  maximum: (a, b) => Math.max(a, b),
  greater: (a, b) => (a > b ? 1 : 0),
  where: (mask, a, b) => (mask !== 0 ? a : b),
};

/** Where everything of a program lies in one array: constants, inputs, scratch. */
class Memory {
  readonly values: Float32Array;
  readonly #inputs = new Map<string, number>();
  readonly #scratch: number;

  constructor(program: Program) {
    let size = program.constants.length;
    for (const input of program.inputs) {
      if (input.dtype !== "float32") continue;
      this.#inputs.set(input.name, size);
      size += input.size;
    }
    this.#scratch = size;
    this.values = new Float32Array(size + program.scratchSize);
    this.values.set(program.constants);
  }

  at({ block, offset }: Place): number {
    switch (block.area) {
      case "constants":
        return block.offset + offset;
      case "input":
        return this.inputStart(block.name) + offset;
      case "scratch":
        return this.#scratch + block.offset + offset;
      default:
        return block.area satisfies never;
    }
  }

  inputStart(name: string): number {
    return this.#inputs.get(name)!;
  }
}

function mapStep(memory: Memory, loop: MapInstruction): Step {
  const walks = [loop.out, ...loop.inputs];
  const places = placesOf(memory, loop.dims.slice(0, -1), walks);
  const strides = walks.map((walk) => walk.strides.at(-1) ?? 0);
  const row = rowStep(memory.values, loop, loop.dims.at(-1) ?? 1, strides);
  return () => {
    for (const [out, a, b, c] of places) row(out, a, b, c);
  };
}

/** For each turn of the outer loops, where every walk is. */
function placesOf(memory: Memory, dims: readonly number[], walks: readonly Walk[]): number[][] {
  let places = [walks.map((walk) => memory.at(walk))];
  dims.forEach((size, axis) => {
    places = places.flatMap((from) =>
      Array.from({ length: size }, (_, i) => from.map((at, w) => at + i * walks[w].strides[axis])),
    );
  });
  return places;
}

type Row = (out: number, a: number, b: number, c: number) => void;

function rowStep(v: Float32Array, { op, lo, hi, inputs }: MapInstruction, size: number, strides: number[]): Row {
  const [so, sa = 0, sb = 0, sc = 0] = strides;
  if (op === "fill")
    return (out) => {
      for (let i = 0; i < size; i++) v[out + i * so] = 0;
    };
  if (op === "accumulate")
    return (out, a) => {
      for (let i = 0; i < size; i++) v[out + i * so] += v[a + i * sa];
    };
  const f: Formula = op === "clamp" ? (x) => Math.min(Math.max(x, lo ?? -Infinity), hi ?? Infinity) : FORMULAS[op];
  const count = inputs.length;
  return (out, a, b, c) => {
    for (let i = 0; i < size; i++) {
      const second = count > 1 ? v[b + i * sb] : 0;
      v[out + i * so] = f(v[a + i * sa], second, count > 2 ? v[c + i * sc] : 0);
    }
  };
}

function gemmStep(memory: Memory, gemm: GemmInstruction): Step {
  const v = memory.values;
  const { m, k, n, c, alpha, beta } = gemm;
  const [y, x, w, d] = [memory.at(gemm.out), memory.at(gemm.a), memory.at(gemm.b), c ? memory.at(c) : 0];
  const [aRow, aColumn] = gemm.a.strides;
  const [bRow, bColumn] = gemm.b.strides;
  const [cRow, cColumn] = c?.strides ?? [0, 0];
  const wholeRows = bColumn === 1 ? k - (k % 4) : 0;
  return () => {
    for (let i = 0; i < m; i++) {
      const row = y + i * n;
      for (let j = 0; j < n; j++) v[row + j] = c ? beta * v[d + i * cRow + j * cColumn] : 0;
      const factors = x + i * aRow;
      for (let l = 0; l < wholeRows; l += 4)
        addRows(v, row, w + l * bRow, bRow, n, factors + l * aColumn, aColumn, alpha);
      for (let l = wholeRows; l < k; l++) {
        const factor = alpha * v[factors + l * aColumn];
        for (let j = 0; j < n; j++) v[row + j] += factor * v[w + l * bRow + j * bColumn];
      }
    }
  };
}

/** Adds four rows of a matrix, each times its factor: fewer turns through the result than one by one. */
function addRows(
  v: Float32Array,
  row: number,
  matrix: number,
  matrixRow: number,
  n: number,
  factors: number,
  factorStep: number,
  alpha: number,
): void {
  const f0 = alpha * v[factors];
  const f1 = alpha * v[factors + factorStep];
  const f2 = alpha * v[factors + 2 * factorStep];
  const f3 = alpha * v[factors + 3 * factorStep];
  const [m1, m2, m3] = [matrix + matrixRow, matrix + 2 * matrixRow, matrix + 3 * matrixRow];
  for (let j = 0; j < n; j++) v[row + j] += f0 * v[matrix + j] + f1 * v[m1 + j] + f2 * v[m2 + j] + f3 * v[m3 + j];
}

type Indices = Readonly<Record<string, BigInt64Array>>;

function rowsStep(memory: Memory, { op, count, width, rows, out, x, indices }: RowsInstruction, fed: () => Indices) {
  const v = memory.values;
  const [y, from] = [memory.at(out), memory.at(x)];
  return () => {
    for (let i = 0; i < count; i++) {
      const row = Number(fed()[indices][i]);
      if (row < 0 || row >= rows) throw new RangeError(`${op}: indices must lie in [0, ${rows}), got ${row}`);
      for (let c = 0; c < width; c++) {
        if (op === "gather") v[y + i * width + c] = v[from + row * width + c];
        else v[y + row * width + c] += v[from + i * width + c];
      }
    }
  };
}

/** A program for one batch size. */
class LoopProgram {
  readonly #program: Program;
  readonly #memory: Memory;
  readonly #steps: readonly Step[];
  #indices: Record<string, BigInt64Array> = {};

  constructor(program: Program) {
    this.#program = program;
    this.#memory = new Memory(program);
    this.#steps = program.instructions.map((instruction) => this.#stepOf(instruction));
  }

  #stepOf(instruction: Instruction): Step {
    switch (instruction.kind) {
      case "map":
        return mapStep(this.#memory, instruction);
      case "gemm":
        return gemmStep(this.#memory, instruction);
      case "rows":
        return rowsStep(this.#memory, instruction, () => this.#indices);
      default:
        return instruction satisfies never;
    }
  }

  run(feeds: Feeds, outputs: Readonly<Record<string, Float32Array>>): void {
    const { values } = this.#memory;
    for (const { name } of this.#program.inputs) {
      const fed = feeds[name];
      if (fed instanceof BigInt64Array) this.#indices[name] = fed;
      else values.set(fed, this.#memory.inputStart(name));
    }
    for (const step of this.#steps) step();
    for (const { name, size, place } of this.#program.outputs) {
      const start = this.#memory.at(place);
      outputs[name].set(values.subarray(start, start + size));
    }
  }
}

/** A function for so many rows, to be run at once: in loops that cannot wait. Feeds and results must have the declared sizes. */
export function compileLoops(
  fn: GraphFunction,
  batch: number,
): (feeds: Feeds, out: Readonly<Record<string, Float32Array>>) => void {
  const program = new LoopProgram(lowerToProgram(fn, batch));
  return (feeds, out) => program.run(feeds, out);
}

async function compile(fn: GraphFunction): Promise<Executable> {
  const programs = new Map<number, LoopProgram>();
  return {
    async run(feeds, out = {}) {
      const batch = checkFeeds(fn, feeds);
      const program = programs.get(batch) ?? new LoopProgram(lowerToProgram(fn, batch));
      programs.set(batch, program);
      const names = Object.keys(fn.outputs);
      const results = Object.fromEntries(names.map((name) => [name, outputArray(fn, name, batch, out[name])]));
      program.run(feeds, results);
      return results;
    },
    async dispose() {
      programs.clear();
    },
  };
}

/** Runs graphs in this thread without any native code. */
export function createLoopEngine(): Engine {
  return { name: "loops", readsInPlace: false, compile, async dispose() {} };
}
