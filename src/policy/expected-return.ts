/** The value of a categorical critic, in a graph. */
import { constant, div, exp, matmul, maximum, reshape, slice, stopGradient, sub, type Tensor } from "../graph/index.ts";
import { type BinsSpec, binReturns } from "./value-bins.ts";

/** logits less the largest of their row, which no gradient sees. [rows, bins] */
export function shiftedLogits(logits: Tensor): Tensor {
  let most = stopGradient(logits);
  for (let width = logits.shape[1]; width > 1; width = most.shape[1]) {
    const half = Math.ceil(width / 2);
    most = maximum(slice(most, 1, 0, half), slice(most, 1, width - half, width));
  }
  return sub(logits, most);
}

/** The expected return of each row's distribution. logits [rows, bins] → [rows] */
export function expectedReturn(spec: BinsSpec, logits: Tensor): Tensor {
  const weights = exp(shiftedLogits(logits));
  const sums = (factors: readonly number[]) => matmul(weights, constant(factors, [spec.bins, 1]));
  const ones = new Array<number>(spec.bins).fill(1);
  return reshape(div(sums(binReturns(spec)), sums(ones)), [logits.shape[0]]);
}
