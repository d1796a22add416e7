/** Readings of an environment's last step. */
import type { Outcome } from "./outcome.ts";

/** The outcome of the last step, as the environment exposes it. */
export abstract class StepReadings {
  /** @internal */
  protected abstract readonly outcome: Outcome;

  /** Of the last step, finite; 0 where it failed. */
  get reward(): number {
    return this.outcome.reward;
  }

  /** Whether the last step ended the episode for good. */
  get terminated(): boolean {
    return this.outcome.terminated;
  }

  /** Whether the last step reached the time limit; both may be true. */
  get truncated(): boolean {
    return this.outcome.truncated;
  }

  /** Whether the last step produced a value that is not finite; it has then terminated. */
  get nan(): boolean {
    return this.outcome.nan;
  }

  /** Source of `nan`: 'action "x"', 'control "x"', "physics", 'reward term "x"', 'observation term "x"'; "" while all is well. */
  get nanSource(): string {
    return this.outcome.nanSource;
  }

  /** Whether the last step was not done, since its action was not finite: robot and observation are as they were before it. */
  get held(): boolean {
    return this.outcome.held;
  }

  /** What MuJoCo said, and what to try, where it raised an error in the last step, which has then terminated; "" else. */
  get refusal(): string {
    return this.outcome.refusal;
  }

  /** Names of the reward's terms. */
  get rewardNames(): readonly string[] {
    return this.outcome.rewardNames;
  }

  /** [rewards] weighted contributions to the last step's reward, before the clip. */
  get rewardTerms(): Float64Array {
    return this.outcome.rewardTerms;
  }

  /** The task's terminations and, last, "nan". */
  get terminationNames(): readonly string[] {
    return this.outcome.terminationNames;
  }

  /** [terminations] 1 where the termination held in the last step. */
  get terminationFlags(): Uint8Array {
    return this.outcome.terminationFlags;
  }
}
