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
