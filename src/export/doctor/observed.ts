/** What a controller sees and gives while it runs: statistics of observations, and how often outputs are at their limits. */
import type { Contract } from "../contract/contract-schema.ts";

/** Running mean and deviation of every observation value, and counts of saturated outputs. */
export class Observed {
  readonly mean: Float64Array;
  readonly #squares: Float64Array;
  #rows = 0;
  #outputs = 0;
  #saturated = 0;
  #broken = 0;
  readonly #low: readonly number[];
  readonly #high: readonly number[];

  /** @param told the task according to the controller, and what the controller gives */
  constructor({ task, outputKind }: Pick<Contract, "task" | "outputKind">) {
    this.mean = new Float64Array(task.obsSize);
    this.#squares = new Float64Array(task.obsSize);
    const limits = task.action.names.map((joint, i) => outputLimits(task, outputKind, joint, i));
    this.#low = limits.map(([low]) => low);
    this.#high = limits.map(([, high]) => high);
  }

  /** [obsSize] */
  get std(): Float64Array {
    return this.#squares.map((sum) => Math.sqrt(sum / Math.max(1, this.#rows)));
  }

  /** Share of outputs at a limit. */
  get saturation(): number {
    return this.#saturated / Math.max(1, this.#outputs);
  }

  /** Outputs that were not finite. */
  get broken(): number {
    return this.#broken;
  }

  /** @param obs [rows, obsSize] @param done [rows] 1 for rows to omit */
  addObservations(obs: Float32Array, done: Uint8Array): void {
    const size = this.mean.length;
    for (let row = 0; row < done.length; row++) {
      if (done[row] === 1) continue;
      this.#rows++;
      for (let i = 0; i < size; i++) {
        const value = obs[row * size + i]!;
        const before = value - this.mean[i]!;
        this.mean[i]! += before / this.#rows;
        this.#squares[i]! += before * (value - this.mean[i]!);
      }
    }
  }

  /** @param out [rows, actionSize] @param done [rows] 1 for rows to omit */
  addOutputs(out: Float32Array, done: Uint8Array): void {
    const size = this.#low.length;
    for (let i = 0; i < out.length; i++) {
      if (done[Math.floor(i / size)] === 1) continue;
      const value = out[i]!;
      this.#outputs++;
      if (!Number.isFinite(value)) this.#broken++;
      else if (value <= this.#low[i % size]! || value >= this.#high[i % size]!) this.#saturated++;
    }
  }
}

/** Where an output counts as saturated: by its squash, or by the drive's control range. */
function outputLimits(
  { action, mechanism }: Contract["task"],
  outputKind: Contract["outputKind"],
  joint: string,
  i: number,
): readonly [number, number] {
  if (action.squash !== "none" && outputKind === "actions") return [-0.99, 0.99];
  const drives = ({ joint: driven, name }: Contract["task"]["mechanism"]["actuators"][number]) =>
    driven === joint || name === joint;
  const own = mechanism.actuators[action.actuators?.[i] ?? i];
  const range = (own && drives(own) ? own : mechanism.actuators.find(drives))?.controlRange;
  if (!range || !["joint-targets", "controls"].includes(action.kind)) return [-Infinity, Infinity];
  const { scale = [], offset = [] } = action.control ?? {};
  const targets = range.map((control) => (control - (offset[i] ?? 0)) / (scale[i] ?? 1));
  if (outputKind === "joint-targets") return ordered(targets);
  return ordered(targets.map((limit) => (limit - action.offset[i]!) / action.scale[i]!));
}

function ordered([a, b]: readonly number[]): readonly [number, number] {
  return [Math.min(a!, b!), Math.max(a!, b!)];
}
