/** Measures an export: every format against the policy, and every number of flow steps. Episodes and comparisons run on threads. */
import { cpus } from "node:os";
import { noiseSize } from "../../policy/policy.ts";
import type { TrainedFlow } from "../../rollout/policy-data.ts";
import type { Task, TaskDescription, TaskVariant } from "../../tasks/index.ts";
import { controllerC } from "../c/c-controller.ts";
import { CProgram } from "../c/c-process.ts";
import type { ControllerOrigin } from "../contract/contract.ts";
import { type ControllerOptions, graphObstacle, resolvedOptions } from "../controller-function.ts";
import { checkActions } from "../episode-loop.ts";
import { type ExportedPolicy, exportedFlow } from "../exported-policy.ts";
import { type FlowStepReturn, fewestSteps, flowStepReturn, withFlowSteps } from "../flow-steps.ts";
import type { OpenedController } from "../measure/measuring-jobs.ts";
import { MeasuringThreads, type Progress, planParts } from "../measure/measuring-threads.ts";
import { controllerOnnx } from "../onnx-controller.ts";
import { type Reference, referenceOf } from "../reference-policy.ts";
import { type ControllerFormat, runExported } from "../running-controller.ts";
import { closedLoopParity, drivingOf, returnsOf } from "./closed-loop.ts";
import { type Latency, measureLatency } from "./latency.ts";
import { networkParity } from "./parity.ts";
import {
  type KeptRows,
  keptRows,
  type Recording,
  type ReferenceRun,
  recordingPart,
  recordObservations,
} from "./recording.ts";
import {
  type FlowReport,
  FORMAT_NAMES,
  type FormatReport,
  type Measurements,
  type ReportSizes,
  type StepLatency,
} from "./report.ts";

/** What is exported. */
export interface ExportSubject {
  readonly policy: ExportedPolicy;
  readonly task: Task;
  /** File of a user's own task; null for one that ships. */
  readonly taskFile: string | null;
  /** Ground and robot that differ from the task's own. */
  readonly variant: TaskVariant;
  readonly description: TaskDescription;
  readonly origin: ControllerOrigin;
  readonly options: ControllerOptions;
}

/** The policy's own episodes and what it saw in them. */
export interface RecordedExport {
  readonly runs: readonly ReferenceRun[];
  readonly recording: Recording;
  /** [rows, actionSize] of the policy's graph */
  readonly expected: Float32Array;
  /** Some of the rows, for files that carry them. */
  readonly kept: KeptRows;
}

/** What a measurement needs in addition to its subject. */
export interface MeasurementSettings {
  readonly sizes: ReportSizes;
  /** Path of a C compiler; null leaves C unmeasured. */
  readonly compiler: string | null;
  /** Threads; 0 takes one per core. */
  readonly workers: number;
  readonly tell: Progress;
}

/** Rows that are kept inside the C source. */
const KEPT_ROWS = 32;
/** Observations that one job compares. */
const ROWS_PER_JOB = 500;

/** Measures one export. Calls are timed while the threads have nothing to do. */
export class ExportMeasurement {
  readonly #subject: ExportSubject;
  readonly #settings: MeasurementSettings;
  readonly #reference: Reference;
  readonly #threads: MeasuringThreads;
  readonly #onlyOnnx: string | null;

  private constructor(subject: ExportSubject, settings: MeasurementSettings, threads: MeasuringThreads) {
    this.#subject = subject;
    this.#settings = settings;
    this.#threads = threads;
    this.#onlyOnnx = graphObstacle(subject.policy);
    this.#reference = referenceOf(subject.policy, subject.options);
  }

  static async create(subject: ExportSubject, settings: MeasurementSettings): Promise<ExportMeasurement> {
    const { taskFile, task, variant, policy, options } = subject;
    const setup = { task: taskFile ?? task.name, variant, policy, options };
    return new ExportMeasurement(
      subject,
      settings,
      await MeasuringThreads.start(settings.workers, setup, settings.tell),
    );
  }

  async dispose(): Promise<void> {
    await this.#reference.dispose();
    await this.#threads.close();
  }

  get #formats(): ControllerFormat[] {
    if (this.#onlyOnnx !== null) return ["onnx"];
    return this.#settings.compiler === null ? ["onnx", "typescript"] : ["onnx", "c", "typescript"];
  }

  /** The policy's own episodes and what it saw in them. @throws UserError when it gives an action that is not finite */
  async record(): Promise<RecordedExport> {
    const { seed, episodes, rows } = this.#settings.sizes;
    const jobs = planParts({ seed, firstEpisode: 0, episodes }).map((plan) => ({ kind: "record" as const, plan }));
    const runs = await this.#threads.run("recording episodes of the policy", jobs, ({ plan }) => plan.episodes);
    checkActions(
      runs.map(({ outcomes }) => outcomes),
      this.#subject.origin.run,
    );
    const recording = await this.#observations(runs, rows);
    const expected = await this.#expected(recording);
    return { runs, recording, expected, kept: keptRows(recording, expected, KEPT_ROWS) };
  }

  #observations(runs: readonly ReferenceRun[], rows: number): Promise<Recording> {
    const further = async (plan: ReferenceRun["plan"]) =>
      (await this.#threads.run("recording further episodes", [{ kind: "record" as const, plan }], () => 1))[0]!;
    return recordObservations(runs, further, rows, this.#subject.description.obsSize, this.#reference);
  }

  async #expected(recording: Recording): Promise<Float32Array> {
    const jobs = recordingParts(recording).map((part) => ({ kind: "expect" as const, recording: part }));
    const parts = await this.#threads.run("computing the policy's own outputs", jobs, (job) => job.recording.rows);
    const expected = new Float32Array(recording.rows * this.#subject.description.actionSize);
    let at = 0;
    for (const part of parts) {
      expected.set(part, at);
      at += part.length;
    }
    return expected;
  }

  /** Everything that is measured. */
  async measure(recorded: RecordedExport): Promise<Measurements> {
    const { description, policy } = this.#subject;
    const { flowStepCounts, ...sizes } = this.#settings.sizes;
    const formats: FormatReport[] = [];
    for (const format of this.#formats) formats.push(await this.#compare(format, recorded));
    const flow = await this.#flow(recorded, flowStepCounts);
    return {
      version: 1,
      task: description.name,
      machine: { cpu: cpus()[0]?.model ?? "unknown", platform: process.platform, node: process.version },
      nonFinite: recorded.runs.flatMap(({ outcomes }) => outcomes.nonFinite),
      sizes: { ...sizes, ...(flow && { flowStepCounts }), rows: recorded.recording.rows },
      controlPeriod: 1 / description.controlHz,
      compiler: this.#settings.compiler,
      comparedWith: policy.kind === "file" ? "file" : "graph",
      ...(this.#onlyOnnx !== null && { onlyOnnx: this.#onlyOnnx }),
      formats,
      driving: drivingOf(recorded.runs),
      ...fileReport(policy),
      ...flow,
    };
  }

  /** Null for a policy without a flow. */
  async #flow(
    { kept, runs }: RecordedExport,
    counts: readonly number[] = [],
  ): Promise<Omit<FlowReport, "distillation"> | null> {
    const flow = exportedFlow(this.#subject.policy);
    if (flow === null) return null;
    const stepLatencies = await this.#stepLatencies(flow, counts, kept);
    const stepReturns = await this.#stepReturns(counts, runs);
    return { flowSteps: flow.spec.flowSteps, stepLatencies, stepReturns, fewestFlowSteps: fewestSteps(stepReturns) };
  }

  #compare(format: ControllerFormat, { runs, recording, expected, kept }: RecordedExport): Promise<FormatReport> {
    const { policy, description } = this.#subject;
    const name = FORMAT_NAMES[format];
    return this.#with(format, policy, kept, async (controller, latency) => {
      const size = description.actionSize;
      const parityJobs = recordingParts(recording).map((part, i) => {
        const start = i * ROWS_PER_JOB * size;
        const wanted = expected.slice(start, start + part.rows * size);
        return { kind: "parity" as const, controller, recording: part, expected: wanted };
      });
      const outputs = `comparing outputs of ${name} with the policy's`;
      const rows = await this.#threads.run(outputs, parityJobs, (job) => job.recording.rows);
      const loopJobs = runs.map((run) => ({ kind: "loop" as const, controller, run }));
      const loops = await this.#threads.run(
        `driving the episodes with ${name}`,
        loopJobs,
        ({ run }) => run.plan.episodes,
      );
      const network = networkParity(Float64Array.from(rows.flatMap((part) => [...part])));
      return { format, network, closedLoop: closedLoopParity(runs, loops, description.controlHz), latency };
    });
  }

  /** Runs `use` with the policy in a format, and how long its calls take. */
  async #with<T>(
    format: ControllerFormat,
    policy: ExportedPolicy,
    kept: KeptRows,
    use: (controller: OpenedController, latency: Latency) => Promise<T>,
  ): Promise<T> {
    const { description, origin, options } = this.#subject;
    const { compiler, sizes } = this.#settings;
    if (format === "c") {
      const program = await CProgram.compile(compiler!, controllerC(policy, description, origin, options, kept));
      try {
        return await use({ format, program: program.path }, await program.measure(sizes.calls));
      } finally {
        await program.delete();
      }
    }
    const bytes = controllerOnnx(policy, description, origin, options);
    return use({ format, bytes }, await this.#timeCalls(format, bytes, kept));
  }

  async #timeCalls(
    format: Exclude<ControllerFormat, "c">,
    bytes: Uint8Array,
    { obs, noise, rows }: KeptRows,
  ): Promise<Latency> {
    const { description, options, policy } = this.#subject;
    const running = await runExported(policy, format, bytes, resolvedOptions(options).outputName);
    const one = obs.slice(0, description.obsSize);
    const draw = noise?.slice(0, noise.length / rows) ?? null;
    const out = new Float32Array(description.actionSize);
    try {
      return await measureLatency(() => running.act(one, draw, out), this.#settings.sizes.calls);
    } finally {
      await running.close();
    }
  }

  async #stepLatencies(flow: TrainedFlow, counts: readonly number[], kept: KeptRows): Promise<StepLatency[]> {
    const latencies: StepLatency[] = [];
    for (const [done, flowSteps] of counts.entries()) {
      const policy = withFlowSteps(flow, flowSteps);
      this.#settings.tell("timing calls by flow steps", done, counts.length);
      const latency: Partial<Record<ControllerFormat, Latency>> = {};
      for (const format of this.#formats) {
        latency[format] = await this.#with(format, policy, this.#keptFor(policy, kept), async (_, found) => found);
      }
      latencies.push({ flowSteps, latency });
    }
    this.#settings.tell("timing calls by flow steps", counts.length, counts.length);
    return latencies;
  }

  /** All numbers of flow steps at once, so that no thread waits for the last episode of each. */
  async #stepReturns(counts: readonly number[], runs: readonly ReferenceRun[]): Promise<FlowStepReturn[]> {
    const jobs = counts.flatMap((flowSteps) =>
      runs.map(({ plan }) => ({ kind: "episodes" as const, plan, flowSteps })),
    );
    const parts = await this.#threads.run("running episodes by flow steps", jobs, ({ plan }) => plan.episodes);
    return counts.map((flowSteps, i) => {
      const own = parts.slice(i * runs.length, (i + 1) * runs.length);
      return flowStepReturn(
        flowSteps,
        own.flatMap(({ returns }) => returns),
        returnsOf(runs),
      );
    });
  }

  /** Rows whose noise is as wide as the policy takes it; only their time counts. */
  #keptFor(policy: TrainedFlow, kept: KeptRows): KeptRows {
    if (kept.noise === null) return kept;
    return { ...kept, noise: new Float32Array(kept.rows * noiseSize(policy.spec)) };
  }
}

/** The third-party file, where the policy is one. */
function fileReport(policy: ExportedPolicy): Pick<Measurements, "file"> {
  const adapter = policy.kind === "file" ? policy.facts.adapter : undefined;
  return adapter ? { file: { name: adapter.file, sha256: adapter.sha256, differs: adapter.words } } : {};
}

function recordingParts(recording: Recording): Recording[] {
  const count = Math.ceil(recording.rows / ROWS_PER_JOB);
  return Array.from({ length: count }, (_, i) => {
    const start = i * ROWS_PER_JOB;
    return recordingPart(recording, start, Math.min(ROWS_PER_JOB, recording.rows - start));
  });
}
