/**
 * Reports for people who watch a terminal: one bar that is redrawn, with evaluations and events as lines above it; plain lines, not too many,
 * where the stream is no terminal.
 */
import cliProgress from "cli-progress";
import type { EvaluationMetrics, IterationMetrics, LogEvent, MetricSink, QueueMetrics } from "./metrics.ts";

/** What the line needs to know of the run. */
export interface ProgressOptions {
  /** Environment steps at which training ends. */
  readonly totalSteps: number;
  /** Usually process.stderr. */
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Seconds of training between two plain lines. */
  readonly plainEverySeconds?: number;
}

/** A sink that other words for people go through as well, so that they do not run into the bar. */
export interface ProgressSink extends MetricSink {
  /** Prints one line. */
  note(text: string): void;
}

/** A sink that draws a bar on a terminal and prints lines elsewhere. */
export function progressSink(options: ProgressOptions): ProgressSink {
  return options.stream.isTTY === true ? barSink(options) : lineSink(options);
}

function lineSink({ totalSteps, stream, plainEverySeconds = 10 }: ProgressOptions): ProgressSink {
  const estimate = remainingTime(totalSteps);
  let printed = Number.NEGATIVE_INFINITY;
  const print = (text: string) => void stream.write(`${text}\n`);
  return {
    iteration(metrics) {
      const seconds = estimate(metrics);
      if (metrics.seconds - printed < plainEverySeconds && metrics.steps < totalSteps) return;
      printed = metrics.seconds;
      print(`${stepsText(metrics.steps, totalSteps)} · ${numbersText(metrics)} · ETA ${durationText(seconds)}`);
    },
    evaluation: (metrics) => print(evaluationText(metrics)),
    event: (event) => print(eventText(event)),
    note: print,
    close: async () => undefined,
  };
}

function barSink({ totalSteps, stream }: ProgressOptions): ProgressSink {
  const estimate = remainingTime(totalSteps);
  const bars = new cliProgress.MultiBar(
    {
      format: "{bar} {percentage}% · {count} · {numbers} · ETA {remaining}",
      stream,
      barsize: 16,
      hideCursor: true,
      gracefulExit: false, // signals belong to the command
      fps: 4,
    },
    cliProgress.Presets.shades_classic,
  );
  const waiting = { count: stepsText(0, totalSteps), numbers: "starting", remaining: "–" };
  const bar = bars.create(totalSteps, 0, waiting);
  const print = (text: string) => {
    bars.log(`${text}\n`);
    bars.update(); // or the line would wait for the next redraw, and be lost at the end
  };
  return {
    iteration(metrics) {
      const remaining = durationText(estimate(metrics));
      const count = stepsText(metrics.steps, totalSteps);
      bar.update(Math.min(metrics.steps, totalSteps), { count, numbers: numbersText(metrics), remaining });
    },
    evaluation: (metrics) => print(evaluationText(metrics)),
    event: (event) => print(eventText(event)),
    note: print,
    close: async () => bars.stop(),
  };
}

/** Time left in seconds, from a running mean of the last iterations' speed. */
function remainingTime(totalSteps: number): (metrics: IterationMetrics) => number {
  let rate = 0;
  return ({ steps, stepsPerSecond }) => {
    rate = rate === 0 ? stepsPerSecond : 0.9 * rate + 0.1 * stepsPerSecond;
    return rate > 0 ? Math.max(0, totalSteps - steps) / rate : Number.NaN;
  };
}

function numbersText({ stepsPerSecond, returnMean, episodeLengthMean, losses, queue }: IterationMetrics): string {
  return [
    `${Math.round(stepsPerSecond).toLocaleString("en")} steps/s`,
    `return ${shortNumber(returnMean)}`,
    `length ${shortNumber(episodeLengthMean)}`,
    `clip ${shortNumber(losses.clipFraction)}`,
    `value loss ${shortNumber(losses.valueLoss)}`,
    ...(queue === undefined ? [] : [queueText(queue)]),
  ].join(" · ");
}

function queueText({ workers, shardsPerHour, waitingShare }: QueueMetrics): string {
  const shards = Math.round(shardsPerHour).toLocaleString("en");
  return `${workers} ${workers === 1 ? "worker" : "workers"}, ${shards} shards/h, waiting ${Math.round(100 * waitingShare)} %`;
}

function evaluationText(metrics: EvaluationMetrics) {
  const { steps, returnMean, returnStd, episodeLengthMean, episodes, fallRate, successRate, counters } = metrics;
  const falls = fallRate > 0 ? `, ${Math.round(100 * fallRate)} % terminated early` : "";
  const successes = successRate === null ? "" : `, ${Math.round(100 * successRate)} % success`;
  const counts = Object.entries(counters ?? {}).map(([name, value]) => `, ${name} ${shortNumber(value)}`);
  const result = `return ${shortNumber(returnMean)} ± ${shortNumber(returnStd)}`;
  return `evaluation at ${countText(steps)}: ${result}, length ${shortNumber(episodeLengthMean)}, ${episodes} episodes${falls}${successes}${counts.join("")}`;
}

function eventText({ kind, message }: LogEvent): string {
  return kind === "warning" || kind === "nan" || kind === "worker" ? `${kind}: ${message}` : message;
}

function stepsText(steps: number, totalSteps: number): string {
  return `${countText(steps)} of ${countText(totalSteps)} steps`;
}

/** 1234567 → "1.23M" */
function countText(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(2)}M`;
  return count >= 1e3 ? `${(count / 1e3).toFixed(0)}k` : String(count);
}

/** Three digits, "–" where there is no number yet. */
function shortNumber(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}

/** 4000 → "1h 07m", 95 → "1m 35s" */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  if (whole >= 3600) return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
  return whole >= 60 ? `${Math.floor(whole / 60)}m ${two(whole % 60)}s` : `${whole}s`;
}
