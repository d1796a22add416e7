/** Entry point of a thread of a measurement. */
import { answerJobs } from "../../threads/answer-jobs.ts";
import { MeasuringHost } from "./measuring-host.ts";
import type { MeasuringJob, MeasuringSetup } from "./measuring-jobs.ts";

await answerJobs<MeasuringSetup, MeasuringJob>((setup) => MeasuringHost.create(setup));
