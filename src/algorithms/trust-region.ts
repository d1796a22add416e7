/** Surrogate objectives of a likelihood ratio ρ and an advantage A, elementwise. Larger is better. */
import { abs, clamp, greater, maximum, minimum, mul, square, sub, type Tensor, where } from "../graph/index.ts";

/** PPO: min(ρA, clip(ρ, 1 ± ε)A) (arXiv 1707.06347 eq. 7). */
export function clippedObjective(ratio: Tensor, advantage: Tensor, clip: number): Tensor {
  return minimum(mul(ratio, advantage), mul(clamp(ratio, 1 - clip, 1 + clip), advantage));
}

/**
 * Dual-clip PPO: for A < 0 the objective never falls below most·A, so that a row whose ratio is far too large, such as one that another
 * policy would have drawn, does not drown the others (arXiv 1912.09729 eq. 5).
 * @param most above 1
 */
export function dualClippedObjective(ratio: Tensor, advantage: Tensor, clip: number, most: number): Tensor {
  const clipped = clippedObjective(ratio, advantage, clip);
  return where(greater(0, advantage), maximum(clipped, mul(advantage, most)), clipped);
}

/**
 * ASPO: PPO's objective for A ≥ 0; for A < 0 the quadratic ρA − |A|/(2ε)·(ρ − 1)² of SPO (arXiv 2401.16025), whose gradient
 * vanishes at ρ = 1 − ε and pulls back below it (FPO++, arXiv 2602.02481).
 */
export function aspoObjective(ratio: Tensor, advantage: Tensor, clip: number): Tensor {
  const pull = mul(mul(abs(advantage), 1 / (2 * clip)), square(sub(ratio, 1)));
  const quadratic = sub(mul(ratio, advantage), pull);
  return where(greater(0, advantage), quadratic, clippedObjective(ratio, advantage, clip));
}
