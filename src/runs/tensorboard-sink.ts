/**
 * Reports as TensorBoard event files: scalars over environment steps, under the tags that rsl_rl and mjlab use.
 * Format: TFRecords (length, masked CRC-32C of the length, data, masked CRC-32C of the data) of tensorflow.Event protocol buffers.
 */
import { mkdirSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import protobuf from "protobufjs/light.js";
import { AppendedFile } from "../files/appended-file.ts";
import { writeError } from "../files/atomic-file.ts";
import { maskedCrc32c } from "../files/crc32c.ts";
import type { EvaluationMetrics, FileSink, IterationMetrics } from "./metrics.ts";

/** One scalar of one step. */
export interface Scalar {
  readonly tag: string;
  readonly simpleValue: number;
}

/** How the file is opened. */
export interface TensorboardOptions {
  /** Environment steps that training resumes from; what other files of the folder hold beyond them is hidden. */
  readonly resumedFrom?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const LITTLE_ENDIAN = true;
const START = 1; // SessionLog.SessionStatus.START

// Field numbers: tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto.
const { Field, Type } = protobuf;
const valueType = new Type("Value").add(new Field("tag", 1, "string")).add(new Field("simpleValue", 2, "float"));
const summaryType = new Type("Summary").add(valueType).add(new Field("value", 1, "Value", "repeated"));
const sessionLogType = new Type("SessionLog").add(new Field("status", 1, "int32"));
const eventType = new Type("Event")
  .add(summaryType)
  .add(sessionLogType)
  .add(new Field("wallTime", 1, "double"))
  .add(new Field("step", 2, "int64"))
  .add(new Field("fileVersion", 3, "string"))
  .add(new Field("summary", 5, "Summary"))
  .add(new Field("sessionLog", 7, "SessionLog"));

/**
 * A sink that writes one new event file into `folder`, creating it where needed.
 * @throws UserError when it cannot be written, also from later calls
 */
export function tensorboardSink(folder: string, options: TensorboardOptions = {}): FileSink {
  const now = options.now ?? Date.now;
  makeFolderNow(folder);
  const file = new AppendedFile(join(folder, `events.out.tfevents.${timestamp(now())}.${hostname()}.${process.pid}`));
  const write = (event: object) => file.append(eventRecord({ wallTime: now() / 1000, ...event }));
  write({ fileVersion: "brain.Event:2" });
  // Readers drop what earlier files say about this step and later ones.
  if (options.resumedFrom !== undefined) write({ step: options.resumedFrom + 1, sessionLog: { status: START } });
  return {
    iteration: (metrics) => write({ step: metrics.steps, summary: { value: iterationScalars(metrics) } }),
    evaluation: (metrics) => write({ step: metrics.steps, summary: { value: evaluationScalars(metrics) } }),
    event: () => undefined,
    copyTo: (runFolder) => {
      const copies = join(runFolder, basename(folder));
      makeFolderNow(copies);
      file.copyTo(join(copies, basename(file.path)));
    },
    close: async () => file.close(),
  };
}

/** An iteration's numbers under their tags; returns are omitted until the first episode has ended. */
export function iterationScalars(metrics: IterationMetrics): Scalar[] {
  const episodes = [
    ["Train/mean_reward", metrics.returnMean],
    ["Train/mean_episode_length", metrics.episodeLengthMean],
    ...prefixed("Episode_Reward", metrics.terms),
    ...prefixed("Episode_Termination", metrics.terminations),
  ] as [string, number][];
  const others = [
    ["Train/nan_resets", metrics.nanResets],
    ...prefixed("Loss", metrics.losses),
    ["Perf/total_fps", metrics.stepsPerSecond],
    ["Perf/collection_time", metrics.timing.collectSeconds],
    ["Perf/learning_time", metrics.timing.updateSeconds],
  ] as [string, number][];
  return scalars([...episodes.filter(([, value]) => !Number.isNaN(value)), ...others]);
}

function evaluationScalars(metrics: EvaluationMetrics): Scalar[] {
  const known = [
    ["Evaluation/mean_reward", metrics.returnMean],
    ["Evaluation/std_reward", metrics.returnStd],
    ["Evaluation/mean_episode_length", metrics.episodeLengthMean],
    ["Evaluation/fall_rate", metrics.fallRate],
    ["Metrics/base_velocity/error_vel_xy", metrics.linVelError],
    ["Metrics/base_velocity/error_vel_yaw", metrics.yawRateError],
    ["Evaluation/success_rate", metrics.successRate],
    ["Evaluation/seconds_to_success", metrics.secondsToSuccess],
    ["Evaluation/drop_rate", metrics.dropRate],
    ...prefixed("Evaluation_Counter", metrics.counters ?? {}),
    ...prefixed("Evaluation_Reward", metrics.terms),
  ] as [string, number | null][];
  return scalars(known.filter((entry): entry is [string, number] => entry[1] !== null));
}

function prefixed(group: string, values: Readonly<Record<string, number>>): [string, number][] {
  return Object.entries(values).map(([name, value]) => [`${group}/${name}`, value]);
}

function scalars(values: readonly [string, number][]): Scalar[] {
  return values.map(([tag, simpleValue]) => ({ tag, simpleValue }));
}

/** One TFRecord holding one event. */
function eventRecord(event: object): Uint8Array {
  const data = eventType.encode(eventType.fromObject(event)).finish();
  const record = new Uint8Array(8 + 4 + data.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), LITTLE_ENDIAN);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), LITTLE_ENDIAN);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), LITTLE_ENDIAN);
  return record;
}

/** Ten digits of seconds, so that TensorBoard reads the files in order, then milliseconds, so that two files never share a name. */
function timestamp(milliseconds: number): string {
  return `${String(Math.floor(milliseconds / 1000)).padStart(10, "0")}.${String(milliseconds % 1000).padStart(3, "0")}`;
}

function makeFolderNow(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw writeError(folder, (error as NodeJS.ErrnoException).code === "EEXIST" ? { code: "ENOTDIR" } : error);
  }
}
