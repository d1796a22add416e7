/**
 * The policy's half of the update on one thread: gives rows what they keep through the epochs, and computes parts of the policy's
 * gradient. It runs any algorithm's surrogate and knows none.
 */
import type { RowArray, Surrogate } from "../algorithms/surrogate.ts";
import {
  actorGradientFunction,
  GRADIENT_PREFIX,
  prepareFunction,
  replayFunction,
  surrogateOf,
} from "../algorithms/update-functions.ts";
import { Rng } from "../math/rng.ts";
import { parameterViews } from "../policy/parameters.ts";
import type { Mirror, SignedPermutation } from "../tasks/index.ts";
import { type KeptPlace, keptLayout } from "./kept-rows.ts";
import { copy, imageOf, mirrorRows, seeRow } from "./row-image.ts";
import { RowOrder } from "./row-order.ts";
import { type Arrays, addTo, Block, clearedPart, type UpdaterOptions } from "./update-block.ts";

/** A kept array with the arrays of this thread that it is copied from and to. */
interface KeptRows extends KeptPlace {
  /** Written by `prepare`, for all environments of a shard at once */
  readonly prepared: Float32Array;
  /** Fed to the gradient */
  readonly fed: Float32Array;
  readonly image: SignedPermutation | null;
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
  readonly #weights: Float32Array;
  readonly #gradient: Float32Array;
  readonly #rng = new Rng();
  #replay: Block | null = null;
  #prepare!: Block;
  #actor!: Block;
  #kept: readonly KeptRows[] = [];
  #reflected: readonly Reflected[] = [];

  private constructor(options: UpdaterOptions) {
    this.#options = options;
    this.#surrogate = surrogateOf(options.spec.algorithm);
    this.#order = new RowOrder(options.plan, options.sizes, options.views.order);
    this.#weights = new Float32Array(this.#surrogate.layout.size);
    this.#gradient = new Float32Array(this.#surrogate.layout.size);
  }

  /** Compiles the functions of `options`. */
  static async create(options: UpdaterOptions): Promise<ActorUpdater> {
    const updater = new ActorUpdater(options);
    await updater.#compile();
    return updater;
  }

  async #compile(): Promise<void> {
    const { engine, spec, plan, sizes } = this.#options;
    const { layout, drawn, kept, measures, replay } = this.#surrogate;
    const { obsSize, actionSize, envs } = sizes;
    const shared = { mean: new Float32Array(obsSize), std: new Float32Array(obsSize) };
    const weights = { ...shared, ...parameterViews(layout, this.#weights) };
    const rows = (count: number) => ({ ...weights, obs: new Float32Array(count * obsSize) });
    const replayed = arraysOf(replay?.arrays ?? [], envs);
    const feeds: Arrays = { ...rows(envs), ...arraysOf(drawn, envs), ...replayed };
    feeds.action = new Float32Array(envs * actionSize);
    const again = replayFunction(spec, envs);
    if (again !== null) this.#replay = await Block.create(engine, again, feeds, replayed);
    const prepare = prepareFunction(spec, envs);
    const outputs = arraysOf(
      kept.filter(({ name }) => name in prepare.outputs),
      envs,
    );
    this.#prepare = await Block.create(engine, prepare, feeds, outputs);
    const gradient = actorGradientFunction(spec, plan.actorRows, 1 / (plan.minibatchUnits * plan.unroll));
    this.#actor = await Block.create(
      engine,
      gradient,
      { ...rows(plan.actorRows), ...arraysOf(kept, plan.actorRows), advantage: new Float32Array(plan.actorRows) },
      { ...parameterViews(layout, this.#gradient, GRADIENT_PREFIX), measures: new Float32Array(measures.length) },
    );
    this.#place(this.#options.mirror);
  }

  #place(mirror: Mirror | null): void {
    const { sizes } = this.#options;
    const { drawn, kept, replay } = this.#surrogate;
    const { feeds, outputs } = this.#prepare;
    const { places } = keptLayout(kept, sizes.shards * sizes.steps * sizes.envs, sizes.orientations);
    this.#kept = places.map((place) => ({
      ...place,
      prepared: outputs[place.name] ?? feeds[place.name],
      fed: this.#actor.feeds[place.name],
      image: mirror && imageOf(mirror.action, place.mirrored, place.size),
    }));
    if (mirror === null) return;
    const reflect = (name: string, image: SignedPermutation | null): Reflected[] =>
      image === null ? [] : [{ values: feeds[name], image, scratch: new Float32Array(image.source.length) }];
    const random = [...drawn, ...(replay?.arrays ?? [])].flatMap(({ name, mirrored, size }) =>
      reflect(name, imageOf(mirror.action, mirrored, size)),
    );
    this.#reflected = [...reflect("obs", mirror.obs), ...reflect("action", mirror.action), ...random];
  }

  /** Reads the weights that `prepareStep` and `gradient` work with. */
  loadWeights(): void {
    this.#weights.set(this.#options.views.actor);
  }

  /** Gives the rows of one control step of a shard what they keep, under the collecting weights. */
  async prepareStep(shard: number, t: number, iteration: number): Promise<void> {
    const { sizes, views, seed } = this.#options;
    const { envs, steps, obsSize, actionSize } = sizes;
    const { feeds } = this.#prepare;
    const row = (shard * steps + t) * envs;
    copy(views.obs, (shard * (steps + 1) + t) * envs * obsSize, feeds.obs);
    copy(views.action, row * actionSize, feeds.action);
    for (let n = 0; n < envs; n++) {
      this.#surrogate.draw(this.#rng, seed, shard * envs + n, iteration * steps + t, feeds, n);
    }
    this.#prepare.loadNormaliser(views);
    await this.#replay?.run();
    await this.#prepare.run();
    for (const { offset, size, prepared } of this.#kept) views.kept.set(prepared, offset + row * size);
    if (this.#reflected.length > 0) await this.#measureImages(row);
  }

  /** Measures the same rows with left and right changed over. */
  async #measureImages(row: number): Promise<void> {
    for (const { image, values, scratch } of this.#reflected) mirrorRows(image, values, scratch);
    await this.#prepare.run();
    for (const { mirrored, imageOffset, size, prepared } of this.#kept) {
      if (mirrored === "measured") this.#options.views.kept.set(prepared, imageOffset + row * size);
    }
  }

  /** Gradient part `part` of the policy loss of minibatch `minibatch`. */
  async gradient(minibatch: number, part: number): Promise<void> {
    const { plan, views, sizes } = this.#options;
    this.loadWeights();
    this.#actor.loadNormaliser(views);
    const total = clearedPart(views.actorGradient, part, sizes.actorSize);
    const measures = clearedPart(views.actorMeasures, part, this.#surrogate.measures.length);
    const partRows = (plan.minibatchUnits / plan.parts) * plan.unroll;
    const firstUnit = minibatch * plan.minibatchUnits + (part * plan.minibatchUnits) / plan.parts;
    for (let start = 0; start < partRows; start += plan.actorRows) {
      for (let i = 0; i < plan.actorRows; i++) this.#gather(i, this.#order.rowOf(firstUnit, start + i));
      await this.#actor.run();
      addTo(total, this.#gradient);
      addTo(measures, this.#actor.outputs.measures);
    }
  }

  /** @param unit a row, or ~row to see it in the mirror */
  #gather(index: number, unit: number): void {
    const { views, sizes, mirror } = this.#options;
    const { obsSize } = sizes;
    const { feeds } = this.#actor;
    const mirrored = unit < 0;
    const row = mirrored ? ~unit : unit;
    const obsImage = mirrored && mirror !== null ? mirror.obs : null;
    seeRow(obsImage, views.obs, this.#order.seenRow(row) * obsSize, feeds.obs, index * obsSize, obsSize);
    for (const { offset, imageOffset, size, image, fed } of this.#kept) {
      const from = (mirrored ? imageOffset : offset) + row * size;
      seeRow(mirrored ? image : null, views.kept, from, fed, index * size, size);
    }
    feeds.advantage[index] = views.advantage[row];
  }
}

function arraysOf(arrays: readonly RowArray[], rows: number): Arrays {
  return Object.fromEntries(arrays.map(({ name, size }) => [name, new Float32Array(rows * size)]));
}
