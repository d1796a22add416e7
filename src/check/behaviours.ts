/** What a robot can do before it has learned: nothing, chance, the untrained policy's noise, a script of the lesson. */

import { scheduleOf } from "../config/schedule-field.ts";
import type { Act } from "../export/episode-loop.ts";
import type { Engine, Executable } from "../graph/index.ts";
import { actionNoise, policySpec } from "../learner/networks.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { NoiseSource } from "../policy/noise-source.ts";
import { initialise, parameterViews } from "../policy/parameters.ts";
import { noiseSize, policyLayout } from "../policy/policy.ts";
import { emptyPlace } from "../policy/run-clock.ts";
import { samplerFunction } from "../policy/sampler.ts";
import { ActorFactory } from "../rollout/actor.ts";
import type { PolicyData, StartNoise } from "../rollout/policy-data.ts";
import { ADVICE, type Environment } from "../tasks/index.ts";
import type { Behaviour } from "./rehearsal.ts";
import type { Subject } from "./subject.ts";

/** Action 0 all the time. */
const idle: Act = async (_obs, _tick, out) => void out.fill(0);

/** Action 0 under the task's own action mapping. */
export function standStill({ still }: Subject): Behaviour {
  return { name: "zero actions", about: "action 0 all the time, without a lesson's script", env: still, act: idle };
}

/** Whether a lesson's script moves the robot, or gives advice. */
export function scripted({ env, still }: Subject): Behaviour | null {
  const name = "script";
  const advice = env.privilegedLayout.find((slice) => slice.name === ADVICE);
  if (advice !== undefined) return advised(env, advice.offset);
  const moves = env.actionDescription.feedForward !== null || env !== still;
  return moves ? { name, about: "action 0 under the lesson's scripted step", env, act: idle } : null;
}

/** Does what the lesson advises; nothing in the first step, before which nobody has advised. */
function advised(env: Environment, offset: number): Behaviour {
  const size = env.actionSize;
  const privileged = new Float32Array(env.privilegedSize);
  let advice = new Float32Array(0);
  return {
    name: "script",
    about: "the actions that the lesson advises",
    env,
    act: async (_obs, tick, out) => {
      if (tick === 0) advice = new Float32Array(out.length);
      out.set(advice);
    },
    after: (n) => {
      env.writePrivileged(privileged, 0);
      advice.set(privileged.subarray(offset, offset + size), n * size);
    },
  };
}

/** Standard normal actions, drawn afresh in every step. */
export function randomly({ env, config }: Subject): Behaviour {
  const rng = new Rng();
  const size = env.actionSize;
  const act: Act = async (_obs, tick, out) => {
    for (let n = 0; n * size < out.length; n++)
      rng.seek(config.seed, STREAM.probe, n, tick).fillNormal(out, n * size, size);
  };
  return { name: "random actions", about: "standard normal actions, new in every step", env, act };
}

/** The policy with the weights that training begins with, and all of the preset's noise. */
export async function untrained(subject: Subject, engine: Engine, episodes: number): Promise<Behaviour> {
  const { config, env } = subject;
  const spec = policySpec(config, env);
  const layout = policyLayout(spec);
  const weights = new Float32Array(layout.size);
  initialise(layout, new Rng().seek(config.seed, STREAM.weights, 0), weights);
  const schedule = { period: scheduleOf(config.noisePeriod), envs: config.envs };
  const flow = new NoiseSource(STREAM.policy, schedule, noiseSize(spec));
  const added = new NoiseSource(STREAM.actionNoise, schedule, env.actionSize);
  const noise = new Float32Array(episodes * flow.size);
  const feeds = {
    ...parameterViews(layout, weights),
    mean: new Float32Array(env.obsSize),
    std: new Float32Array(env.obsSize).fill(1),
  };
  const sampler = await engine.compile(samplerFunction(spec, episodes));
  const act = noisyAct({ sampler, flow, added, noise, feeds, seed: config.seed, scale: actionNoise(config, 0) });
  const lasts = schedule.period.start > 1 ? `, which lasts ${schedule.period.start} steps` : "";
  return { name: "untrained policy", about: `the first weights with the preset's noise${lasts}`, env, act };
}

function noisyAct({
  sampler,
  flow,
  added,
  noise,
  feeds,
  seed,
  scale,
}: {
  readonly sampler: Executable;
  readonly flow: NoiseSource;
  readonly added: NoiseSource;
  readonly noise: Float32Array;
  readonly feeds: Readonly<Record<string, Float32Array>>;
  readonly seed: number;
  /** Standard deviation of what is added to actions */
  readonly scale: number;
}): Act {
  const place = emptyPlace(seed);
  const extra = new Float32Array(added.size);
  return async (obs, tick, out, done) => {
    place.tick = tick;
    for (let n = 0; n < done.length; n++) {
      place.env = n;
      flow.draw(place, noise, n * flow.size);
    }
    await sampler.run({ ...feeds, obs, noise }, { action: out });
    if (!(scale > 0)) return;
    for (let n = 0; n < done.length; n++) {
      place.env = n;
      added.draw(place, extra, 0);
      for (let i = 0; i < extra.length; i++) out[n * extra.length + i]! += scale * extra[i]!;
    }
  };
}

/** A policy that ships or was trained. */
export interface KnownPolicy {
  readonly name: string;
  readonly data: PolicyData;
  readonly noise: StartNoise;
}

/** Acts as a policy does when it is evaluated. @param env of the policy's own action mapping */
export async function policyBehaviour(
  { name, data, noise }: KnownPolicy,
  env: Environment,
  engine: Engine,
  rows: { readonly seed: number; readonly rows: number },
): Promise<Behaviour> {
  const actor = await new ActorFactory(engine).create(data, noise, { ...rows, firstRow: 0 });
  return { name, about: "a trained policy", env, act: (obs, tick, out) => actor.act(obs, tick, out) };
}
