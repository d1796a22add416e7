/**
 * Generalised advantage estimation (arXiv 1506.02438) in two forms and two homes: over whole trajectories in float64 loops, and
 * inside a graph over the segments of a minibatch. A test holds the two together.
 *
 * "textbook": A_t = δ_t + γλ(1 − done_t)A_{t+1}; a time limit bootstraps through the reward (`bootstrapTimeLimits`).
 * "brax":     δ_t = m·(r_t + γ'V_{t+1} − V_t), acc_t = δ_t + γ'λm·acc_{t+1}, A_t = m·(r_t + γ'(acc_{t+1} + V_{t+1}) − V_t) with
 *             γ' = γ(1 − terminated), m = 1 − truncated: the first λ is omitted and a time-limit step has advantage 0.
 */
import { add, concat, mul, reshape, slice, sub, type Tensor } from "../graph/index.ts";
import { assertSize } from "../math/assert-size.ts";

/** Which form of the estimator. */
export type GaeForm = "brax" | "textbook";

/** Discounts per control step. */
export interface GaeSettings {
  readonly gae: GaeForm;
  readonly gamma: number;
  readonly lambda: number;
}

/** One shard's rewards and values, time first. */
export interface GaeInputs {
  readonly steps: number;
  readonly envs: number;
  /** Scaled, time limits bootstrapped where the form requests it [steps, envs] */
  readonly reward: Float32Array;
  /** [steps + 1, envs] */
  readonly values: Float32Array;
  /** 0 or 1 [steps, envs] */
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
}

/** Writes advantages and value targets, [steps, envs] each. */
export function gae(settings: GaeSettings, inputs: GaeInputs, advantages: Float32Array, targets: Float32Array): void {
  const { steps, envs } = inputs;
  assertSize(inputs.reward, steps * envs, `gae: reward [steps, envs] = [${steps}, ${envs}]`);
  assertSize(inputs.values, (steps + 1) * envs, `gae: values [steps + 1, envs] = [${steps + 1}, ${envs}]`);
  assertSize(advantages, steps * envs, "gae: advantages [steps, envs]");
  const accumulate = settings.gae === "brax" ? braxColumn : textbookColumn;
  for (let n = 0; n < envs; n++) accumulate(settings, inputs, n, advantages, targets);
}

function textbookColumn(
  { gamma, lambda }: GaeSettings,
  { steps, envs, reward, values, terminated, truncated }: GaeInputs,
  n: number,
  advantages: Float32Array,
  targets: Float32Array,
): void {
  let following = 0;
  for (let t = steps - 1; t >= 0; t--) {
    const row = t * envs + n;
    const goesOn = terminated[row] || truncated[row] ? 0 : 1;
    // δ_t = r_t + γ·V_{t+1} − V_t
    const delta = reward[row] + gamma * goesOn * values[row + envs] - values[row];
    following = delta + gamma * lambda * goesOn * following;
    advantages[row] = following;
    targets[row] = following + values[row];
  }
}

function braxColumn(
  { gamma, lambda }: GaeSettings,
  { steps, envs, reward, values, terminated, truncated }: GaeInputs,
  n: number,
  advantages: Float32Array,
  targets: Float32Array,
): void {
  let following = 0;
  for (let t = steps - 1; t >= 0; t--) {
    const row = t * envs + n;
    const discount = terminated[row] ? 0 : gamma;
    const mask = truncated[row] ? 0 : 1;
    const nextValue = values[row + envs];
    advantages[row] = mask * (reward[row] + discount * (following + nextValue) - values[row]);
    following = mask * (reward[row] + discount * nextValue - values[row]) + discount * lambda * mask * following;
    targets[row] = following + values[row];
  }
}

/** The graph's counterpart of `GaeInputs`; masks are 0 or 1 as floats. */
export interface GaeTensors {
  /** [steps, segments] */
  readonly reward: Tensor;
  /** [steps + 1, segments] */
  readonly values: Tensor;
  readonly terminated: Tensor;
  readonly truncated: Tensor;
}

/** Advantages and targets of the segments, [steps, segments] each; the loop over time is unrolled in the graph. */
export function gaeTensors(settings: GaeSettings, tensors: GaeTensors): { advantages: Tensor; targets: Tensor } {
  const { gamma, lambda } = settings;
  const [steps, segments] = tensors.reward.shape;
  const now = slice(tensors.values, 0, 0, steps);
  const next = slice(tensors.values, 0, 1, steps + 1);
  const mask = sub(1, tensors.truncated);
  const open = sub(1, tensors.terminated);
  const discount = mul(settings.gae === "brax" ? open : mul(open, mask), gamma);
  const error = sub(add(tensors.reward, mul(discount, next)), now);
  const delta = settings.gae === "brax" ? mul(mask, error) : error;
  const decay = mul(mul(discount, mask), lambda);
  const traces = backwardSum(delta, decay);
  const targets = add(traces, now);
  if (settings.gae === "textbook") return { advantages: traces, targets };
  const last = slice(tensors.values, 0, steps, steps + 1);
  const following = steps === 1 ? last : concat([slice(targets, 0, 1, steps), last], 0);
  const advantages = mul(mask, sub(add(tensors.reward, mul(discount, following)), now));
  return { advantages: reshape(advantages, [steps, segments]), targets };
}

/** acc_t = delta_t + decay_t·acc_{t+1}, from the last step to the first. [steps, segments] */
function backwardSum(delta: Tensor, decay: Tensor): Tensor {
  const steps = delta.shape[0];
  const row = (x: Tensor, t: number) => slice(x, 0, t, t + 1);
  let following = row(delta, steps - 1);
  const traces = [following];
  for (let t = steps - 2; t >= 0; t--) {
    following = add(row(delta, t), mul(row(decay, t), following));
    traces.unshift(following);
  }
  return concat(traces, 0);
}

/**
 * Adds γ·V(last observation) to the reward of every step that a time limit cut, so that the return continues where the task does.
 * @param rows row of each cut step
 * @param finalValues V of the observation the environment would have continued from
 */
export function bootstrapTimeLimits(
  reward: Float32Array,
  rows: Int32Array,
  finalValues: Float32Array,
  gamma: number,
): void {
  for (let i = 0; i < rows.length; i++) reward[rows[i]] += gamma * finalValues[i];
}

/** How advantages are brought to one scale. */
export interface AdvantageScale {
  /** Largest magnitude after it; 0: no limit */
  readonly advantageClamp: number;
  /** Added last of all */
  readonly advantageShift: number;
  /** Added to the deviation that they are divided by, as a share of the level of returns */
  readonly advantageFloor: number;
}

/** Longest horizon that a level of returns looks ahead, in control steps: γ may be 1. */
const LONGEST_HORIZON = 1000;

/** What the batch's mean |reward| adds up to, discounted, when it lasts. @param reward scaled */
export function returnLevel(reward: Float32Array, gamma: number): number {
  let total = 0;
  for (let i = 0; i < reward.length; i++) total += Math.abs(reward[i]);
  return total / reward.length / Math.max(1 - gamma, 1 / LONGEST_HORIZON);
}

/**
 * Brings the values of all arrays together to mean 0 and, but for the floor, population deviation 1.
 * @param level of returns, which the floor is a share of
 */
export function normaliseAdvantages(
  advantages: readonly Float32Array[],
  settings: AdvantageScale,
  level: number,
): void {
  const { advantageClamp: limit, advantageShift: shift } = settings;
  const floor = settings.advantageFloor * level;
  let count = 0;
  let total = 0;
  for (const part of advantages) {
    count += part.length;
    for (let i = 0; i < part.length; i++) total += part[i];
  }
  const mean = total / count;
  let squares = 0;
  for (const part of advantages) for (let i = 0; i < part.length; i++) squares += (part[i] - mean) ** 2;
  const scale = 1 / (Math.sqrt(squares / count) + floor + 1e-8);
  for (const part of advantages) {
    for (let i = 0; i < part.length; i++) {
      const value = (part[i] - mean) * scale;
      part[i] = shift + (limit > 0 ? Math.min(Math.max(value, -limit), limit) : value);
    }
  }
}
