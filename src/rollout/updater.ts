/**
 * The learner's work on one thread: prepares shards and computes gradient parts, reading and writing the iteration's shared arrays.
 * Every method is a function of what it reads, so any thread may do it, or do it again. Not here: who does what (train/learner.ts).
 */
import { bootstrapTimeLimits, gae } from "../algorithms/advantages.ts";
import { flowTime } from "../algorithms/flow-matching.ts";
import { POLICY_MEASURES } from "../algorithms/policy-loss.ts";
import {
  actorGradientFunction,
  CRITIC_MEASURES,
  criticGradientFunction,
  GRADIENT_PREFIX,
  prepareFunction,
  segmentGradientFunction,
  type UpdateSettings,
  type UpdateSpec,
  valueFunction,
} from "../algorithms/update-functions.ts";
import type { Engine, Executable } from "../graph/index.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { criticLayout } from "../policy/critic.ts";
import { flowPolicyLayout, TIME_SIZE } from "../policy/flow-policy.ts";
import { type ParameterLayout, parameterViews } from "../policy/parameters.ts";
import { type Mirror, type SignedPermutation, writeMirrored } from "../tasks/index.ts";
import type { IterationSizes, IterationViews } from "./iteration-layout.ts";
import type { UpdatePlan } from "./update-plan.ts";

/** Settings beyond those of the losses. */
export type UpdaterSettings = UpdateSettings & {
  readonly flowSteps: number;
  readonly time: "discrete" | "continuous";
  readonly timeMargin: number;
  readonly pairing: "independent" | "antithetic";
  readonly rewardScale: number;
  readonly bootstrapTimeLimits: boolean;
};

/** What an updater works on. */
export interface UpdaterOptions {
  readonly engine: Engine;
  readonly spec: UpdateSpec;
  readonly settings: UpdaterSettings;
  readonly plan: UpdatePlan;
  readonly sizes: IterationSizes;
  readonly views: IterationViews;
  readonly seed: number;
  /** Null where rows are learned from as they are only */
  readonly mirror: Mirror | null;
}

type Feeds = Record<string, Float32Array>;

/** A compiled function with the private arrays it is fed from and writes to. */
interface Block {
  readonly executable: Executable;
  readonly feeds: Feeds;
  readonly outputs: Feeds;
}

/** What rows become when left and right change places. */
type Images = Readonly<Record<"obs" | "privileged" | "action" | "points" | "target", SignedPermutation>>;

/** Prepares shards and computes gradients. */
export class Updater {
  readonly #options: UpdaterOptions;
  readonly #actorLayout: ParameterLayout;
  readonly #criticLayout: ParameterLayout;
  readonly #actorWeights: Float32Array;
  readonly #criticWeights: Float32Array;
  readonly #actorGradient: Float32Array;
  readonly #criticGradient: Float32Array;
  readonly #rng = new Rng();
  /** Images of the observation, of what the critic sees besides, and of a pair's noisy action and velocity; null: there are none */
  readonly #images: Images | null;
  #prepare!: Block;
  #value!: Block;
  #actor!: Block;
  #critic!: Block;

  private constructor(options: UpdaterOptions) {
    this.#options = options;
    this.#images = options.mirror && imagesOf(options.mirror, options.sizes.pairs);
    this.#actorLayout = flowPolicyLayout(options.spec.policy);
    this.#criticLayout = criticLayout(options.spec.critic);
    this.#actorWeights = new Float32Array(this.#actorLayout.size);
    this.#criticWeights = new Float32Array(this.#criticLayout.size);
    this.#actorGradient = new Float32Array(this.#actorLayout.size);
    this.#criticGradient = new Float32Array(this.#criticLayout.size);
  }

  /** Compiles the functions of `options`. */
  static async create(options: UpdaterOptions): Promise<Updater> {
    const updater = new Updater(options);
    await updater.#compile();
    return updater;
  }

  async #compile(): Promise<void> {
    const { engine, spec, plan, sizes } = this.#options;
    const { pairs } = spec.settings;
    const { actionSize, obsSize } = spec.policy;
    const scale = 1 / (plan.minibatchUnits * plan.unroll);
    const actorWeights = parameterViews(this.#actorLayout, this.#actorWeights);
    const criticWeights = parameterViews(this.#criticLayout, this.#criticWeights);
    const actorGradients = parameterViews(this.#actorLayout, this.#actorGradient, GRADIENT_PREFIX);
    const criticGradients = parameterViews(this.#criticLayout, this.#criticGradient, GRADIENT_PREFIX);
    const shared = { mean: new Float32Array(obsSize), std: new Float32Array(obsSize), ...actorWeights };

    const rows = sizes.envs;
    this.#prepare = {
      executable: await engine.compile(prepareFunction(spec, rows)),
      feeds: {
        ...shared,
        obs: new Float32Array(rows * obsSize),
        action: new Float32Array(rows * actionSize),
        noise: new Float32Array(rows * pairs * actionSize),
        time: new Float32Array(rows * pairs),
      },
      outputs: pairArrays(rows * pairs, actionSize),
    };
    const seen = obsSize + spec.privilegedSize;
    const criticShared = { mean: new Float32Array(seen), std: new Float32Array(seen), ...criticWeights };
    this.#value = {
      executable: await engine.compile(valueFunction(spec, rows)),
      feeds: { ...criticShared, ...this.#seenArrays(rows) },
      outputs: { value: new Float32Array(rows) },
    };
    this.#actor = {
      executable: await engine.compile(actorGradientFunction(spec, plan.actorRows, scale)),
      feeds: {
        ...shared,
        obs: new Float32Array(plan.actorRows * obsSize),
        ...pairArrays(plan.actorRows * pairs, actionSize),
        advantage: new Float32Array(plan.actorRows),
      },
      outputs: { ...actorGradients, measures: new Float32Array(POLICY_MEASURES.length) },
    };
    this.#critic = await this.#compileCritic(scale, criticShared, criticGradients);
  }

  async #compileCritic(scale: number, shared: Feeds, gradients: Feeds): Promise<Block> {
    const { engine, spec, plan } = this.#options;
    const measures = new Float32Array(CRITIC_MEASURES.length);
    const rows = plan.criticUnits * plan.unroll;
    if (plan.advantages === "iteration") {
      return {
        executable: await engine.compile(criticGradientFunction(spec, rows, scale)),
        feeds: { ...shared, ...this.#seenArrays(rows), target: new Float32Array(rows), mask: new Float32Array(rows) },
        outputs: { ...gradients, measures },
      };
    }
    const shape = { unroll: plan.unroll, segments: plan.criticUnits };
    const flags = { terminated: new Float32Array(rows), truncated: new Float32Array(rows) };
    return {
      executable: await engine.compile(segmentGradientFunction(spec, shape, scale)),
      feeds: { ...shared, ...this.#seenArrays(rows + plan.criticUnits), reward: new Float32Array(rows), ...flags },
      outputs: { ...gradients, measures, advantage: new Float32Array(rows) },
    };
  }

  #seenArrays(rows: number): Feeds {
    const { obsSize } = this.#options.spec.policy;
    const { privilegedSize } = this.#options.spec;
    const obs = new Float32Array(rows * obsSize);
    return privilegedSize === 0 ? { obs } : { obs, privileged: new Float32Array(rows * privilegedSize) };
  }

  /**
   * Draws the noise–time pairs of one shard, measures their losses under the collecting weights, scales rewards and, where the
   * plan asks for it, computes values and advantages.
   */
  async prepare(shard: number, iteration: number): Promise<void> {
    this.#loadActor();
    this.#loadCritic(this.#value);
    const { sizes, settings, plan } = this.#options;
    for (let t = 0; t < sizes.steps; t++) await this.#preparePairs(shard, t, iteration);
    this.#scaleRewards(shard);
    if (settings.gae === "textbook" && settings.bootstrapTimeLimits) await this.#bootstrap(shard);
    if (plan.advantages === "iteration") await this.#estimateAdvantages(shard);
  }

  async #preparePairs(shard: number, t: number, iteration: number): Promise<void> {
    const { sizes, settings, views, seed } = this.#options;
    const { envs, steps, pairs, obsSize, actionSize } = sizes;
    const { feeds, outputs, executable } = this.#prepare;
    const seenRow = (shard * (steps + 1) + t) * envs;
    const row = (shard * steps + t) * envs;
    copy(views.obs, seenRow * obsSize, feeds.obs);
    copy(views.action, row * actionSize, feeds.action);
    for (let n = 0; n < envs; n++) {
      this.#rng.seek(seed, STREAM.pairs, shard * envs + n, iteration * steps + t);
      this.#rng.fillNormal(feeds.noise, n * pairs * actionSize, pairs * actionSize);
      if (settings.pairing === "antithetic") this.#pairOff(n);
      else for (let k = 0; k < pairs; k++) feeds.time[n * pairs + k] = flowTime(this.#rng.uniform(), settings);
    }
    this.#loadNormaliser(this.#prepare);
    await executable.run(feeds, outputs);
    views.points.set(outputs.points, row * pairs * (actionSize + TIME_SIZE));
    views.velocityTarget.set(outputs.target, row * pairs * actionSize);
    views.pairWeight.set(outputs.weight, row * pairs);
    views.oldLosses.set(outputs.oldLosses, row * pairs);
    if (this.#images) await this.#prepareImages(this.#images, row);
  }

  /** Makes every second pair of row `n` the opposite of the one before it: −ε at the same t; the times are spread evenly over the interval. */
  #pairOff(n: number): void {
    const { sizes, settings } = this.#options;
    const { pairs, actionSize } = sizes;
    const { noise, time } = this.#prepare.feeds;
    for (let k = 0; k < pairs; k += 2) {
      const at = n * pairs + k;
      time[at] = flowTime((k + 2 * this.#rng.uniform()) / pairs, settings);
      time[at + 1] = time[at];
      for (let i = 0; i < actionSize; i++) noise[(at + 1) * actionSize + i] = -noise[at * actionSize + i];
    }
  }

  /** The losses of the same pairs with left and right changed over. */
  async #prepareImages(images: Images, row: number): Promise<void> {
    const { sizes, views } = this.#options;
    const { shards, steps, envs, pairs } = sizes;
    const { feeds, outputs, executable } = this.#prepare;
    mirrorRows(images.obs, feeds.obs);
    mirrorRows(images.action, feeds.action);
    mirrorRows(images.action, feeds.noise);
    await executable.run(feeds, outputs);
    views.oldLosses.set(outputs.oldLosses, (shards * steps * envs + row) * pairs);
  }

  #scaleRewards(shard: number): void {
    const { sizes, settings, views } = this.#options;
    const rows = sizes.steps * sizes.envs;
    for (let row = shard * rows; row < (shard + 1) * rows; row++) {
      views.learnReward[row] = settings.rewardScale * views.reward[row];
    }
  }

  /** Adds γ·V of what came after a time limit to that step's reward. */
  async #bootstrap(shard: number): Promise<void> {
    const { sizes, settings, views } = this.#options;
    const { envs, finals, obsSize, privilegedSize, steps } = sizes;
    const count = views.finalCount[shard];
    const { feeds, outputs, executable } = this.#value;
    const reward = views.learnReward.subarray(shard * steps * envs, (shard + 1) * steps * envs);
    for (let start = 0; start < count; start += envs) {
      const some = Math.min(envs, count - start);
      const from = shard * finals + start;
      copy(views.finalObs, from * obsSize, feeds.obs, some * obsSize);
      if (privilegedSize > 0)
        copy(views.finalPrivileged, from * privilegedSize, feeds.privileged, some * privilegedSize);
      await executable.run(feeds, outputs);
      bootstrapTimeLimits(reward, views.finalRow.subarray(from, from + some), outputs.value, settings.gamma);
    }
  }

  async #estimateAdvantages(shard: number): Promise<void> {
    const { sizes, settings, views } = this.#options;
    const { envs, steps, obsSize, privilegedSize } = sizes;
    const { feeds, outputs, executable } = this.#value;
    for (let t = 0; t <= steps; t++) {
      const row = (shard * (steps + 1) + t) * envs;
      copy(views.obs, row * obsSize, feeds.obs);
      if (privilegedSize > 0) copy(views.privileged, row * privilegedSize, feeds.privileged);
      await executable.run(feeds, outputs);
      views.value.set(outputs.value, row);
    }
    const rows = steps * envs;
    const part = <T extends { subarray(a: number, b: number): T }>(array: T) =>
      array.subarray(shard * rows, (shard + 1) * rows);
    const values = views.value.subarray(shard * (rows + envs), (shard + 1) * (rows + envs));
    const inputs = { steps, envs, reward: part(views.learnReward), values };
    const flags = { terminated: part(views.terminated), truncated: part(views.truncated) };
    gae(settings, { ...inputs, ...flags }, part(views.advantage), part(views.target));
  }

  /** Gradient part `part` of the value loss of minibatch `minibatch`; advantages too where the plan computes them here. */
  async criticGradient(minibatch: number, part: number): Promise<void> {
    const { plan, views, sizes } = this.#options;
    this.#loadCritic(this.#critic);
    const total = views.criticGradient.subarray(part * sizes.criticSize, (part + 1) * sizes.criticSize).fill(0);
    const measures = views.criticMeasures
      .subarray(part * CRITIC_MEASURES.length, (part + 1) * CRITIC_MEASURES.length)
      .fill(0);
    const partUnits = plan.minibatchUnits / plan.parts;
    const start = minibatch * plan.minibatchUnits + part * partUnits;
    for (let unit = start; unit < start + partUnits; unit += plan.criticUnits) {
      if (plan.advantages === "iteration") this.#gatherRows(unit);
      else this.#gatherSegments(unit);
      await this.#critic.executable.run(this.#critic.feeds, this.#critic.outputs);
      addTo(total, this.#criticGradient);
      addTo(measures, this.#critic.outputs.measures);
      if (plan.advantages === "minibatch") this.#scatterAdvantages(unit);
    }
  }

  /** Gradient part `part` of the policy loss of minibatch `minibatch`. */
  async actorGradient(minibatch: number, part: number): Promise<void> {
    const { plan, views, sizes } = this.#options;
    this.#loadActor();
    this.#loadNormaliser(this.#actor);
    const total = views.actorGradient.subarray(part * sizes.actorSize, (part + 1) * sizes.actorSize).fill(0);
    const measures = views.actorMeasures
      .subarray(part * POLICY_MEASURES.length, (part + 1) * POLICY_MEASURES.length)
      .fill(0);
    const partRows = (plan.minibatchUnits / plan.parts) * plan.unroll;
    const firstUnit = minibatch * plan.minibatchUnits + (part * plan.minibatchUnits) / plan.parts;
    for (let start = 0; start < partRows; start += plan.actorRows) {
      for (let i = 0; i < plan.actorRows; i++) this.#gatherPairs(i, this.#rowOf(firstUnit, start + i));
      await this.#actor.executable.run(this.#actor.feeds, this.#actor.outputs);
      addTo(total, this.#actorGradient);
      addTo(measures, this.#actor.outputs.measures);
    }
  }

  /** Row of the `index`-th row of the units from `firstUnit` on; ~row where it is seen in the mirror. */
  #rowOf(firstUnit: number, index: number): number {
    const { plan, views, sizes } = this.#options;
    if (plan.unroll === 1) return views.order[firstUnit + index];
    const unit = views.order[firstUnit + Math.floor(index / plan.unroll)];
    const row = this.#segmentRow(unit < 0 ? ~unit : unit) + (index % plan.unroll) * sizes.envs;
    return unit < 0 ? ~row : row;
  }

  /** First row of a segment; segments are numbered shard by shard, time first. */
  #segmentRow(segment: number): number {
    const { plan, sizes } = this.#options;
    const cut = Math.floor(segment / sizes.envs);
    return cut * plan.unroll * sizes.envs + (segment % sizes.envs);
  }

  /** @param unit a row, or ~row to see it in the mirror */
  #gatherPairs(index: number, unit: number): void {
    const { views, sizes } = this.#options;
    const { pairs, actionSize, obsSize } = sizes;
    const { feeds } = this.#actor;
    const images = unit < 0 ? this.#images : null;
    const row = unit < 0 ? ~unit : unit;
    const lossRow = images ? sizes.shards * sizes.steps * sizes.envs + row : row;
    const pointSize = pairs * (actionSize + TIME_SIZE);
    const targetSize = pairs * actionSize;
    seeRow(images?.obs, views.obs, this.#seenRow(row) * obsSize, feeds.obs, index * obsSize, obsSize);
    seeRow(images?.points, views.points, row * pointSize, feeds.points, index * pointSize, pointSize);
    seeRow(images?.target, views.velocityTarget, row * targetSize, feeds.target, index * targetSize, targetSize);
    copyRow(views.pairWeight, row * pairs, feeds.weight, index * pairs, pairs);
    copyRow(views.oldLosses, lossRow * pairs, feeds.oldLosses, index * pairs, pairs);
    feeds.advantage[index] = views.advantage[row];
  }

  #gatherRows(firstUnit: number): void {
    const { views, plan, settings } = this.#options;
    const { feeds } = this.#critic;
    for (let i = 0; i < plan.criticUnits; i++) {
      const unit = views.order[firstUnit + i];
      const row = unit < 0 ? ~unit : unit;
      this.#gatherSeen(i, this.#seenRow(row), unit < 0);
      feeds.target[i] = views.target[row];
      feeds.mask[i] = settings.gae === "brax" && views.truncated[row] ? 0 : 1;
    }
  }

  #gatherSegments(firstUnit: number): void {
    const { views, plan, sizes } = this.#options;
    const { feeds } = this.#critic;
    for (let i = 0; i < plan.criticUnits; i++) {
      const unit = views.order[firstUnit + i];
      const first = this.#segmentRow(unit < 0 ? ~unit : unit);
      const seen = this.#seenRow(first);
      for (let t = 0; t <= plan.unroll; t++)
        this.#gatherSeen(t * plan.criticUnits + i, seen + t * sizes.envs, unit < 0);
      for (let t = 0; t < plan.unroll; t++) {
        const row = first + t * sizes.envs;
        const to = t * plan.criticUnits + i;
        feeds.reward[to] = views.learnReward[row];
        feeds.terminated[to] = views.terminated[row];
        feeds.truncated[to] = views.truncated[row];
      }
    }
  }

  #scatterAdvantages(firstUnit: number): void {
    const { views, plan, sizes } = this.#options;
    const { advantage } = this.#critic.outputs;
    for (let i = 0; i < plan.criticUnits; i++) {
      const unit = views.order[firstUnit + i];
      const first = this.#segmentRow(unit < 0 ? ~unit : unit);
      for (let t = 0; t < plan.unroll; t++)
        views.advantage[first + t * sizes.envs] = advantage[t * plan.criticUnits + i];
    }
  }

  #gatherSeen(index: number, seenRow: number, mirrored: boolean): void {
    const { views, sizes } = this.#options;
    const { obsSize, privilegedSize: more } = sizes;
    const { feeds } = this.#critic;
    const images = mirrored ? this.#images : null;
    seeRow(images?.obs, views.obs, seenRow * obsSize, feeds.obs, index * obsSize, obsSize);
    if (more > 0) seeRow(images?.privileged, views.privileged, seenRow * more, feeds.privileged, index * more, more);
  }

  /** Observations have one more step per shard than rows. */
  #seenRow(row: number): number {
    const { steps, envs } = this.#options.sizes;
    return row + Math.floor(row / (steps * envs)) * envs;
  }

  #loadActor(): void {
    this.#actorWeights.set(this.#options.views.actor);
  }

  #loadCritic(block: Block): void {
    this.#criticWeights.set(this.#options.views.critic);
    this.#loadNormaliser(block);
  }

  #loadNormaliser({ feeds }: Block): void {
    copy(this.#options.views.mean, 0, feeds.mean);
    copy(this.#options.views.std, 0, feeds.std);
  }
}

/** What the pairs of `count` rows times pairs are made of. */
function pairArrays(count: number, actionSize: number): Feeds {
  return {
    points: new Float32Array(count * (actionSize + TIME_SIZE)),
    target: new Float32Array(count * actionSize),
    weight: new Float32Array(count),
    oldLosses: new Float32Array(count),
  };
}

function copy(source: Float32Array, from: number, target: Float32Array, count = target.length): void {
  for (let i = 0; i < count; i++) target[i] = source[from + i];
}

function copyRow(source: Float32Array, from: number, target: Float32Array, to: number, count: number): void {
  for (let i = 0; i < count; i++) target[to + i] = source[from + i];
}

/** Copies a row, or writes its image. */
function seeRow(
  image: SignedPermutation | undefined,
  source: Float32Array,
  from: number,
  target: Float32Array,
  to: number,
  count: number,
): void {
  if (image) writeMirrored(image, source, from, target, to);
  else copyRow(source, from, target, to, count);
}

/** Replaces every row of `values` by its image. */
function mirrorRows(image: SignedPermutation, values: Float32Array): void {
  const size = image.source.length;
  const row = new Float32Array(size);
  for (let at = 0; at < values.length; at += size) {
    copyRow(values, at, row, 0, size);
    writeMirrored(image, row, 0, values, at);
  }
}

/** The images of whole rows of pairs are made of those of their actions; flow times have no sides. */
function imagesOf(mirror: Mirror, pairs: number): Images {
  const actionSize = mirror.action.source.length;
  const points = repeatImage(mirror.action, pairs, actionSize + TIME_SIZE);
  return { ...mirror, points, target: repeatImage(mirror.action, pairs, actionSize) };
}

/** `image` over `count` neighbours of `width` values; what it does not cover stays. */
function repeatImage({ source, sign }: SignedPermutation, count: number, width: number): SignedPermutation {
  const covered = (i: number) => i % width < source.length;
  return {
    source: Int32Array.from({ length: count * width }, (_, i) =>
      covered(i) ? i - (i % width) + source[i % width] : i,
    ),
    sign: Float32Array.from({ length: count * width }, (_, i) => (covered(i) ? sign[i % width] : 1)),
  };
}

function addTo(total: Float32Array, part: Float32Array): void {
  for (let i = 0; i < total.length; i++) total[i] += part[i];
}
