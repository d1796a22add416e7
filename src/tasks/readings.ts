/** A task's own words for its robot: named readings with frame and unit, so that terms need no addresses. */
import type { Simulation } from "../physics/simulation.ts";

/** Makes the readings of one simulation. */
export interface Readings<Robot> {
  /** Called once per simulation; looks names up. @throws UserError when the scene lacks one */
  bind(sim: Simulation): Robot;
}

/**
 * Readings made by a function, for a task's `robot` field: `readings((sim) => ({ height: () => sim.qpos[2] }))`.
 * What it returns is what terms see as `s.robot`; if that has a method `update`, it is called after the physics of every step.
 * Read views through `sim` each time, or keep parts of them with `sim.views`: they are replaced when memory grows.
 */
export function readings<Robot>(bind: (sim: Simulation) => Robot): Readings<Robot> {
  return { bind };
}
