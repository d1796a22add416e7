// Writes graph functions as C99 for a batch of one: functions without allocation, static state or any library but libm.
import type { GraphFunction } from "../function.ts";
import { lowerToProgram } from "../program/lower.ts";
import type { Program } from "../program/program.ts";
import { floatRows } from "./literals.ts";
import { StatementWriter } from "./statements.ts";

/** Parts of a C source. */
export interface CSource {
  /** A declaration per function: `void name(const float *in_obs, float *out_actions);` */
  readonly prototypes: readonly string[];
  /** Constants, kernels and the functions; needs <math.h>, and <stdint.h> where an input holds indices. */
  readonly definitions: string;
}

/**
 * @param functions by their names in C; a function's inputs come first, in its own order, then its outputs, `in_` and `out_` in front of
 * their names
 */
export function writeC(functions: Readonly<Record<string, GraphFunction>>): CSource {
  const kernels = new Map<string, string>();
  const parts = Object.entries(functions).map(([name, fn]) => functionText(name, lowerToProgram(fn), kernels));
  return {
    prototypes: parts.map(({ prototype }) => `${prototype};`),
    definitions: [...kernels.values(), ...parts.map(({ definition }) => definition)].join("\n"),
  };
}

function functionText(name: string, program: Program, kernels: Map<string, string>) {
  const constants = `${name}_constants`;
  const writer = new StatementWriter(kernels, constants, (input) => parameter("in", input));
  const prototype = `void ${name}(${parametersOf(program).join(", ")})`;
  const statements = program.instructions.map((instruction) => writer.write(instruction));
  const copies = program.outputs.map(({ name: output, size, place }) => {
    return `for (i = 0; i < ${size}; i++) ${parameter("out", output)}[i] = (${writer.pointer(place)})[i];`;
  });
  const scratch = program.scratchSize > 0 ? [`float s[${program.scratchSize}];`] : [];
  const body = ["int i;", ...scratch, ...statements, ...copies].map((line) => `  ${line}`).join("\n");
  return { prototype, definition: `${constantsText(constants, program.constants)}${prototype} {\n${body}\n}\n` };
}

function constantsText(name: string, values: Float32Array): string {
  if (values.length === 0) return "";
  return `static const float ${name}[${values.length}] = {\n${floatRows(values, "  ")}\n};\n\n`;
}

function parametersOf({ inputs, outputs }: Program): string[] {
  return [
    ...inputs.map(({ name, dtype }) => `const ${dtype === "int64" ? "int64_t" : "float"} *${parameter("in", name)}`),
    ...outputs.map(({ name }) => `float *${parameter("out", name)}`),
  ];
}

/** The C parameter of an input or output. */
function parameter(prefix: string, name: string): string {
  return `${prefix}_${name.replace(/[^A-Za-z0-9]/g, "_")}`;
}
