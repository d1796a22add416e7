/** Jobs of the threads that walk. Plain data. */
import type { FilePolicy } from "../rollout/policy-data.ts";
import type { TaskVariant } from "../tasks/index.ts";
import type { Walked, WalkPlan } from "./walk.ts";

/** What a thread needs to know once. */
export interface GuessSetup {
  /** A registered task's name, or the path of a user's task file */
  readonly task: string;
  readonly variant: TaskVariant;
  readonly policy: FilePolicy;
}

/** Episodes under one layout; the answer is a `Walk`. */
export interface GuessJob {
  readonly kind: "walk";
  readonly who: Walked;
  readonly plan: WalkPlan;
}
