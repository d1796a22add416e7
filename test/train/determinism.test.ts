import { type ChildProcess, spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { AlgorithmName } from "../../src/config/algorithm-config.ts";
import type { PartialTrainConfig } from "../../src/config/config.ts";
import { packageRoot } from "../../src/files/package-root.ts";
import {
  checkpointSteps,
  decodeCheckpoint,
  encodeCheckpoint,
  latestCheckpoint,
  listCheckpoints,
} from "../../src/runs/checkpoint.ts";
import type { LogEvent, MetricSink } from "../../src/runs/metrics.ts";
import { storedPolicy } from "../../src/runs/stored-policy.ts";
import { resolveTrainConfig } from "../../src/tasks/requested-config.ts";
import { Training } from "../../src/train/training.ts";
import { scratchFolder } from "./scratch-folder.ts";

const small: PartialTrainConfig = { envs: 12, shards: 6, horizon: 16, evaluation: { everySteps: 0, episodes: 1 } };
const fpo: PartialTrainConfig = {
  ...small,
  steps: 3 * 12 * 16,
  algorithm: {
    name: "fpo",
    epochs: 2,
    minibatches: 4,
    unroll: 8,
    pairs: 2,
    policyHidden: [16, 16],
    criticHidden: [16],
  },
};
const fpoPlusPlus: PartialTrainConfig = {
  ...small,
  steps: 2 * 12 * 16,
  algorithm: {
    name: "fpo++",
    epochs: 2,
    minibatches: 2,
    pairs: 2,
    policyHidden: [16, 16],
    criticHidden: [16],
    averaging: 0.5,
  },
};

const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** Trains in this process and returns the bytes of the final checkpoint. */
async function checkpointBytes(
  task: string,
  overrides: PartialTrainConfig,
  algorithm: AlgorithmName,
  events: LogEvent[] = [],
): Promise<Buffer> {
  const sink: MetricSink = {
    iteration: () => {},
    evaluation: () => {},
    event: (event) => events.push(event),
    close: async () => {},
  };
  const config = resolveTrainConfig({ task, algorithm, overrides });
  const training = await Training.create({ config, runFolder: await scratchFolder(), sinks: [sink] });
  try {
    await training.run(new AbortController().signal);
    return Buffer.from(encodeCheckpoint(training.checkpoint()));
  } finally {
    await training.close();
  }
}

/** Runs `flowgait train` as a user would. */
function train(args: readonly string[]): ChildProcess {
  const main = join(packageRoot, "dist/src/cli/main.js");
  const child = spawn(process.execPath, [main, "train", ...args], { stdio: "ignore" });
  running.push(child);
  return child;
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on("exit", (code) => resolve(code)));
}

/** Environment steps of a run's newest checkpoint; 0 without one. */
async function newestSteps(run: string): Promise<number> {
  const newest = (await listCheckpoints(run)).at(-1);
  return newest === undefined ? 0 : checkpointSteps(newest);
}

describe("training is bit-exact", () => {
  it("1, 2 and 3 workers give the same checkpoint bytes", async () => {
    const [one, two, three] = await Promise.all(
      [1, 2, 3].map((workers) => checkpointBytes("CheetahRun", { ...fpo, workers }, "fpo")),
    );
    expect(two.equals(one)).toBe(true);
    expect(three.equals(one)).toBe(true);
  });

  it("so does one thread where memory cannot be shared, as in a page that is not isolated", async () => {
    const overrides = { ...fpo, evaluation: { everySteps: 192, episodes: 2 } };
    const shared = await checkpointBytes("CartpoleBalance", { ...overrides, workers: 2 }, "fpo");
    vi.stubGlobal("SharedArrayBuffer", undefined);
    try {
      const alone = await checkpointBytes("CartpoleBalance", { ...overrides, workers: 4 }, "fpo");
      expect(alone.equals(shared)).toBe(true);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("so do they with FPO++, privileged observations, randomised robots and rows seen in the mirror", async () => {
    const [one, three] = await Promise.all(
      [1, 3].map((workers) => checkpointBytes("HumanoidJoystick", { ...fpoPlusPlus, mirror: true, workers }, "fpo++")),
    );
    expect(three.equals(one)).toBe(true);
  });

  it("so do they, and a resumed run, with a symmetric policy, which the checkpoint holds whole", async () => {
    const overrides = { ...fpoPlusPlus, mirror: true, checkpoint: { everySeconds: 0 } };
    const algorithm = { ...fpoPlusPlus.algorithm, name: "fpo++", symmetricPolicy: true } as const;
    const [one, two] = await Promise.all(
      [1, 2].map((workers) => checkpointBytes("HumanoidJoystick", { ...overrides, algorithm, workers }, "fpo++")),
    );
    expect(two.equals(one)).toBe(true);
    const config = resolveTrainConfig({
      task: "HumanoidJoystick",
      algorithm: "fpo++",
      overrides: { ...overrides, algorithm, workers: 1 },
    });
    const half = { config: { ...config, steps: 12 * 16 }, runFolder: await scratchFolder(), sinks: [] };
    const first = await Training.create(half);
    await first.run(new AbortController().signal);
    const checkpoint = decodeCheckpoint(encodeCheckpoint(first.checkpoint()), "test");
    expect(storedPolicy(checkpoint, first.env, "test")).toEqual(first.policy());
    expect(first.policy().spec.symmetry?.action).toHaveLength(first.env.actionSize);
    await first.close();
    const { symmetry: _, ...metadata } = checkpoint.metadata;
    expect(() => storedPolicy({ ...checkpoint, metadata }, first.env, "test")).toThrow("test: damaged, its symmetry");
    const resume = { checkpoint, source: "test", seconds: 0 };
    const second = await Training.create({ config, runFolder: await scratchFolder(), sinks: [], resume });
    await second.run(new AbortController().signal);
    expect(second.checkpoint().tensors).toEqual(decodeCheckpoint(one, "test").tensors);
    await second.close();
  });

  it("so do they with a categorical critic and normalised layers", async () => {
    const critic = { critic: "hl-gauss", criticNorm: "rms" } as const;
    const algorithm = { ...fpo.algorithm, name: "fpo", ...critic } as const;
    const bytes = (settings: object) => checkpointBytes("CheetahRun", { ...fpo, ...settings }, "fpo");
    const [one, three] = await Promise.all([1, 3].map((workers) => bytes({ algorithm, workers })));
    expect(three.equals(one)).toBe(true);
  });

  it.each(["ppo", "denoising-mdp"] as const)("so do they with %s", async (name) => {
    const { pairs: _pairs, ...algorithm } = { ...fpo.algorithm, pairs: 0, name };
    const flowSteps = name === "denoising-mdp" ? { flowSteps: 4 } : {};
    const overrides = {
      ...fpo,
      evaluation: { everySteps: 192, episodes: 2 },
      algorithm: { ...algorithm, ...flowSteps },
    };
    const [one, two] = await Promise.all(
      [1, 2].map((workers) => checkpointBytes("CheetahRun", { ...overrides, workers } as PartialTrainConfig, name)),
    );
    expect(two.equals(one)).toBe(true);
  });

  it("another seed gives other bytes", async () => {
    const [one, two] = await Promise.all(
      [1, 2].map((seed) => checkpointBytes("CartpoleBalance", { ...fpo, seed, workers: 1 }, "fpo")),
    );
    expect(two.equals(one)).toBe(false);
  });

  it.each(["collecting", "learning"] as const)("a worker killed while %s changes nothing", async (when) => {
    const folder = await scratchFolder();
    const calm = await lethalTask(folder, "calm", when, false);
    const undisturbed = await checkpointBytes(calm, { ...fpo, workers: 1 }, "fpo");
    const lethal = await lethalTask(folder, "lethal", when, true);
    const events: LogEvent[] = [];
    const disturbed = await checkpointBytes(lethal, { ...fpo, workers: 2 }, "fpo", events);
    expect(events.filter((event) => event.kind === "worker")).toHaveLength(1);
    const tensorsOf = (bytes: Buffer) => bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
    expect(tensorsOf(disturbed).equals(tensorsOf(undisturbed))).toBe(true);
  });

  it("workers that die in every update end the run", async () => {
    const task = await lethalTask(await scratchFolder(), "hopeless", "always", true);
    await expect(checkpointBytes(task, { ...fpo, workers: 2 }, "fpo")).rejects.toThrow(
      "worker: an update lost threads 3 times",
    );
  });

  it("a run killed at a random moment and resumed ends like one that was left alone", async () => {
    const root = await scratchFolder();
    const settings = [
      ..."CartpoleBalance --algorithm fpo --steps 5120 --envs 8 --shards 4 --horizon 32 --workers 2".split(" "),
      ..."--algorithm.epochs 2 --algorithm.minibatches 2 --checkpoint.every-seconds 0".split(" "),
      ..."--algorithm.policy-hidden 16,16 --algorithm.critic-hidden 16".split(" "),
      ..."--evaluation.every-steps 2000 --evaluation.episodes 2".split(" "),
    ];
    const [whole, broken] = [join(root, "whole"), join(root, "broken")];
    expect(await ended(train([...settings, "--run", whole]))).toBe(0);
    const victim = train([...settings, "--run", broken]);
    const exit = ended(victim);
    const moment = 256 * (1 + Math.floor(10 * Math.random()));
    while ((await newestSteps(broken)) < moment) await new Promise((resolve) => setTimeout(resolve, 3));
    await new Promise((resolve) => setTimeout(resolve, 300 * Math.random()));
    victim.kill("SIGKILL");
    expect(await exit).toBeNull();
    expect(await ended(train(["--resume", broken]))).toBe(0);
    const bytes = await Promise.all([whole, broken].map(async (run) => readFile(await latestCheckpoint(run))));
    expect(bytes[1].equals(bytes[0])).toBe(true);
  });
});

/**
 * A user's task that, when armed, ends its thread: once, by its reward or when a gradient's share is taken that nobody else will do, or always
 * at the latter.
 */
async function lethalTask(
  folder: string,
  name: string,
  when: "collecting" | "learning" | "always",
  armed: boolean,
): Promise<string> {
  const marker = join(folder, "armed");
  if (armed) await writeFile(marker, "");
  const path = join(folder, `${name}.ts`);
  await writeFile(
    path,
    `import { existsSync, unlinkSync } from "node:fs";
import { defineTask, registry } from "flowgait";
const base = registry.get("CheetahRun");
const when: string = ${JSON.stringify(when)};
function armed(): boolean {
  if (when === "always") return existsSync(${JSON.stringify(marker)});
  try {
    unlinkSync(${JSON.stringify(marker)}); // by one thread, however many try
    return true;
  } catch {
    return false;
  }
}
function die(): void {
  if (armed()) process.exit(3);
}
let steps = 0;
function deadly(): number {
  if (++steps > 100 && when === "collecting") die();
  return 0;
}
let shares = 0;
const add = Atomics.add;
(Atomics as { add: unknown }).add = (values: Int32Array, at: number, value: number) => {
  const before = add(values, at, value);
  const isGate = values.length === 1; // that of calls, which every thread passes all the time
  if (!isGate && ++shares > 20 && when !== "collecting") die();
  return before;
};
export default { ...base, name: "Deadly", reward: { ...base.reward, deadly: { weight: 0, of: deadly } } };
`,
  );
  return path;
}
