/**
 * First states of episodes: the keyframe, the task's `reset`, and where the task settles first, the physics after that. Controls, activations
 * and mocap poses of the keyframe, and what `reset` makes of them, hold until the first action.
 */
import { type Rng, STREAM, STREAMS_PER_PURPOSE } from "../math/rng.ts";
import type { Simulation } from "../physics/simulation.ts";
import type { BoundAction } from "./actions/action-mapping.ts";
import type { Task } from "./define-task.ts";

/** Sets first states of one task in one simulation. */
export class StartStates {
  readonly #sim: Simulation;
  readonly #task: Task;
  readonly #robot: unknown;
  readonly #action: Pick<BoundAction, "reset">;
  /** [nu] before the task's `reset` */
  readonly #controls: Float64Array;
  /** Settled states of `#seed` by number. */
  readonly #settled = new Map<number, Float64Array>();
  #seed = -1;

  constructor(sim: Simulation, task: Task, robot: unknown, action: Pick<BoundAction, "reset">) {
    this.#sim = sim;
    this.#task = task;
    this.#robot = robot;
    this.#action = action;
    this.#controls = new Float64Array(sim.nu);
  }

  /** Sets the state in which the episode that begins at (seed, env, tick) starts, with the curriculum at `progress`. */
  set(seed: number, env: number, tick: number, rng: Rng, progress: number): void {
    rng.seek(seed, STREAM.reset, env, tick);
    const { settle } = this.#task;
    if (!settle) this.#setFresh(rng, progress);
    else if (settle.startStates === undefined) this.#setAtRest(settle.physicsSteps, rng, progress);
    else this.#setPooled(settle.physicsSteps, rng.integer(settle.startStates), seed, rng);
  }

  /** Sets a keyframe of the model unchanged. @throws UserError when there is none of that name */
  setKeyframe(keyframe: string): void {
    this.#sim.resetToKeyframe(keyframe);
    // No control equals NaN, so that all that the keyframe gives stay, such as those of hands that hold something.
    this.#action.reset(this.#controls.fill(Number.NaN));
  }

  #setFresh(rng: Rng, progress: number): void {
    const { keyframe, reset } = this.#task;
    if (keyframe === undefined) this.#sim.resetToInitial();
    else this.#sim.resetToKeyframe(keyframe);
    this.#action.reset();
    if (!reset) return;
    this.#controls.set(this.#sim.ctrl);
    reset({ sim: this.#sim, robot: this.#robot, progress, rng });
    this.#action.reset(this.#controls);
  }

  #setPooled(physicsSteps: number, index: number, seed: number, rng: Rng): void {
    if (seed !== this.#seed) this.#settled.clear();
    this.#seed = seed;
    let state = this.#settled.get(index);
    if (!state) {
      state = this.#settle(physicsSteps, rng.seek(seed, STREAM.reset + STREAMS_PER_PURPOSE, index));
      this.#settled.set(index, state);
    }
    this.#sim.resetToInitial();
    this.#sim.writeState(state, 0);
  }

  #setAtRest(physicsSteps: number, rng: Rng, progress: number): void {
    this.#setFresh(rng, progress);
    this.#sim.step(physicsSteps);
    this.#sim.clock[0] = 0;
  }

  #settle(physicsSteps: number, rng: Rng): Float64Array {
    this.#setAtRest(physicsSteps, rng, 1);
    const state = new Float64Array(this.#sim.stateSize);
    this.#sim.readState(state, 0);
    return state;
  }
}
