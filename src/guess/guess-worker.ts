/** Entry point of a thread that walks. */
import { resolveTask } from "../tasks/index.ts";
import { answerJobs } from "../threads/answer-jobs.ts";
import type { GuessJob, GuessSetup } from "./guess-jobs.ts";
import { Walker } from "./walk.ts";

await answerJobs<GuessSetup, GuessJob>(async ({ task, variant, policy }) => {
  const walker = await Walker.create(await resolveTask(task, variant), policy);
  return { run: ({ who, plan }) => walker.walk(who, plan) };
});
