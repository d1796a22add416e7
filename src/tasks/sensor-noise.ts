/** Measurement noise of observation terms, where it is more than a number that is added to each value. */
import { rotate } from "../math/quat.ts";
import type { Rng } from "../math/rng.ts";

/** Noise that disturbs a term's values together. */
export interface JointNoise {
  /** Plain word for people and exports. */
  readonly kind: string;
  /** How strong it is; 0 is none. */
  readonly size: number;
  /** Disturbs the values of one reading in place. */
  disturb(values: Float64Array, size: number, rng: Rng): void;
}

/** The very noise that an earlier term of as many values drew in the same step: both come from one measurement. */
export interface SharedNoise {
  /** Name of that term; its noise is uniform. */
  readonly as: string;
}

/** Uniform in ± a number, in the unit of the reading, a list being repeated over it; or something else. */
export type SensorNoise = number | readonly number[] | JointNoise | SharedNoise;

const turn = new Float64Array(4);

/**
 * Noise of an orientation that is read as directions, three values each: all are turned together by one random rotation. It is that of a
 * quaternion to whose components normal numbers of this standard deviation are added before it is scaled to length 1.
 */
export function turnNoise(size: number): JointNoise {
  return { kind: "turn", size, disturb: turnDirections };
}

function turnDirections(values: Float64Array, size: number, rng: Rng): void {
  // Normal numbers are the same in every frame, so the disturbed quaternion is the true one times (1, 0, 0, 0) disturbed.
  for (let i = 0; i < 4; i++) turn[i] = (i === 0 ? 1 : 0) + size * rng.normal();
  const length = Math.sqrt(turn[0] ** 2 + turn[1] ** 2 + turn[2] ** 2 + turn[3] ** 2);
  for (let i = 0; i < 4; i++) turn[i] /= length;
  for (let at = 0; at < values.length; at += 3) rotate(values, at, turn, 0, values, at);
}

/** The noise times a factor; shared noise follows the term that it is shared with. */
export function scaledNoise(noise: SensorNoise = 0, factor: number): SensorNoise {
  if (typeof noise === "number") return factor * noise;
  if ("as" in noise) return noise;
  if ("kind" in noise) return { ...noise, size: factor * noise.size };
  return noise.map((value) => factor * value);
}
