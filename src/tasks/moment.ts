/** What a task's terms may read at one control step. Views stay valid for the environment's life; their contents until the next step. */
import type { Rng } from "../math/rng.ts";
import type { Simulation } from "../physics/simulation.ts";

/** What a term gives: one number or a fixed number of them. */
export type Value = number | ArrayLike<number>;

/** Readings that every task has. */
export interface MomentBase<Robot> {
  readonly sim: Simulation;
  /** The task's own readings of its robot, made by its `robot` field. */
  readonly robot: Robot;
  /** [actionSize] of this step, after the squash */
  readonly action: Float64Array;
  /** [actionSize] of the step before, after the squash. In observations, which look ahead to the next step: of the step just done. */
  readonly lastAction: Float64Array;
  /** [commandSize] the command; empty if the task has none */
  readonly command: Float64Array;
  /** Progress of the command curriculum, 0 … 1; 1 without a curriculum, and outside of training */
  readonly progress: number;
  /** Control period, s */
  readonly dt: number;
  /** Control steps done in this episode. */
  readonly episodeStep: number;
  /** Whether a termination held in this step; known to reward terms. */
  readonly terminated: boolean;
}

/** `MomentBase` and what the task's trackers and events offer, each under its own name. */
export type Moment<Robot, Tracked> = MomentBase<Robot> & Tracked;

/** A moment of a task whose types are not known. */
export type AnyMoment = MomentBase<unknown>;

/** What a task's `reset` may use to set a new episode's first state. */
export interface ResetContext<Robot> {
  readonly sim: Simulation;
  readonly robot: Robot;
  /** As in `MomentBase`; 1 where start states are shared, which are settled once. */
  readonly progress: number;
  /** All of the reset's randomness. */
  readonly rng: Rng;
}
