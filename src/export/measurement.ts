/** Measures an export: every format against the policy, and every number of flow steps. */
import { cpus } from "node:os";
import { noiseSize } from "../policy/policy.ts";
import type { TrainedPolicy } from "../rollout/jobs.ts";
import { Environment, type Task, type TaskDescription } from "../tasks/index.ts";
import { controllerC } from "./c-controller.ts";
import { CProgram } from "./c-process.ts";
import { closedLoopParity, mean } from "./closed-loop.ts";
import type { ControllerOrigin } from "./contract.ts";
import { type ControllerOptions, resolvedOptions } from "./controller-function.ts";
import type { EpisodePlan } from "./episode-loop.ts";
import { type FlowStepReturn, fewestSteps, returnAtSteps, withFlowSteps } from "./flow-steps.ts";
import { type Latency, measureLatency } from "./latency.ts";
import { controllerOnnx } from "./onnx-controller.ts";
import { expectedOutputs, networkParity } from "./parity.ts";
import { playedTask } from "./played-task.ts";
import {
  type KeptRows,
  keptRows,
  type Recording,
  type ReferenceRun,
  recordObservations,
  runReference,
} from "./recording.ts";
import { ReferencePolicy } from "./reference-policy.ts";
import { FORMAT_NAMES, type FormatReport, type Measurements, type ReportSizes, type StepLatency } from "./report.ts";
import { type ControllerFormat, type RunningController, runC, runOnnx, runTypescript } from "./running-controller.ts";

/** What is exported. */
export interface ExportSubject {
  readonly policy: TrainedPolicy;
  readonly task: Task;
  /** File of a user's own task; null for one that ships. */
  readonly taskFile: string | null;
  readonly description: TaskDescription;
  readonly origin: ControllerOrigin;
  readonly options: ControllerOptions;
}

/** The policy's own episodes and what it saw in them. */
export interface RecordedExport {
  readonly run: ReferenceRun;
  readonly recording: Recording;
  /** [rows, actionSize] of the policy's graph */
  readonly expected: Float32Array;
  /** Some of the rows, for files that carry them. */
  readonly kept: KeptRows;
}

/** Rows that are kept inside the C source. */
const KEPT_ROWS = 32;

/** Measures one export. Controllers run one after the other, in this process or as its children. */
export class ExportMeasurement {
  readonly #subject: ExportSubject;
  readonly #sizes: ReportSizes;
  readonly #compiler: string | null;
  readonly #tell: (stage: string) => void;
  readonly #reference: ReferencePolicy;
  readonly #env: Environment;
  readonly #played: Environment;

  private constructor(
    subject: ExportSubject,
    sizes: ReportSizes,
    compiler: string | null,
    tell: (stage: string) => void,
    env: Environment,
    played: Environment,
  ) {
    this.#subject = subject;
    this.#sizes = sizes;
    this.#compiler = compiler;
    this.#tell = tell;
    this.#env = env;
    this.#played = played;
    this.#reference = new ReferencePolicy(subject.policy, subject.options);
  }

  /** @param compiler path of a C compiler; null leaves C unmeasured @param tell is told, in a few words, what is being done */
  static async create(
    subject: ExportSubject,
    sizes: ReportSizes,
    compiler: string | null,
    tell: (stage: string) => void,
  ): Promise<ExportMeasurement> {
    const env = await Environment.create(subject.task);
    const played = await Environment.create(playedTask(subject.task, resolvedOptions(subject.options).output));
    return new ExportMeasurement(subject, sizes, compiler, tell, env, played);
  }

  async dispose(): Promise<void> {
    await this.#reference.dispose();
    this.#env.delete();
    this.#played.delete();
  }

  get #plan(): EpisodePlan {
    return { seed: this.#sizes.seed, firstEpisode: 0, episodes: this.#sizes.episodes };
  }

  /** The policy's own episodes and what it saw in them. */
  async record(): Promise<RecordedExport> {
    this.#tell("recording episodes of the policy");
    const run = await runReference(this.#env, this.#reference, this.#plan);
    const recording = await recordObservations(this.#env, this.#reference, run, this.#sizes.rows);
    const { policy, description, options } = this.#subject;
    const expected = await expectedOutputs(policy, description, options, recording);
    return { run, recording, expected, kept: keptRows(recording, expected, KEPT_ROWS) };
  }

  /** Everything that is measured. */
  async measure({ run, recording, expected, kept }: RecordedExport): Promise<Measurements> {
    const { description, policy } = this.#subject;
    const formats: FormatReport[] = [];
    for (const format of this.#formats) {
      this.#tell(`comparing ${FORMAT_NAMES[format]} with the policy`);
      formats.push(
        await this.#with(format, policy, kept, (running, latency) =>
          this.#compare(running, latency, run, recording, expected),
        ),
      );
    }
    const stepLatencies = await this.#stepLatencies(kept);
    const stepReturns = await this.#stepReturns(mean(run.outcomes.returns));
    return {
      version: 1,
      task: description.name,
      machine: { cpu: cpus()[0]?.model ?? "unknown", platform: process.platform, node: process.version },
      sizes: { ...this.#sizes, rows: recording.rows },
      controlPeriod: 1 / description.controlHz,
      flowSteps: policy.spec.kind === "flow" ? policy.spec.flowSteps : null,
      compiler: this.#compiler,
      formats,
      stepLatencies,
      stepReturns,
      fewestFlowSteps: fewestSteps(stepReturns),
    };
  }

  get #formats(): ControllerFormat[] {
    return this.#compiler === null ? ["onnx", "typescript"] : ["onnx", "c", "typescript"];
  }

  async #compare(
    running: RunningController,
    latency: Latency,
    run: ReferenceRun,
    recording: Recording,
    expected: Float32Array,
  ): Promise<FormatReport> {
    const noise = this.#reference.inputNoise(run.plan);
    const network = await networkParity(running, recording, expected);
    const closedLoop = await closedLoopParity(this.#played, running, run, noise, this.#subject.policy.std);
    return { format: running.format, network, closedLoop, latency };
  }

  /** Runs `use` with the policy in a format, and how long its calls take. */
  async #with<T>(
    format: ControllerFormat,
    policy: TrainedPolicy,
    kept: KeptRows,
    use: (running: RunningController, latency: Latency) => Promise<T>,
  ): Promise<T> {
    const { description, origin, options } = this.#subject;
    if (format === "c") {
      const program = await CProgram.compile(this.#compiler!, controllerC(policy, description, origin, options, kept));
      const running = runC(program, description.obsSize);
      try {
        return await use(running, await program.measure(this.#sizes.calls));
      } finally {
        await running.close();
        await program.delete();
      }
    }
    const bytes = controllerOnnx(policy, description, origin, options);
    const open = format === "onnx" ? runOnnx : runTypescript;
    const running = await open(bytes, resolvedOptions(options).outputName);
    try {
      return await use(running, await this.#timeCalls(running, kept));
    } finally {
      await running.close();
    }
  }

  #timeCalls(running: RunningController, { obs, noise, rows }: KeptRows): Promise<Latency> {
    const { description } = this.#subject;
    const one = obs.slice(0, description.obsSize);
    const draw = noise?.slice(0, noise.length / rows) ?? null;
    const out = new Float32Array(description.actionSize);
    return measureLatency(() => running.act(one, draw, out), this.#sizes.calls);
  }

  async #stepLatencies(kept: KeptRows): Promise<StepLatency[]> {
    const latencies: StepLatency[] = [];
    for (const flowSteps of this.#sizes.flowStepCounts) {
      const policy = this.#withSteps(flowSteps);
      if (policy === null) return [];
      this.#tell(`timing ${flowSteps} flow ${flowSteps === 1 ? "step" : "steps"}`);
      const latency: Partial<Record<ControllerFormat, Latency>> = {};
      for (const format of this.#formats) {
        latency[format] = await this.#with(format, policy, this.#keptFor(policy, kept), async (_, found) => found);
      }
      latencies.push({ flowSteps, latency });
    }
    return latencies;
  }

  async #stepReturns(reference: number): Promise<FlowStepReturn[]> {
    const returns: FlowStepReturn[] = [];
    for (const flowSteps of this.#sizes.flowStepCounts) {
      const policy = this.#withSteps(flowSteps);
      if (policy === null) return [];
      this.#tell(`running episodes with ${flowSteps} flow ${flowSteps === 1 ? "step" : "steps"}`);
      returns.push(await returnAtSteps(this.#env, policy, this.#subject.options, this.#plan, reference));
    }
    return returns;
  }

  #withSteps(flowSteps: number): TrainedPolicy | null {
    return withFlowSteps(this.#subject.policy, flowSteps);
  }

  /** Rows whose noise is as wide as the policy takes it; only their time counts. */
  #keptFor(policy: TrainedPolicy, kept: KeptRows): KeptRows {
    if (kept.noise === null) return kept;
    return { ...kept, noise: new Float32Array(kept.rows * noiseSize(policy.spec)) };
  }
}
