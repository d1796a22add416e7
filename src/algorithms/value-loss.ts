/** The critic's loss: squared error to targets that carry no gradient, unclipped. */
import { mul, square, stopGradient, sub, sum, type Tensor } from "../graph/index.ts";

/**
 * coefficient · mean over the minibatch of ((target − V)·mask)².
 * @param values V [rows]
 * @param targets [rows]
 * @param mask 0 leaves a row out [rows]; null counts all
 * @param scale 1 / rows of the whole minibatch
 */
export function valueLoss(
  values: Tensor,
  targets: Tensor,
  mask: Tensor | null,
  { coefficient, scale }: { coefficient: number; scale: number },
): Tensor {
  const error = sub(stopGradient(targets), values);
  return mul(sum(square(mask === null ? error : mul(error, mask))), coefficient * scale);
}
