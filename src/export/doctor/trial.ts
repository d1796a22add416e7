/** Episodes of a stored controller in the unchanged task, or under changed conditions. */

import type { EpisodePlan } from "../../rollout/episode-batch.ts";
import type { NonFinite } from "../../rollout/non-finite.ts";
import { Environment, type Task } from "../../tasks/index.ts";
import { type Act, type ObservationObserver, runEpisodes } from "../episode-loop.ts";
import type { OutputKind } from "../export-choices.ts";
import { playedTask } from "../played-task.ts";
import { mean } from "../report/closed-loop.ts";
import type { RunningController } from "../running-controller.ts";
import { changedTask, SAME_WORLD, ScaledModel, type WorldChange } from "./changed-task.ts";

/** Results of a few episodes. */
export interface TrialResult {
  readonly returnMean: number;
  /** Share of episodes that no termination ended. */
  readonly survived: number;
  /** Values that were not finite, by episode; each ended its episode */
  readonly nonFinite: readonly NonFinite[];
}

/** A world, and how many control steps late the controller's outputs arrive. */
export interface TrialWorld extends WorldChange {
  readonly latency: number;
}

/** The unchanged task. */
export const NOMINAL: TrialWorld = { ...SAME_WORLD, latency: 0 };

/** How trials are run. */
export interface TrialSettings {
  readonly plan: EpisodePlan;
  /** Time limit of an episode, s */
  readonly seconds: number;
  /** Free joint that is pushed; null where the robot has none */
  readonly base: string | null;
  readonly output: OutputKind;
  /** Values of the controller's noise input; 0 without one. It is given zeros. */
  readonly noiseSize: number;
  /** Whether the delays that the task randomises act. */
  readonly delays: boolean;
}

/** Looks at outputs before they are delayed. @param done [episodes] 1 where an episode has ended */
export type OutputObserver = (out: Float32Array, done: Uint8Array) => void;

interface PreparedWorld {
  readonly env: Environment;
  readonly model: ScaledModel;
}

/** Runs one controller in many worlds. */
export class Trials {
  readonly #task: Task;
  readonly #controller: RunningController;
  readonly #settings: TrialSettings;
  /** By push and noise; friction and masses are changed in place. */
  readonly #worlds = new Map<string, PreparedWorld>();

  constructor(task: Task, controller: RunningController, settings: TrialSettings) {
    this.#task = task;
    this.#controller = controller;
    this.#settings = settings;
  }

  /** @param observe sees the observations that are acted on @param acted sees the outputs before they are delayed */
  async run(
    world: TrialWorld,
    observe: ObservationObserver = () => {},
    acted: OutputObserver = () => {},
  ): Promise<TrialResult> {
    const { plan } = this.#settings;
    const { env, model } = await this.#prepare(world);
    model.apply(world);
    const outcomes = await runEpisodes(env, plan, delayed(this.#actor(acted), world.latency), observe);
    const falls = outcomes.terminated.filter(Boolean).length;
    return { returnMean: mean(outcomes.returns), survived: 1 - falls / plan.episodes, nonFinite: outcomes.nonFinite };
  }

  delete(): void {
    for (const { env } of this.#worlds.values()) env.delete();
    this.#worlds.clear();
  }

  async #prepare(world: TrialWorld): Promise<PreparedWorld> {
    const key = `${world.push} ${world.sensorNoise}`;
    const known = this.#worlds.get(key);
    if (known) return known;
    const { seconds, base, output, delays } = this.#settings;
    // Only what the world changes may differ between trials.
    const still = { events: false, randomise: false, delays };
    const env = await Environment.create(playedTask(changedTask(this.#task, world, base, seconds), output), still);
    const prepared = { env, model: new ScaledModel(env.sim) };
    this.#worlds.set(key, prepared);
    return prepared;
  }

  #actor(acted: OutputObserver): Act {
    const { noiseSize, plan } = this.#settings;
    const noise = noiseSize === 0 ? null : new Float32Array(plan.episodes * noiseSize);
    return async (obs, _tick, out, done) => {
      await this.#controller.act(obs, noise, out);
      acted(out, done);
    };
  }
}

/** Outputs that arrive so many control steps late; until then the first one counts. */
function delayed(act: Act, steps: number): Act {
  if (steps === 0) return act;
  const waiting: Float32Array[] = [];
  return async (obs, tick, out, done) => {
    const fresh = new Float32Array(out.length);
    await act(obs, tick, fresh, done);
    if (waiting.length === 0) for (let i = 0; i < steps; i++) waiting.push(fresh);
    waiting.push(fresh);
    out.set(waiting.shift()!);
  };
}
