/** A small training over a queue inside the test's process, and what it must come to. */

import type { PartialTrainConfig } from "../../src/config/config.ts";
import { openQueue, type QueueConnection } from "../../src/queue/connection.ts";
import { HandOut } from "../../src/queue/hand-out.ts";
import { parseQueueUrl } from "../../src/queue/queue-url.ts";
import { encodeCheckpoint } from "../../src/runs/checkpoint.ts";
import type { MetricSink } from "../../src/runs/metrics.ts";
import { portableConfig } from "../../src/runs/own-files.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { type Hire, Training } from "../../src/train/training.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

/** Three iterations of eight shards, two evaluations of two units each; a reward of a weight that only the announcement tells. */
export const SMALL: PartialTrainConfig = {
  envs: 16,
  shards: 8,
  horizon: 32,
  taskSettings: { "reward.balance": 3 },
  steps: 3 * 16 * 32,
  workers: 1,
  evaluation: { everySteps: 1024, episodes: 5 },
  algorithm: {
    name: "fpo",
    epochs: 1,
    minibatches: 2,
    unroll: 8,
    pairs: 2,
    policyHidden: [16, 16],
    criticHidden: [16],
  },
};

/** A training that waits for `run`. */
export interface Learner {
  readonly training: Training;
  readonly crew: HandOut;
  readonly connection: QueueConnection;
  /** What people were told */
  readonly events: readonly string[];
  /** @returns the bytes of the last checkpoint */
  run(signal?: AbortSignal): Promise<Buffer>;
  /** Resolves when somebody was told something like that. */
  told(pattern: RegExp): Promise<void>;
  close(): Promise<void>;
}

/** Announces a run and waits. */
export async function startLearner(
  url: string,
  overrides: PartialTrainConfig = SMALL,
  task = "CartpoleBalance",
): Promise<Learner> {
  const events: string[] = [];
  const waiting = new Set<() => void>();
  const note = (message: string) => {
    events.push(message);
    for (const look of waiting) look();
  };
  const connection = await openQueue(parseQueueUrl(url, "--queue"), note);
  let crew: HandOut | null = null;
  const hire: Hire = async (assembly, report) => {
    const { config } = training;
    crew = await HandOut.create(
      connection,
      { name: "test", shown: portableConfig(config), files: {} },
      assembly,
      report,
    );
    return crew;
  };
  const training = { config: resolveTrainConfig({ task, algorithm: "fpo", overrides }) };
  const sinks = [eventSink(note)];
  const learner = await Training.create({
    config: training.config,
    runFolder: overrides.run ?? scratchFolder(),
    sinks,
    hire,
  });
  return {
    training: learner,
    crew: crew!,
    connection,
    events,
    run: async (signal = new AbortController().signal) => {
      await learner.run(signal);
      return Buffer.from(encodeCheckpoint(learner.checkpoint()));
    },
    told: (pattern) =>
      new Promise((resolve) => {
        const look = () => {
          if (!events.some((event) => pattern.test(event))) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close: async () => {
      await learner.close();
      connection.close();
    },
  };
}

/** The same training with threads of this process. @param folder for its files */
export async function withThreads(
  folder: string,
  overrides: PartialTrainConfig = SMALL,
  task = "CartpoleBalance",
): Promise<Buffer> {
  const config = resolveTrainConfig({ task, algorithm: "fpo", overrides });
  const training = await Training.create({ config, runFolder: folder, sinks: [] });
  try {
    await training.run(new AbortController().signal);
    return Buffer.from(encodeCheckpoint(training.checkpoint()));
  } finally {
    await training.close();
  }
}

function eventSink(note: (message: string) => void): MetricSink {
  return { iteration: () => {}, evaluation: () => {}, event: ({ message }) => note(message), close: async () => {} };
}
