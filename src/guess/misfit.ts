/** How badly a file's own normaliser fits what the task observes, under a layout: what a wrong order or scale shows without an episode. */
import type { Arrangement } from "../export/adapter.ts";
import type { InputNormaliser } from "../graph/index.ts";
import type { ObservationMoments } from "./moments.ts";

/** Deviations, and factors' logarithms, beyond which a value cannot fit worse. */
const FAR = 3;
/** How much the deviation counts beside the mean: it depends more on how the robot moves. */
const DEVIATION_WEIGHT = 0.3;
const SMALLEST = 1e-3;

/** Sum over the values of the file's input; 0 fits. */
export function misfit(normaliser: InputNormaliser, seen: ObservationMoments, { source, scale }: Arrangement): number {
  let sum = 0;
  for (let i = 0; i < source.length; i++) {
    const mean = scale[i] * seen.mean[source[i]];
    const std = Math.abs(scale[i]) * seen.std[source[i]];
    const off = (mean - normaliser.mean[i]) / Math.max(normaliser.std[i], std, SMALLEST);
    const wider = Math.log((std + SMALLEST) / (normaliser.std[i] + SMALLEST));
    sum += Math.min(off ** 2, FAR ** 2) + DEVIATION_WEIGHT * Math.min(wider ** 2, FAR ** 2);
  }
  return sum;
}
