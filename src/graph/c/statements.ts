// A lowered program as C statements: calls of kernels where values lie in a row, else nested loops.

import type { GemmInstruction, Instruction, MapInstruction, Place, RowsInstruction, Walk } from "../program/program.ts";
import { sizeOf } from "../shape.ts";
import { assignmentOf, expressionOf, GEMM } from "./kernels.ts";
import { floatLiteral } from "./literals.ts";

/** Writes instructions of one function. Scratch memory is called `s`. */
export class StatementWriter {
  readonly #kernels: Map<string, string>;
  readonly #constants: string;
  readonly #inputName: (name: string) => string;

  /**
   * @param kernels definitions by name, shared by all functions of a source; those that are missing are added
   * @param constants name of the function's constants
   * @param inputName what the function calls an input
   */
  constructor(kernels: Map<string, string>, constants: string, inputName: (name: string) => string) {
    this.#kernels = kernels;
    this.#constants = constants;
    this.#inputName = inputName;
  }

  write(instruction: Instruction): string {
    switch (instruction.kind) {
      case "map":
        return this.#map(instruction);
      case "gemm":
        return this.#gemm(instruction);
      case "rows":
        return this.#rows(instruction);
      default:
        return instruction satisfies never;
    }
  }

  /** The C expression of a pointer to the place. */
  pointer({ block, offset }: Place): string {
    const at = offset + block.offset;
    const bases = { input: this.#inputName(block.name), constants: this.#constants, scratch: "s" };
    const base = bases[block.area];
    return at === 0 ? base : `${base} + ${at}`;
  }

  #map(loop: MapInstruction): string {
    const walks = [loop.out, ...loop.inputs];
    const strides = walks.map((walk) => (loop.dims.length === 0 ? 1 : walk.strides[0]));
    const simple = loop.dims.length <= 1 && strides[0] === 1 && strides.every((stride) => stride < 2);
    if (!simple) return this.#nested(loop);
    const name = `${loop.op}${boundsName(loop)}${strides.slice(1).some((stride) => stride === 0) ? `_${strides.slice(1).join("")}` : ""}_n`;
    if (!this.#kernels.has(name)) this.#kernels.set(name, mapKernel(name, loop, strides));
    return `${name}(${[...walks.map((walk) => this.pointer(walk)), loop.dims[0] ?? 1].join(", ")});`;
  }

  #nested(loop: MapInstruction): string {
    const element = (walk: Walk) => `(${this.pointer(walk)})[${indexText(walk.strides)}]`;
    const assignment = `${element(loop.out)} ${assignmentOf(loop)} ${expressionOf(loop, loop.inputs.map(element))};`;
    return `{ ${nest(loop.dims, assignment)} }`;
  }

  #gemm(gemm: GemmInstruction): string {
    const { m, k, n, a, b, c } = gemm;
    const kernelFits = a.strides[1] === 1 && b.strides[1] === 1 && (c === null || c.strides[1] === 1 || n === 1);
    if (!kernelFits) return this.#gemmLoops(gemm);
    this.#kernels.set("gemm", GEMM);
    const row = (i: number) => {
      const at = (walk: Walk) => this.pointer({ ...walk, offset: walk.offset + i * walk.strides[0] });
      const out = this.pointer({ ...gemm.out, offset: gemm.out.offset + i * n });
      const numbers = [k, n, floatLiteral(gemm.alpha), floatLiteral(gemm.beta)];
      return `gemm(${[out, at(a), this.pointer(b), c ? at(c) : "0", ...numbers].join(", ")});`;
    };
    return Array.from({ length: m }, (_, i) => row(i)).join("\n  ");
  }

  #gemmLoops({ m, k, n, out, a, b, c, alpha, beta }: GemmInstruction): string {
    const target = `(${this.pointer(out)})[i0 * ${n} + i1]`;
    const element = (walk: Walk, first: string, second: string) =>
      `(${this.pointer(walk)})[${first} * ${walk.strides[0]} + ${second} * ${walk.strides[1]}]`;
    const start = c ? `${floatLiteral(beta)} * ${element(c, "i0", "i1")}` : "0.0f";
    const product = `${floatLiteral(alpha)} * ${element(a, "i0", "i2")} * ${element(b, "i2", "i1")}`;
    const sum = `int i2; ${target} = ${start}; for (i2 = 0; i2 < ${k}; i2++) ${target} += ${product};`;
    return `{ ${nest([m, n], `{ ${sum} }`)} }`;
  }

  #rows({ op, count, width, out, x, indices }: RowsInstruction): string {
    const index = `${this.#inputName(indices)}[i0]`;
    const [target, source] = op === "gather" ? ["i0", index] : [index, "i0"];
    const left = `(${this.pointer(out)})[${target} * ${width} + i1]`;
    const right = `(${this.pointer(x)})[${source} * ${width} + i1]`;
    return `{ ${nest([count, width], `${left} ${op === "gather" ? "=" : "+="} ${right};`)} }`;
  }
}

/** Kernels of one op differ by the bounds of a clamp. */
function boundsName({ op, lo, hi }: MapInstruction): string {
  const word = (bound: number | null) => (bound === null ? "none" : floatLiteral(bound).replace(/[^0-9a-zA-Z]/g, "_"));
  return op === "clamp" ? `_${word(lo)}_${word(hi)}` : "";
}

function mapKernel(name: string, loop: MapInstruction, strides: readonly number[]): string {
  const names = ["a", "b", "c"].slice(0, loop.inputs.length);
  const parameters = ["float *y", ...names.map((operand) => `const float *${operand}`), "int n"];
  const operands = names.map((operand, i) => (strides[i + 1] === 0 ? `${operand}[0]` : `${operand}[i]`));
  return `static void ${name}(${parameters.join(", ")}) {
  int i;
  for (i = 0; i < n; i++) y[i] ${assignmentOf(loop)} ${expressionOf(loop, operands)};
}
`;
}

function indexText(strides: readonly number[]): string {
  const terms = strides.map((stride, axis) => `i${axis} * ${stride}`).filter((_, axis) => strides[axis] !== 0);
  return terms.length === 0 ? "0" : terms.join(" + ");
}

/** Nested counting loops i0, i1, … around a statement, with their declarations; nothing where there is nothing to do. */
function nest(dims: readonly number[], statement: string): string {
  if (sizeOf(dims) === 0) return "";
  if (dims.length === 0) return statement;
  const counters = dims.map((_, axis) => `i${axis}`);
  const loops = dims.map((size, axis) => `for (i${axis} = 0; i${axis} < ${size}; i${axis}++)`);
  return `int ${counters.join(", ")}; ${loops.join(" ")} ${statement}`;
}
