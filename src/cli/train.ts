/** `flowgait train <task>`: trains a policy, or continues with a run. */
import { readOverlay } from "../catalogue/overlay-file.ts";
import { storedReference } from "../catalogue/task-reference.ts";
import { quickCheck } from "../check/quick-check.ts";
import type { PartialTrainConfig, TrainConfig } from "../config/config.ts";
import { overlaySettings } from "../config/overlay.ts";
import { parseOverrides } from "../config/overrides.ts";
import { algorithmOf, presetOf } from "../config/presets.ts";
import { type Output, resultJson } from "../files/output.ts";
import { shellPath } from "../files/shown-path.ts";
import { packageVersion } from "../files/version.ts";
import { UserError } from "../math/user-error.ts";
import type { QueueConnection } from "../queue/connection.ts";
import { askedQueue } from "../queue/queue-url.ts";
import { jsonStreamSink } from "../runs/jsonl-sink.ts";
import type { MetricSink } from "../runs/metrics.ts";
import { progressSink } from "../runs/progress-sink.ts";
import { CHANNELS } from "../stream/protocol.ts";
import type { StreamServer } from "../stream/server.ts";
import type { LiveView } from "../studio/live-view.ts";
import {
  type PreparedRun,
  prepareFork,
  prepareNewRun,
  prepareResume,
  withDescription,
} from "../studio/prepared-run.ts";
import { endText, startText } from "../studio/run-words.ts";
import { runTraining } from "../studio/training-session.ts";
import { resolveTask } from "../tasks/index.ts";
import { resolveTrainConfig } from "../tasks/requested-config.ts";
import { readServeFlags, refuseServeFlags, type ServeFlags, type ServeSettings } from "./flags/serve-options.ts";
import { givenSettings } from "./flags/setting-options.ts";
import { listenForInterrupt } from "./interrupt.ts";

/** Flags of the command that are no settings. */
export interface TrainOptions extends ServeFlags {
  readonly task?: string;
  readonly preset?: string;
  readonly algorithm?: string;
  readonly resume?: string;
  readonly fork?: string;
  readonly view?: boolean;
  readonly queue?: string;
  /** False with --no-check. */
  readonly check?: boolean;
  readonly printConfig?: boolean;
  readonly overlay?: string;
  readonly json?: boolean;
  readonly [setting: string]: unknown;
}

/** Runs the command. */
export async function train(named: string | undefined, options: TrainOptions, output: Output): Promise<void> {
  const task = taskOf(named, options);
  if (options.printConfig === true) {
    output.result(`${JSON.stringify(await requestedConfig(task, options), null, 2)}\n`);
    return;
  }
  const at = readServeFlags(options);
  if (options.view !== true) refuseServeFlags(options);
  const queue = await askedConnection(options, output);
  try {
    await trainPrepared(await prepareRun(task, options, output), { at, queue }, options, output);
  } finally {
    queue?.close();
  }
}

/** Where it is shown, and who collects for it. */
interface Surroundings {
  readonly at: ServeSettings;
  readonly queue: QueueConnection | null;
}

async function trainPrepared(run: PreparedRun, around: Surroundings, options: TrainOptions, output: Output) {
  try {
    await trainInView(run, around, options, output);
  } finally {
    run.lock.release();
  }
}

/** Opened before anything is written, so that a queue that is not there leaves nothing behind. */
export async function askedConnection(
  { queue }: Pick<TrainOptions, "queue">,
  output: Output,
): Promise<QueueConnection | null> {
  const address = askedQueue(queue, process.env);
  return address === null ? null : (await import("../queue/connection.ts")).openQueue(address, output.note);
}

async function trainInView(
  run: PreparedRun,
  { at, queue }: Surroundings,
  options: TrainOptions,
  output: Output,
): Promise<void> {
  const viewer = options.view === true ? await openViewer(at, output) : null;
  output.note(startText(run));
  const progress = progressSink({ totalSteps: run.config.steps, stream: output.notes });
  const interrupt = listenForInterrupt(() =>
    progress.note("stopping after this iteration and saving; Ctrl-C again stops at once"),
  );
  const view = viewer?.view;
  try {
    const sinks: MetricSink[] = [progress];
    if (options.json === true) sinks.push(jsonStreamSink((line) => output.result(line)));
    const result = await runTraining(run, { sinks, signal: interrupt.signal, view, queue });
    view?.end(result.stopped ? "stopped" : "done");
    output.note(endText(run, result));
    const { steps, seconds } = result;
    if (options.json === true) resultJson(output, { event: "done", run: run.folder, steps, seconds });
  } finally {
    interrupt.release();
    await view?.close();
    await viewer?.server.close();
  }
  interrupt.end();
}

/** The task is named first, or by its flag. */
function taskOf(named: string | undefined, { task }: TrainOptions): string | undefined {
  if (named === undefined || task === undefined || named === task) return named ?? task;
  throw new UserError(`--task: got ${task} in addition to ${named}, expected one of them`, { exitCode: 2 });
}

async function prepareRun(task: string | undefined, options: TrainOptions, output: Output): Promise<PreparedRun> {
  const { resume, fork } = options;
  if (resume === undefined && fork === undefined) return prepareNewRun(await checkedConfig(task, options, output));
  if (resume !== undefined && fork !== undefined)
    throw new UserError("--fork: cannot be given with --resume, expected one of them", { exitCode: 2 });
  for (const [flag, value] of Object.entries({ "--preset": options.preset, "--algorithm": options.algorithm }))
    if (value !== undefined)
      throw new UserError(`${flag}: cannot be changed when resuming or forking; omit this flag`, { exitCode: 2 });
  const asked = task === undefined ? {} : { task: storedReference(task) };
  const overrides = givenOverrides(options);
  if (resume !== undefined) return prepareResume(resume, overrides, asked);
  return prepareFork(fork!, overrides, asked);
}

/** Settings of an overlay, and those given one by one, which go before it. */
export function givenOverrides(options: TrainOptions): PartialTrainConfig {
  const overlay = options.overlay === undefined ? {} : overlaySettings(readOverlay(options.overlay));
  const pairs = Object.entries(overlay).map(([name, value]): [string, string] => [name, String(value)]);
  return parseOverrides([...pairs, ...givenSettings(options)]);
}

/** Notes what is off in the task. */
async function checkedConfig(task: string | undefined, options: TrainOptions, output: Output): Promise<TrainConfig> {
  const config = await requestedConfig(task, options);
  if (options.check === false) return config;
  const alarm = await quickCheck(config, `flowgait check ${shellPath(config.task)}`);
  if (alarm !== "") output.note(alarm);
  return config;
}

/** The configuration that task, preset and flags ask for. Throws UserError (exit code 2). */
export async function requestedConfig(task: string | undefined, options: TrainOptions): Promise<TrainConfig> {
  if (task === undefined) throw new UserError("<task> is missing; see flowgait tasks", { exitCode: 2 });
  const { presets } = await resolveTask(task);
  const config = resolveTrainConfig({
    task: storedReference(task),
    presets,
    preset: options.preset === undefined ? undefined : presetOf(options.preset),
    algorithm: options.algorithm === undefined ? undefined : algorithmOf(options.algorithm),
    overrides: givenOverrides(options),
  });
  await resolveTask(config.task, config); // refuses an unknown lesson
  return withDescription(config);
}

async function openViewer(at: ServeSettings, output: Output): Promise<{ server: StreamServer; view: LiveView }> {
  const [stream, live] = await Promise.all([import("../stream/server.ts"), import("../studio/live-view.ts")]);
  const settings = { ...at, fallback: true, version: packageVersion(), channels: CHANNELS };
  const server = await stream.StreamServer.listen(settings);
  output.note(`viewer: ${server.url}`);
  return { server, view: new live.LiveView(server, output.note) };
}
