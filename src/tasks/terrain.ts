/** Tasks on generated terrain, derived from those on flat ground. */
import { UserError } from "../math/user-error.ts";
import { roughen } from "../physics/terrain.ts";
import type { NamedTask, Task } from "./define-task.ts";
import type { AnyLesson } from "./lesson.ts";
import type { ModelChange } from "./model-change.ts";

/** The default seed of the terrain. */
const DEFAULT_SEED = 0;

/** Height field of the rough scenes (scenes/common/rough-ground.xml). */
const ROUGH_FIELD = "rough_ground";

/** A height field filled with random heights, the same in every environment. */
export function roughGround(field: string, seed = DEFAULT_SEED): ModelChange {
  return {
    description: { kind: "rough-ground", field, seed },
    apply: (sim) => roughen(sim, field, seed),
    withSeed: (other) => roughGround(field, other),
  };
}

/** How a task's rough variant differs from it. */
export interface RoughTerrain {
  /** Scene with the height field of scenes/common/rough-ground.xml as its floor. */
  readonly scene: string;
  /** Height at which the base starts, m: above the highest bump. */
  readonly startHeight: number;
}

/** The task `…FlatTerrain` on rough ground, as `…RoughTerrain`. Its robot hangs on the scene's first joint, a free one. */
export function onRoughTerrain<Observation extends string, Reward extends string>(
  flat: NamedTask<Observation, Reward>,
  { scene, startHeight }: RoughTerrain,
): NamedTask<Observation, Reward> {
  const raised = (reset: Task["reset"]): Task["reset"] => {
    return (context) => {
      context.sim.qpos[2] = startHeight;
      reset?.(context);
    };
  };
  return Object.freeze({
    ...flat,
    name: flat.name.replace("FlatTerrain", "RoughTerrain"),
    scene,
    model: { ...flat.model, ground: roughGround(ROUGH_FIELD) },
    reset: raised(flat.reset),
    presets: {},
    lessons: Object.fromEntries(
      Object.entries(flat.lessons).map(([key, lesson]) => [key, onItsGround(lesson, raised)]),
    ),
  } satisfies NamedTask<Observation, Reward>);
}

function onItsGround(lesson: AnyLesson, raised: (reset: Task["reset"]) => Task["reset"]): AnyLesson {
  return lesson.reset ? { ...lesson, reset: raised(lesson.reset) } : lesson;
}

/**
 * The task on the terrain of another seed.
 * @throws UserError (exit code 2) when its ground is not made from one; the default seed fits every task
 */
export function withTerrainSeed(task: Task, seed: number): Task {
  const changes = Object.entries(task.model);
  if (changes.some(([, change]) => change.withSeed)) {
    const model = Object.fromEntries(changes.map(([name, change]) => [name, change.withSeed?.(seed) ?? change]));
    return Object.freeze({ ...task, model });
  }
  if (seed === DEFAULT_SEED) return task;
  throw new UserError(`--terrain-seed: the terrain of ${task.name} is not generated from a seed; omit this flag`, {
    exitCode: 2,
  });
}
