import { describe, expect, it } from "vitest";
import { readAxis, valueAt, valuesOf } from "../../src/sweep/axis.ts";
import { planSweep, type SweepRequest } from "../../src/sweep/plan.ts";
import { best, rungsUpTo, rungsWithin, stepsOfAll } from "../../src/sweep/rungs.ts";

const SMALL = [
  ["envs", "16"],
  ["shards", "4"],
  ["horizon", "32"],
] as const;

function plan(vary: readonly string[], more: Partial<SweepRequest> = {}) {
  return planSweep({ task: "CartpoleBalance", given: SMALL, vary, randomSeed: 1, factor: 1, ...more });
}

describe("what is varied", () => {
  it.each([
    ["seed=1..3", ["1", "2", "3"]],
    ["algorithm.clip=0.05, 0.1,0.05", ["0.05", "0.1"]],
    ["algorithm.policy-hidden=64,64;128,128", ["64,64", "128,128"]],
    ["command.vx=-1,1;-2,2", ["-1,1", "-2,2"]],
    ["algorithm.clip-target=0.06..0.015 over 12M,0", ["0.06..0.015 over 12M", "0"]],
  ])("%s are %j", (text, values) => {
    expect(valuesOf(readAxis(text))).toEqual(values);
  });

  it("may be a range to draw from, evenly by value or by logarithm, or of whole numbers", () => {
    const shares = [0, 0.5, 0.999999];
    const drawn = (text: string) => shares.map((share) => valueAt(readAxis(text), share));
    expect(drawn("algorithm.clip=0.1..0.3")).toEqual(["0.1", "0.2", "0.3"]);
    expect(drawn("algorithm.learning-rate=0.0001..0.01 log")).toEqual(["0.0001", "0.001", "0.01"]);
    expect(drawn("algorithm.epochs=1..3")).toEqual(["1", "2", "3"]);
  });

  it.each([
    ["algorithm.clp=1", "--vary algorithm.clp: unknown setting; nearest: algorithm.clip"],
    ["rewards.balance=3", "nearest: reward.balance"],
    ["steps=1", "--vary steps: cannot be varied; expected --budget"],
    ["algorithm.clip=0.2..0.1", "expected a range from a smaller number to a larger one"],
    ["algorithm.clip=0..0.1 log", "expected a range from a smaller positive number to a larger one"],
    ["algorithm.clip=0.1..0.2", "expected --random <count> with a range"],
    ["clip", "expected <setting>=<values>"],
    ["algorithm.clip=", "expected values separated by commas"],
    ["algorithm.clip=0.1,high", '--algorithm.clip: got "high", expected a number'],
    ["reward.balnce=3", "nearest: --reward.balance"],
    ["algorithm.minibatches=8,7", "--algorithm.minibatches: 7 does not divide the 512 rows"],
    ["envs=32", "--envs: is varied by --vary envs; omit this flag"],
    ["algorithm=fpoo", "nearest: fpo"],
  ])("%s is refused before anything trains", async (vary, words) => {
    const refusal = await plan([vary]).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ exitCode: 2, message: expect.stringContaining(words) });
  });
});

describe("the plan of a sweep", () => {
  it("has every combination with every seed, and those of one seed before the next", async () => {
    const { settings, seeds, cells } = await plan(["algorithm=fpo,ppo", "reward.balance=2,3", "seed=4,5"]);
    expect(settings.map(({ name }) => name)).toEqual([
      "algorithm fpo, reward.balance 2",
      "algorithm fpo, reward.balance 3",
      "algorithm ppo, reward.balance 2",
      "algorithm ppo, reward.balance 3",
    ]);
    expect(seeds).toEqual([4, 5]);
    expect(cells.map(({ setting, seed }) => [setting, seed])).toEqual(
      [4, 5].flatMap((s) => [0, 1, 2, 3].map((k) => [k, s])),
    );
    expect(cells[3]!.config).toMatchObject({
      seed: 4,
      algorithm: { name: "ppo" },
      taskSettings: { "reward.balance": 3 },
    });
  });

  it("draws the same different settings for the same random seed", async () => {
    const vary = ["algorithm.learning-rate=0.0001..0.01 log", "algorithm.epochs=2,4", "seed=1..2"];
    const names = async (randomSeed: number) =>
      (await plan(vary, { random: 6, randomSeed })).settings.map(({ name }) => name);
    const drawn = await names(1);
    expect(new Set(drawn).size).toBe(6);
    expect(await names(1)).toEqual(drawn);
    expect(await names(2)).not.toEqual(drawn);
  });

  it("is another one where any setting, length or seed differs", async () => {
    const ids = await Promise.all([
      plan(["seed=1,2"]),
      plan(["seed=1,3"]),
      plan(["seed=1,2"], { budget: 100_000 }),
      plan(["seed=1,2"], { given: [...SMALL, ["algorithm.epochs", "1"]] }),
    ]);
    expect(new Set(ids.map(({ id }) => id)).size).toBe(4);
    expect((await plan(["seed=1,2"])).id).toBe(ids[0]!.id);
  });

  it("that is too short for one iteration is refused", async () => {
    await expect(plan(["seed=1..4"], { budget: 1000 })).rejects.toThrow(
      "--budget: the first runs would have 250 environment steps",
    );
  });
});

describe("successive halving", () => {
  it("spends a budget in equal shares, and no more", () => {
    const rungs = rungsWithin(2_000_000, { settings: 9, seeds: 2, factor: 3 });
    expect(rungs.map(({ settings }) => settings)).toEqual([9, 3, 1]);
    const spent = rungs.map(({ settings, steps }, k) => settings * 2 * (steps - (rungs[k - 1]?.steps ?? 0)));
    for (const share of spent) expect(Math.abs(share - 2_000_000 / 3)).toBeLessThan(20);
    expect(stepsOfAll(rungs, 2)).toBeLessThanOrEqual(2_000_000);
  });

  it("trains the last settings to the end, those before them for a third of it; with factor 1, all to the end", () => {
    expect(rungsUpTo(900, { settings: 10, seeds: 1, factor: 3 })).toEqual([
      { settings: 10, steps: 100 },
      { settings: 3, steps: 300 },
      { settings: 1, steps: 900 },
    ]);
    expect(rungsUpTo(900, { settings: 10, seeds: 1, factor: 1 })).toEqual([{ settings: 10, steps: 900 }]);
  });

  it("keeps the best; a score that is no number is the worst, and of equal ones the first stays", () => {
    expect(best([0, 1, 2, 3], [1, Number.NaN, 5, 5], 3)).toEqual([2, 3, 0]);
    expect(best([1, 2], [9, Number.NaN, -7], 1)).toEqual([2]);
  });
});
