/** What one thread of a measurement owns: the task twice, as the policy and as exported controllers play it, and the policy. */

import type { EpisodeOutcomes, EpisodePlan } from "../../rollout/episode-batch.ts";
import { describeTask, Environment, resolveTask } from "../../tasks/index.ts";
import { type ControllerOptions, resolvedOptions } from "../controller-function.ts";
import { runEpisodes } from "../episode-loop.ts";
import { deviationsOf, type ExportedPolicy, exportedFlow } from "../exported-policy.ts";
import { withFlowSteps } from "../flow-steps.ts";
import { playedTask } from "../played-task.ts";
import { type Reference, referenceOf } from "../reference-policy.ts";
import { compareEpisodes } from "../report/closed-loop.ts";
import { expectedOutputs, rowDifferences } from "../report/parity.ts";
import { runReference } from "../report/recording.ts";
import { type RunningController, runExported, runProgram } from "../running-controller.ts";
import type { MeasuringJob, MeasuringResult, MeasuringSetup, OpenedController } from "./measuring-jobs.ts";

/** Does measuring jobs one at a time. */
export class MeasuringHost {
  readonly #env: Environment;
  readonly #played: Environment;
  readonly #policy: ExportedPolicy;
  readonly #options: ControllerOptions;
  readonly #reference: Reference;

  private constructor(env: Environment, played: Environment, { policy, options }: MeasuringSetup) {
    this.#env = env;
    this.#played = played;
    this.#policy = policy;
    this.#options = options;
    this.#reference = referenceOf(policy, options);
  }

  static async create(setup: MeasuringSetup): Promise<MeasuringHost> {
    const task = await resolveTask(setup.task, setup.variant);
    const played = playedTask(task, resolvedOptions(setup.options).output);
    return new MeasuringHost(await Environment.create(task), await Environment.create(played), setup);
  }

  async run(job: MeasuringJob): Promise<MeasuringResult<MeasuringJob["kind"]>> {
    switch (job.kind) {
      case "record":
        return runReference(this.#env, this.#reference, job.plan);
      case "episodes":
        return this.#episodes(job.plan, job.flowSteps);
      case "expect":
        return expectedOutputs(this.#policy, describeTask(this.#env), this.#options, job.recording);
      case "parity":
        return this.#with(job.controller, (running) => rowDifferences(running, job.recording, job.expected));
      case "loop":
        return this.#with(job.controller, (running) => {
          const noise = this.#reference.inputNoise(job.run.plan);
          return compareEpisodes(this.#played, running, job.run, noise, deviationsOf(this.#policy));
        });
      default:
        return job satisfies never;
    }
  }

  async #episodes(plan: EpisodePlan, flowSteps: number): Promise<EpisodeOutcomes> {
    const flow = exportedFlow(this.#policy);
    const sampler = referenceOf(flow ? withFlowSteps(flow, flowSteps) : this.#policy, this.#options);
    try {
      return await runEpisodes(this.#env, plan, sampler.actor(plan));
    } finally {
      await sampler.dispose();
    }
  }

  async #with<T>(controller: OpenedController, use: (running: RunningController) => Promise<T>): Promise<T> {
    const running = await this.#open(controller);
    try {
      return await use(running);
    } finally {
      await running.close();
    }
  }

  async #open(controller: OpenedController): Promise<RunningController> {
    if (controller.format === "c") return runProgram(controller.program, this.#env.obsSize);
    const { outputName } = resolvedOptions(this.#options);
    return runExported(this.#policy, controller.format, controller.bytes, outputName);
  }
}
