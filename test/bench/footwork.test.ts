/** The search for a robot's footwork: the strategy on a function that is known, and what is tried on the real robot. */
import { describe, expect, it } from "vitest";
import { FootworkTrial } from "../../bench/footwork-trial.ts";
import { EvolutionStrategy } from "../../src/math/evolution-strategy.ts";
import { Rng } from "../../src/math/rng.ts";
import { FOOTWORK } from "../../src/tasks/locomotion/g1-footwork.ts";

describe("the evolution strategy", () => {
  it("finds the lowest point of a bowl that is 100 times steeper one way than another", () => {
    const target = [1, -2, 0.5, 3, -0.2, 0.7];
    const height = (numbers: Float64Array) =>
      target.reduce((sum, aim, i) => sum + 100 ** (i / 5) * (numbers[i]! - aim) ** 2, 0);
    const ones = target.map(() => 1);
    const search = new EvolutionStrategy({ mean: target.map(() => 0), spread: ones, step: 0.5 }, ones, 12);
    const rng = new Rng().seek(5, 1);
    for (let generation = 0; generation < 200; generation++) {
      const candidates = Array.from({ length: 12 }, () => search.draw(rng));
      search.tell(candidates.sort((a, b) => height(a.numbers) - height(b.numbers)));
    }
    search.strategy.mean.forEach((number, i) => {
      expect(number).toBeCloseTo(target[i]!, 4);
    });
  });
});

describe("footwork that is tried", () => {
  it("keeps the G1 up for longer the more of it there is, and the same every time", async () => {
    const trial = await FootworkTrial.create();
    const numb = { ...FOOTWORK, answers: FOOTWORK.answers.filter(([, follows]) => follows === "command") };
    const commands = [
      [0, 0, 0],
      [0.3, 0, 0],
      [0, 0.2, 0.5],
    ] as const;
    const request = { footwork: [FOOTWORK, numb, FOOTWORK], seed: 5, commands };
    const [whole, deaf, again] = trial.run(request);
    expect(whole!.length).toBeGreaterThan(2 * deaf!.length);
    expect(whole!.score).toBeGreaterThan(deaf!.score);
    expect(again).toEqual(whole);
  });
});
