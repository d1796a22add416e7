/** Episodes of a file in a task under a layout: how long it walks where it is commanded to. */
import { type Adapter, rearrange } from "../export/adapter.ts";
import { playedTask } from "../export/played-task.ts";
import { loadOnnxSession, type OnnxSession } from "../graph/index.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { EpisodeBatch } from "../rollout/episode-batch.ts";
import { FileActor } from "../rollout/file-actor.ts";
import type { FilePolicy } from "../rollout/policy-data.ts";
import { describeTask, Environment, type Task } from "../tasks/index.ts";
import { Following } from "./following.ts";
import { Moments, type ObservationMoments } from "./moments.ts";
import { laidTerms } from "./term-roles.ts";

/** How long, how often and from where. */
export interface WalkPlan {
  /** Time limit of an episode, s */
  readonly seconds: number;
  /** Under each command. */
  readonly episodes: number;
  readonly seed: number;
  /** Least worth after each command; what is worth less walks under no further one. */
  readonly leastWorths?: readonly number[];
}

/** Who acts: the file behind an adapter, nobody (action 0), or small random actions. */
export type Walked = Adapter | "still" | "random";

/** What came of the episodes. */
export interface Walk {
  /** [commands × episodes] s in which it moved as commanded: each counts by the share of the command that it followed; 0 where it was not walked */
  readonly seconds: readonly number[];
  /** After each command that was walked: s that it moved as commanded, and a share of those that it was up, of one episode under each */
  readonly worths: readonly number[];
  /** s until it fell, mean */
  readonly up: number;
  /** Of a control step, mean */
  readonly reward: number;
  /** Of what the task observed. */
  readonly seen: ObservationMoments;
}

/** Cosine of the largest tilt, 60°. */
const LEAST_UPRIGHT = 0.5;
/** Share of the largest command that is held. */
const COMMANDED = 0.6;
/** Worth of a second on the feet beside one that followed the command. */
const UP_WORTH = 0.2;
/** Standard deviation of random actions. */
const RANDOM_ACTION = 0.3;

/** The commands that an environment's robot is to follow, (vx, vy, yaw rate); none where it walks by no such command. */
export function walkCommands(env: Environment): number[][] {
  const ranges = env.task.command?.ranges ?? [];
  if (ranges.length !== 3 || !env.measuredTwist(new Float64Array(3))) return [];
  const [[back, ahead], [, left], [, turn]] = ranges as [[number, number], [number, number], [number, number]];
  const commands = [
    [COMMANDED * ahead, 0, 0],
    [COMMANDED * back, 0, 0],
    [0, COMMANDED * left, 0],
    [0, 0, COMMANDED * turn],
  ];
  return commands.filter((command) => command.some((value) => value !== 0));
}

/** Walks one file in one task, without disturbances, noise and differences. */
export class Walker {
  readonly #env: Environment;
  readonly #policy: FilePolicy;
  readonly #session: OnnxSession;
  readonly #commands: readonly (readonly number[])[];
  /** Place of the gravity in the observation; −1 where it has none. */
  readonly #gravity: number;
  readonly #rng = new Rng();

  private constructor(env: Environment, policy: FilePolicy, session: OnnxSession) {
    this.#env = env;
    this.#policy = policy;
    this.#session = session;
    this.#commands = walkCommands(env);
    this.#gravity = laidTerms(describeTask(env)).find(({ role }) => role === "gravity")?.slice.offset ?? -1;
  }

  /** @param policy bound to the task's sizes */
  static async create(task: Task, policy: FilePolicy): Promise<Walker> {
    const still = { noise: false, events: false, randomise: false };
    const env = await Environment.create(playedTask(task, "actions"), still);
    // What the file gives is scaled before the squash is undone.
    return new Walker(env, { ...policy, squash: "none" }, await loadOnnxSession(policy.bytes, policy.source));
  }

  /** Episodes under every command; the same for the same arguments. */
  async walk(who: Walked, plan: WalkPlan): Promise<Walk> {
    const moments = new Moments(this.#env.obsSize);
    const seconds: number[] = [];
    const worths: number[] = [];
    let [steps, reward] = [0, 0];
    for (const command of this.#commands) {
      const batch = await this.#episodes(who, plan, command, seconds, moments);
      steps += total(batch.lengths);
      reward += total(batch.returns);
      const up = steps / this.#env.controlHz;
      worths.push((total(seconds) + UP_WORTH * up) / plan.episodes);
      if (worths.at(-1)! < (plan.leastWorths?.[worths.length - 1] ?? 0)) break;
    }
    const all = plan.episodes * this.#commands.length;
    return {
      seconds: [...seconds, ...new Array<number>(all - seconds.length).fill(0)],
      worths,
      up: steps / this.#env.controlHz / all,
      reward: reward / Math.max(1, steps),
      seen: moments.result(),
    };
  }

  async #episodes(
    who: Walked,
    { seconds, episodes, seed }: WalkPlan,
    command: readonly number[],
    followed: number[],
    moments: Moments,
  ): Promise<EpisodeBatch> {
    const env = this.#env;
    const following = new Following(env, episodes, command);
    const batch = new EpisodeBatch(env, { seed, firstEpisode: 0, episodes }, command, (n) => following.add(n));
    const actor = new FileActor(async () => this.#session, this.#policy, episodes);
    const start = batch.obs.slice();
    const [given, out] = [batch.obs.slice(), new Float32Array(episodes * env.actionSize)];
    const answer = out.slice();
    for (const steps = Math.round(seconds * env.controlHz); batch.open > 0 && batch.tick < steps; ) {
      moments.add(batch.obs, batch.done);
      if (who === "random") this.#draw(out, seed, batch.tick);
      else if (who !== "still") {
        rearrange(who.observation, batch.obs, given);
        await actor.act(given, NO_NOISE, answer);
        rearrange(who.action, answer, out);
      }
      batch.step(out);
      this.#endTilted(batch, start);
    }
    followed.push(...following.seconds);
    return batch;
  }

  #draw(out: Float32Array, seed: number, tick: number): void {
    this.#rng.seek(seed, STREAM.policy, 0, tick).fillNormal(out);
    for (let i = 0; i < out.length; i++) out[i] *= RANDOM_ACTION;
  }

  /** Ends episodes of robots that lie, which some tasks let go on. */
  #endTilted(batch: EpisodeBatch, start: Float32Array): void {
    if (this.#gravity < 0) return;
    for (let n = 0; n < batch.done.length; n++) {
      if (batch.done[n] === 1) continue;
      let [along, square] = [0, 0];
      for (let i = 0, at = n * this.#env.obsSize + this.#gravity; i < 3; i++, at++) {
        along += batch.obs[at] * start[at];
        square += start[at] ** 2;
      }
      if (along >= LEAST_UPRIGHT * square) continue;
      batch.done[n] = 1;
      batch.open--;
    }
  }

  async delete(): Promise<void> {
    this.#env.delete();
    await this.#session.dispose();
  }
}

/** Files of other programs take none. */
const NO_NOISE = new Float32Array(0);

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
