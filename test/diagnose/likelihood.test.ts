import { afterAll, describe, expect, it } from "vitest";
import { FlowDensity } from "../../src/diagnose/flow-density.ts";
import { LikelihoodBound } from "../../src/diagnose/likelihood-bound.ts";
import { type Inversion, SamplerDensity } from "../../src/diagnose/sampler-density.ts";
import { policyField, type VelocityField } from "../../src/diagnose/velocity-field.ts";
import {
  add,
  constant,
  createOrtEngine,
  div,
  exp,
  graphFunction,
  input,
  matmul,
  mul,
  neg,
  sqrt,
  square,
  sub,
} from "../../src/graph/index.ts";
import { Rng } from "../../src/math/rng.ts";
import { flowPolicyLayout } from "../../src/policy/flow-policy.ts";
import { flowPolicyPath, type OdeSampling } from "../../src/policy/flow-sampler.ts";
import { initialise, parameterInputs, parameterViews } from "../../src/policy/parameters.ts";

const engine = createOrtEngine();
afterAll(() => engine.dispose());

const rng = new Rng().seek(8, 1);
const normals = (count: number) => Float32Array.from({ length: count }, () => rng.normal());

type Matrix = readonly number[];

function product(a: Matrix, b: Matrix): Matrix {
  return [0, 2].flatMap((row) => [0, 1].map((k) => a[row] * b[k] + a[row + 1] * b[k + 2]));
}

/** Σ_k c_k·M^k. */
function polynomial(coefficients: readonly number[], m: Matrix): Matrix {
  let power: Matrix = [1, 0, 0, 1];
  let total: Matrix = [0, 0, 0, 0];
  for (const c of coefficients) {
    total = total.map((value, i) => value + c * power[i]);
    power = product(power, m);
  }
  return total;
}

/** log N(a; 0, M·Mᵀ): the density of a = M·x with x standard normal. */
function gaussian(m: Matrix, actions: Float32Array): number[] {
  const determinant = m[0] * m[3] - m[1] * m[2];
  return Array.from({ length: actions.length / 2 }, (_, row) => {
    const [u, v] = [actions[2 * row], actions[2 * row + 1]];
    const squares = ((m[3] * u - m[1] * v) ** 2 + (m[0] * v - m[2] * u) ** 2) / determinant ** 2;
    return -0.5 * squares - Math.log(2 * Math.PI) - Math.log(Math.abs(determinant));
  });
}

/** v = A·x, which turns and shrinks. */
const A: Matrix = [0.9, -0.7, 1.1, 0.4];
const linearField: VelocityField = (x) => matmul(x, constant(A, [2, 2]), { transposeB: true });

const modes = [
  { weight: 0.3, mean: -1.2, std: 0.25 },
  { weight: 0.7, mean: 0.8, std: 0.5 },
];

/**
 * E[ε − a | x_t] where a comes from a mixture Σ w_k N(m_k, s_k²): with V_k = (1−t)²s_k² + t² and responsibilities
 * r_k ∝ w_k N(x; (1−t)m_k, V_k) it is Σ r_k [(t − (1−t)s_k²)/V_k · (x − (1−t)m_k) − m_k].
 */
const mixtureField: VelocityField = (x, t) => {
  const keep = sub(1, t);
  const parts = modes.map(({ weight, mean, std }) => {
    const variance = add(mul(square(keep), std * std), square(t));
    const away = sub(x, mul(keep, mean));
    const share = mul(div(exp(mul(div(square(away), variance), -0.5)), sqrt(variance)), weight);
    const velocity = sub(mul(div(sub(t, mul(keep, std * std)), variance), away), mean);
    return { share, pull: mul(share, velocity) };
  });
  return div(add(parts[0].pull, parts[1].pull), add(parts[0].share, parts[1].share));
};

function mixtureDensity(a: number): number {
  const bell = (m: number, s: number) => Math.exp(-0.5 * ((a - m) / s) ** 2) / (s * Math.sqrt(2 * Math.PI));
  return modes.reduce((sum, { weight, mean, std }) => sum + weight * bell(mean, std), 0);
}

/** A random network, strong enough to bend the normal distribution, and one observation for all rows. */
function network(actionSize: number, rows: number) {
  const spec = { obsSize: 3, actionSize, hidden: [16, 16], activation: "silu", outputScale: 1.5 } as const;
  const layout = flowPolicyLayout(spec);
  const flat = new Float32Array(layout.size);
  initialise(layout, new Rng().seek(21, actionSize), flat);
  const weights = parameterInputs(layout);
  const obs = Float32Array.from({ length: rows * 3 }, (_, i) => [0.4, -1.3, 0.9][i % 3]);
  const field = policyField(spec, weights, input("obs", [rows, 3]));
  return { spec, weights, field, feeds: { ...parameterViews(layout, flat), obs } };
}

async function flowLogDensity(field: VelocityField, actions: Float32Array, actionSize: number, feeds = {}, steps = 64) {
  const rows = actions.length / actionSize;
  const density = await FlowDensity.create(engine, field, { rows, actionSize });
  const out = new Float64Array(rows);
  await density.logDensity(feeds, actions, steps, out);
  return out;
}

async function inverted(
  field: VelocityField,
  actions: Float32Array,
  actionSize: number,
  options: OdeSampling,
  feeds = {},
  near: Inversion | null = null,
) {
  const sizes = { rows: actions.length / actionSize, actionSize };
  const density = await SamplerDensity.create(engine, field, sizes, options);
  return density.invert(feeds, actions, near);
}

/** Largest difference of two lists. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
}

describe("exact log-likelihood", () => {
  it("a linear flow has the Gaussian density of exp(−A)", async () => {
    const actions = normals(2 * 32);
    const factorials = Array.from(
      { length: 24 },
      (_, k) => (-1) ** k / Array.from({ length: k }, (_, i) => i + 1).reduce((p, n) => p * n, 1),
    );
    const expected = gaussian(polynomial(factorials, A), actions);
    expect(distance(await flowLogDensity(linearField, actions, 2), expected)).toBeLessThan(2e-5);
  });

  it.each([
    ["euler", [1, -0.25]],
    ["midpoint", [1, -0.25, 0.25 ** 2 / 2]],
    ["heun", [1, -0.25, 0.25 ** 2 / 2]],
  ] as const)("four %s steps of a linear flow have the Gaussian density of their matrix", async (sampler, step) => {
    const actions = normals(2 * 32);
    const one = polynomial(step, A);
    const expected = gaussian(product(product(one, one), product(one, one)), actions);
    const { logDensity, solved, folded } = await inverted(linearField, actions, 2, { flowSteps: 4, sampler });
    expect(distance(logDensity, expected)).toBeLessThan(2e-5);
    expect([solved.includes(0), folded.includes(1)]).toEqual([false, false]);
  });

  it("the flow of a mixture's closed-form velocity has the mixture's density", async () => {
    const actions = Float32Array.from({ length: 101 }, (_, i) => -2.5 + i * 0.05);
    const expected = Array.from(actions, (a) => Math.log(mixtureDensity(a)));
    expect(distance(await flowLogDensity(mixtureField, actions, 1, {}, 128), expected)).toBeLessThan(1e-4);
  });

  it("more Euler steps come closer to the mixture, in proportion", async () => {
    const actions = Float32Array.from({ length: 51 }, (_, i) => -2 + i * 0.08);
    const error = async (flowSteps: number) => {
      const { logDensity } = await inverted(mixtureField, actions, 1, { flowSteps, sampler: "euler" });
      return distance(
        logDensity,
        Array.from(actions, (a) => Math.log(mixtureDensity(a))),
      );
    };
    const [coarse, fine] = [await error(64), await error(256)];
    expect(fine).toBeLessThan(0.1);
    expect(coarse / fine).toBeGreaterThan(3);
    expect(coarse / fine).toBeLessThan(5);
  });

  it.each([1, 2])("a network's densities integrate to 1 over %i dimensions", async (actionSize) => {
    const [half, cell] = actionSize === 1 ? [400, 0.03] : [28, 0.25];
    const axis = Array.from({ length: 2 * half + 1 }, (_, i) => (i - half) * cell);
    const points = actionSize === 1 ? axis : axis.flatMap((x) => axis.flatMap((y) => [x, y]));
    const actions = Float32Array.from(points);
    const { field, feeds } = network(actionSize, actions.length / actionSize);
    const total = (logs: Float64Array) => logs.reduce((sum, value) => sum + Math.exp(value), 0) * cell ** actionSize;
    expect(total(await flowLogDensity(field, actions, actionSize, feeds, 16))).toBeCloseTo(1, 3);
    for (const sampler of ["euler", "heun"] as const) {
      const { logDensity, folded } = await inverted(field, actions, actionSize, { flowSteps: 10, sampler }, feeds);
      expect(folded.includes(1)).toBe(false);
      expect(total(logDensity)).toBeCloseTo(1, 3);
    }
  });

  it.each(["euler", "midpoint", "heun"] as const)("inverting what %s sampled finds the noise", async (sampler) => {
    const rows = 64;
    const { spec, weights, field, feeds } = network(3, rows);
    const noise = normals(rows * 3);
    const options = { flowSteps: 10, sampler };
    const sampling = { ...options, stepNoise: 0 };
    const start = input("noise", [rows, 3]);
    const [action] = flowPolicyPath(spec, weights, input("obs", [rows, 3]), start, sampling).slice(-1);
    const executable = await engine.compile(graphFunction("sample", { action }));
    const sampled = await executable.run({ ...feeds, noise });
    const { path, solved } = await inverted(field, sampled.action, 3, options, feeds);
    expect(solved.includes(0)).toBe(false);
    expect(distance(path.subarray(0, noise.length), noise)).toBeLessThan(1e-4);
  });

  it("starting from a near inversion gives the same density", async () => {
    const rows = 64;
    const actions = normals(rows * 2);
    const { field, feeds } = network(2, rows);
    const options = { flowSteps: 10, sampler: "euler" } as const;
    const moved = { ...feeds, obs: feeds.obs.map((value) => value + 0.05) };
    const near = await inverted(field, actions, 2, options, moved);
    const [warm, cold] = [
      await inverted(field, actions, 2, options, feeds, near),
      await inverted(field, actions, 2, options, feeds),
    ];
    expect(distance(warm.logDensity, near.logDensity)).toBeGreaterThan(1e-3);
    expect(distance(warm.logDensity, cold.logDensity)).toBeLessThan(2e-5);
  });

  it("an action that no noise leads to is told apart, and so is a fold", async () => {
    // One Euler step x − v with v = x − x² is x², which reaches 4 from 2 and, turned over, from −2, and −1 from nowhere.
    const fold: VelocityField = (x) => add(x, neg(square(x)));
    const options = { flowSteps: 1, sampler: "euler" } as const;
    const found = await inverted(fold, Float32Array.of(4, -1), 1, options);
    expect([...found.solved]).toEqual([1, 0]);
    expect(found.logDensity[0]).toBeCloseTo(-0.5 * 2 ** 2 - 0.5 * Math.log(2 * Math.PI) - Math.log(4), 5);
    expect(found.logDensity[1]).toBeNaN();
    const other = await inverted(
      fold,
      Float32Array.of(4, 4),
      1,
      options,
      {},
      { ...found, path: Float64Array.of(2, -3) },
    );
    expect([...other.folded]).toEqual([0, 1]);
    expect(other.path[1]).toBeCloseTo(-2, 5);
  });
});

describe("the likelihood bound", () => {
  const ROWS = 2048;
  /** Bound minus log N(a; m, s²) of every action, the actions being drawn from that distribution. */
  const excess = async (field: VelocityField, m: number, s: number, lastTime: number) => {
    const settings = { lastTime, times: 64, seed: 4 };
    const bound = await LikelihoodBound.create(engine, field, { rows: ROWS, actionSize: 1 }, settings);
    const actions = normals(ROWS).map((z) => m + s * z);
    const out = new Float64Array(ROWS);
    await bound.measure({}, actions, out);
    const over = out.map((value, row) => {
      return value + 0.5 * ((actions[row] - m) / s) ** 2 + Math.log(s * Math.sqrt(2 * Math.PI));
    });
    const meanWhere = (within: (z: number) => boolean) => {
      const kept = over.filter((_, row) => within(Math.abs((actions[row] - m) / s)));
      return kept.reduce((sum, value) => sum + value, 0) / kept.length;
    };
    return { near: meanWhere((z) => z < 1), far: meanWhere((z) => z >= 1), all: meanWhere(() => true) };
  };

  it.each([0.1, 0.02])("equals the log-density where the velocity is exact, down to %f", async (lastTime) => {
    // N(0.5, 0.3²): E[u | x_t] = (t − (1−t)s²)/V·(x − (1−t)m) − m with V = (1−t)²s² + t²
    const [m, s] = [0.5, 0.3];
    const field: VelocityField = (x, t) => {
      const keep = sub(1, t);
      const variance = add(mul(square(keep), s * s), square(t));
      return sub(mul(div(sub(t, mul(keep, s * s)), variance), sub(x, mul(keep, m))), m);
    };
    const { near, far, all } = await excess(field, m, s, lastTime);
    expect(Math.abs(all)).toBeLessThan(0.04);
    expect(Math.abs(near)).toBeLessThan(0.08);
    expect(Math.abs(far)).toBeLessThan(0.08);
  });

  it("is below it on average over a flow's own actions where the velocity is not that of a diffusion", async () => {
    // v = −0.4·x carries N(0, 1) to N(0, e^0.8)
    const { all } = await excess((x) => mul(x, -0.4), 0, Math.exp(0.4), 0.1);
    expect(all).toBeLessThan(-0.05);
  });
});
