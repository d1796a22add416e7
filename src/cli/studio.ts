/** `flowgait studio`: the viewer, with trainings in it, one at a time. What `npm start` runs. Stays until Ctrl-C. */
import { storedReference } from "../catalogue/task-reference.ts";
import type { TrainConfig } from "../config/config.ts";
import { parseOverrides } from "../config/overrides.ts";
import type { Output } from "../files/output.ts";
import { packageVersion } from "../files/version.ts";
import { UserError } from "../math/user-error.ts";
import { progressSink } from "../runs/progress-sink.ts";
import { CHANNELS } from "../stream/protocol.ts";
import { StreamServer } from "../stream/server.ts";
import { LiveView } from "../studio/live-view.ts";
import { type PreparedRun, prepareNewRun } from "../studio/prepared-run.ts";
import { TrainingDesk } from "../studio/training-desk.ts";
import { type TaskVariant, variantOf } from "../tasks/index.ts";
import { readServeFlags } from "./flags/serve-options.ts";
import { givenSettings } from "./flags/setting-options.ts";
import { aborted, listenForInterrupt } from "./interrupt.ts";
import { askedConnection, requestedConfig, type TrainOptions } from "./train.ts";

/** The flags. */
export interface StudioOptions extends TrainOptions {
  readonly task: string;
  /** False with --no-train. */
  readonly train: boolean;
}

/** Runs the command. */
export async function studio(options: StudioOptions, output: Output): Promise<void> {
  const at = readServeFlags(options);
  const config = options.train ? await requestedConfig(options.task, options) : null;
  const task = storedReference(options.task);
  const queue = config === null ? null : await askedConnection(options, output);
  const server = await StreamServer.listen({ ...at, fallback: true, version: packageVersion(), channels: CHANNELS });
  const interrupt = listenForInterrupt(() => output.note("closing; Ctrl-C again stops at once"));
  output.result(`flowgait studio: ${server.url}\n`);
  const view = new LiveView(server, output.note);
  const sinksFor = ({ config: { steps } }: PreparedRun) => [progressSink({ totalSteps: steps, stream: output.notes })];
  const desk = new TrainingDesk({ server, view, output, sinksFor, signal: interrupt.signal, task, queue });
  try {
    if (config === null) await view.driveOnly(options.task, requestedVariant(options));
    else await trainFirst(config, desk, view);
    await aborted(interrupt.signal);
  } finally {
    await desk.close();
    interrupt.release();
    await view.close();
    await server.close();
    queue?.close();
  }
  interrupt.end();
}

/** The training that the command line requests; if it cannot start, the studio stays open and reports why. */
async function trainFirst(config: TrainConfig, desk: TrainingDesk, view: LiveView): Promise<void> {
  view.announce(`loading ${config.task}`);
  try {
    await desk.begin(() => prepareNewRun(config));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    desk.failed(error.message);
  }
}

/** Ground, robot and settings of a task that is not trained. */
function requestedVariant(options: StudioOptions): TaskVariant {
  return variantOf(parseOverrides(givenSettings(options)));
}
