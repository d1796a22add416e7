/**
 * What could have been caught: a walking robot is kicked, and where its controller falls, an evolution strategy looks for offsets on the
 * controller's actions, smooth over about a second, that would have kept the robot on its feet.
 */
import type { FoundPolicy } from "../src/catalogue/found-policy.ts";
import { createEngine } from "../src/graph/index.ts";
import { EvolutionStrategy } from "../src/math/evolution-strategy.ts";
import { Rng, STREAM } from "../src/math/rng.ts";
import { UserError } from "../src/math/user-error.ts";
import { type Actor, ActorFactory } from "../src/rollout/actor.ts";
import { Environment, resolveTask } from "../src/tasks/index.ts";

/** One kick of one walking robot, and its result. */
export interface Catch {
  /** m/s that the base's velocity was changed by, and the direction, rad in the world */
  readonly speed: number;
  readonly direction: number;
  /** Whether the controller kept its feet */
  readonly caught: boolean;
  /** Generations until offsets were found that keep the robot on its feet; null: none were, or none were needed */
  readonly generations: number | null;
}

/** What is tried. */
export interface RecoverySettings {
  readonly speeds: readonly number[];
  /** vx, vy in m/s and yaw rate in rad/s, held */
  readonly command: readonly [number, number, number];
  /** Kicked robots, evenly spread over the directions */
  readonly kicks: number;
  /** Most generations of a search */
  readonly generations: number;
}

const CANDIDATES = 24;
const WALK = 120; // control steps before the kick, and up to a stride more
const STRIDE = 36;
const CATCH = 150; // control steps on its feet after the kick that count as caught
const CONFIRMED = 250; // the same for what a search has found
const KNOTS = 8;
const KNOT_STEPS = 8;
const SPREAD = 0.14; // rad, of the first candidates' offsets
const LEAST_REACH = 0.05; // rad per unit of action; joints that move less are omitted
const SEED = 7;

/** One robot and its controller, for many states side by side. */
export class RecoveryTrial {
  readonly #env: Environment;
  readonly #actor: Actor;
  /** Actions that are moved, and rad per unit of each */
  readonly #joints: readonly number[];
  readonly #reach: readonly number[];
  readonly #obs: Float32Array;
  readonly #action: Float32Array;
  readonly #states: Float64Array;
  /** State to step from, and what was seen in it: sensors belong to the last step, not to a state that was loaded */
  readonly #from: Float64Array;
  readonly #seen: Float32Array;

  private constructor(env: Environment, actor: Actor) {
    const { names, scale } = env.actionDescription;
    this.#env = env;
    this.#actor = actor;
    this.#joints = names.map((_, i) => i).filter((i) => scale[i]! > LEAST_REACH);
    this.#reach = this.#joints.map((i) => scale[i]!);
    this.#obs = new Float32Array(CANDIDATES * env.obsSize);
    this.#action = new Float32Array(CANDIDATES * env.actionSize);
    this.#states = new Float64Array(CANDIDATES * env.stateSize);
    this.#from = new Float64Array(env.stateSize);
    this.#seen = new Float32Array(env.obsSize);
  }

  /** Without noise, pushes and differences between robots: what a robot could do is asked, not whether its controller knows enough. */
  static async create(policy: FoundPolicy, task: string): Promise<RecoveryTrial> {
    const still = { noise: false, events: false, randomise: false };
    const env = await Environment.create(await resolveTask(task, policy.variant), still);
    if (!env.command) throw new UserError(`${task} has no command, expected a task with one`);
    const factory = new ActorFactory(await createEngine("ort"));
    const actor = await factory.create(await policy.bind(env), "zero", { seed: SEED, firstRow: 0, rows: CANDIDATES });
    return new RecoveryTrial(env, actor);
  }

  /** Kicks one robot after the other. */
  async *run({ speeds, command, kicks, generations }: RecoverySettings): AsyncGenerator<Catch> {
    const turn = coprimeTo(kicks);
    for (let n = 0; n < kicks; n++) {
      // neighbours in the phase of the step are not neighbours in direction
      const direction = (2 * Math.PI * ((n * turn) % kicks)) / kicks;
      if (!(await this.#walk(n, command))) continue;
      const walking = this.#states.slice(0, this.#env.stateSize);
      this.#seen.set(this.#obs.subarray(0, this.#env.obsSize));
      for (const speed of speeds) {
        this.#kick(walking, speed, direction);
        const caught = (await this.#lasts([null], CATCH))[0] === CATCH;
        yield { speed, direction, caught, generations: caught ? null : await this.#search(n, generations) };
      }
    }
  }

  /** Leaves a walking robot in the first state. @returns whether it got so far */
  async #walk(n: number, command: readonly number[]): Promise<boolean> {
    const env = this.#env;
    env.start(SEED, n);
    env.holdCommand(command);
    env.writeObservation(this.#seen, 0);
    env.save(this.#from, 0);
    const steps = WALK + ((n * 7) % STRIDE);
    return (await this.#lasts([null], steps))[0] === steps;
  }

  #kick(walking: Float64Array, speed: number, direction: number): void {
    const env = this.#env;
    env.load(walking, 0);
    env.sim.qvel[0]! += speed * Math.cos(direction);
    env.sim.qvel[1]! += speed * Math.sin(direction);
    env.save(this.#from, 0);
  }

  async #search(n: number, generations: number): Promise<number | null> {
    const size = KNOTS * this.#joints.length;
    const rng = new Rng().seek(SEED, STREAM.weights, n);
    const ones = new Array<number>(size).fill(1);
    const strategy = new EvolutionStrategy(
      { mean: new Array(size).fill(0), spread: ones, step: SPREAD },
      ones,
      CANDIDATES,
    );
    for (let generation = 1; generation <= generations; generation++) {
      const candidates = Array.from({ length: CANDIDATES }, () => strategy.draw(rng));
      const lasted = await this.#lasts(
        candidates.map(({ numbers }) => numbers),
        CATCH,
      );
      const ranked = candidates.map((candidate, i) => ({ ...candidate, lasted: lasted[i]! }));
      ranked.sort((a, b) => b.lasted - a.lasted);
      const best = ranked[0]!;
      if (best.lasted === CATCH && (await this.#lasts([best.numbers], CONFIRMED))[0] === CONFIRMED) return generation;
      strategy.tell(ranked);
    }
    return null;
  }

  /**
   * Steps the robot from where it is under each of the offsets, side by side.
   * @param offsets [candidates][knots, joints] rad; null for none
   * @returns control steps until each fell, at most `steps`
   */
  async #lasts(offsets: readonly (Float64Array | null)[], steps: number): Promise<number[]> {
    const env = this.#env;
    const lasted = offsets.map(() => steps);
    offsets.forEach((_, row) => {
      this.#obs.set(this.#seen, row * env.obsSize);
      this.#states.set(this.#from, row * env.stateSize);
    });
    for (let step = 0; step < steps && lasted.some((count) => count === steps); step++) {
      await this.#actor.act(this.#obs, step, this.#action);
      offsets.forEach((one, row) => {
        if (lasted[row]! < steps) return;
        if (one !== null) this.#add(one, row, step);
        env.load(this.#states, row * env.stateSize);
        env.step(SEED, 0, this.#action, row * env.actionSize);
        if (env.terminated) lasted[row] = step;
        env.writeObservation(this.#obs, row * env.obsSize);
        env.save(this.#states, row * env.stateSize);
      });
    }
    return lasted;
  }

  /** Offsets go in straight lines from knot to knot, and to nothing after the last. */
  #add(offsets: Float64Array, row: number, step: number): void {
    const width = this.#joints.length;
    const knot = Math.floor(step / KNOT_STEPS);
    const passed = step / KNOT_STEPS - knot;
    const at = (k: number, j: number) => (k < KNOTS ? offsets[k * width + j]! : 0);
    for (let j = 0; j < width; j++) {
      const offset = (1 - passed) * at(knot, j) + passed * at(knot + 1, j);
      this.#action[row * this.#env.actionSize + this.#joints[j]!]! += offset / this.#reach[j]!;
    }
  }
}

/** The smallest number from 5 on that has no divisor in common with `count`, so that its multiples reach all of `count`. */
function coprimeTo(count: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let turn = 5;
  while (divisor(turn, count) > 1) turn++;
  return turn;
}
