/** The values of one joint that a log can tell, and what is typical of them. */
import type { JointPhysics } from "../physics/model/joint-physics.ts";

/** What is fitted of each joint. `totalDamping` is damping + kd: both brake the joint alike. */
export const FITTED = ["armature", "frictionLoss", "totalDamping", "kp", "delay"] as const;
/** Name of one of them. */
export type Fitted = (typeof FITTED)[number];
/** A number for each, in N, N·m, rad (or m) and s. */
export type FitValues = Readonly<Record<Fitted, number>>;

/** Which of the two dampings keeps the model's value. */
export type Kept = "kd" | "damping";

/** The values of a model whose controls arrive at once. */
export function fitValuesOf({ armature, frictionLoss, damping, kp, kd }: JointPhysics, delay = 0): FitValues {
  return { armature, frictionLoss, totalDamping: damping + kd, kp, delay };
}

/** The model's values that these come from: one damping stays, unless it alone is more than both together. */
export function physicsOf(
  { armature, frictionLoss, totalDamping, kp }: FitValues,
  model: JointPhysics,
  kept: Kept,
): JointPhysics {
  const stays = Math.min(totalDamping, model[kept]);
  const rest = totalDamping - stays;
  const [damping, kd] = kept === "kd" ? [rest, stays] : [stays, rest];
  return { armature, frictionLoss, damping, kp, kd };
}

/**
 * Sizes that make values comparable: the model's, or what is typical of a joint of that inertia and stiffness, whichever is more.
 * @param inertia kg·m² at the joint, armature included
 */
export function scalesOf(model: FitValues, inertia: number): FitValues {
  const { kp } = model;
  return {
    armature: Math.max(model.armature, 0.3 * inertia),
    frictionLoss: Math.max(model.frictionLoss, 0.01 * kp),
    totalDamping: Math.max(model.totalDamping, 0.2 * Math.sqrt(kp * inertia)),
    kp,
    delay: 0.01,
  };
}

/** Where a fit begins: the model, but with some friction, whose effect does not show at 0. */
export function startOf(model: FitValues, scales: FitValues): FitValues {
  return { ...model, frictionLoss: Math.max(model.frictionLoss, 0.2 * scales.frictionLoss) };
}

/** Least and largest values of a fit. */
export const LIMITS: Readonly<Record<Fitted, readonly [number, number]>> = {
  armature: [0, Infinity],
  frictionLoss: [0, Infinity],
  totalDamping: [0, Infinity],
  kp: [1e-6, Infinity],
  delay: [0, 0.2],
};
