/** Entry point of a worker's thread. */
import { answerJobs } from "../threads/answer-jobs.ts";
import { TakeHost, type TakenUnit } from "./take-host.ts";
import type { TakeSetup } from "./units.ts";

await answerJobs<TakeSetup, TakenUnit>((setup) => TakeHost.create(setup));
