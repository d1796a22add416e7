/** Robots beside the driven one: where sampled actions would put its joints, or where holding each of them for a moment would take it. */
import { type Environment, targetJoints } from "../tasks/index.ts";
import { ROBOT } from "./drive.ts";
import { driveEnvironment } from "./drive-environment.ts";
import type { Decision, DriveSetup, GhostKind } from "./drive-orders.ts";

/** Sampled actions that are shown in addition to the executed one. */
export const GHOSTS = 12;
/** How long an action is held, s. */
export const AHEAD_SECONDS = 0.2;
/** Position and quaternion of a body. */
const POSE_SIZE = 7;

/** A simulation of its own, in which actions are tried from states of the driven one. */
export class Ghosts {
  readonly env: Environment;
  readonly #holdSteps: number;
  /** Of the actuated joints: where they stand in qpos, and their limits. */
  readonly #joints: readonly { readonly address: number; readonly range: readonly [number, number] }[];

  private constructor(env: Environment) {
    this.env = env;
    this.#holdSteps = Math.max(1, Math.round(AHEAD_SECONDS * env.controlHz));
    this.#joints = targetJoints(env.actionDescription).map((name) => {
      const { qposAddress: address, range } = env.sim.joint(name);
      return { address, range };
    });
  }

  static async create(setup: DriveSetup): Promise<Ghosts> {
    return new Ghosts(await driveEnvironment(setup));
  }

  /** Whether actions are targets of joints, so that "targets" can be shown. */
  get hasTargets(): boolean {
    return this.#joints.length > 0;
  }

  /**
   * The robot in a state, then ghosts of the first 1 + GHOSTS actions, [2 + GHOSTS, bodies, 7].
   * "targets": base as it is, each actuated joint where the action's target would put it, within the joint's limits.
   * "ahead": the action held for `AHEAD_SECONDS` of physics.
   * @param state of the driven environment
   * @param samples [rows, actionSize] before any squash
   */
  poses(kind: GhostKind, state: Float64Array, samples: Float32Array, { seed }: Decision): Float32Array<ArrayBuffer> {
    const { env } = this;
    const out = new Float32Array((2 + GHOSTS) * env.sim.nbody * POSE_SIZE);
    env.load(state, 0);
    env.sim.forward();
    this.#write(out, 0);
    for (let n = 0; n <= GHOSTS; n++) {
      env.load(state, 0);
      if (kind === "targets") this.#goToTargets(state, samples, n * env.actionSize, seed);
      else for (let k = 0; k < this.#holdSteps; k++) env.step(seed, ROBOT, samples, n * env.actionSize);
      this.#write(out, n + 1);
    }
    return out;
  }

  delete(): void {
    this.env.delete();
  }

  /** What the action asks of the joints is known after a step; the robot itself stays where it is. */
  #goToTargets(state: Float64Array, samples: Float32Array, offset: number, seed: number): void {
    const { env } = this;
    env.step(seed, ROBOT, samples, offset);
    const targets = env.wanted!;
    env.load(state, 0);
    for (let i = 0; i < this.#joints.length; i++) {
      const { address, range } = this.#joints[i];
      env.sim.qpos[address] = Math.max(range[0], Math.min(range[1], targets[i]));
    }
    env.sim.forward();
  }

  #write(out: Float32Array, n: number): void {
    const { xpos, xquat, nbody } = this.env.sim;
    let o = n * nbody * POSE_SIZE;
    for (let body = 0; body < nbody; body++) {
      for (let i = 0; i < 3; i++) out[o++] = xpos[3 * body + i];
      for (let i = 0; i < 4; i++) out[o++] = xquat[4 * body + i];
    }
  }
}
