/** Plays the part of a training: hands the stream bursts of the made-up robots, a rising curve and a state, until it is stopped. */
import type { Intent } from "../../src/stream/intents.ts";
import type { MachinesInfo } from "../../src/stream/protocol/run-info.ts";
import type { StreamServer } from "../../src/stream/server.ts";
import { SAMPLE_HZ, sampleBurst, sampleInfo, samplePoint, sampleScene } from "../stream/sample-run.ts";

const BURST_STEPS = 10;
/** A curve point each 0.6 s. */
const STEPS_PER_ITERATION = 30;
const BURST_SECONDS = BURST_STEPS / SAMPLE_HZ;
const TOTAL_STEPS = 1_000_000;

export class SampleTraining {
  readonly intents: Intent[] = [];
  /** Set where others collect for it. */
  machines: MachinesInfo | null = null;
  private readonly server: StreamServer;
  private step = 0;
  private iteration = 0;
  private isPaused = false;
  private readonly timer: NodeJS.Timeout;

  constructor(server: StreamServer) {
    this.server = server;
    server.setScene(sampleScene, sampleInfo);
    server.onIntent((intent) => this.take(intent));
    this.report();
    this.timer = setInterval(() => this.iterate(), BURST_SECONDS * 1000);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private iterate(): void {
    this.server.drainIntents();
    if (!this.isPaused) {
      this.server.pushBurst(sampleBurst(this.server.watchedEnvironments(), this.step, BURST_STEPS, BURST_SECONDS));
      this.step += BURST_STEPS;
      if (this.step % STEPS_PER_ITERATION === 0) this.finishIteration();
    }
  }

  private finishIteration(): void {
    this.server.pushMetrics(samplePoint(++this.iteration));
    if (this.iteration === 5)
      this.server.pushEvaluation({
        iteration: 5,
        steps: samplePoint(5).steps,
        returnMean: 9,
        returnStd: 1,
        episodeLengthMean: 300,
        fallRate: 0.4,
        linVelError: 0.2,
        yawRateError: 0.3,
      });
    this.report();
  }

  private take(intent: Intent): void {
    this.intents.push(intent);
    this.isPaused = intent.wish === "pause";
    this.report();
  }

  private report(): void {
    const { steps, seconds, stepsPerSecond } = samplePoint(this.iteration);
    const state = this.isPaused ? "paused" : "training";
    const etaSeconds = (TOTAL_STEPS - steps) / stepsPerSecond;
    const { machines } = this;
    const status = { state, steps, totalSteps: TOTAL_STEPS, seconds, stepsPerSecond, etaSeconds } as const;
    this.server.pushStatus(machines ? { ...status, machines } : status);
  }
}
