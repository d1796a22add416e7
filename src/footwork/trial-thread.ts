/** A thread that tries steps for a search. */
import { resolveTask, type TaskVariant } from "../tasks/index.ts";
import { answerJobs } from "../threads/answer-jobs.ts";
import { look } from "./subject.ts";
import { StepTrial, type Trial } from "./trial.ts";

/** What a thread is given once. */
export interface TrialSetup extends TaskVariant {
  readonly task: string;
  readonly hz?: number;
}

/** What it is asked. */
export type TrialJob = Trial & { readonly kind: "try" };

await answerJobs<TrialSetup, TrialJob>(async ({ task, hz, ...variant }) => {
  const trial = await StepTrial.create(await look(await resolveTask(task, variant), hz));
  return { run: (job) => Promise.resolve(trial.run(job)) };
});
