/** Readings on their way to the policy: each is given as it was some control steps ago. */
import type { Value } from "../moment.ts";
import type { Tracker } from "../trackers/tracker.ts";

/** Readings that a controller has without a sensor. */
const OWN_SOURCES: readonly string[] = ["command", "lastAction", "action", "episodeStep", "progress", "dt"];

/** Whether a controller makes a reading itself. @param source where it is found, such as "gait.signals"; null where a term computes it */
export function isOwnReading(source: string | null, trackers: ReadingDelay["trackers"]): boolean {
  const first = source?.split(".")[0];
  return first !== undefined && (OWN_SOURCES.includes(first) || trackers[first]?.isOwn === true);
}

/** How late readings are. */
export interface ReadingDelay {
  /** Those whose readings a controller makes itself are never late. */
  readonly trackers: Readonly<Record<string, Pick<Tracker<object>, "isOwn">>>;
  /** Control steps at most, in any episode. */
  readonly most: number;
  /** Control steps now. */
  now(): number;
}

/** The late readings of one observation term. */
export class ReadingLine {
  /** [width] as they arrive */
  readonly values: Float64Array;
  readonly #width: number;
  readonly #delay: ReadingDelay;
  /** [frames, width] newest first */
  readonly #frames: Float64Array;

  /** @param claim gives memory that is swapped with the environment */
  constructor(width: number, delay: ReadingDelay, claim: (size: number) => Float64Array) {
    this.#width = width;
    this.#delay = delay;
    this.values = new Float64Array(width);
    this.#frames = claim((Math.ceil(delay.most) + 1) * width);
  }

  /** The latest reading, as it was taken: not finite where something went wrong, long before that arrives. */
  get newest(): Float64Array {
    return this.#frames.subarray(0, this.#width);
  }

  /** Takes a reading and gives the one that arrives. @param first of an episode: it has always been so */
  pass(value: Value, first: boolean): Float64Array {
    const width = this.#width;
    const frames = this.#frames;
    frames.copyWithin(width, 0, frames.length - width);
    for (let i = 0; i < width; i++) frames[i] = typeof value === "number" ? value : value[i];
    if (first) for (let at = width; at < frames.length; at += width) frames.copyWithin(at, 0, width);
    const age = this.#delay.now();
    const younger = Math.floor(age) * width;
    const share = age - Math.floor(age);
    const older = Math.min(frames.length - width, younger + width);
    for (let i = 0; i < width; i++)
      this.values[i] =
        share === 0 ? frames[younger + i] : (1 - share) * frames[younger + i] + share * frames[older + i];
    return this.values;
  }

  /** 0 where the latest reading is finite, else NaN. */
  check(): number {
    let sum = 0;
    for (let i = 0; i < this.#width; i++) sum += 0 * this.#frames[i];
    return sum;
  }
}
