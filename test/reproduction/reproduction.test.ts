import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rowsPerIteration } from "../../src/config/config.ts";
import { type CellRecord, recordOf } from "../../src/reproduction/cell-record.ts";
import { type CellRequest, checkSameSettings, planCells } from "../../src/reproduction/cells.ts";
import { secondsLeft } from "../../src/reproduction/duration.ts";
import { fpoTable1 } from "../../src/reproduction/fpo-table1.ts";
import { readOtherEvaluation } from "../../src/reproduction/other-noise.ts";
import { curveOf, scoresOf, spreadOf, tableMeans, wins } from "../../src/reproduction/scores.ts";
import { resolveTask } from "../../src/tasks/index.ts";
import { scratchFolder } from "../train/scratch-folder.ts";

const plan = (request: Partial<CellRequest> = {}) => {
  const { tasks, algorithms } = fpoTable1;
  return planCells({ preset: "laptop", tasks, algorithms, seeds: [1], overrides: {}, ...request }, fpoTable1);
};

/** A run of a task that is done and ended with that return. */
function doneRecord(task: string, algorithm: "fpo" | "ppo", seed: number, returnMean: number): CellRecord {
  const cell = plan({ tasks: [task], algorithms: [algorithm], seeds: [seed] })[0]!;
  const { steps } = cell.config;
  const evaluations = [steps / 2, steps].map((at, k) => ({
    steps: at,
    returnMean: k * returnMean,
    returnStd: 1,
    episodes: 128,
  }));
  return { cell, state: "done", steps, seconds: 100, evaluations, other: null };
}

describe("the published table", () => {
  it("holds the published means and the last entries of the published logs", () => {
    expect(fpoTable1.means).toEqual({
      fpo: { mean: 759.3, standardError: 45.3 },
      ppo: { mean: 667.8, standardError: 66 },
      "denoising-mdp": { mean: 652.5, standardError: 83.7 },
    });
    expect(fpoTable1.logs.map(({ task, algorithm, returns }) => [task, algorithm, returns.at(-1)])).toEqual([
      ["CheetahRun", "fpo", 877.8],
      ["CheetahRun", "ppo", 560.7],
    ]);
    for (const { steps, returns } of fpoTable1.logs) expect([steps.length, returns.length]).toEqual([10, 10]);
  });

  it("holds an independent result for each of its tasks, 811 on average", () => {
    const { returns } = fpoTable1.independent;
    expect(Object.keys(returns)).toEqual(fpoTable1.tasks);
    expect(spreadOf(Object.values(returns)).mean).toBeCloseTo(811.1, 6);
  });

  it("is measured in tasks whose episodes have the published length", async () => {
    for (const name of fpoTable1.tasks) {
      const { episodeSteps } = await resolveTask(name);
      expect([name, episodeSteps]).toEqual([name, fpoTable1.episodeSteps]);
    }
  });
});

describe("the cells of the paper preset", () => {
  const cells = plan({ preset: "paper", seeds: [1, 2] });

  it("are every task with every algorithm, one seed before the next", () => {
    expect(cells).toHaveLength(60);
    expect(new Set(cells.map(({ name }) => name)).size).toBe(60);
    expect(cells.map(({ seed, config }) => seed === config.seed)).not.toContain(false);
    expect(cells.slice(0, 3).map(({ name }) => name)).toEqual([
      "BallInCup-fpo-s1",
      "BallInCup-ppo-s1",
      "BallInCup-denoising-mdp-s1",
    ]);
    expect(cells.slice(30).every(({ seed }) => seed === 2)).toBe(true);
  });

  it("share what was published for all three algorithms", () => {
    for (const { config } of cells) {
      expect(config).toMatchObject({ envs: 2048, horizon: 480, normaliser: "correct", normaliserFloor: 0 });
      expect(config.algorithm).toMatchObject({
        learningRate: 3e-4,
        unroll: 30,
        minibatches: 32,
        epochs: 16,
        lambda: 0.95,
        rewardScale: 10,
        valueCoefficient: 0.25,
        gradientNorm: 0,
        policyHidden: [32, 32, 32, 32],
        criticHidden: [256, 256, 256, 256, 256],
      });
    }
  });

  it("look less far ahead in two tasks", () => {
    for (const { task, config } of cells) {
      const gamma = task === "BallInCup" || task === "FingerSpin" ? 0.95 : 0.995;
      expect([task, config.algorithm.gamma]).toEqual([task, gamma]);
    }
  });

  it("have each algorithm's own published settings", () => {
    const settingsOf = (name: string) => cells.find(({ algorithm }) => algorithm === name)!.config.algorithm;
    expect(settingsOf("fpo")).toMatchObject({
      pairs: 8,
      flowSteps: 10,
      loss: "epsilon",
      ratio: "averaged",
      clip: 0.05,
    });
    expect(settingsOf("ppo")).toMatchObject({ clip: 0.1, entropyCoefficient: 0.01 });
    expect(settingsOf("denoising-mdp")).toMatchObject({ clip: 0.2, flowSteps: 10, stepNoise: 0.05 });
  });

  it("run the published 61 iterations with ten evenly spaced evaluations of 128 episodes", () => {
    for (const { config } of cells) {
      expect(config.steps).toBe(61 * rowsPerIteration(config));
      expect(config.evaluation).toMatchObject({ episodes: 128, everySteps: config.steps / 10 });
    }
  });
});

describe("cells", () => {
  it("run a whole number of iterations nearest to the steps that are asked for, one at least", () => {
    const [cell] = plan({ overrides: { steps: 1 } });
    const rows = rowsPerIteration(cell!.config);
    expect(cell!.config.steps).toBe(rows);
    expect(plan({ overrides: { steps: 2 * rows + 100 } })[0]!.config.steps).toBe(2 * rows);
  });

  it("refuse a run whose length, protocol or algorithm differs, and name the setting", () => {
    const { config } = plan()[0]!;
    const check = (found: typeof config) => () => checkSameSettings(found, config, "config.json");
    expect(
      check({ ...config, workers: 3, run: "elsewhere", checkpoint: { everySeconds: 1, keep: 1, spread: 0 } }),
    ).not.toThrow();
    expect(check({ ...config, steps: 7 })).toThrow(
      `config.json: steps is 7, expected ${config.steps}; try: another --out, which keeps this run`,
    );
    expect(check({ ...config, evaluation: { ...config.evaluation, noise: "zero" } })).toThrow(
      'evaluation.noise is "zero", expected "random"',
    );
    expect(check({ ...config, algorithm: { ...config.algorithm, learningRate: 0.5 } })).toThrow(
      `algorithm.learning-rate is 0.5, expected ${config.algorithm.learningRate}`,
    );
  });
});

describe("the record of a cell", () => {
  const cell = plan({ overrides: { steps: 1e6 } })[0]!;
  const { steps } = cell.config;
  const iteration = (at: number, seconds: number) => ({ event: "iteration", steps: at, seconds });
  const evaluation = (at: number, returnMean: number | null) => {
    return {
      event: "evaluation",
      steps: at,
      seconds: 0,
      evaluationSeconds: 2,
      returnMean,
      returnStd: 1,
      episodes: 128,
    };
  };

  it("is missing before the first checkpoint", () => {
    expect(recordOf(cell, 0, [iteration(1000, 5)])).toMatchObject({ state: "missing", steps: 0, evaluations: [] });
  });

  it("leaves out what came after the newest checkpoint", () => {
    const reports = [iteration(1000, 5), evaluation(1000, 7), iteration(2000, 9), evaluation(2000, 8)];
    const record = recordOf(cell, 1000, reports);
    expect(record).toMatchObject({ state: "partial", steps: 1000, seconds: 7 });
    expect(record.evaluations.map(({ returnMean }) => returnMean)).toEqual([7]);
  });

  it("is done only when the last step was evaluated", () => {
    expect(recordOf(cell, steps, [iteration(steps, 50), evaluation(steps / 2, 7)]).state).toBe("partial");
    expect(recordOf(cell, steps, [iteration(steps, 50), evaluation(steps, 7)])).toMatchObject({
      state: "done",
      seconds: 52,
    });
  });

  it("does not take a return that was no number for zero", () => {
    expect(recordOf(cell, 1000, [evaluation(1000, null)]).evaluations[0]!.returnMean).toBeNaN();
  });
});

describe("scores", () => {
  it("are the mean over seeds that are done, with deviation and standard error", () => {
    const records = [1, 2, 3].map((seed) => doneRecord("CheetahRun", "fpo", seed, 100 * seed));
    const unfinished = { ...doneRecord("CheetahRun", "fpo", 4, 1e6), state: "partial" as const };
    expect(scoresOf([...records, unfinished])).toEqual([
      {
        task: "CheetahRun",
        algorithm: "fpo",
        seeds: 4,
        returns: [100, 200, 300],
        mean: 200,
        std: 100,
        standardError: 100 / Math.sqrt(3),
      },
    ]);
  });

  it("are null, not zero, where nothing is done", () => {
    const record = { ...doneRecord("CheetahRun", "fpo", 1, 5), state: "missing" as const };
    expect(scoresOf([record])[0]).toMatchObject({ returns: [], mean: null, std: null, standardError: null });
  });

  it("have a comparable mean only with all ten tasks and the published episodes", () => {
    const records = fpoTable1.tasks.map((task, k) => doneRecord(task, "fpo", 1, 100 * k));
    const scores = scoresOf(records);
    const [mean] = tableMeans(scores, fpoTable1, 128);
    expect(mean).toMatchObject({ tasks: 10, mean: 450, comparable: true });
    // 0, 100, … 900: sample deviation 302.765 over √10
    expect(mean!.standardError).toBeCloseTo(95.7427, 3);
    expect(tableMeans(scores, fpoTable1, 16)[0]!.comparable).toBe(false);
    expect(tableMeans(scores.slice(1), fpoTable1, 128)[0]).toMatchObject({ tasks: 9, mean: 500, comparable: false });
  });

  it("count on how many common tasks one algorithm is above another", () => {
    const scores = scoresOf([
      doneRecord("BallInCup", "fpo", 1, 900),
      doneRecord("BallInCup", "ppo", 1, 800),
      doneRecord("CheetahRun", "fpo", 1, 500),
      doneRecord("CheetahRun", "ppo", 1, 600),
      doneRecord("FishSwim", "fpo", 1, 500),
    ]);
    expect(wins(scores, "fpo", "ppo")).toEqual({ won: 1, of: 2 });
  });
});

describe("a learning curve", () => {
  it("has the points that all seeds that are done reached", () => {
    const one = doneRecord("CheetahRun", "fpo", 1, 100);
    const two = doneRecord("CheetahRun", "fpo", 2, 300);
    const begun = { ...doneRecord("CheetahRun", "fpo", 3, 1e6), state: "partial" as const };
    const { steps } = one;
    expect(curveOf([one, two, begun])).toMatchObject([
      { steps: steps / 2, mean: 0 },
      { steps, mean: 200, standardError: 100 },
    ]);
    expect(curveOf([{ ...one, state: "partial", evaluations: one.evaluations.slice(0, 1) }])).toHaveLength(1);
    expect(curveOf([])).toEqual([]);
  });
});

describe("the estimate of the time left", () => {
  const done = doneRecord("CheetahRun", "fpo", 1, 100);

  it("is 0 for a cell that is done, and the measured time for one like it", () => {
    const next: CellRecord = { ...done, state: "missing", steps: 0, seconds: 0, evaluations: [] };
    const [none, like] = secondsLeft([done, next], fpoTable1, 2);
    expect(none).toBe(0);
    expect(like).toBeCloseTo(100, 9);
  });

  it("follows a cell's own speed once it has begun", () => {
    const half: CellRecord = { ...done, state: "partial", steps: done.steps / 2, seconds: 400 };
    expect(secondsLeft([done, half], fpoTable1, 2)[1]).toBeCloseTo(400, 9);
  });

  it("is some time before anything was measured, less with more threads", () => {
    const next: CellRecord = { ...done, state: "missing", steps: 0, seconds: 0, evaluations: [] };
    const [two] = secondsLeft([next], fpoTable1, 2);
    expect(two).toBeGreaterThan(1);
    expect(secondsLeft([next], fpoTable1, 4)[0]).toBeCloseTo(two! / 2, 9);
  });
});

describe("a final evaluation from the other start noise", () => {
  const whole = { noise: "zero", steps: 4000, returnMean: 1.5, returnStd: 0.5, episodes: 8 };

  it("counts for the steps that it was made after, and for no others", async () => {
    const folder = scratchFolder();
    expect(await readOtherEvaluation(folder, 4000)).toBeNull();
    writeFileSync(join(folder, "other-noise.json"), JSON.stringify(whole));
    expect(await readOtherEvaluation(folder, 4000)).toEqual(whole);
    expect(await readOtherEvaluation(folder, 8000)).toBeNull();
  });

  it("is refused in one line where its file is damaged", async () => {
    const folder = scratchFolder();
    for (const text of ["{", JSON.stringify({ ...whole, noise: "loud" })]) {
      writeFileSync(join(folder, "other-noise.json"), text);
      await expect(readOtherEvaluation(folder, 4000)).rejects.toThrow(
        /other-noise\.json: damaged, expected an evaluation/,
      );
    }
  });
});
