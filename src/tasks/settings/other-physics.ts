/** A task under other physics: another solver, cone, integrator, timestep or contact softness, or another build of MuJoCo. The control rate stays. */

import { type SolverOptions, setSolverOptions, softenContacts, solverOptions } from "../../physics/model/solver.ts";
import type { EngineName } from "../../physics/wasm/engine-name.ts";
import type { Task } from "../define-task.ts";
import type { Environment } from "../environment.ts";
import { type ModelChange, timestep } from "../model-change.ts";

/** Solvers get at least so many iterations, MuJoCo's default, so that they come to an end. */
const ITERATIONS = 100;
const LINE_SEARCH = 50;
/** Factor of softer contacts. */
const SOFTER = 2;

/** One way in which physics may differ. */
interface Difference {
  /** In words, for tables. */
  readonly about: string;
  /** The task so, or the reason why it cannot be so. */
  change(task: Task): Task | string;
  /** Whether the task is so as it is. */
  isOwn?(own: SolverOptions): boolean;
  readonly engine?: EngineName;
}

const DIFFERENCES = {
  pgs: solved("PGS", "projected Gauss-Seidel solver"),
  cg: solved("CG", "conjugate gradient solver"),
  newton: solved("Newton", "Newton solver"),
  pyramidal: cone("pyramidal"),
  elliptic: cone("elliptic"),
  euler: integrated("Euler", "Euler integrator"),
  implicitfast: integrated("implicitfast", "implicitfast integrator"),
  rk4: integrated("RK4", "Runge-Kutta integrator"),
  "half-step": { about: "half the timestep", change: (task) => paced(task, 2 * task.decimation) },
  "double-step": {
    about: "twice the timestep",
    change: (task) =>
      task.decimation === 1 ? "a control step is one physics step" : paced(task, Math.ceil(task.decimation / 2)),
  },
  softer: softened("contacts twice as soft", SOFTER),
  stiffer: softened("contacts half as soft", 1 / SOFTER),
  mujoco: {
    about: "@mujoco/mujoco",
    change: (task) => Object.freeze({ ...task, engine: "@mujoco/mujoco" as const }),
    engine: "@mujoco/mujoco",
  },
} as const satisfies Record<string, Difference>;

/** Name of one way in which physics may differ. */
export type PhysicsName = keyof typeof DIFFERENCES;

/** All names, in the order of tables. */
export const PHYSICS_NAMES = Object.keys(DIFFERENCES) as readonly PhysicsName[];

/** What differs, in words; of timesteps with the task's own figures. */
export function physicsWords(name: PhysicsName, task: Task): string {
  const { about, change } = differenceOf(name);
  const changed = change(task);
  if (typeof changed === "string" || changed.decimation === task.decimation) return about;
  const milliseconds = ({ timing }: Task) => Number((1000 / timing.physicsHz).toPrecision(3));
  return `${milliseconds(changed)} ms timestep in place of ${milliseconds(task)} ms`;
}

/** What a task is simulated with, in words. */
export function ownPhysicsWords({ sim }: Environment): string {
  const { solver, iterations, cone: shape, integrator } = solverOptions(sim);
  return `${solver} solver with up to ${iterations} iterations, ${shape} cones, ${integrator}, ${Number((1000 * sim.timestep).toPrecision(3))} ms`;
}

/** The build of MuJoCo that simulates so; undefined for the package's own. */
export function physicsEngine(name: PhysicsName): EngineName | undefined {
  return differenceOf(name).engine;
}

/** Why a task has no such physics beside its own; null where it has. @param env of the task as declared */
export function physicsObstacle(name: PhysicsName, { sim, task }: Environment): string | null {
  const { isOwn, change } = differenceOf(name);
  if (isOwn?.(solverOptions(sim))) return "the task's own";
  const changed = change(task);
  return typeof changed === "string" ? changed : null;
}

/** The task under other physics. @throws RangeError where `physicsObstacle` gives a reason */
export function withPhysics(task: Task, name: PhysicsName): Task {
  const changed = differenceOf(name).change(task);
  if (typeof changed === "string") throw new RangeError(`task ${task.name} under ${name}: ${changed}`);
  return changed;
}

function differenceOf(name: PhysicsName): Difference {
  return DIFFERENCES[name];
}

function solved(solver: SolverOptions["solver"], words: string): Difference {
  return {
    about: `${words}, ${ITERATIONS} iterations`,
    change: (task) => changed(task, { kind: "solver", solver }, (own) => ({ ...patient(own), solver })),
    isOwn: (own) => own.solver === solver && own.iterations >= ITERATIONS && own.ls_iterations >= LINE_SEARCH,
  };
}

function cone(shape: SolverOptions["cone"]): Difference {
  return {
    about: `${shape} friction cones, ${ITERATIONS} iterations`,
    change: (task) => changed(task, { kind: "cone", cone: shape }, (own) => ({ ...patient(own), cone: shape })),
    isOwn: (own) => own.cone === shape,
  };
}

function integrated(integrator: SolverOptions["integrator"], about: string): Difference {
  return {
    about,
    change: (task) => changed(task, { kind: "integrator", integrator }, () => ({ integrator })),
    isOwn: (own) => own.integrator === integrator,
  };
}

function softened(about: string, factor: number): Difference {
  const soften: ModelChange = {
    description: { kind: "contact-softness", factor },
    apply: (sim) => softenContacts(sim, factor),
  };
  return { about, change: (task) => withChange(task, soften) };
}

function patient({ iterations, ls_iterations }: SolverOptions): Partial<SolverOptions> {
  return { iterations: Math.max(ITERATIONS, iterations), ls_iterations: Math.max(LINE_SEARCH, ls_iterations) };
}

function changed(
  task: Task,
  description: ModelChange["description"],
  options: (own: SolverOptions) => Partial<SolverOptions>,
): Task {
  return withChange(task, { description, apply: (sim) => setSolverOptions(sim, options(solverOptions(sim))) });
}

function withChange(task: Task, change: ModelChange): Task {
  return Object.freeze({ ...task, model: { ...task.model, physics: change } });
}

/** The task with so many physics steps in a control step. */
function paced(task: Task, decimation: number): Task | string {
  const { timing, settle } = task;
  const memory = Object.values({ ...task.track, ...task.events });
  if (memory.some(({ description }) => description.kind === "latency")) return "its latency counts physics steps";
  const physicsHz = decimation * timing.controlHz;
  const physicsSteps = Math.round((settle?.physicsSteps ?? 0) * (physicsHz / timing.physicsHz));
  return Object.freeze({
    ...withChange(task, timestep(1 / physicsHz)),
    timing: { ...timing, physicsHz },
    decimation,
    settle: settle && { ...settle, physicsSteps },
  });
}
