/** What the diagnosis says of policies whose modes are known. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diagnoseModes, type ModeRequest } from "../../src/diagnose/mode-diagnosis.ts";
import { flowPolicyLayout } from "../../src/policy/flow-policy.ts";
import { parameterViews } from "../../src/policy/parameters.ts";
import type { PolicyData } from "../../src/rollout/policy-data.ts";
import { CELLS, Environment, registry } from "../../src/tasks/index.ts";

let env: Environment;
beforeAll(async () => {
  env = await Environment.create(registry.get("GridWorldTwoWalls"));
});
afterAll(() => env.delete());

/**
 * A flow that forks in the middle row: v_y = −2·clip(20·x_y, ±1) − 120·position_y and v_x = 0, so that noise above 0 goes north, the rest
 * south, and off the middle row everything goes to the nearer wall.
 */
function forkingFlow(): PolicyData {
  const spec = {
    kind: "flow",
    obsSize: 2,
    actionSize: 2,
    hidden: [4],
    activation: "relu",
    outputScale: 1,
    sampler: "euler",
    flowSteps: 10,
    stepNoise: 0,
  } as const;
  const layout = flowPolicyLayout(spec);
  const weights = new Float32Array(layout.size);
  const views = parameterViews(layout, weights);
  // Hidden: relu(20·x_y + 1), relu(20·x_y − 1), relu(position_y), relu(−position_y).
  views["actor/0/flow"]!.set([20, 20, 0, 0], 4);
  views["actor/0/bias"]!.set([1, -1, 0, 0]);
  views["actor/0/obs"]!.set([0, 0, 1, -1], 4);
  // clip(z, ±1) = relu(z + 1) − relu(z − 1) − 1
  views["actor/1/kernel"]!.set([0, -2, 0, 2, 0, -120, 0, 120]);
  views["actor/1/bias"]!.set([0, 2]);
  return { kind: "trained", spec, weights, mean: new Float32Array(2), std: new Float32Array(2).fill(1) };
}

const request = (policy: PolicyData, over: Partial<ModeRequest> = {}): ModeRequest => ({
  env,
  policy,
  noise: "random",
  seed: 5,
  states: [[12, 12]],
  draws: 4000,
  starts: [[12, 12]],
  episodes: 64,
  ...over,
});

describe("mode diagnosis", () => {
  it("finds both ways of a flow that forks, and the goals they lead to", async () => {
    const states = [[12, 12] as const, [7, 13] as const];
    const starts = [[12, 12] as const, [20, 17] as const];
    const { states: actions, starts: goals } = await diagnoseModes(request(forkingFlow(), { states, starts }));
    const [middle, north] = actions;
    expect(middle!.modes.map(({ share }) => share)).toEqual([expect.closeTo(0.5, 1), expect.closeTo(0.5, 1)]);
    // E|ε| = 0.8, and 2 from the flow
    expect(middle!.modes.map(({ centre }) => Math.abs(centre[1]))).toEqual([
      expect.closeTo(2.8, 0),
      expect.closeTo(2.8, 0),
    ]);
    expect(middle!.modes[0]!.centre[1] * middle!.modes[1]!.centre[1]).toBeLessThan(0);
    expect(middle!.moves.every(({ move }) => move[1] !== 0)).toBe(true);
    expect(north!.modes.length).toBe(1);
    expect(north!.moves.every(({ move }) => move[1] === 1)).toBe(true);
    const [fork, near] = goals;
    expect(fork!.goals.north! + fork!.goals.south!).toBe(64);
    expect(fork!.goalEntropy).toBeGreaterThan(0.9);
    expect(fork!.lengthMean).toBe(11);
    expect(near).toMatchObject({ goals: { north: 64, south: 0 }, missed: 0, goalEntropy: 0, lengthMean: 6 });
  });

  it("finds one way where the noise is zero", async () => {
    const { states } = await diagnoseModes(request(forkingFlow(), { noise: "zero" }));
    expect(states[0]!.modes.length).toBe(1);
    expect(states[0]!.moveEntropy).toBe(0);
  });

  it("counts what a policy of noise does: one mode, nine moves", async () => {
    const { states } = await diagnoseModes(request({ kind: "random" }));
    const [state] = states;
    expect(state!.modes.length).toBe(1);
    expect(state!.deviation).toEqual([expect.closeTo(1, 1), expect.closeTo(1, 1)]);
    expect(state!.moves.length).toBe(9);
    // P(|N(0, 1)| < 1/2) = 0.383 along each axis
    const stay = state!.moves.find(({ move }) => move.every((step) => step === 0));
    expect(stay!.share).toBeCloseTo(0.383 ** 2, 1);
  });

  it("tells episodes that reach nothing", async () => {
    const { starts } = await diagnoseModes(request({ kind: "zero" }, { episodes: 3 }));
    expect(starts[0]).toEqual({
      cell: [12, 12],
      goals: { north: 0, south: 0 },
      missed: 3,
      goalEntropy: 0,
      lengthMean: 100,
    });
  });

  it("draws actions in every cell that is no goal", async () => {
    const { field } = await diagnoseModes(request({ kind: "random" }));
    expect(field.cells.length).toBe(CELLS * (CELLS - 4));
    expect(field.cells.every(([, y]) => y > 1 && y < 23)).toBe(true);
    expect(field.actions.length).toBe(field.cells.length * field.perCell * 2);
    expect(new Set(field.actions).size).toBeGreaterThan(0.99 * field.actions.length);
  });

  it("gives the same answer to the same question, another to another seed", async () => {
    const ask = (seed: number) => diagnoseModes(request(forkingFlow(), { seed }));
    const [first, again, other] = [await ask(5), await ask(5), await ask(6)];
    expect(again).toEqual(first);
    expect(other.states[0]!.mean).not.toEqual(first.states[0]!.mean);
  });
});
