/** The critic's half of the update on one thread: rewards, values and advantages of shards, and parts of the critic's gradient. */
import { bootstrapTimeLimits, gae } from "../algorithms/advantages.ts";
import {
  CRITIC_MEASURES,
  criticGradientFunction,
  GRADIENT_PREFIX,
  SEEN_ROW,
  segmentGradientFunction,
  valueFunction,
} from "../algorithms/update-functions.ts";
import { criticLayout } from "../policy/critic.ts";
import { type ParameterLayout, parameterViews } from "../policy/parameters.ts";
import { type BlockRows, blockRows, copy, gatherValues, scatterValues } from "./gather.ts";
import { RowOrder, seenTables } from "./rows.ts";
import { type Arrays, type BatchCopy, Block, BlockSum, type UpdaterOptions } from "./update-block.ts";
import { largestDivisor, VALUE_ROWS } from "./update-plan.ts";

/** Estimates advantages and computes the critic's gradient. */
export class CriticUpdater {
  readonly #options: UpdaterOptions;
  readonly #order: RowOrder;
  /** Rows of the present block [unroll, criticUnits], and of what is seen of them; segments see one step more */
  readonly #rows: Int32Array;
  readonly #seen: Int32Array;
  readonly #seenRows: BlockRows;
  readonly #layout: ParameterLayout;
  readonly #weights: Float32Array;
  readonly #gradient: Float32Array;
  readonly #measures = new Float32Array(CRITIC_MEASURES.length);
  readonly #gradientSum: BlockSum;
  readonly #measureSum: BlockSum;
  /** Values of the rows of one control step, and of as many rows of a shard as are computed at once */
  #value!: Block;
  #values: Block | null = null;
  #critic!: Block;

  private constructor(options: UpdaterOptions, batch: BatchCopy | null) {
    this.#options = options;
    const { plan } = options;
    this.#order = new RowOrder(plan, options.sizes, options.views.order);
    this.#rows = new Int32Array(plan.unroll * plan.criticUnits);
    this.#seen = new Int32Array((plan.unroll + (plan.advantages === "minibatch" ? 1 : 0)) * plan.criticUnits);
    this.#seenRows = blockRows(seenTables(options), SEEN_ROW, this.#seen.length, batch?.seen ?? null);
    this.#layout = criticLayout(options.spec.critic);
    this.#weights = new Float32Array(this.#layout.size);
    this.#gradient = new Float32Array(this.#layout.size);
    const blocks = plan.minibatchUnits / plan.parts / plan.criticUnits;
    this.#gradientSum = new BlockSum(this.#gradient, blocks);
    this.#measureSum = new BlockSum(this.#measures, blocks);
  }

  /**
   * Compiles the functions of `options`.
   * @param batch from which the engine picks rows; null: rows are gathered here
   */
  static async create(options: UpdaterOptions, batch: BatchCopy | null): Promise<CriticUpdater> {
    const updater = new CriticUpdater(options, batch);
    await updater.#compile();
    return updater;
  }

  async #compile(): Promise<void> {
    const { spec, plan, sizes } = this.#options;
    const seen = spec.obsSize + spec.privilegedSize;
    const weights = parameterViews(this.#layout, this.#weights);
    const shared: Arrays = { mean: new Float32Array(seen), std: new Float32Array(seen), ...weights };
    this.#value = await this.#valueBlock(sizes.envs, shared);
    const scale = 1 / (plan.minibatchUnits * plan.unroll);
    if (plan.advantages === "iteration") {
      this.#values = await this.#valueBlock(largestDivisor((sizes.steps + 1) * sizes.envs, VALUE_ROWS), shared);
      this.#critic = await this.#rowBlock(scale, shared);
    } else this.#critic = await this.#segmentBlock(scale, shared);
  }

  #valueBlock(rows: number, shared: Arrays): Promise<Block> {
    const { engine, spec } = this.#options;
    const feeds = { ...shared, ...this.#seenArrays(rows) };
    return Block.create(engine, valueFunction(spec, rows), feeds, { value: new Float32Array(rows) });
  }

  /** Learns from rows whose targets are known. */
  #rowBlock(scale: number, shared: Arrays): Promise<Block> {
    const { engine, spec, plan } = this.#options;
    const rows = plan.criticUnits;
    const target = { target: new Float32Array(rows), mask: new Float32Array(rows) };
    const { feeds, of } = this.#seenRows;
    const gradient = criticGradientFunction(spec, rows, scale, { seen: of });
    return Block.create(engine, gradient, { ...shared, ...target }, this.#gradientArrays(), feeds);
  }

  /** Learns from segments and estimates their advantages on the way. */
  #segmentBlock(scale: number, shared: Arrays): Promise<Block> {
    const { engine, spec, plan } = this.#options;
    const shape = { unroll: plan.unroll, segments: plan.criticUnits };
    const rows = plan.criticUnits * plan.unroll;
    const flags = { terminated: new Float32Array(rows), truncated: new Float32Array(rows) };
    const { feeds, of } = this.#seenRows;
    const inputs = { ...shared, reward: new Float32Array(rows), ...flags };
    const outputs = { ...this.#gradientArrays(), advantage: new Float32Array(rows) };
    return Block.create(engine, segmentGradientFunction(spec, shape, scale, { seen: of }), inputs, outputs, feeds);
  }

  #gradientArrays(): Arrays {
    return { ...parameterViews(this.#layout, this.#gradient, GRADIENT_PREFIX), measures: this.#measures };
  }

  #seenArrays(rows: number): Arrays {
    const { obsSize, privilegedSize } = this.#options.spec;
    const obs = new Float32Array(rows * obsSize);
    return privilegedSize === 0 ? { obs } : { obs, privileged: new Float32Array(rows * privilegedSize) };
  }

  /** Scales one shard's rewards and, where the plan requests it, computes values and advantages. */
  async prepare(shard: number): Promise<void> {
    const { spec } = this.#options;
    this.#load(this.#value);
    this.#scaleRewards(shard);
    if (spec.settings.gae === "textbook" && spec.settings.bootstrapTimeLimits) await this.#bootstrap(shard);
    if (this.#values !== null) await this.#estimateAdvantages(shard, this.#values);
  }

  #load(block: Block): void {
    this.#weights.set(this.#options.views.critic);
    block.loadNormaliser(this.#options.views);
  }

  #scaleRewards(shard: number): void {
    const { sizes, spec, views } = this.#options;
    const rows = sizes.steps * sizes.envs;
    for (let row = shard * rows; row < (shard + 1) * rows; row++) {
      views.learnReward[row] = spec.settings.rewardScale * views.reward[row];
    }
  }

  /** Adds γ·V of the state after a time limit to that step's reward. */
  async #bootstrap(shard: number): Promise<void> {
    const { sizes, spec, views } = this.#options;
    const { envs, finals, obsSize, privilegedSize, steps } = sizes;
    const count = views.finalCount[shard];
    const { feeds, outputs } = this.#value;
    const reward = views.learnReward.subarray(shard * steps * envs, (shard + 1) * steps * envs);
    for (let start = 0; start < count; start += envs) {
      const some = Math.min(envs, count - start);
      const from = shard * finals + start;
      copy(views.finalObs, from * obsSize, feeds.obs, some * obsSize);
      if (privilegedSize > 0)
        copy(views.finalPrivileged, from * privilegedSize, feeds.privileged, some * privilegedSize);
      await this.#value.run();
      const cut = views.finalRow.subarray(from, from + some);
      bootstrapTimeLimits(reward, cut, outputs.value, spec.settings.gamma);
    }
  }

  async #estimateAdvantages(shard: number, block: Block): Promise<void> {
    const { sizes, spec, views } = this.#options;
    const { envs, steps, obsSize, privilegedSize } = sizes;
    const { value } = block.outputs;
    block.loadNormaliser(views);
    const [first, end] = [shard, shard + 1].map((index) => index * (steps + 1) * envs);
    for (let row = first; row < end; row += value.length) {
      copy(views.obs, row * obsSize, block.feeds.obs);
      if (privilegedSize > 0) copy(views.privileged, row * privilegedSize, block.feeds.privileged);
      await block.run();
      views.value.set(value, row);
    }
    const rows = steps * envs;
    const part = <T extends { subarray(a: number, b: number): T }>(array: T) =>
      array.subarray(shard * rows, (shard + 1) * rows);
    const values = views.value.subarray(first, end);
    const inputs = { steps, envs, reward: part(views.learnReward), values };
    const flags = { terminated: part(views.terminated), truncated: part(views.truncated) };
    gae(spec.settings, { ...inputs, ...flags }, part(views.advantage), part(views.target));
  }

  /** Gradient part `part` of the value loss of minibatch `minibatch`; advantages too where the plan computes them here. */
  async gradient(minibatch: number, part: number): Promise<void> {
    const { plan, views } = this.#options;
    this.#load(this.#critic);
    const partUnits = plan.minibatchUnits / plan.parts;
    const start = minibatch * plan.minibatchUnits + part * partUnits;
    for (let unit = start; unit < start + partUnits; unit += plan.criticUnits) {
      this.#gather(unit);
      await this.#critic.run();
      this.#gradientSum.add(unit === start);
      this.#measureSum.add(unit === start);
      if (plan.advantages === "minibatch") scatterValues(this.#critic.outputs.advantage, this.#rows, views.advantage);
    }
    this.#gradientSum.write(views.criticGradient, part);
    this.#measureSum.write(views.criticMeasures, part);
  }

  #gather(firstUnit: number): void {
    const { views, plan, spec } = this.#options;
    const { feeds } = this.#critic;
    this.#order.writeUnits(firstUnit, plan.criticUnits, this.#rows, this.#seen);
    this.#seenRows.write(this.#seen);
    if (plan.advantages === "minibatch") {
      gatherValues(views.learnReward, this.#rows, feeds.reward);
      gatherValues(views.terminated, this.#rows, feeds.terminated);
      gatherValues(views.truncated, this.#rows, feeds.truncated);
      return;
    }
    gatherValues(views.target, this.#rows, feeds.target);
    gatherValues(views.truncated, this.#rows, feeds.mask);
    for (let i = 0; i < feeds.mask.length; i++) feeds.mask[i] = spec.settings.gae === "brax" ? 1 - feeds.mask[i] : 1;
  }
}
