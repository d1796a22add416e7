/** How MuJoCo computes a step: solver, friction cones, integrator, and how soft contacts are. */
import type { Simulation } from "../simulation.ts";

/** By `mjtSolver`, `mjtCone` and `mjtIntegrator`, which number them from 0. */
const SOLVERS = ["PGS", "CG", "Newton"] as const;
const CONES = ["pyramidal", "elliptic"] as const;
const INTEGRATORS = ["Euler", "RK4", "implicit", "implicitfast"] as const;

/** MuJoCo's options of a step, with the names that MJCF has for them. */
export interface SolverOptions {
  readonly solver: (typeof SOLVERS)[number];
  readonly cone: (typeof CONES)[number];
  readonly integrator: (typeof INTEGRATORS)[number];
  readonly iterations: number;
  /** Of the line search, in each iteration. */
  readonly ls_iterations: number;
}

/** What a model is stepped with. */
export function solverOptions(sim: Simulation): SolverOptions {
  const { opt } = sim.model;
  return {
    solver: SOLVERS[opt.solver],
    cone: CONES[opt.cone],
    integrator: INTEGRATORS[opt.integrator],
    iterations: opt.iterations,
    ls_iterations: opt.ls_iterations,
  };
}

/** Steps the model with these from now on; the others stay. */
export function setSolverOptions(sim: Simulation, options: Partial<SolverOptions>): void {
  const { opt } = sim.model;
  const { solver, cone, integrator, iterations, ls_iterations } = options;
  if (solver !== undefined) opt.solver = SOLVERS.indexOf(solver);
  if (cone !== undefined) opt.cone = CONES.indexOf(cone);
  if (integrator !== undefined) opt.integrator = INTEGRATORS.indexOf(integrator);
  if (iterations !== undefined) opt.iterations = iterations;
  if (ls_iterations !== undefined) opt.ls_iterations = ls_iterations;
}

/**
 * Makes all contacts softer (factor > 1) or stiffer (< 1), with the same damping ratio. The time constant of `solref` is multiplied by the
 * factor; where `solref` gives stiffness k and damping b as negative values, k = 1/(T ζ)² and b = 2/T are divided by its square and by it.
 * The distance of the impedances of `solimp` from 1 is multiplied by the factor. Source: MuJoCo, Modeling, Solver parameters.
 */
export function softenContacts(sim: Simulation, factor: number): void {
  const { model } = sim;
  for (const kind of ["geom", "pair"] as const) {
    softenReferences(model[`${kind}_solref`], factor);
    softenImpedances(model[`${kind}_solimp`], factor);
  }
}

/** @param references [elements, 2] time constant in s and damping ratio, or −stiffness and −damping */
function softenReferences(references: Float64Array, factor: number): void {
  for (let i = 0; i < references.length; i += 2) {
    if (references[i] > 0) references[i] *= factor;
    else {
      references[i] /= factor ** 2;
      references[i + 1] /= factor;
    }
  }
}

/** mjMINIMP, mjMAXIMP */
const [LEAST_IMPEDANCE, MOST_IMPEDANCE] = [1e-4, 0.9999];

/** @param impedances [elements, 5] at no penetration, at `width`, and the shape between */
function softenImpedances(impedances: Float64Array, factor: number): void {
  for (let i = 0; i < impedances.length; i += 5) {
    for (const at of [i, i + 1]) {
      const softer = 1 - factor * (1 - impedances[at]);
      impedances[at] = Math.max(LEAST_IMPEDANCE, Math.min(MOST_IMPEDANCE, softer));
    }
  }
}
