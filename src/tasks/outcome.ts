/** Result of a step: reward with its terms, the end of the episode, or non-finite values. */
import type { Task } from "./define-task.ts";
import type { AnyMoment } from "./moment.ts";

/** Judges steps of one environment slot by a task's reward and termination terms. */
export class Outcome {
  readonly rewardNames: readonly string[];
  /** The task's terminations and, last, "nan". */
  readonly terminationNames: readonly string[];
  /** Of the last step, finite. */
  reward = 0;
  terminated = false;
  truncated = false;
  nan = false;
  nanSource = "";
  /** Whether the step was not done: its action was not finite. */
  held = false;
  /** What MuJoCo said where it refused the step; "" else. */
  refusal = "";
  /** [rewards] weighted contributions, before the clip */
  readonly rewardTerms: Float64Array;
  /** [terminations] 1 where the termination held */
  readonly terminationFlags: Uint8Array;
  readonly #rewards: readonly ((s: AnyMoment) => number)[];
  readonly #weights: Float64Array;
  readonly #terminations: readonly ((s: AnyMoment) => boolean)[];
  readonly #clip: readonly [number, number] | undefined;

  constructor(task: Task) {
    const terms = Object.values(task.reward);
    const factor = task.rewardPerSecond ? 1 / task.timing.controlHz : 1;
    this.rewardNames = Object.keys(task.reward);
    this.rewardTerms = new Float64Array(terms.length);
    this.#rewards = terms.map((term) => term.of);
    this.#weights = Float64Array.from(terms, (term) => term.weight * factor);
    this.#clip = task.rewardClip;
    this.terminationNames = [...Object.keys(task.terminate), "nan"];
    this.terminationFlags = new Uint8Array(this.terminationNames.length);
    this.#terminations = Object.values(task.terminate);
  }

  /** Forgets the last step. */
  clear(): void {
    this.reward = 0;
    this.terminated = false;
    this.truncated = false;
    this.nan = false;
    this.nanSource = "";
    this.held = false;
    this.refusal = "";
    this.rewardTerms.fill(0);
    this.terminationFlags.fill(0);
  }

  /** Finds out which terminations hold. */
  judgeEnd(moment: AnyMoment): void {
    for (let i = 0; i < this.#terminations.length; i++) {
      if (!this.#terminations[i](moment)) continue;
      this.terminationFlags[i] = 1;
      this.terminated = true;
    }
  }

  /** Sums the weighted terms. */
  judgeReward(moment: AnyMoment): void {
    let sum = 0;
    for (let i = 0; i < this.#rewards.length; i++) {
      const term = this.#weights[i] * this.#rewards[i](moment);
      this.rewardTerms[i] = term;
      sum += term;
    }
    const clip = this.#clip;
    this.reward = clip ? Math.max(clip[0], Math.min(clip[1], sum)) : sum;
    if (!Number.isFinite(sum)) this.fail(this.#badReward());
  }

  /** A value was not finite, or the physics refused: the step ends the episode with a reward of 0. */
  fail(source: string, refusal = ""): void {
    this.refusal = refusal;
    this.nan = true;
    this.nanSource = source;
    this.terminated = true;
    this.reward = 0;
    this.rewardTerms.fill(0);
    this.terminationFlags.fill(0);
    this.terminationFlags[this.terminationFlags.length - 1] = 1;
  }

  /** The action was not finite: as `fail`, and the step was not done. */
  hold(source: string): void {
    this.fail(source);
    this.held = true;
  }

  /** The first reward term that gives no number for this moment, or null. */
  unusableReward(moment: AnyMoment): string | null {
    const bad = this.#rewards.findIndex((term) => typeof (term(moment) as unknown) !== "number");
    return bad < 0 ? null : this.rewardNames[bad];
  }

  #badReward(): string {
    const bad = this.rewardTerms.findIndex((term) => !Number.isFinite(term));
    return bad < 0 ? "the reward's sum" : `reward term "${this.rewardNames[bad]}"`;
  }
}
