/**
 * Searches the layouts of a file: short episodes of the most plausible ones, then one coordinate after the other, then longer episodes
 * of the best and of what only longer episodes show. All see the same starts and commands, and a layout that is far behind the best
 * after a command walks under no further one. Where the file has a normaliser at its input, layouts that it fits go first and those
 * that it contradicts are not walked.
 */
import type { Adapter } from "../export/adapter.ts";
import type { InputNormaliser } from "../graph/index.ts";
import type { Layout, LayoutSpace } from "./layouts.ts";
import { misfit } from "./misfit.ts";
import type { ObservationMoments } from "./moments.ts";
import type { Walk, Walked, WalkPlan } from "./walk.ts";

/** A layout to walk. */
interface Candidate {
  readonly layout: Layout;
  readonly adapter: Adapter;
}

/** A layout that was walked. */
export interface Tried extends Candidate {
  readonly walk: Walk;
  /** s walked, mean over the episodes */
  readonly walked: number;
}

/** Runs episodes of several, in threads or one after the other. */
export type WalkAll = (who: readonly Walked[], plan: WalkPlan) => Promise<Walk[]>;

/** What the search found. */
export interface Found {
  /** Those that were walked for longer, best first. */
  readonly finalists: readonly Tried[];
  /** Action 0 in the same episodes. */
  readonly standing: Walk;
  /** Layouts that were walked. */
  readonly tries: number;
}

/** Of the episodes that sort layouts out. */
const SCREEN = { seconds: 2, episodes: 1 };
/** Share of the best layout's worth below which a screen ends, after any of its commands. */
const LEAST_WORTH = 0.6;
/** The same in the longer episodes of what shows late. */
const LEAST_WORTH_LATE = 0.9;
/** Layouts whose neighbours are walked in a round. */
const BEAM = 2;
const MOST_ROUNDS = 8;
/** Layouts that begin with what the normaliser says, and those that it is asked for at each step. */
const STARTS = 6;
const PLAUSIBLE_BEAM = 20;
const FINALISTS = 3;
const WORTH_OF_A_FINALIST = 0.8;
/** A normaliser contradicts a neighbour whose misfit is more than so many times that of the layout, and so much. */
const CONTRADICTION = 1.15;
const CONTRADICTION_AT_0 = 4;
/** Misfit that each difference from the task's layout must make good. */
const MISFIT_OF_A_DIFFERENCE = 2;
/** Share of the walked seconds within which layouts walk equally long. */
export const TIE = 0.03;

/** What a layout observed. */
interface Sight {
  readonly layout: Layout;
  readonly seen: ObservationMoments;
}

/** One search. */
export class Search {
  readonly #space: LayoutSpace;
  readonly #normaliser: InputNormaliser | null;
  readonly #walkAll: WalkAll;
  readonly #seed: number;
  /** By the adapter's numbers, since layouts may come to the same. */
  readonly #tried = new Map<string, Tried>();
  /** Layouts that were walked in longer episodes only. */
  #triedLate = 0;

  constructor(space: LayoutSpace, normaliser: InputNormaliser | null, seed: number, walkAll: WalkAll) {
    this.#space = space;
    this.#normaliser = normaliser;
    this.#seed = seed;
    this.#walkAll = walkAll;
  }

  /** @param plan of the longer episodes */
  async run(plan: WalkPlan): Promise<Found> {
    const { own } = this.#space;
    const screen = { ...SCREEN, seed: this.#seed };
    const [random] = await this.#walkAll(["random"], { ...screen, episodes: 4 });
    await this.#screen([own]);
    await this.#screen(this.#plausible({ layout: own, seen: random.seen }));
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const [before] = this.#ranked();
      const sight = { layout: before.layout, seen: before.walk.seen };
      const next = this.#ranked()
        .slice(0, BEAM)
        .flatMap(({ layout }) => this.#neighbours(layout, sight));
      await this.#screen([...next, ...this.#plausible(sight)]);
      await this.#screen([this.#combined(before)]);
      if (this.#ranked()[0] === before) break;
    }
    return this.#final(plan);
  }

  /** The best for longer, and what differs from the best of those in what only longer episodes show. */
  async #final(plan: WalkPlan): Promise<Found> {
    const [first, ...others] = this.#ranked();
    const near = others.filter((one) => worth(one) >= WORTH_OF_A_FINALIST * worth(first));
    const candidates = [first, ...near.slice(0, FINALISTS - 1)];
    const [standing] = await this.#walkAll(["still"], plan);
    const finalists = await this.#late(await this.#longer(candidates, plan), plan);
    return { finalists: byWalk(finalists), standing, tries: this.#tried.size + this.#triedLate };
  }

  /**
   * Options of the coordinates that only longer episodes show, and the best without each of its differences, which may have come by
   * chance. Those that are behind the best walk under the first commands only.
   */
  async #late(finalists: readonly Tried[], plan: WalkPlan): Promise<Tried[]> {
    const all = [...finalists];
    for (const [at, { options, isLate = false }] of this.#space.coordinates.entries()) {
      const { layout, walk } = byWalk(all)[0];
      const fresh = options
        .flatMap((_, option) => (isLate || option === 0 ? [layout.with(at, option)] : []))
        .filter((other) => all.every((known) => known.layout.join() !== other.join()))
        .map((other) => ({ layout: other, adapter: this.#space.adapter(other) }));
      const leastWorths = walk.worths.map((worth) => LEAST_WORTH_LATE * worth);
      const walked = await this.#longer(fresh, { ...plan, leastWorths });
      this.#triedLate += fresh.filter(({ adapter }) => !this.#tried.has(JSON.stringify(adapter))).length;
      all.push(...walked.filter((one) => one.walk.worths.length === walk.worths.length));
    }
    return all;
  }

  async #longer(all: readonly Candidate[], plan: WalkPlan): Promise<Tried[]> {
    const walks = await this.#walkAll(
      all.map(({ adapter }) => adapter),
      plan,
    );
    return all.map(({ layout, adapter }, i) => ({ layout, adapter, walk: walks[i], walked: mean(walks[i].seconds) }));
  }

  #ranked(): Tried[] {
    return [...this.#tried.values()].sort((a, b) => worth(b) - worth(a));
  }

  /** Walks those that were not walked yet. */
  async #screen(layouts: readonly Layout[]): Promise<void> {
    const fresh = new Map<string, Candidate>();
    for (const layout of layouts) {
      const adapter = this.#space.adapter(layout);
      const key = JSON.stringify(adapter);
      if (!this.#tried.has(key)) fresh.set(key, { layout, adapter });
    }
    const list = [...fresh.values()];
    const walks = await this.#walkAll(
      list.map(({ adapter }) => adapter),
      { ...SCREEN, seed: this.#seed, leastWorths: this.#leastWorths() },
    );
    [...fresh].forEach(([key, one], i) => {
      this.#tried.set(key, { ...one, walk: walks[i], walked: mean(walks[i].seconds) });
    });
  }

  /** All changes of one coordinate that improve on a layout, at once. */
  #combined(before: Tried): Layout {
    const layout = [...before.layout];
    for (const other of this.#ranked().reverse()) {
      if (worth(other) <= worth(before)) continue;
      const changed = layout.flatMap((_, at) => (other.layout[at] === before.layout[at] ? [] : [at]));
      if (changed.length === 1) layout[changed[0]] = other.layout[changed[0]];
    }
    return layout;
  }

  #leastWorths(): number[] {
    return this.#ranked()[0]?.walk.worths.map((worth) => LEAST_WORTH * worth) ?? [];
  }

  /** Layouts that differ in one coordinate, without those that the normaliser contradicts. */
  #neighbours(layout: Layout, sight: Sight): Layout[] {
    const all = this.#space.coordinates.flatMap(({ options, isLate = false }, at) =>
      isLate ? [] : options.map((_, option) => layout.with(at, option)),
    );
    const own = this.#misfit(layout, sight);
    return all.filter((other) => this.#misfit(other, sight) <= CONTRADICTION * own + CONTRADICTION_AT_0);
  }

  /** Of a layout, by what another observed. */
  #misfit(layout: Layout, { layout: walked, seen }: Sight): number {
    if (this.#normaliser === null) return 0;
    const differences = layout.filter((option) => option > 0).length;
    const { coordinates } = this.#space;
    const inView = layout.map((option, at) => (coordinates[at].isOfActions === true ? walked[at] : option));
    const off = misfit(this.#normaliser, seen, this.#space.adapter(inView).observation);
    return off + MISFIT_OF_A_DIFFERENCE * differences;
  }

  /** Those that fit the normaliser best, found by one coordinate after the other; without a normaliser all neighbours. */
  #plausible(sight: Sight): Layout[] {
    const { layout: from } = sight;
    if (this.#normaliser === null) return this.#neighbours(from, sight);
    const known = new Map([[from.join(), { layout: from, off: this.#misfit(from, sight) }]]);
    const best = (count: number) => [...known.values()].sort((a, b) => a.off - b.off).slice(0, count);
    for (let beam = best(PLAUSIBLE_BEAM); ; ) {
      for (const { layout } of beam)
        this.#space.coordinates.forEach(({ options }, at) => {
          options.forEach((_, option) => {
            const other = layout.with(at, option);
            const key = other.join();
            if (!known.has(key)) known.set(key, { layout: other, off: this.#misfit(other, sight) });
          });
        });
      const next = best(PLAUSIBLE_BEAM);
      if (next.every((one) => beam.includes(one))) return best(STARTS).map(({ layout }) => layout);
      beam = next;
    }
  }
}

function worth({ walk }: Tried): number {
  return walk.worths.at(-1)!;
}

/** The longest walk first; of those that tie with it the one that earns most. */
function byWalk(finalists: readonly Tried[]): Tried[] {
  const longest = Math.max(...finalists.map(({ walked }) => walked));
  const isTie = ({ walked }: Tried) => walked >= (1 - TIE) * longest;
  return finalists.toSorted((a, b) => (isTie(a) && isTie(b) ? b.walk.reward - a.walk.reward : b.walked - a.walked));
}

/** Of a list that is not empty. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
