/** A training of humanoids that shows itself on a stream, for measurements: turns of iterations while viewers look and while none does. */
import { rm } from "node:fs/promises";
import { temporaryFolder } from "../src/files/atomic-file.ts";
import type { MetricSink } from "../src/runs/metrics.ts";
import { StreamServer } from "../src/stream/server.ts";
import { LiveView } from "../src/studio/live-view.ts";
import { resolveTrainConfig } from "../src/tasks/requested-config.ts";
import { Training } from "../src/train/training.ts";

/** One iteration as it was measured. */
export interface Turn {
  readonly wallSeconds: number;
  /** Processor time of the whole process, threads included, s */
  readonly cpuSeconds: number;
  /** Resident size after it, bytes */
  readonly memory: number;
}

const TASK = "HumanoidJoystick";
const ENDLESS = 1e12;

export class WatchedTraining {
  readonly server: StreamServer;
  readonly #live: LiveView;
  readonly #training: Training;
  readonly #folder: string;
  readonly #stop = new AbortController();
  readonly #run: Promise<unknown>;
  readonly #clock: TurnClock;

  private constructor(server: StreamServer, live: LiveView, training: Training, folder: string, clock: TurnClock) {
    this.server = server;
    this.#live = live;
    this.#training = training;
    this.#folder = folder;
    this.#clock = clock;
    this.#run = training.run(this.#stop.signal);
  }

  /** Starts to train, with the laptop preset. */
  static async start(): Promise<WatchedTraining> {
    const folder = await temporaryFolder("flowgait-bench");
    const server = await StreamServer.listen({ port: 0 });
    const live = new LiveView(server);
    const overrides = { steps: ENDLESS, evaluation: { everySteps: 0, episodes: 8 } };
    const config = resolveTrainConfig({ task: TASK, overrides });
    const clock = new TurnClock();
    const sinks = [live.sink(), clock.sink];
    const training = await Training.create({ config, runFolder: folder, sinks, onBurst: live.onBurst });
    live.attach(training, folder);
    return new WatchedTraining(server, live, training, folder, clock);
  }

  /** The iterations of the next seconds, at least so many; the one in progress is not counted. */
  async turnsOf(seconds: number, least: number): Promise<readonly Turn[]> {
    const from = this.#clock.turns.length + 1;
    const endMs = performance.now() + 1000 * seconds;
    while (performance.now() < endMs || this.#clock.turns.length < from + least) await this.#clock.next();
    return this.#clock.turns.slice(from);
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#run;
    await this.#training.close();
    await this.#live.close();
    await this.server.close();
    await rm(this.#folder, { recursive: true });
  }
}

/** Takes the time of every iteration. */
class TurnClock {
  readonly turns: Turn[] = [];
  #wallMs = performance.now();
  #cpu = process.cpuUsage();
  #told: () => void = () => {};

  readonly sink: MetricSink = {
    iteration: () => this.#count(),
    evaluation: () => {},
    event: () => {},
    close: async () => {},
  };

  /** Resolves after the next iteration. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#told = resolve;
    });
  }

  #count(): void {
    const [wallMs, cpu] = [performance.now(), process.cpuUsage()];
    const micros = cpu.user + cpu.system - this.#cpu.user - this.#cpu.system;
    const wallSeconds = (wallMs - this.#wallMs) / 1000;
    this.turns.push({ wallSeconds, cpuSeconds: micros / 1e6, memory: process.memoryUsage.rss() });
    this.#wallMs = wallMs;
    this.#cpu = cpu;
    this.#told();
  }
}
