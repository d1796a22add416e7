/** The task that is checked, in the forms that behaviours are tried in: as training steps it, and with the task's own action mapping. */
import type { TrainConfig } from "../config/config.ts";
import { Environment, type ResetContext, resolveTask, type Task } from "../tasks/index.ts";
import { type CheckSizes, stepsOf } from "./sizes.ts";

/** A task under one training configuration, ready to be tried. */
export interface Subject {
  readonly config: TrainConfig;
  readonly sizes: CheckSizes;
  /** As policies are evaluated and exported */
  readonly task: Task;
  /** As training sees it: the lesson's reward, starts and ends */
  readonly form: Task;
  /** Discount per control step */
  readonly gamma: number;
  /** Control steps of an episode of the check, and of one in training */
  readonly steps: number;
  readonly limit: number;
  /** The training form, without observation noise, for which observations are to say exactly what they hold */
  readonly env: Environment;
  /** The same under the task's own action mapping, so that action 0 holds still; `env` itself where no lesson changes the mapping */
  readonly still: Environment;
  /** Whether episodes begin anywhere: joints anywhere in their ranges */
  readonly scatter: { on: boolean };
  delete(): void;
}

/** m, rad and 1/s of those, for joints without limits and for all velocities. */
const FAR = { slide: 1, hinge: Math.PI, speed: 1 } as const;
const PLAIN = { noise: false, looks: false } as const;

/**
 * Loads the task of a configuration.
 * @throws UserError where the task is at fault
 */
export async function openSubject(config: TrainConfig, sizes: CheckSizes): Promise<Subject> {
  const task = await resolveTask(config.task, config);
  const form = task.lesson?.training ?? task;
  const limit = config.episodeSteps || form.episodeSteps;
  const steps = stepsOf(sizes, { controlHz: form.timing.controlHz, limit });
  const scatter = { on: false };
  const tried = { ...form, episodeSteps: steps, reset: scattering(form, scatter) };
  const env = await Environment.create(tried, PLAIN);
  const own = await ownMapping(config);
  const still = own === null ? env : await Environment.create({ ...tried, action: own }, PLAIN);
  const { gamma } = config.algorithm;
  return {
    ...{ config, sizes, task, form, gamma, steps, limit, env, still, scatter },
    delete: () => {
      if (still !== env) still.delete();
      env.delete();
    },
  };
}

/** The task's own action mapping where the lesson has another; null else. */
async function ownMapping(config: TrainConfig): Promise<Task["action"] | null> {
  if (config.lesson === "") return null;
  const [plain, taught] = await Promise.all(
    [{ ...config, lesson: "" }, config].map((variant) => resolveTask(config.task, variant)),
  );
  return plain!.action === taught!.action ? null : plain!.action;
}

/** The task's own starts, from which joints are moved anywhere while `scatter.on`. */
function scattering({ reset }: Task, scatter: { readonly on: boolean }): NonNullable<Task["reset"]> {
  return (start) => {
    reset?.(start);
    if (scatter.on) scatterJoints(start);
  };
}

function scatterJoints({ sim, rng }: ResetContext<unknown>): void {
  for (const name of sim.names.all("joint")) {
    if (name === "") continue;
    const { type, range, qposAddress, dofAddress } = sim.joint(name);
    if (type !== "hinge" && type !== "slide") continue;
    const [low, high] = range.map((end, i) => (Number.isFinite(end) ? end : (2 * i - 1) * FAR[type]));
    sim.qpos[qposAddress] = rng.uniform(low, high);
    sim.qvel[dofAddress] = rng.uniform(-FAR.speed, FAR.speed);
  }
}
