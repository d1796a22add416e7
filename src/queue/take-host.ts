/** What a worker's thread owns: engine, environment and sampler of one run; computes any unit of it from two parcels. */
import { createEngine, type Engine } from "../graph/index.ts";
import { UserError } from "../math/user-error.ts";
import { Evaluator } from "../rollout/evaluation.ts";
import { Environment, resolveTask } from "../tasks/index.ts";
import { byteLengthOf, sharedViews } from "../threads/shared-layout.ts";
import { type ActingWeights, ShardCollector, type ShardMemory, trainingEnv } from "../train/shard-collector.ts";
import { type ShardSizes, trajectoryLayout } from "../train/trajectory.ts";
import { arithmeticHash } from "./arithmetic.ts";
import { openParcel, pack } from "./parcel.ts";
import {
  type Answer,
  type Episodes,
  resultArrays,
  type TakeSetup,
  type UnitName,
  unpackPolicy,
  unpackShard,
  unpackWeights,
} from "./units.ts";

/** A unit with its two parcels, which were checked. */
export interface TakenUnit {
  readonly kind: UnitName["kind"];
  readonly unit: UnitName;
  /** Who computes it */
  readonly worker: string;
  readonly common: Uint8Array;
  readonly input: Uint8Array;
}

/** Digits of a hash that people are shown. */
const SHOWN = 8;

/** Computes units one at a time. */
export class TakeHost {
  readonly #setup: TakeSetup;
  readonly #collector: ShardCollector;
  readonly #evaluator: Evaluator;
  readonly #weights: ActingWeights;
  readonly #memory: ShardMemory;
  #known = "";

  private constructor(setup: TakeSetup, collector: ShardCollector, evaluator: Evaluator) {
    const { sizes } = setup.collect;
    const seen = sizes.obsSize + sizes.privilegedSize;
    const layout = trajectoryLayout(sizes);
    this.#setup = setup;
    this.#collector = collector;
    this.#evaluator = evaluator;
    this.#weights = {
      weights: new Float32Array(sizes.actorSize),
      mean: new Float32Array(seen),
      std: new Float32Array(seen),
    };
    this.#memory = {
      before: new Float64Array(sizes.shardStateSize),
      after: new Float64Array(sizes.shardStateSize),
      trajectory: sharedViews(layout, new SharedArrayBuffer(byteLengthOf(layout))),
    };
  }

  /** Loads the task's scene, the engine and the sampler. @throws UserError where they are at fault */
  static async create(setup: TakeSetup): Promise<TakeHost> {
    const engine: Engine = await createEngine(setup.engine);
    await checkArithmetic(engine, setup);
    const env = await Environment.create(await resolveTask(setup.task, setup), { looks: false });
    const collector = await ShardCollector.create(await trainingEnv(env, setup.collect), engine, setup.collect);
    const { shardStateSize } = setup.collect.sizes;
    if (collector.stateSize !== shardStateSize)
      throw new UserError(`a shard's state has ${collector.stateSize} values here, expected ${shardStateSize}`);
    return new TakeHost(setup, collector, new Evaluator(env, engine));
  }

  /** Of the run's shards. */
  get sizes(): ShardSizes {
    return this.#setup.collect.sizes;
  }

  /** @returns the answer as a parcel */
  async run(taken: TakenUnit): Promise<Buffer> {
    return taken.kind === "collect" ? this.#collect(taken) : this.#evaluate(taken);
  }

  async #collect({ unit, worker, common, input }: TakenUnit): Promise<Buffer> {
    const { sizes } = this.#setup.collect;
    const memory = this.#memory;
    if (this.#known !== unit.common) unpackWeights(common, this.#weights);
    this.#known = unit.common;
    const moment = unpackShard(input, memory.before);
    const report = await this.#collector.collect(moment, this.#weights, memory);
    const finals = memory.trajectory.finalCount[0]!;
    const answer: Answer = { unit, worker, report, finals };
    return pack(answer, resultArrays(memory, sizes, finals), "crc32");
  }

  async #evaluate({ unit, worker, common, input }: TakenUnit): Promise<Buffer> {
    const episodes = openParcel(input).header as Episodes;
    const results = await this.#evaluator.evaluate({ kind: "evaluate", policy: unpackPolicy(common), ...episodes });
    return pack({ unit, worker, results }, [], "crc32");
  }
}

/** @throws UserError where this machine would compute other bits than the learner's threads */
async function checkArithmetic(engine: Engine, { collect, arithmetic }: TakeSetup): Promise<void> {
  const own = await arithmeticHash(engine, collect);
  if (own === arithmetic) return;
  const [found, expected] = [own, arithmetic].map((hash) => hash.slice(0, SHOWN));
  throw new UserError(
    `this machine computes other bits than the learner's (${found}, expected ${expected}): other vector instructions of the processor, or another Node`,
  );
}
