/** The smallest set of causes without which a robot does not fall, and how much each cause weighs. */
import { Rng, STREAM } from "../math/rng.ts";
import type { Cause } from "./causes.ts";

/** A cause with what taking it away does. */
export interface WeighedCause {
  readonly cause: Cause;
  /** Whether the robot stays up without this one alone */
  readonly saves: boolean;
  /** Whether it falls with this one alone; null where that was not tried: others save it, this one does not */
  readonly suffices: boolean | null;
  /** How much likelier a fall is with it than without it, over random selections of the others, −1 to 1 */
  readonly weight: number;
}

/** What was found. */
export interface Attribution {
  /** From the weightiest on */
  readonly causes: readonly WeighedCause[];
  /** The smallest set; null where the robot falls without all of them, too */
  readonly smallest: readonly WeighedCause[] | null;
}

/** Random selections of causes that are tried. */
const SELECTIONS = 12;
/** Larger sets are found one cause at a time. */
const MOST_PAIRED = 12;

/**
 * @param falls whether the robot falls without these causes; with all of them it does
 * @param seed of the random selections
 */
export async function attribute(
  causes: readonly Cause[],
  falls: (without: readonly Cause[]) => Promise<boolean>,
  seed: number,
): Promise<Attribution> {
  const known = new Map<string, boolean>();
  const fallsWithout = async (gone: readonly Cause[]): Promise<boolean> => {
    const key = causes.map((cause) => (gone.includes(cause) ? 1 : 0)).join("");
    const found = known.get(key) ?? (await falls(gone));
    known.set(key, found);
    return found;
  };
  const others = (cause: Cause) => causes.filter((one) => one !== cause);
  const saves: boolean[] = [];
  for (const cause of causes) saves.push(!(await fallsWithout([cause])));
  const suffices: (boolean | null)[] = [];
  for (const [i, cause] of causes.entries())
    suffices.push(saves[i]! || !saves.includes(true) ? await fallsWithout(others(cause)) : null);
  const weights = await weigh(causes, fallsWithout, seed);
  const weighed = causes
    .map((cause, i) => ({ cause, saves: saves[i]!, suffices: suffices[i]!, weight: weights[i]! }))
    .sort((a, b) => rank(b) - rank(a));
  return { causes: weighed, smallest: await smallestOf(weighed, fallsWithout) };
}

/** One that saves and suffices goes before all others; among equals the weight decides. */
function rank({ saves, suffices, weight }: WeighedCause): number {
  return (saves ? 2 : 0) + (suffices ? 1 : 0) + weight;
}

/** Mean difference that each cause makes (Banzhaf's index), over selections of the others, each in or out by the toss of a coin. */
async function weigh(
  causes: readonly Cause[],
  fallsWithout: (gone: readonly Cause[]) => Promise<boolean>,
  seed: number,
): Promise<number[]> {
  const rng = new Rng().seek(seed, STREAM.probe, 3);
  const tried: { readonly gone: readonly Cause[]; readonly fell: boolean }[] = [];
  for (let i = 0; i < SELECTIONS; i++) {
    const gone = causes.filter(() => rng.uniform() < 0.5);
    tried.push({ gone, fell: await fallsWithout(gone) });
  }
  const rate = (of: typeof tried) => of.filter(({ fell }) => fell).length / Math.max(1, of.length);
  return causes.map((cause) => {
    const [out, kept] = [true, false].map((isGone) => tried.filter(({ gone }) => gone.includes(cause) === isGone));
    return out!.length === 0 || kept!.length === 0 ? 0 : rate(kept!) - rate(out!);
  });
}

async function smallestOf(
  weighed: readonly WeighedCause[],
  fallsWithout: (gone: readonly Cause[]) => Promise<boolean>,
): Promise<readonly WeighedCause[] | null> {
  const [first] = weighed.filter(({ saves }) => saves);
  if (first !== undefined) return [first];
  const fallsWithoutSet = (set: readonly WeighedCause[]) => fallsWithout(set.map(({ cause }) => cause));
  const candidates = weighed.slice(0, MOST_PAIRED);
  for (let i = 0; i < candidates.length; i++)
    for (let k = i + 1; k < candidates.length; k++) {
      const pair = [candidates[i]!, candidates[k]!];
      if (!(await fallsWithoutSet(pair))) return pair;
    }
  return shrunk(weighed, fallsWithoutSet);
}

/** Gives causes back, the lightest first, as long as the robot stays up. */
async function shrunk(
  weighed: readonly WeighedCause[],
  fallsWithoutSet: (set: readonly WeighedCause[]) => Promise<boolean>,
): Promise<readonly WeighedCause[] | null> {
  if (await fallsWithoutSet(weighed)) return null;
  let set = [...weighed];
  for (const one of weighed.toReversed()) {
    const fewer = set.filter((other) => other !== one);
    if (!(await fallsWithoutSet(fewer))) set = fewer;
  }
  return set;
}
