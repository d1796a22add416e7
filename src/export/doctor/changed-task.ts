/** A task in another world: pushes, sensor noise, friction and masses as a robot may meet them. */
import type { Simulation } from "../../physics/simulation.ts";
import { kicks, scaledNoise, type Task } from "../../tasks/index.ts";

/** Changed conditions; factors of 1 and a push of 0 change nothing. */
export interface WorldChange {
  /** Factor on every sliding friction. */
  readonly friction: number;
  /** Factor on every mass and inertia. */
  readonly mass: number;
  /** Kicks of the base every two seconds, m/s. */
  readonly push: number;
  /** Factor on the observation noise of training. */
  readonly sensorNoise: number;
}

/** Nothing is different. */
export const SAME_WORLD: WorldChange = { friction: 1, mass: 1, push: 0, sensorNoise: 1 };

const PUSH_EVERY = 2; // s

/** The task with pushes, other sensor noise and a time limit. @param base free joint that is pushed; null if there is none */
export function changedTask(
  task: Task,
  { push, sensorNoise }: Pick<WorldChange, "push" | "sensorNoise">,
  base: string | null,
  seconds: number,
): Task {
  const steps = Math.max(1, Math.min(task.episodeSteps, Math.round(seconds * task.timing.controlHz)));
  const pushed = push > 0 && base !== null;
  return {
    ...task,
    episodeSteps: steps,
    track: pushed ? { ...task.track, doctorPush: kicksOf(base, push) } : task.track,
    observe: Object.fromEntries(
      Object.entries(task.observe).map(([name, term]) => [
        name,
        { ...term, noise: scaledNoise(term.noise, sensorNoise) },
      ]),
    ),
  };
}

function kicksOf(joint: string, speed: number) {
  return kicks({ joint, everySeconds: [PUSH_EVERY, PUSH_EVERY], speed: [speed, speed] });
}

/** Sliding friction is the first of a geom's three numbers, and the first two, one per direction, of a pair's five. */
const SCALED = [
  { field: "geom_friction", step: 3, scaled: 1, by: "friction" },
  { field: "pair_friction", step: 5, scaled: 2, by: "friction" },
  { field: "body_mass", step: 1, scaled: 1, by: "mass" },
  { field: "body_inertia", step: 1, scaled: 1, by: "mass" },
  { field: "body_subtreemass", step: 1, scaled: 1, by: "mass" },
] as const;

/** Scales a model's frictions and masses, again and again from the same start. Derived constants are not recomputed. */
export class ScaledModel {
  readonly #sim: Simulation;
  readonly #nominal: readonly Float64Array[];

  constructor(sim: Simulation) {
    this.#sim = sim;
    this.#nominal = SCALED.map(({ field }) => sim.modelFields[field].slice());
  }

  apply(factors: Pick<WorldChange, "friction" | "mass">): void {
    // Another simulation may have made the memory grow since.
    this.#sim.refresh();
    SCALED.forEach(({ field, step, scaled, by }, f) => {
      const values = this.#sim.modelFields[field];
      const nominal = this.#nominal[f]!;
      for (let i = 0; i < values.length; i++) if (i % step < scaled) values[i] = nominal[i]! * factors[by];
    });
  }
}
