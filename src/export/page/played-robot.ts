/**
 * One robot that an exported controller drives, step by step, with a command held from outside and pushes: what the self-contained page runs.
 * Runs in browsers and in Node, with the same numbers: nothing here reads a clock or a random number of its own.
 */

import type { Executable } from "../../graph/engine.ts";
import { createLoopEngine } from "../../graph/engines/loops.ts";
import { readOnnx } from "../../graph/onnx/read.ts";
import { Hands } from "../../physics/hands.ts";
import type { Task } from "../../tasks/define-task.ts";
import { Environment } from "../../tasks/environment.ts";
import type { HandlePose } from "../../tasks/handles/allowed.ts";
import type { Contract } from "../contract/contract-schema.ts";
import { playedTask } from "../played-task.ts";

/** What of the contract playing needs. */
export type PlayedContract = Pick<Contract, "output" | "outputKind"> & {
  readonly policy: Pick<Contract["policy"], "noiseSize">;
};

/** A task, its controller and the state of one episode. Made by `create`; `delete()` frees it. */
export class PlayedRobot {
  readonly env: Environment;
  /** Episodes that a termination ended. */
  falls = 0;
  /** What of the last step was not finite, such as 'action "slide"'; "" while all is well. */
  broken = "";
  /** What a person does with objects. */
  readonly hands: Hands;
  /** Handles that were put somewhere since the last step, whose poses the simulation does not know yet. */
  readonly placed = new Set<string>();
  readonly #controller: Executable;
  readonly #outputName: string;
  readonly #seed: number;
  readonly #obs: Float32Array;
  readonly #feeds: Record<string, Float32Array>;
  readonly #out: Float32Array;
  readonly #base: number | null;

  private constructor(env: Environment, controller: Executable, { output, policy }: PlayedContract, seed: number) {
    this.env = env;
    this.hands = new Hands(env.sim, 1 / env.controlHz, env.handles.objects);
    this.#controller = controller;
    this.#outputName = output;
    this.#seed = seed;
    this.#obs = new Float32Array(env.obsSize);
    this.#feeds = { obs: this.#obs };
    // Where noise is an input, the page gives none.
    if (policy.noiseSize !== undefined) this.#feeds.noise = new Float32Array(policy.noiseSize);
    this.#out = new Float32Array(env.actionSize);
    const root = env.sim.names.all("joint")[0];
    const joint = root === undefined || root === "" ? null : env.sim.joint(root);
    this.#base = joint?.type === "free" ? joint.dofAddress : null;
    env.start(seed, 0);
  }

  /**
   * Without observation noise, pushes and differences of training, so that only the user disturbs.
   * @param onnx bytes of the exported controller
   * @throws UserError when the scene or the controller cannot be read
   */
  static async create(task: Task, onnx: Uint8Array, contract: PlayedContract, seed: number): Promise<PlayedRobot> {
    const controller = await createLoopEngine().compile(readOnnx(onnx).function);
    const still = { noise: false, events: false, randomise: false };
    const env = await Environment.create(playedTask(task, contract.outputKind), still);
    return new PlayedRobot(env, controller, contract, seed);
  }

  /** Whether there is a base that `push` can push. */
  get canBePushed(): boolean {
    return this.#base !== null;
  }

  /** Values that the controller saw last, [obsSize]. */
  get observation(): Float32Array {
    return this.#obs;
  }

  /** Holds a command (vx, vy, yaw rate); has no effect on tasks without one. */
  command(values: readonly number[]): void {
    if (this.env.commandSize === values.length) this.env.holdCommand(values);
  }

  /** Changes the base's horizontal velocity in the world, m/s. */
  push(vx: number, vy: number): void {
    if (this.#base === null) return;
    this.env.sim.refresh();
    this.env.sim.qvel[this.#base]! += vx;
    this.env.sim.qvel[this.#base + 1]! += vy;
  }

  /** Puts one of the task's handles somewhere, as near as it may be. */
  place(name: string, pose: HandlePose): void {
    this.env.sim.refresh();
    this.env.handles.place(name, pose);
    this.placed.add(name);
  }

  /** One control step; after a fall the next episode begins. The time limit is not kept. */
  async step(): Promise<void> {
    const { env } = this;
    env.writeObservation(this.#obs, 0);
    await this.#controller.run(this.#feeds, { [this.#outputName]: this.#out });
    this.hands.apply();
    env.step(this.#seed, 0, this.#out, 0);
    this.placed.clear();
    this.broken = env.nanSource;
    // A controller that gives no numbers moves nothing, and did not fall.
    if (!env.terminated || env.held) return;
    this.falls++;
    this.restart();
  }

  /** Begins another episode. */
  restart(): void {
    this.hands.release();
    this.placed.clear();
    this.env.reset(this.#seed, 0);
  }

  delete(): void {
    this.env.delete();
  }
}
