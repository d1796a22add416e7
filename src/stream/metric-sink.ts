/** A sink that shows a training run's reports on the pages that watch: the bridge from the training's words to the stream's. */
import type { EvaluationMetrics, IterationMetrics, LogEvent, MetricSink } from "../runs/metrics.ts";
import type { EvaluationPoint, MetricsPoint } from "./protocol.ts";
import type { StreamServer } from "./server.ts";

/** Reports to `server`. Closing the sink leaves the server open. */
export function streamSink(server: Pick<StreamServer, "pushMetrics" | "pushEvaluation" | "pushEvent">): MetricSink {
  return {
    iteration: (metrics) => server.pushMetrics(metricsPoint(metrics)),
    evaluation: (metrics) => server.pushEvaluation(evaluationPoint(metrics)),
    event: ({ kind, steps, message }: LogEvent) => server.pushEvent({ kind, steps, message }),
    close: async () => {},
  };
}

/** What the page plots of an iteration. */
export function metricsPoint(metrics: IterationMetrics): MetricsPoint {
  const { iteration, steps, seconds, stepsPerSecond, returnMean, episodeLengthMean } = metrics;
  const { losses, terms, terminations } = metrics;
  return { iteration, steps, seconds, stepsPerSecond, returnMean, episodeLengthMean, losses, terms, terminations };
}

/** What the page marks of an evaluation. */
export function evaluationPoint(metrics: EvaluationMetrics): EvaluationPoint {
  const { iteration, steps, returnMean, returnStd, episodeLengthMean, fallRate, linVelError, yawRateError } = metrics;
  return { iteration, steps, returnMean, returnStd, episodeLengthMean, fallRate, linVelError, yawRateError };
}
