/** What the page is about at the moment: modes, advantages, and whether data are the modes or samples of them. */
import { type Mode, reweighted } from "./mixture-flow.ts";

/** What the user sets. */
export interface Setting {
  readonly modes: readonly Mode[];
  /** One per mode, not negative; 1 changes nothing. */
  readonly advantages: readonly number[];
  /** Whether the advantages count. */
  readonly isWeighted: boolean;
  /** Data are samples of the modes, instead of the modes themselves. */
  readonly isSampled: boolean;
}

/** Modes that a setting may have. */
export const MOST_MODES = 4;
/** Largest advantage weight on the sliders. */
export const MOST_ADVANTAGE = 4;
/** Samples drawn, and how wide each is drawn, so that its density can be seen. */
const SAMPLES = 24;
const SAMPLE_DEVIATION = 0.05;
/** Splits the unit interval as evenly as can be: the samples stay in place while modes are moved. */
const GOLDEN = 0.618033988749895;

/** What the page begins with, and returns to. */
export const FIRST: Setting = {
  modes: [
    { mean: 1.8, deviation: 0.35, weight: 0.5 },
    { mean: -1.6, deviation: 0.35, weight: 0.5 },
  ],
  advantages: [2, 0.5],
  isWeighted: false,
  isSampled: false,
};

/** Data without and with the advantages. */
export function targetsOf({ modes, advantages, isWeighted, isSampled }: Setting): { plain: Mode[]; target: Mode[] } {
  const owners = isSampled ? samplesOf(modes) : modes.map((mode, k) => ({ ...mode, mode: k }));
  const plain = owners.map(({ mean, deviation, weight }) => ({ mean, deviation, weight }));
  if (!isWeighted) return { plain, target: plain };
  return {
    plain,
    target: reweighted(
      plain,
      owners.map(({ mode }) => advantages[mode]),
    ),
  };
}

/** Samples by the modes' shares, each with the mode that it comes from. */
function samplesOf(modes: readonly Mode[]): (Mode & { mode: number })[] {
  const total = modes.reduce((sum, { weight }) => sum + weight, 0);
  return Array.from({ length: SAMPLES }, (_, n) => {
    let share = ((n + 0.5) / SAMPLES) * total;
    let mode = 0;
    while (mode < modes.length - 1 && share > modes[mode].weight) share -= modes[mode++].weight;
    const at = modes[mode].mean + modes[mode].deviation * normalQuantile((0.5 + n * GOLDEN) % 1);
    return { mean: at, deviation: SAMPLE_DEVIATION, weight: 1 / SAMPLES, mode };
  });
}

/** x with Φ(x) = p, within 0.01: the logistic curve that lies next to it. */
function normalQuantile(p: number): number {
  const clipped = Math.max(0.002, Math.min(0.998, p));
  return Math.log(clipped / (1 - clipped)) / 1.702;
}

/** One update of the policy: the data of the next round are what the weighted flow gives. */
export function updated(setting: Setting): Setting {
  return { ...setting, modes: reweighted(setting.modes, setting.advantages) };
}

/** A setting with one more mode, or without its last. */
export function withModes(setting: Setting, count: number): Setting {
  const added: Mode = { mean: 0.1, deviation: 0.3, weight: 0.5 };
  const modes = [...setting.modes, added].slice(0, count);
  return { ...setting, modes, advantages: [...setting.advantages, 1].slice(0, count) };
}

/** A setting with mode `k` changed. */
export function withMode(setting: Setting, k: number, change: Partial<Mode>): Setting {
  return { ...setting, modes: setting.modes.map((mode, i) => (i === k ? { ...mode, ...change } : mode)) };
}
