/** Readings as they were some time ago, all from the same moment: what reaches a controller over a slow link. */
import type { AnyMoment } from "../moment.ts";
import type { Tracker } from "./tracker.ts";

/** What terms see, by name. */
export type DelayedReading<Part extends string> = Readonly<Record<Part, Float64Array>>;

/** Settings of `delayed`. */
export interface DelayedSettings<M, Part extends string> {
  /** How many numbers are read, by name. */
  readonly parts: Readonly<Record<Part, number>>;
  /** Control steps, from least to most: in every control step one of so many evenly spaced delays is drawn. */
  readonly least: number;
  readonly most: number;
  readonly choices: number;
  /** Writes the readings of the moment that an observation would show. */
  readonly read: (s: M, out: DelayedReading<Part>) => void;
}

/**
 * Between control steps readings are interpolated. An episode begins with its first readings, as if they had always been so.
 * @param isPrompt says, step by step, whether readings arrive at once after all
 */
export function delayed<M, Part extends string>(
  settings: DelayedSettings<M, Part>,
  isPrompt = () => false,
): Tracker<DelayedReading<Part>> {
  const { parts, least, most, choices, read } = settings;
  const size = Object.values<number>(parts).reduce((sum, part) => sum + part);
  const frames = Math.ceil(most) + 1;
  return {
    size: frames * size,
    description: { kind: "delayed", controlSteps: [least, most], choices },
    prompt: (now) => delayed(settings, now),
    bind: ({ slots }) => {
      const values = new Float64Array(size);
      const newest = partsOf(slots, parts);
      let age = 0;
      const give = () => {
        const now = isPrompt() ? 0 : age;
        const younger = Math.floor(now);
        const share = now - younger;
        const older = Math.min(frames - 1, younger + 1);
        for (let i = 0; i < size; i++) {
          values[i] = (1 - share) * slots[younger * size + i] + share * slots[older * size + i];
        }
      };
      return {
        reading: partsOf(values, parts),
        reset: (moment: AnyMoment) => {
          read(moment as unknown as M, newest);
          for (let frame = 1; frame < frames; frame++) slots.copyWithin(frame * size, 0, size);
          give();
        },
        beforePhysics: (_, rng) => {
          age = least + ((most - least) * rng.integer(choices)) / Math.max(1, choices - 1);
        },
        afterReward: (moment) => {
          slots.copyWithin(size, 0);
          read(moment as unknown as M, newest);
          give();
        },
      };
    },
  };
}

/** Views of an array's parts. */
function partsOf<Part extends string>(
  values: Float64Array,
  parts: Readonly<Record<Part, number>>,
): DelayedReading<Part> {
  let at = 0;
  const views = Object.entries<number>(parts).map(([name, size]) => {
    at += size;
    return [name, values.subarray(at - size, at)];
  });
  return Object.fromEntries(views) as DelayedReading<Part>;
}
