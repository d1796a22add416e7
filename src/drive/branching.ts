/**
 * A branch and its original, side by side: a branch starts at the session's present step, and the session's recorded future continues in a
 * second simulation, step for step with the first. Nothing that is done to the branch reaches the original.
 */
import type { BranchOrder, OriginalMoment } from "./drive-orders.ts";
import type { DriveSession } from "./drive-session.ts";

/** The original, and what both have earned. */
interface Fork {
  readonly original: DriveSession;
  readonly start: number;
  /** [steps since the start] reward of each step, of the branch and of the original */
  readonly rewards: readonly [number[], number[]];
}

/** A driven session and, while there is one, the course that its branch left. */
export class Branching {
  readonly #session: DriveSession;
  #fork: Fork | null = null;

  /** @param session the one that is driven: the branch, once there is one */
  constructor(session: DriveSession) {
    this.#session = session;
  }

  async obey(what: BranchOrder): Promise<void> {
    if (what === "begin") await this.#begin();
    else this.end(what);
  }

  /** Ends the comparison; `back` continues the original instead of the branch. Does nothing without a branch. */
  end(what: "keep" | "back"): void {
    if (this.#fork === null) return;
    const { original } = this.#fork;
    if (what === "back") this.#session.exchange(original);
    original.delete();
    this.#fork = null;
  }

  /** One control step of both. */
  async advance(): Promise<void> {
    await this.#session.advance();
    this.#noteReward(0, this.#session);
    await this.follow();
  }

  /** Goes to a step of the branch, and of the original. */
  async seek(step: number): Promise<void> {
    const fork = this.#fork;
    await this.#session.seek(step);
    if (fork === null) return;
    if (this.#session.step < fork.original.step) await fork.original.seek(this.#session.step);
    await this.follow();
  }

  /** The original at the step of the branch; null without a branch, or while both are still the same. */
  moment(): OriginalMoment | null {
    if (this.#fork === null) return null;
    const { original, start, rewards } = this.#fork;
    const { poses, points, command, twist, cut, falls, policy } = original.moment();
    const steps = Math.max(0, this.#session.step - start);
    const returns = rewards.map((all) => all.slice(0, steps).reduce((sum, reward) => sum + reward, 0));
    return { start, cut, falls, policy, returns: [returns[0], returns[1]], poses, points, command, twist };
  }

  /** Brings the original to the step of the branch. */
  async follow(): Promise<void> {
    const { original } = this.#fork ?? {};
    while (original && original.step < this.#session.step) {
      await original.advance();
      this.#noteReward(1, original);
    }
  }

  async #begin(): Promise<void> {
    this.end("keep");
    const original = await this.#session.fork();
    this.#session.forgetFuture();
    this.#fork = { original, start: this.#session.step, rewards: [[], []] };
  }

  #noteReward(of: 0 | 1, { step, env }: DriveSession): void {
    if (this.#fork !== null && step > this.#fork.start)
      this.#fork.rewards[of][step - this.#fork.start - 1] = env.reward;
  }
}
