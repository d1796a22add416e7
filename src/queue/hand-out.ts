/** The learner's side of a queue: a crew whose shards and evaluations are computed by whoever takes them. */
import { hostname } from "node:os";
import { packageHash } from "../files/package-hash.ts";
import { packageVersion } from "../files/version.ts";
import { UserError } from "../math/user-error.ts";
import type { EpisodeReport } from "../rollout/episodes.ts";
import type { EpisodeResults, EvaluateJob } from "../rollout/evaluation.ts";
import type { RunFiles } from "../runs/own-files.ts";
import type { TaskVariant } from "../tasks/index.ts";
import { byteLengthOf } from "../threads/shared-layout.ts";
import type { Assembly } from "../train/assembly.ts";
import type { Crew, JobResult, Machines, ShardJob, TrainingSetup } from "../train/jobs.ts";
import type { CollectSetup } from "../train/shard-collector.ts";
import { type ShardSizes, stateOf, trajectoryLayout, trajectoryOf } from "../train/trajectory.ts";
import { arithmeticHash } from "./arithmetic.ts";
import type { QueueConnection } from "./connection.ts";
import { pack } from "./parcel.ts";
import { Round, type RoundOptions, type Unit } from "./round.ts";
import { Session } from "./session.ts";
import { taskIdentity } from "./task-identity.ts";
import { packPolicy, packShard, packWeights, reportOf, resultArrays, resultsOf, type SharedSetup } from "./units.ts";

type CollectJob = Extract<ShardJob, { kind: "collect" }>;

/** Whose shards are handed out. */
export interface HandedRun {
  /** Its folder's name */
  readonly name: string;
  /** Its task and robot as other machines may know them */
  readonly shown: { readonly task: string; readonly modelDir: string };
  readonly files: RunFiles;
}

/** Redis holds values of up to 512 MiB; a shard's result is a little more than its arrays. */
const MOST_BYTES = 500 * 2 ** 20;

/** Hands out until it is closed. What viewers watch is computed here, where its poses are needed. */
export class HandOut implements Crew {
  readonly #session: Session;
  readonly #assembly: Assembly;
  readonly #training: TrainingSetup;
  #rounds = 0;
  #current: Round<unknown> | null = null;
  #isHurried = false;

  private constructor(session: Session, assembly: Assembly) {
    this.#session = session;
    this.#assembly = assembly;
    this.#training = assembly.setup.training!;
  }

  /** Announces the run. @param report takes one sentence for the people who watch */
  static async create(
    connection: QueueConnection,
    run: HandedRun,
    assembly: Assembly,
    report: (message: string) => void,
  ): Promise<HandOut> {
    const { setup } = assembly;
    const places: TaskVariant & { task: string; modelDir: string } = { ...setup, modelDir: setup.modelDir ?? "" };
    const announcement = {
      run: run.name,
      version: packageVersion(),
      package: packageHash(),
      host: hostname(),
      task: await taskIdentity(places, run.files, run.shown),
    };
    const collect = collectSetup(setup.training!);
    checkSize(collect.sizes);
    const arithmetic = await arithmeticHash(assembly.engine, collect);
    const shared: SharedSetup = { engine: setup.engine, collect, arithmetic };
    return new HandOut(await Session.open(connection, { announcement, setup: pack(shared), report }), assembly);
  }

  async run<K extends ShardJob["kind"]>(jobs: readonly Extract<ShardJob, { kind: K }>[]): Promise<JobResult<K>[]> {
    const isMine = jobs.map((job) => this.#isHurried || !isPortable(job));
    const here = this.#assembly.pool.run<K>(jobs.filter((_, at) => isMine[at]));
    const there = this.#handOut(jobs.filter((_, at) => !isMine[at])) as Promise<JobResult<K>[]>;
    const [own, others] = (await Promise.all([here, there])).map((results) => results.values());
    return isMine.map((my) => (my ? own : others)!.next().value!);
  }

  get machines(): Machines {
    const { workers: present, lost } = this.#session.roster;
    return { present, lost };
  }

  hurry(): void {
    this.#isHurried = true;
    this.#current?.finishHere();
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  #handOut(jobs: readonly ShardJob[]): Promise<(EpisodeReport | EpisodeResults)[]> {
    const [first] = jobs;
    if (first === undefined) return Promise.resolve([]);
    if (first.kind === "collect") return this.#collect(jobs as readonly CollectJob[]);
    return this.#evaluate(jobs as readonly EvaluateJob[]);
  }

  #collect(jobs: readonly CollectJob[]): Promise<EpisodeReport[]> {
    const { actor, mean, std } = this.#assembly.parts.views;
    const common = packWeights({ weights: actor, mean, std });
    const units = jobs.map((job) => this.#shard(job));
    return this.#round({ kind: "collect", name: `collect-${jobs[0]!.clock.envSteps}`, common, units });
  }

  #shard(job: CollectJob): Unit<EpisodeReport> {
    const { shard, clock, actionNoise, generation } = job;
    const { sizes } = this.#training;
    const { views } = this.#assembly.parts;
    const trajectory = trajectoryOf(views, sizes, shard);
    const after = stateOf(views, sizes, generation === 0 ? 1 : 0, shard);
    return {
      name: `shard ${shard} at ${clock.envSteps.toLocaleString("en")} steps`,
      input: packShard({ shard, clock, actionNoise }, stateOf(views, sizes, generation, shard)),
      take: (answer, parcel) => {
        const [report, finals] = reportOf(answer, sizes);
        parcel.unpack(resultArrays({ trajectory, after }, sizes, finals));
        trajectory.finalCount[0] = finals;
        return report;
      },
      here: async () => (await this.#assembly.pool.run<"collect">([job]))[0]!,
    };
  }

  #evaluate(jobs: readonly EvaluateJob[]): Promise<EpisodeResults[]> {
    const { policy } = jobs[0]!;
    if (policy.kind !== "trained") throw new Error("a queue evaluates trained policies only");
    const units = jobs.map((job): Unit<EpisodeResults> => {
      const { kind: _kind, policy: _policy, ...episodes } = job;
      return {
        name: `episodes ${job.firstEpisode} to ${job.firstEpisode + job.episodes - 1} of an evaluation`,
        input: pack(episodes),
        take: (answer) => resultsOf(answer, job.episodes),
        here: async () => (await this.#assembly.pool.run<"evaluate">([job]))[0]!,
      };
    });
    return this.#round({ kind: "evaluate", name: "evaluate", common: packPolicy(policy), units });
  }

  async #round<R>(options: RoundOptions<R>): Promise<R[]> {
    const round = new Round(this.#session, { ...options, name: `${++this.#rounds}-${options.name}` });
    this.#current = round as Round<unknown>;
    try {
      return await round.run();
    } finally {
      this.#current = null;
    }
  }
}

/** Whether another machine can do it. */
function isPortable(job: ShardJob): boolean {
  return job.kind === "collect" ? job.watch === undefined : job.policy.kind === "trained";
}

/** @throws UserError where a shard does not fit into a value of Redis */
function checkSize(sizes: ShardSizes): void {
  const bytes = byteLengthOf(trajectoryLayout(sizes)) + 8 * sizes.shardStateSize;
  if (bytes < MOST_BYTES) return;
  const found = `a shard has ${Math.ceil(bytes / 2 ** 20)} MiB`;
  throw new UserError(`--queue: ${found}, expected less than ${MOST_BYTES / 2 ** 20}; try: a larger --shards`);
}

function collectSetup({ seed, episodeSteps, noise, staggered, policy, sizes }: TrainingSetup): CollectSetup {
  return { seed, episodeSteps, noise, staggered, policy, sizes };
}
