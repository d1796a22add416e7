/** Tries steps on a robot without a policy: noise on what it measures and on its joints, other starts and robots. */
import { Rng, STREAM } from "../math/rng.ts";
import {
  type AnyMoment,
  Environment,
  type LeggedRobot,
  type ResetContext,
  type SteppingSettings,
  type Task,
} from "../tasks/index.ts";
import { ExchangeableStep, type Subject, steppingTask } from "./subject.ts";

/** Episodes on which steps are tried. */
export interface Trial {
  readonly steps: readonly SteppingSettings[];
  readonly seed: number;
  /** [episodes] vx, vy in m/s and yaw rate in rad/s */
  readonly commands: readonly (readonly [number, number, number])[];
  /** rad, standard deviation of white noise on the targets of each leg's joints */
  readonly noise: number;
}

/** Result of one step. */
export interface Outcome {
  /** Mean over the episodes of the reward per control step of their whole length. */
  readonly score: number;
  /** Mean share of the time on its feet. */
  readonly up: number;
  /** [3] mean of what it made of the commands once settled: m/s, m/s, rad/s */
  readonly twist: readonly [number, number, number];
}

/** Time limit of an episode, s. */
export const EPISODE_SECONDS = 7;
const OWN_STARTS = 0.4; // share of the episodes; the others begin gently
const GENTLE = { position: 0.5, yaw: 3.14, joints: 0.1, velocity: 0.3 } as const;
const SETTLED_SECONDS = 0.8; // from which on following counts
const SMOOTHING_SECONDS = 0.67; // of what it makes
const LOWEST = 0.65; // share of the standing height, below which it has fallen
const LEAST_UPRIGHT = 0.5;
/** Noise is given per unit of action. */
const UNIT = 0.08; // rad

/** Tries steps in an environment of its own. */
export class StepTrial {
  readonly #env: Environment;
  readonly #step: ExchangeableStep;
  readonly #rng = new Rng();
  readonly #action: Float32Array;
  readonly #moved: Int32Array;
  readonly #twist = new Float64Array(3);
  readonly #steps: number;

  private constructor(env: Environment, step: ExchangeableStep, moved: Int32Array) {
    this.#env = env;
    this.#step = step;
    this.#moved = moved;
    this.#action = new Float32Array(env.actionSize);
    this.#steps = Math.round(EPISODE_SECONDS * env.controlHz);
  }

  /** Loads the robot. */
  static async create(subject: Subject): Promise<StepTrial> {
    const step = new ExchangeableStep(subject.task);
    const { task: own, standing } = subject;
    const stepping = steppingTask(subject, step, () => UNIT);
    const task: Task = {
      ...stepping,
      reset: (start: ResetContext<unknown>) => {
        if (own.reset !== undefined && start.rng.uniform() < OWN_STARTS) own.reset(start);
        else (start.robot as LeggedRobot<string, string>).place(start.rng, GENTLE);
      },
      terminate: {
        ...own.terminate,
        stepFell: ({ robot }: AnyMoment) => {
          const { baseHeight, uprightness } = robot as LeggedRobot<string, string>;
          return baseHeight < LOWEST * standing || uprightness < LEAST_UPRIGHT;
        },
      },
    };
    const legJoints = subject.legs.legs.flatMap(({ joints }) => joints.map(({ name }) => subject.joints.indexOf(name)));
    return new StepTrial(
      await Environment.create(task, { events: false, looks: false }),
      step,
      Int32Array.from(legJoints),
    );
  }

  /** Tries each step on the same episodes. */
  run({ steps, seed, commands, noise }: Trial): Outcome[] {
    return steps.map((one) => {
      this.#step.step = one;
      const episodes = commands.map((command, n) => this.#episode(seed, n, command, noise));
      const mean = (of: (outcome: Outcome) => number) =>
        episodes.reduce((sum, outcome) => sum + of(outcome), 0) / episodes.length;
      return {
        score: mean(({ score }) => score),
        up: mean(({ up }) => up),
        twist: [0, 1, 2].map((i) => mean(({ twist }) => twist[i])) as unknown as Outcome["twist"],
      };
    });
  }

  #episode(seed: number, n: number, command: readonly number[], noise: number): Outcome {
    const env = this.#env;
    const keep = 1 / (SMOOTHING_SECONDS * env.controlHz);
    const made = [0, 0, 0];
    const sums = [0, 0, 0];
    const settled = SETTLED_SECONDS * env.controlHz;
    let [score, step] = [0, 0];
    env.start(seed, n);
    env.holdCommand(command);
    for (; step < this.#steps; step++) {
      this.#shake(seed, n, step, noise);
      env.step(seed, n, this.#action, 0);
      env.measuredTwist(this.#twist);
      for (let i = 0; i < 3; i++) made[i]! += keep * (this.#twist[i]! - made[i]!);
      if (env.terminated || env.nan) break;
      if (step > settled) for (let i = 0; i < 3; i++) sums[i]! += this.#twist[i]!;
      score += rewardOf(made, command, this.#twist[2]! - made[2]!, step > settled);
    }
    const counted = Math.max(1, step - Math.ceil(settled));
    const twist = sums.map((sum) => sum / counted) as unknown as Outcome["twist"];
    return { score: score / this.#steps, up: step / this.#steps, twist };
  }

  #shake(seed: number, n: number, step: number, noise: number): void {
    this.#rng.seek(seed, STREAM.actionNoise, n, step);
    for (let i = 0; i < this.#moved.length; i++) this.#action[this.#moved[i]!] = (noise / UNIT) * this.#rng.normal();
  }

  /** Frees the simulation. */
  delete(): void {
    this.#env.delete();
  }
}

/** To be up, to follow the command, and not to turn back and forth. */
function rewardOf(made: readonly number[], command: readonly number[], yawSway: number, isSettled: boolean): number {
  if (!isSettled) return 0.4;
  const off = (i: number) => (made[i]! - command[i]!) ** 2;
  return 0.4 + 2 * near(off(0) + off(1)) + 0.8 * near(off(2)) + 0.4 * Math.exp(-(yawSway ** 2) / 0.5);
}

function near(squaredError: number): number {
  return (Math.exp(-squaredError / 0.02) + Math.exp(-squaredError / 0.1) + Math.exp(-squaredError / 0.4)) / 3;
}
