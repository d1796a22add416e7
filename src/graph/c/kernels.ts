// The C functions that lowered programs call: one per elementwise op and pattern of strides, and one product. Only those used are printed.

import type { MapInstruction, MapOp } from "../program/program.ts";
import { floatLiteral } from "./literals.ts";

/** C expressions of operands; `out` is what is written to. */
const EXPRESSIONS: Readonly<Record<Exclude<MapOp, "clamp">, (a: string, b: string, c: string) => string>> = {
  copy: (x) => x,
  fill: () => "0.0f",
  accumulate: (x) => x,
  neg: (x) => `-${x}`,
  exp: (x) => `expf(${x})`,
  log: (x) => `logf(${x})`,
  sqrt: (x) => `sqrtf(${x})`,
  sin: (x) => `sinf(${x})`,
  cos: (x) => `cosf(${x})`,
  tanh: (x) => `tanhf(${x})`,
  sigmoid: (x) => `1.0f / (1.0f + expf(-${x}))`,
  silu: (x) => `${x} / (1.0f + expf(-${x}))`,
  elu: (x) => `${x} > 0.0f ? ${x} : expm1f(${x})`,
  relu: (x) => `${x} < 0.0f ? 0.0f : ${x}`,
  softplus: (x) => `(${x} < 0.0f ? 0.0f : ${x}) + log1pf(expf(-fabsf(${x})))`,
  abs: (x) => `fabsf(${x})`,
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  div: (a, b) => `${a} / ${b}`,
  minimum: (a, b) => `${a} < ${b} ? ${a} : ${b}`,
  maximum: (a, b) => `${a} > ${b} ? ${a} : ${b}`,
  greater: (a, b) => `${a} > ${b} ? 1.0f : 0.0f`,
  where: (mask, a, b) => `${mask} != 0.0f ? ${a} : ${b}`,
};

/** The right-hand side of one element's assignment. @param operands C expressions of the element's operands */
export function expressionOf({ op, lo, hi }: MapInstruction, operands: readonly string[]): string {
  const [a = "", b = "", c = ""] = operands;
  if (op !== "clamp") return EXPRESSIONS[op](a, b, c);
  const low = lo === null ? a : `(${a} < ${floatLiteral(lo)} ? ${floatLiteral(lo)} : ${a})`;
  return hi === null ? low : `${a} > ${floatLiteral(hi)} ? ${floatLiteral(hi)} : ${low}`;
}

/** The assignment operator. */
export function assignmentOf({ op }: MapInstruction): string {
  return op === "accumulate" ? "+=" : "=";
}

/** Rows of a product are computed as sums of rows of b, four at a time: every inner loop runs along memory, which compilers vectorise. */
export const GEMM = `/* y[n] = beta c[n] + alpha x[k] b[k, n]; c may be null */
static void gemm(float *restrict y, const float *restrict x, const float *restrict b, const float *restrict c,
                 int k, int n, float alpha, float beta) {
  int j;
  for (j = 0; j < n; j++) y[j] = c ? beta * c[j] : 0.0f;
  for (; k >= 4; k -= 4, x += 4, b += 4 * n) {
    const float x0 = alpha * x[0], x1 = alpha * x[1], x2 = alpha * x[2], x3 = alpha * x[3];
    const float *b1 = b + n, *b2 = b1 + n, *b3 = b2 + n;
    for (j = 0; j < n; j++) y[j] += x0 * b[j] + x1 * b1[j] + x2 * b2[j] + x3 * b3[j];
  }
  for (; k > 0; k--, x++, b += n) {
    const float x0 = alpha * x[0];
    for (j = 0; j < n; j++) y[j] += x0 * b[j];
  }
}
`;
