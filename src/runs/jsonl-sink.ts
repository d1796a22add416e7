/**
 * Reports as lines of JSON: all of them into metrics.jsonl, or the few documented fields onto a stream that scripts read.
 * Numbers that are not finite become null, as JSON has no word for them.
 */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { AppendedFile } from "../files/appended-file.ts";
import { readError, writeFileAtomically } from "../files/atomic-file.ts";
import type { IterationHashes, ManifestWriter } from "./manifest.ts";
import type { EvaluationMetrics, FileSink, IterationMetrics, LogEvent, MetricSink } from "./metrics.ts";
import { runPaths } from "./run-folder.ts";

/** Where a resumed run's file left off. */
export interface JsonlPosition {
  /** Training time in seconds at the last line that was kept; 0 if there is none. */
  readonly seconds: number;
  /** Lines that were dropped because the resumed run computes them again. */
  readonly dropped: number;
}

/**
 * A sink that appends every report to `path`: `{event: "iteration" | "evaluation" | "log", …}`.
 * @param manifest records every line; the sink closes it
 * @throws UserError when the file cannot be written, also from later calls
 */
export function jsonlFileSink(path: string, manifest?: ManifestWriter): FileSink {
  const file = new AppendedFile(path);
  const write = (event: string, fields: Reported, hashes?: IterationHashes) => {
    const line = JSON.stringify({ event, ...fields });
    file.append(`${line}\n`);
    const { steps, iteration } = fields;
    manifest?.line(line, { event, steps, ...(iteration !== undefined && { iteration }), ...(hashes && { hashes }) });
  };
  return {
    iteration: (metrics, hashes) => write("iteration", metrics, hashes),
    evaluation: (metrics) => write("evaluation", metrics),
    event: (event) => write("log", event),
    copyTo: (runFolder) => {
      file.copyTo(join(runFolder, basename(path)));
      manifest?.copyTo(runPaths(runFolder).manifest);
    },
    close: async () => {
      file.close();
      manifest?.close();
    },
  };
}

/** What every report has. */
interface Reported {
  readonly steps: number;
  readonly iteration?: number;
}

/**
 * Drops the lines after `steps`, and a last line that a crash cut off, before a run continues from there. A missing file is no error.
 * @param steps environment steps of the checkpoint that training resumes from
 */
export async function truncateJsonl(path: string, steps: number): Promise<JsonlPosition> {
  const text = await readReports(path);
  if (text === null) return { seconds: 0, dropped: 0 };
  const lines = text.split("\n").filter((line) => line !== "");
  const kept = lines.filter((line) => (parseReport(line)?.steps ?? Number.POSITIVE_INFINITY) <= steps);
  if (kept.length !== lines.length || !text.endsWith("\n"))
    await writeFileAtomically(path, kept.map((line) => `${line}\n`).join(""));
  const seconds = kept.map((line) => parseReport(line)?.seconds ?? 0);
  return {
    seconds: seconds.reduce((longest, value) => Math.max(longest, value), 0),
    dropped: lines.length - kept.length,
  };
}

/** The reports in a file, without a last one that a crash cut off; none if the file is missing. */
export async function readJsonl(path: string): Promise<Readonly<Record<string, unknown>>[]> {
  const lines = ((await readReports(path)) ?? "").split("\n");
  const reports = lines.map((line) => parseReport(line) as Readonly<Record<string, unknown>> | null);
  return reports.filter((report) => report !== null);
}

/** A sink for scripts: exactly the documented fields, one line per iteration and evaluation. */
export function jsonStreamSink(write: (line: string) => void): MetricSink {
  const print = (fields: object) => write(`${JSON.stringify(fields)}\n`);
  return {
    iteration: (metrics) => print(iterationLine(metrics)),
    evaluation: (metrics) => print(evaluationLine(metrics)),
    event: (_event: LogEvent) => undefined,
    close: async () => undefined,
  };
}

function iterationLine(metrics: IterationMetrics) {
  const { steps, seconds, stepsPerSecond, returnMean, episodeLengthMean, losses } = metrics;
  const { clipFraction = null, valueLoss = null } = losses;
  return { event: "iteration", steps, seconds, stepsPerSecond, returnMean, episodeLengthMean, clipFraction, valueLoss };
}

function evaluationLine({ steps, returnMean, returnStd, episodeLengthMean }: EvaluationMetrics) {
  return { event: "evaluation", steps, returnMean, returnStd, episodeLengthMean };
}

/** Null where there is no such file. */
async function readReports(path: string): Promise<string | null> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw readError(path, error, "the metrics of a run");
  });
}

function parseReport(line: string): { steps?: number; seconds?: number } | null {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
