/** Tries footwork on the G1, without a policy: noise on what it measures and on its joints, kicks, other starts and robots. */
import { Rng, STREAM } from "../src/math/rng.ts";
import type { ActionContext, BoundFeedForward, FeedForward } from "../src/tasks/actions/action-mapping.ts";
import { Environment, jointTargets, kicks, resolveTask, steppingPose } from "../src/tasks/index.ts";
import { type Footwork, stepOf } from "../src/tasks/locomotion/g1-footwork.ts";
import type { G1 } from "../src/tasks/locomotion/g1-joystick.ts";
import { PUBLISHED_START } from "../src/tasks/locomotion/g1-walk.ts";
import type { AnyMoment } from "../src/tasks/moment.ts";

/** Episodes that a generation is tried on, and the footwork to try. */
export interface Trial {
  readonly footwork: readonly Footwork[];
  readonly seed: number;
  /** [episodes] vx, vy in m/s and yaw rate in rad/s */
  readonly commands: readonly (readonly [number, number, number])[];
}

/** Result of one footwork. */
export interface Outcome {
  /** Mean over the episodes of the reward per step of their whole length. */
  readonly score: number;
  /** Mean control steps on its feet. */
  readonly length: number;
}

/** Control steps of an episode. */
export const EPISODE = 350;
const JOINT_NOISE = 0.08; // rad, of the twelve joints of the legs
const LEG_JOINTS = 12;
const KICK = { joint: "floating_base_joint", everySeconds: [3, 4], steady: true, speed: [0.1, 0.8] } as const;
const PUBLISHED_STARTS = 0.4; // share of the episodes
const SETTLED = 40; // control steps, from which on following counts
const SMOOTHING = 0.03; // per control step, of what it makes

/** A feed-forward whose step can be exchanged. */
class Exchangeable implements FeedForward {
  #context: ActionContext | undefined;
  #joints: readonly string[] = [];
  #step: BoundFeedForward | undefined;
  readonly #observed = new Map<string, Float64Array>();

  set footwork(footwork: Footwork) {
    this.#step = steppingPose(stepOf(footwork)).bind(this.#context!, this.#joints);
  }

  bind(context: ActionContext, joints: readonly string[]): BoundFeedForward {
    const observed = (term: string, size: number) => {
      if (!this.#observed.has(term)) this.#observed.set(term, context.observed(term, size));
      return this.#observed.get(term)!;
    };
    for (const term of ["command", "linVel", "gravity", "gyro"]) observed(term, 3);
    this.#context = { ...context, observed };
    this.#joints = joints;
    return { description: {}, add: (targets, moment: AnyMoment) => this.#step?.add(targets, moment) };
  }
}

/** Tries footwork in an environment of its own. */
export class FootworkTrial {
  readonly #env: Environment;
  readonly #step: Exchangeable;
  readonly #rng = new Rng();
  readonly #action: Float32Array;
  readonly #twist = new Float64Array(3);

  private constructor(env: Environment, step: Exchangeable) {
    this.#env = env;
    this.#step = step;
    this.#action = new Float32Array(env.actionSize);
  }

  /** Loads the robot. */
  static async create(): Promise<FootworkTrial> {
    const { training } = (await resolveTask("G1JoystickFlatTerrain", { lesson: "balance" })).lesson!;
    const step = new Exchangeable();
    const task: typeof training = {
      ...training,
      action: jointTargets({ scale: JOINT_NOISE, shown: 0.5, feedForward: step }),
      events: { kick: kicks(KICK) },
      command: { ...training.command!, curriculum: undefined },
      reset: ({ robot: known, rng }) => {
        const robot = known as G1;
        const published = rng.uniform() < PUBLISHED_STARTS;
        robot.place(rng, published ? PUBLISHED_START : { position: 0.5, yaw: 3.14, joints: 0.1, velocity: 0.3 });
      },
    };
    return new FootworkTrial(await Environment.create(task), step);
  }

  /** Tries each footwork on the same episodes. */
  run({ footwork, seed, commands }: Trial): Outcome[] {
    return footwork.map((one) => {
      this.#step.footwork = one;
      const episodes = commands.map((command, n) => this.#episode(seed, n, command));
      const mean = (of: (outcome: Outcome) => number) =>
        episodes.reduce((sum, outcome) => sum + of(outcome), 0) / episodes.length;
      return { score: mean(({ score }) => score), length: mean(({ length }) => length) };
    });
  }

  #episode(seed: number, n: number, command: readonly number[]): Outcome {
    const env = this.#env;
    const made = [0, 0, 0];
    let score = 0;
    env.start(seed, n);
    env.holdCommand(command);
    for (let step = 0; step < EPISODE; step++) {
      this.#rng.seek(seed, STREAM.actionNoise, n, step);
      for (let i = 0; i < LEG_JOINTS; i++) this.#action[i] = this.#rng.normal();
      env.step(seed, n, this.#action, 0);
      env.measuredTwist(this.#twist);
      for (let i = 0; i < 3; i++) made[i]! += SMOOTHING * (this.#twist[i]! - made[i]!);
      if (env.terminated) return { score: score / EPISODE, length: step };
      score += rewardOf(made, command, this.#twist[2]! - made[2]!, step);
    }
    return { score: score / EPISODE, length: EPISODE };
  }
}

/** To be up, to follow the command, and not to turn back and forth. */
function rewardOf(made: readonly number[], command: readonly number[], yawSway: number, step: number): number {
  if (step <= SETTLED) return 0.4;
  const off = (i: number) => (made[i]! - command[i]!) ** 2;
  return 0.4 + 2 * near(off(0) + off(1)) + 0.8 * near(off(2)) + 0.4 * Math.exp(-(yawSway ** 2) / 0.5);
}

function near(squaredError: number): number {
  return (Math.exp(-squaredError / 0.02) + Math.exp(-squaredError / 0.1) + Math.exp(-squaredError / 0.4)) / 3;
}
