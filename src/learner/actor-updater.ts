/**
 * The policy's half of the update on one thread: gives rows what they keep through the epochs, and computes parts of the policy's
 * gradient. It runs any algorithm's surrogate and knows none.
 */
import type { DrawSources, RowArray, Surrogate } from "../algorithms/surrogate.ts";
import {
  actorGradientFunction,
  GRADIENT_PREFIX,
  KEPT_ROW,
  prepareFunction,
  replayFunction,
  SEEN_ROW,
  surrogateOf,
} from "../algorithms/update-functions.ts";
import { Rng } from "../math/rng.ts";
import { parameterViews } from "../policy/parameters.ts";
import { emptyPlace, moveTo, type RowPlace, type RunClock } from "../policy/run-clock.ts";
import type { Mirror, SignedPermutation } from "../tasks/index.ts";
import { type BlockRows, blockRows, copy, gatherValues, imageOf, mirrorRows } from "./gather.ts";
import { isSymmetric, type KeptPlace, keptLayout, keptOrientations, keptTables, RowOrder, seenTables } from "./rows.ts";
import { type Arrays, type BatchCopy, Block, BlockSum, type UpdaterOptions } from "./update-block.ts";
import { largestDivisor } from "./update-plan.ts";

/** A kept array with the array of this thread that it is copied from. */
interface KeptRows extends KeptPlace {
  readonly prepared: Float32Array;
}

/** An array that is replaced by its image before rows are measured in the mirror. */
interface Reflected {
  readonly values: Float32Array;
  readonly image: SignedPermutation;
  readonly scratch: Float32Array;
}

/** Prepares rows and computes the policy's gradient. */
export class ActorUpdater {
  readonly #options: UpdaterOptions;
  readonly #surrogate: Surrogate;
  readonly #order: RowOrder;
  /** Rows of the present block, and of their observations */
  readonly #rows: Int32Array;
  readonly #seen: Int32Array;
  readonly #keptRows: BlockRows;
  readonly #seenRows: BlockRows;
  /** Control steps of a shard that are prepared at once */
  readonly #steps: number;
  readonly #weights: Float32Array;
  readonly #gradient: Float32Array;
  readonly #measures: Float32Array;
  readonly #gradientSum: BlockSum;
  readonly #measureSum: BlockSum;
  readonly #sources: DrawSources;
  readonly #place: RowPlace;
  #replay: Block | null = null;
  #prepare!: Block;
  #actor!: Block;
  #kept: readonly KeptRows[] = [];
  #reflected: readonly Reflected[] = [];

  private constructor(options: UpdaterOptions, batch: BatchCopy | null) {
    this.#options = options;
    this.#sources = { acted: options.noise, rng: new Rng() };
    this.#place = emptyPlace(options.seed);
    this.#surrogate = surrogateOf(options.spec.algorithm);
    const { plan, sizes } = options;
    const { layout, measures } = this.#surrogate;
    this.#order = new RowOrder(plan, sizes, options.views.order, isSymmetric(options.spec));
    this.#rows = new Int32Array(plan.actorRows);
    this.#seen = new Int32Array(plan.actorRows);
    const [obs] = seenTables(options);
    this.#keptRows = blockRows(keptTables(options), KEPT_ROW, plan.actorRows, batch?.kept ?? null);
    this.#seenRows = blockRows([obs], SEEN_ROW, plan.actorRows, batch?.seen ?? null);
    this.#steps = largestDivisor(sizes.steps, Math.max(1, Math.floor(plan.actorRows / sizes.envs)));
    this.#weights = new Float32Array(layout.size);
    this.#gradient = new Float32Array(layout.size);
    this.#measures = new Float32Array(measures.length);
    const blocks = ((plan.minibatchUnits / plan.parts) * plan.unroll) / plan.actorRows;
    this.#gradientSum = new BlockSum(this.#gradient, blocks);
    this.#measureSum = new BlockSum(this.#measures, blocks);
  }

  /**
   * Compiles the functions of `options`.
   * @param batch from which the engine picks rows; null: rows are gathered here
   */
  static async create(options: UpdaterOptions, batch: BatchCopy | null): Promise<ActorUpdater> {
    const updater = new ActorUpdater(options, batch);
    await updater.#compile();
    return updater;
  }

  async #compile(): Promise<void> {
    const { plan, sizes, spec, mirror } = this.#options;
    const { obsSize } = sizes;
    const shared = { mean: new Float32Array(obsSize), std: new Float32Array(obsSize) };
    const weights = { ...shared, ...parameterViews(this.#surrogate.layout, this.#weights) };
    const prepared = this.#steps * sizes.envs;
    await this.#compilePrepare(prepared, { ...weights, obs: new Float32Array(prepared * obsSize) });
    await this.#compileGradient(plan.actorRows, weights);
    this.#placeKept(isSymmetric(spec) ? null : mirror);
  }

  async #compilePrepare(rows: number, inputs: Arrays): Promise<void> {
    const { engine, spec, sizes } = this.#options;
    const { drawn, kept, replay } = this.#surrogate;
    const replayed = arraysOf(replay?.arrays ?? [], rows);
    const feeds: Arrays = { ...inputs, ...arraysOf(drawn, rows), ...replayed };
    feeds.action = new Float32Array(rows * sizes.actionSize);
    if (this.#surrogate.heedsAdvice) feeds.advice = new Float32Array(rows * sizes.actionSize);
    const again = replayFunction(spec, rows);
    if (again !== null) this.#replay = await Block.create(engine, again, feeds, replayed);
    const prepare = prepareFunction(spec, rows);
    const computed = kept.filter(({ name }) => name in prepare.outputs);
    this.#prepare = await Block.create(engine, prepare, feeds, arraysOf(computed, rows));
  }

  async #compileGradient(rows: number, inputs: Arrays): Promise<void> {
    const { engine, spec, plan } = this.#options;
    const { layout } = this.#surrogate;
    const from = { kept: this.#keptRows.of, seen: this.#seenRows.of };
    const gradient = actorGradientFunction(spec, rows, 1 / (plan.minibatchUnits * plan.unroll), from);
    this.#actor = await Block.create(
      engine,
      gradient,
      { ...inputs, advantage: new Float32Array(rows) },
      { ...parameterViews(layout, this.#gradient, GRADIENT_PREFIX), measures: this.#measures },
      { ...this.#keptRows.feeds, ...this.#seenRows.feeds },
    );
  }

  #placeKept(mirror: Mirror | null): void {
    const { sizes, spec } = this.#options;
    const { drawn, kept, replay } = this.#surrogate;
    const { feeds, outputs } = this.#prepare;
    const rows = sizes.shards * sizes.steps * sizes.envs;
    const { places } = keptLayout(kept, rows, keptOrientations(spec, sizes.orientations));
    this.#kept = places.map((place) => ({ ...place, prepared: outputs[place.name] ?? feeds[place.name] }));
    if (mirror === null) return;
    const reflect = (name: string, image: SignedPermutation | null): Reflected[] =>
      image === null ? [] : [{ values: feeds[name], image, scratch: new Float32Array(image.source.length) }];
    const random = [...drawn, ...(replay?.arrays ?? [])].flatMap(({ name, mirrored, size }) =>
      reflect(name, imageOf(mirror.action, mirrored, size)),
    );
    const advice = this.#surrogate.heedsAdvice ? reflect("advice", mirror.action) : [];
    this.#reflected = [...reflect("obs", mirror.obs), ...reflect("action", mirror.action), ...advice, ...random];
  }

  /** Gives the rows of one shard what they keep, under the collecting weights. @param clock of the iteration's start */
  async prepare(shard: number, clock: RunClock): Promise<void> {
    this.#weights.set(this.#options.views.actor);
    this.#prepare.loadNormaliser(this.#options.views);
    for (let t = 0; t < this.#options.sizes.steps; t += this.#steps) await this.#prepareSteps(shard, t, clock);
  }

  async #prepareSteps(shard: number, t: number, clock: RunClock): Promise<void> {
    const { sizes, views } = this.#options;
    const { shards, envs, steps, obsSize, actionSize } = sizes;
    const { feeds } = this.#prepare;
    const row = (shard * steps + t) * envs;
    copy(views.obs, (row + shard * envs) * obsSize, feeds.obs);
    copy(views.action, row * actionSize, feeds.action);
    if (feeds.advice) this.#copyAdvice(row + shard * envs, feeds.advice);
    for (let i = 0; i < this.#steps * envs; i++) {
      this.#place.env = shard * envs + (i % envs);
      moveTo(this.#place, clock, t + Math.floor(i / envs), shards * envs);
      this.#surrogate.draw(this.#sources, this.#place, feeds, i);
    }
    await this.#replay?.run();
    await this.#prepare.run();
    for (const { offset, size, prepared } of this.#kept) views.kept.set(prepared, offset + row * size);
    if (this.#reflected.length > 0) await this.#prepareImages(row);
  }

  /** @param seen number of the first row's observation */
  #copyAdvice(seen: number, advice: Float32Array): void {
    const { spec, sizes, views } = this.#options;
    const { actionSize, privilegedSize } = sizes;
    const first = seen * privilegedSize + (spec.adviceOffset ?? 0);
    for (let i = 0; i < advice.length; i++) {
      const row = Math.floor(i / actionSize);
      advice[i] = views.privileged[first + row * privilegedSize + (i % actionSize)];
    }
  }

  /** Prepares the same rows with left and right changed over. */
  async #prepareImages(row: number): Promise<void> {
    for (const { image, values, scratch } of this.#reflected) mirrorRows(image, values, scratch);
    await this.#prepare.run();
    for (const { mirrored, imageOffset, size, prepared } of this.#kept) {
      if (mirrored !== "same") this.#options.views.kept.set(prepared, imageOffset + row * size);
    }
  }

  /** Gradient part `part` of the policy loss of minibatch `minibatch`. */
  async gradient(minibatch: number, part: number): Promise<void> {
    const { plan, views } = this.#options;
    this.#weights.set(views.actor);
    this.#actor.loadNormaliser(views);
    const partRows = (plan.minibatchUnits / plan.parts) * plan.unroll;
    const firstUnit = minibatch * plan.minibatchUnits + (part * plan.minibatchUnits) / plan.parts;
    for (let start = 0; start < partRows; start += plan.actorRows) {
      this.#gather(firstUnit, start);
      await this.#actor.run();
      this.#gradientSum.add(start === 0);
      this.#measureSum.add(start === 0);
    }
    this.#gradientSum.write(views.actorGradient, part);
    this.#measureSum.write(views.actorMeasures, part);
  }

  /** Feeds the `start`-th and the following rows of the units from `firstUnit` on. */
  #gather(firstUnit: number, start: number): void {
    this.#order.writeRows(firstUnit, start, this.#rows, this.#seen);
    this.#seenRows.write(this.#seen);
    this.#keptRows.write(this.#rows);
    gatherValues(this.#options.views.advantage, this.#rows, this.#actor.feeds.advantage);
  }
}

function arraysOf(arrays: readonly RowArray[], rows: number): Arrays {
  return Object.fromEntries(arrays.map(({ name, size }) => [name, new Float32Array(rows * size)]));
}
