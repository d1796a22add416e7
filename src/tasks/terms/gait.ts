/** Shapes of a step over the gait phase. */

/** How high a foot should be at a phase: height·sin(phase) in the swing half (0, π), the ground in the stance half. */
export function swingHeight(phase: number, height: number): number {
  const sine = Math.sin(phase);
  return sine > 0 ? height * sine : 0;
}

/**
 * How high a foot should be at a phase in [−π, π), without a stance half: 0 at ±π, `height` at 0, a cubic Bézier curve between.
 * Source: MuJoCo Playground, gait.py (x = (φ + π)/2π; B(s) = s³ + 3s²(1 − s); height·B(2x) up, height·(1 − B(2x − 1)) down).
 */
export function bezierHeight(phase: number, height: number): number {
  const x = (phase + Math.PI) / (2 * Math.PI);
  return x <= 0.5 ? height * bezier(2 * x) : height * (1 - bezier(2 * x - 1));
}

function bezier(s: number): number {
  return s * s * s + 3 * s * s * (1 - s);
}

/** Where a gait clock is: phases of the feet, and the gait's amplitude, 0 stand … 1 walk. */
interface Gait {
  readonly phase: ArrayLike<number>;
  readonly amplitude: number;
}

/** Σ over feet of exp(−(height − wanted height)² / width); the wanted height is the gait's amplitude times `swingHeight`. */
export function footHeightMatch(heights: ArrayLike<number>, gait: Gait, clearance: number, width: number): number {
  let sum = 0;
  for (let i = 0; i < heights.length; i++) {
    const error = heights[i] - gait.amplitude * swingHeight(gait.phase[i], clearance);
    sum += Math.exp((-error * error) / width);
  }
  return sum;
}

/** The number of feet that touch the ground exactly when they should: outside their swing, or always while the gait is less than half on. */
export function contactMatch(contact: ArrayLike<number>, gait: Gait): number {
  let matches = 0;
  for (let i = 0; i < contact.length; i++) {
    const swings = gait.amplitude > 0.5 && Math.sin(gait.phase[i]) > 0;
    if (contact[i] > 0 !== swings) matches++;
  }
  return matches;
}

/** Σ over feet that touch the ground of their squared horizontal velocity, (m/s)². `velocities` is [feet, 3]. */
export function footSlip(contact: ArrayLike<number>, velocities: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < contact.length; i++) {
    if (contact[i] > 0) sum += velocities[3 * i] ** 2 + velocities[3 * i + 1] ** 2;
  }
  return sum;
}

/** Horizontal speed of the base times the number of feet that touch the ground, m/s. */
export function baseSlip(contact: ArrayLike<number>, baseVelocity: ArrayLike<number>): number {
  let touching = 0;
  for (let i = 0; i < contact.length; i++) if (contact[i] > 0) touching++;
  return touching * Math.hypot(baseVelocity[0], baseVelocity[1]);
}

/** exp(−Σ over feet of (height − wanted height)² / width); the wanted height is `bezierHeight` at the foot's phase. */
export function footPhaseMatch(
  heights: ArrayLike<number>,
  phases: ArrayLike<number>,
  clearance: number,
  width: number,
): number {
  let squares = 0;
  for (let i = 0; i < heights.length; i++) squares += (heights[i] - bezierHeight(phases[i], clearance)) ** 2;
  return Math.exp(-squares / width);
}

/** Σ over feet of |height − clearance|·√|horizontal velocity|: feet that move should be that high. `velocities` is [feet, 3]. */
export function footClearance(heights: ArrayLike<number>, velocities: ArrayLike<number>, clearance: number): number {
  let sum = 0;
  for (let i = 0; i < heights.length; i++) {
    const speed = Math.hypot(velocities[3 * i], velocities[3 * i + 1]);
    sum += Math.abs(heights[i] - clearance) * Math.sqrt(speed);
  }
  return sum;
}

/** Σ over the feet that come down in this step of (the height their swing reached / height − 1)². */
export function swingPeakError(landed: ArrayLike<number>, peaks: ArrayLike<number>, height: number): number {
  let sum = 0;
  for (let i = 0; i < landed.length; i++) if (landed[i] > 0) sum += (peaks[i] / height - 1) ** 2;
  return sum;
}
