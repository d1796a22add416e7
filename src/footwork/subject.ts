/** The robot whose step is searched for: its task as a search sees it, its legs, and where its figures come from. */
import { UserError } from "../math/user-error.ts";
import {
  type AnyMoment,
  Environment,
  type FeedForward,
  type GaitSettings,
  gaitPhase,
  jointTargets,
  LeggedRobot,
  type Legs,
  legsOf,
  StepForm,
  type SteppingSettings,
  steppingPose,
  type Task,
  withLesson,
} from "../tasks/index.ts";
import type { AnyLesson } from "../tasks/lesson.ts";

/** What is known of a robot before anything is tried. */
export interface Subject {
  readonly task: Task;
  readonly form: StepForm;
  readonly legs: Legs;
  /** Steps of one foot per second. */
  readonly hz: number;
  /** The lesson's own clock; absent where the task has one. */
  readonly clock: GaitSettings | undefined;
  /** Joints that actions give targets, in their order. */
  readonly joints: readonly string[];
  /** rad per unit of action of the task's own mapping, where one for all joints */
  readonly shown: number | undefined;
  /** Physics steps per second that will do; absent where the task's own are needed. */
  readonly physicsHz: number | undefined;
  /** m, height of the feet's sites in the home pose */
  readonly soles: readonly number[];
  /** m, of the base above the soles' ground */
  readonly standing: number;
}

/** Name of the clock that a lesson brings. */
export const OWN_CLOCK = "step";
const TASKS_CLOCK = "gait";
/** Hz times √m of leg: a G1 of 0.7 m steps at 1.5 Hz, a Go1 of 0.27 m trots at 3 Hz. */
const PACE = { two: 1.28, four: 1.56 } as const;
const STAND_BELOW = 0.05;
/** Physics steps per second from which on half of them may do. */
const FINE_HZ = 500;
const STOOD_SECONDS = 0.3;
const SAME_STANCE = 0.02; // rad and m
const PLAIN = { noise: false, events: false, randomise: false } as const;

/**
 * Looks at a task's robot.
 * @param hz of the lesson's clock; default by the length of the legs
 * @throws UserError when it is no task of a robot with legs that follows commands
 */
export async function look(task: Task, hz?: number): Promise<Subject> {
  const env = await Environment.create(task, PLAIN);
  try {
    const known = seen(task, env, hz);
    return { ...known, physicsHz: await coarserHz(task, env) };
  } finally {
    env.delete();
  }
}

/** Half of the physics steps, where the robot stands there for a while, action zero, as it does with all of them. */
async function coarserHz(task: Task, env: Environment): Promise<number | undefined> {
  const { physicsHz } = task.timing;
  if (physicsHz < FINE_HZ || task.decimation % 2 !== 0) return undefined;
  const half = await Environment.create(paced(task, { physicsHz: physicsHz / 2 }), PLAIN);
  try {
    const [fine, coarse] = [stoodFor(env), stoodFor(half)];
    const isSame = fine.every((angle, i) => Math.abs(angle - coarse[i]!) < SAME_STANCE);
    return isSame ? physicsHz / 2 : undefined;
  } finally {
    half.delete();
  }
}

/** Coordinates after a while of action zero. */
function stoodFor(env: Environment): Float64Array {
  const action = new Float32Array(env.actionSize);
  env.start(0, 0);
  for (let step = 0; step < STOOD_SECONDS * env.controlHz; step++) env.step(0, 0, action, 0);
  return env.sim.qpos.slice();
}

function paced(task: Task, lesson: Partial<AnyLesson>): Task {
  const about = "steps that are tried";
  return withLesson({ ...task, lessons: { tried: { about, ...lesson } } }, "tried").lesson!.training;
}

function seen(task: Task, env: Environment, wantedHz: number | undefined): Omit<Subject, "physicsHz"> {
  const { sim, actionDescription: action } = env;
  const robot = robotOf(task, env);
  if (action.kind !== "joint-targets" && action.kind !== "joint-increments") {
    throw unfit(task, `its actions are ${action.kind}`, "joint targets");
  }
  sim.qpos.set(task.keyframe === undefined ? sim.modelFields.qpos0 : sim.keyframeQpos(task.keyframe));
  sim.forward();
  robot.update();
  const legs = legsOf(sim, robot.feet, action.names);
  const known = steadyClock(task);
  const pace = (legs.legs.length === 2 ? PACE.two : PACE.four) / Math.sqrt(legs.length);
  const hz = wantedHz ?? known?.hz ?? Math.round(20 * pace) / 20;
  const keeps = known?.amplitude === true && wantedHz === undefined;
  const scales = new Set(action.scale);
  return {
    task,
    legs,
    hz,
    clock: keeps ? undefined : ownClock(legs, hz),
    form: new StepForm(legs, feltBy(task), { gait: keeps ? TASKS_CLOCK : OWN_CLOCK, hz }),
    joints: action.names,
    shown: scales.size === 1 && action.kind === "joint-targets" ? action.scale[0] : undefined,
    soles: [...robot.footHeight],
    standing: robot.baseHeight,
  };
}

function robotOf(task: Task, env: Environment): LeggedRobot<string, string> {
  const robot = task.robot.bind(env.sim);
  if (!(robot instanceof LeggedRobot)) throw unfit(task, "its robot is not read by legged()", "a robot with legs");
  if (env.commandSize !== 3 || task.measured === undefined) {
    throw unfit(task, "it has no command of three velocities that it measures", "twistCommand and measured");
  }
  if (!("feet" in task.track)) throw unfit(task, "it tracks no contacts as feet", "track: { feet: contactTimers(…) }");
  return robot;
}

function unfit({ name }: Task, found: string, expected: string): UserError {
  return new UserError(`lesson-for: ${name}: ${found}; expected ${expected}`, { exitCode: 2 });
}

/** The task's clock, as far as it has one. */
function steadyClock(task: Task): { hz: number; amplitude: boolean } | undefined {
  const { kind, hz } = (task.track[TASKS_CLOCK]?.description ?? {}) as {
    kind?: string;
    hz?: number | readonly [number, number];
  };
  if (hz === undefined || (kind !== "gait-phase" && kind !== "foot-clocks")) return undefined;
  return { hz: typeof hz === "number" ? hz : (hz[0] + hz[1]) / 2, amplitude: kind === "gait-phase" };
}

/** Two legs walk, four trot. A braking robot takes another step or two. */
function ownClock({ legs }: Legs, hz: number): GaitSettings {
  const diagonal = ({ at }: Legs["legs"][number]) => (at[0] * at[1] > 0 ? 0 : Math.PI);
  const offsets = legs.length === 2 ? [0, Math.PI] : legs.map(diagonal);
  const standing = { standBelow: STAND_BELOW, fadeSeconds: 0.3, fadeOutSeconds: legs.length === 2 ? 1.5 : 0.3 };
  return { hz, offsets, ...standing, ...(legs.length === 2 && { startAmplitude: 1, stepAbove: 0.25 }) };
}

/** Observation terms that a step can follow, by what they mean on the robots of the catalogue. */
function feltBy({ observe }: Task): { linVel?: string; gravity?: string; gyro?: string } {
  const has = (name: string) => (name in observe ? { [name]: name } : {});
  return { ...has("linVel"), ...has("gravity"), ...has("gyro") };
}

/** A feed-forward whose step can be exchanged. */
export class ExchangeableStep implements FeedForward {
  #context: Parameters<FeedForward["bind"]>[0] | undefined;
  #joints: readonly string[] = [];
  #step: ReturnType<FeedForward["bind"]> | undefined;
  readonly #observed = new Map<string, Float64Array>();
  readonly #terms: readonly string[];

  constructor(task: Task) {
    this.#terms = Object.values(feltBy(task));
  }

  set step(settings: SteppingSettings) {
    this.#step = steppingPose(settings).bind(this.#context!, this.#joints);
  }

  bind(...[context, joints]: Parameters<FeedForward["bind"]>): ReturnType<FeedForward["bind"]> {
    const observed = (term: string, size: number) => {
      if (!this.#observed.has(term)) this.#observed.set(term, context.observed(term, size));
      return this.#observed.get(term)!;
    };
    for (const term of this.#terms) observed(term, 3);
    this.#context = { ...context, observed };
    this.#joints = joints;
    return { description: {}, add: (targets, moment: AnyMoment) => this.#step?.add(targets, moment) };
  }
}

/** The task with a step that can be exchanged and white noise of `scale` rad per unit of action. */
export function steppingTask(subject: Subject, step: ExchangeableStep, scale: (joint: string) => number): Task {
  const { task, clock, shown, physicsHz } = subject;
  const action = jointTargets({ scale, ...(shown !== undefined && { shown }), feedForward: step });
  const known = { ...task, command: task.command && { ...task.command, curriculum: undefined } };
  const track = clock && { [OWN_CLOCK]: gaitPhase(clock) };
  return paced(known, { action, ...(track && { track }), ...(physicsHz !== undefined && { physicsHz }) });
}

/** Control steps of one period. */
export function strideSteps({ task, hz }: Pick<Subject, "task" | "hz">): number {
  return Math.max(1, Math.round(task.timing.controlHz / hz));
}
