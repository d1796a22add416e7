import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { crc32c } from "../../src/files/crc32c.ts";
import { jsonlFileSink, jsonStreamSink, truncateJsonl } from "../../src/runs/jsonl-sink.ts";
import type { EvaluationMetrics, IterationMetrics } from "../../src/runs/metrics.ts";
import { progressSink } from "../../src/runs/progress-sink.ts";
import { tensorboardSink } from "../../src/runs/tensorboard-sink.ts";
import { scratchFolder } from "../train/scratch-folder.ts";
import { readEvents } from "./tensorboard-reader.ts";

function iterationAt(iteration: number, more: Partial<IterationMetrics> = {}): IterationMetrics {
  return {
    iteration,
    steps: 1000 * iteration,
    seconds: 2 * iteration,
    stepsPerSecond: 500,
    returnMean: 12.5,
    episodeLengthMean: 80,
    episodes: 3,
    terms: { speed: 0.5, upright: 0.25 },
    terminations: { fell: 0.75, timeLimit: 0.25 },
    losses: { clipFraction: 0.125, valueLoss: 0.5, policyLoss: -0.01 },
    timing: { collectSeconds: 0.5, updateSeconds: 1.5 },
    nanResets: 0,
    ...more,
  };
}

const evaluation: EvaluationMetrics = {
  iteration: 2,
  steps: 2000,
  seconds: 4,
  evaluationSeconds: 1.5,
  episodes: 16,
  returnMean: 100,
  returnStd: 5,
  episodeLengthMean: 900,
  fallRate: 0.25,
  linVelError: 0.2,
  yawRateError: null,
  linVelErrorUnaveraged: null,
  yawRateErrorUnaveraged: null,
  footClearance: null,
  footClearanceStd: null,
  swingSeconds: null,
  swingSecondsStd: null,
  swingAsymmetry: null,
  targetRate: null,
  jointAcceleration: null,
  footSlip: null,
  torqueShare: null,
  costOfTransport: null,
  standingDrift: null,
  successRate: 0.5,
  secondsToSuccess: 1.5,
  dropRate: null,
  counters: { reached: 2 },
  terms: { speed: 0.5 },
  nonFinite: [],
};

const linesOf = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("metrics.jsonl", () => {
  it("holds every report as one line", async () => {
    const path = join(scratchFolder(), "metrics.jsonl");
    const sink = jsonlFileSink(path);
    sink.event({ kind: "start", steps: 0, message: "training starts" });
    sink.iteration(iterationAt(1, { returnMean: Number.NaN }));
    sink.evaluation(evaluation);
    await sink.close();
    expect(linesOf(path)).toEqual([
      { event: "log", kind: "start", steps: 0, message: "training starts" },
      { event: "iteration", ...iterationAt(1), returnMean: null },
      { event: "evaluation", ...evaluation },
    ]);
  });

  it("goes on after the checkpoint's steps, without later lines and without a line that a crash cut", async () => {
    const path = join(scratchFolder(), "metrics.jsonl");
    const before = jsonlFileSink(path);
    for (const iteration of [1, 2, 3]) before.iteration(iterationAt(iteration));
    await before.close();
    appendFileSync(path, '{"event":"iteration","steps":1');
    expect(await truncateJsonl(path, 2000)).toEqual({ seconds: 4, dropped: 2 });
    const after = jsonlFileSink(path);
    after.iteration(iterationAt(3));
    await after.close();
    expect(linesOf(path).map((line) => line.steps)).toEqual([1000, 2000, 3000]);
  });

  it("may be missing when a run goes on", async () => {
    expect(await truncateJsonl(join(scratchFolder(), "metrics.jsonl"), 5)).toEqual({ seconds: 0, dropped: 0 });
  });

  it("that cannot be written is named", () => {
    const file = join(scratchFolder(), "file");
    writeFileSync(file, "");
    expect(() => jsonlFileSink(join(file, "metrics.jsonl"))).toThrow("a part of its path is a file, expected a folder");
  });
});

describe("lines for scripts", () => {
  it("hold exactly the documented fields", () => {
    const lines: string[] = [];
    const sink = jsonStreamSink((line) => lines.push(line));
    sink.event({ kind: "start", steps: 0, message: "training starts" });
    sink.iteration(iterationAt(1, { returnMean: Number.NaN }));
    sink.evaluation(evaluation);
    expect(lines).toEqual([
      '{"event":"iteration","steps":1000,"seconds":2,"stepsPerSecond":500,"returnMean":null,"episodeLengthMean":80,"clipFraction":0.125,"valueLoss":0.5}\n',
      '{"event":"evaluation","steps":2000,"returnMean":100,"returnStd":5,"episodeLengthMean":900}\n',
    ]);
  });
});

describe("crc32c", () => {
  it("equals the published check values", () => {
    // RFC 3720, appendix B.4: 32 bytes of zeros, of ones, and ascending; and the catalogue's "123456789".
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  });
});

describe("TensorBoard event files", () => {
  const only = (folder: string) => readFileSync(join(folder, readdirSync(folder)[0]!));

  it("start with their version and hold scalars under the usual tags", async () => {
    const folder = join(scratchFolder(), "tensorboard");
    const sink = tensorboardSink(folder, { now: () => 1_700_000_000_500 });
    sink.iteration(iterationAt(1));
    sink.evaluation(evaluation);
    await sink.close();
    expect(readdirSync(folder)[0]).toMatch(/^events\.out\.tfevents\.1700000000\./);
    const [version, iteration, evaluated] = readEvents(only(folder));
    expect(version).toMatchObject({ fileVersion: "brain.Event:2", wallTime: 1_700_000_000.5, step: 0 });
    expect(iteration).toMatchObject({ step: 1000, wallTime: 1_700_000_000.5 });
    expect(iteration!.scalars).toMatchObject({
      "Train/mean_reward": 12.5,
      "Train/mean_episode_length": 80,
      "Episode_Reward/speed": 0.5,
      "Episode_Reward/upright": 0.25,
      "Episode_Termination/fell": 0.75,
      "Loss/clipFraction": 0.125,
      "Loss/valueLoss": 0.5,
      "Perf/total_fps": 500,
      "Perf/collection_time": 0.5,
      "Perf/learning_time": 1.5,
    });
    expect(evaluated).toMatchObject({ step: 2000, scalars: { "Evaluation/mean_reward": 100 } });
    expect(evaluated!.scalars).not.toHaveProperty("Metrics/base_velocity/error_vel_yaw");
  });

  it("leave returns out until the first episode has ended, but show a loss that became NaN", async () => {
    const folder = scratchFolder();
    const sink = tensorboardSink(folder);
    sink.iteration(iterationAt(1, { returnMean: Number.NaN, losses: { valueLoss: Number.NaN } }));
    await sink.close();
    const { scalars } = readEvents(only(folder))[1]!;
    expect(scalars).not.toHaveProperty("Train/mean_reward");
    expect(scalars["Loss/valueLoss"]).toBeNaN();
  });

  it("of a resumed run are new, and hide what was written beyond the checkpoint", async () => {
    const folder = scratchFolder();
    await tensorboardSink(folder, { now: () => 1000 }).close();
    await tensorboardSink(folder, { now: () => 2000, resumedFrom: 5000 }).close();
    const names = readdirSync(folder).sort();
    expect(names).toHaveLength(2);
    expect(readEvents(readFileSync(join(folder, names[1]!)))[1]).toMatchObject({ step: 5001, sessionStatus: 1 });
  });
});

describe("the progress line", () => {
  const collect = () => {
    const stream = new PassThrough();
    return { stream, text: () => String(stream.read() ?? "") };
  };

  it("is plain text, not too often, where there is no terminal", async () => {
    const { stream, text } = collect();
    const sink = progressSink({ totalSteps: 12_000, stream });
    for (let iteration = 1; iteration <= 12; iteration++) sink.iteration(iterationAt(iteration));
    sink.evaluation(evaluation);
    sink.event({ kind: "worker", steps: 0, message: "a worker was replaced" });
    await sink.close();
    expect(text().split("\n")).toEqual([
      "1k of 12k steps · 500 steps/s · return 12.5 · length 80 · clip 0.125 · value loss 0.5 · ETA 22s",
      "6k of 12k steps · 500 steps/s · return 12.5 · length 80 · clip 0.125 · value loss 0.5 · ETA 12s",
      "11k of 12k steps · 500 steps/s · return 12.5 · length 80 · clip 0.125 · value loss 0.5 · ETA 2s",
      "12k of 12k steps · 500 steps/s · return 12.5 · length 80 · clip 0.125 · value loss 0.5 · ETA 0s",
      "evaluation at 2k: return 100 ± 5, length 900, 16 episodes, 25 % terminated early, 50 % success, reached 2",
      "worker: a worker was replaced",
      "",
    ]);
  });

  it("shows a dash where there is no number yet", () => {
    const { stream, text } = collect();
    const sink = progressSink({ totalSteps: 1e6, stream });
    sink.iteration(iterationAt(1, { returnMean: Number.NaN, episodeLengthMean: Number.NaN, stepsPerSecond: 100 }));
    expect(text()).toContain("return – · length – ·");
  });

  it("is a bar on a terminal, with evaluations as lines above it", async () => {
    const { stream, text } = collect();
    const terminal = Object.assign(stream, { isTTY: true as const, columns: 160 });
    const sink = progressSink({ totalSteps: 4000, stream: terminal });
    sink.iteration(iterationAt(2));
    sink.evaluation(evaluation);
    sink.note("stopping");
    await sink.close();
    const written = text();
    expect(written).toContain("50% · 2k of 4k steps · 500 steps/s · return 12.5");
    expect(written).toContain("evaluation at 2k: return 100 ± 5");
    expect(written.indexOf("stopping")).toBeGreaterThan(written.indexOf("evaluation at 2k"));
  });
});
