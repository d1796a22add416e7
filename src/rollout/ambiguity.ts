/**
 * How many ways a policy goes on from one state, where its goal leaves some open: it draws several actions from random start noise, each draw
 * lives on by itself for a second, and what the bodies do then is compared.
 */
import type { Engine } from "../graph/index.ts";
import type { Environment } from "../tasks/index.ts";
import type { ReferenceReading } from "../tasks/tracking/reference.ts";
import { clipsOf, partsSeenFromRoot, siblingClips } from "../tasks/tracking/track-task.ts";
import { ActorFactory } from "./actor.ts";
import type { PolicyData } from "./policy-data.ts";

/** Means over the states. */
export interface Ambiguity {
  readonly states: number;
  readonly draws: number;
  /** Phases of the legs that differ by more than 60°; a robot that stands is one more. */
  readonly legModes: number;
  /** Places of the hands that no chain of draws less than 0.12 m apart connects. */
  readonly armModes: number;
  /** nats, of hands and feet, by the distance of nearest neighbours (Kozachenko and Leonenko 1987). */
  readonly entropy: number;
  /** Share of the clips on the same root path whose hands some draw has, within 0.15 m; null where a path has one clip. */
  readonly styleShare: number | null;
  /** Share of the draws that did not fall. */
  readonly aliveShare: number;
}

/** How it is measured. */
export interface AmbiguityRequest {
  readonly policy: PolicyData;
  readonly seed: number;
  readonly states: number;
  readonly draws: number;
}

/** s that each draw lives on */
const SECONDS = 1;
const PHASE_GAP = Math.PI / 3;
const HANDS_APART = 0.12;
const SAME_HANDS = 0.15;
/** Hz of a usual step, so that the feet's distance and its change are of one size; m from which on legs are apart */
const STEP_HZ = 1.35;
const STANDING = 0.03;

/** What one draw came to. */
interface Draw {
  /** [6] m, seen from the root and its heading */
  readonly hands: readonly number[];
  readonly feet: readonly number[];
  /** rad; null where it stands */
  readonly phase: number | null;
}

/** Measures a policy in an environment of a task that tracks; the environment's episode is lost. */
export async function measureAmbiguity(
  env: Environment,
  engine: Engine,
  request: AmbiguityRequest,
): Promise<Ambiguity> {
  const actors = new ActorFactory(engine);
  const { states, draws, policy, seed } = request;
  const found: { draws: Draw[]; styleShare: number | null }[] = [];
  for (let state = 0; state < states; state++) {
    const actor = await actors.create(policy, "random", { seed, firstRow: state * draws, rows: draws });
    const { alive, clip, frame } = await liveOn(env, actor, request, state);
    found.push({ draws: alive, styleShare: realised(env, alive, clip, frame) });
  }
  const counted = found.filter(({ draws: alive }) => alive.length > 1);
  const mean = (of: (one: (typeof found)[number]) => number) => average(counted.map(of));
  const shares = found.flatMap(({ styleShare }) => (styleShare === null ? [] : [styleShare]));
  return {
    states,
    draws,
    legModes: mean(({ draws: alive }) => legModes(alive)),
    armModes: mean(({ draws: alive }) => armModes(alive.map(({ hands }) => hands))),
    entropy: mean(({ draws: alive }) => neighbourEntropy(alive.map(({ hands, feet }) => [...hands, ...feet]))),
    styleShare: shares.length === 0 ? null : average(shares),
    aliveShare: average(found.map(({ draws: alive }) => alive.length / draws)),
  };
}

async function liveOn(
  env: Environment,
  actor: { act(obs: Float32Array, tick: number, action: Float32Array): Promise<void> },
  { seed, draws }: AmbiguityRequest,
  state: number,
) {
  const size = env.stateSize;
  const states = new Float64Array(draws * size);
  const obs = new Float32Array(draws * env.obsSize);
  const actions = new Float32Array(draws * env.actionSize);
  const falls = new Uint8Array(draws);
  const seen: Draw[] = [];
  env.start(seed, state);
  const { clip } = env.readings.reference as ReferenceReading;
  for (let n = 0; n < draws; n++) {
    env.save(states, n * size);
    env.writeObservation(obs, n * env.obsSize);
  }
  const steps = Math.round(SECONDS * env.controlHz);
  for (let tick = 1; tick <= steps; tick++) {
    await actor.act(obs, tick, actions);
    for (let n = 0; n < draws; n++) {
      if (falls[n] !== 0) continue;
      env.load(states, n * size);
      env.step(seed, state, actions, n * env.actionSize);
      falls[n] = Number(env.terminated);
      env.save(states, n * size);
      env.writeObservation(obs, n * env.obsSize);
      if (tick === steps && falls[n] === 0) seen.push(drawOf(env));
    }
  }
  return { alive: seen, clip, frame: steps };
}

function drawOf(env: Environment): Draw {
  const { hands, feet, feetApart, feetParting } = partsSeenFromRoot(env);
  const change = feetParting / (2 * Math.PI * STEP_HZ);
  return { hands, feet, phase: Math.hypot(feetApart, change) < STANDING ? null : Math.atan2(change, feetApart) };
}

/** Groups of phases on the circle, and those that stand. */
function legModes(draws: readonly Draw[]): number {
  const phases = draws.flatMap(({ phase }) => (phase === null ? [] : [phase])).sort((a, b) => a - b);
  const standing = phases.length < draws.length ? 1 : 0;
  if (phases.length === 0) return standing;
  const next = (i: number) => (i + 1 < phases.length ? phases[i + 1] : phases[0] + 2 * Math.PI);
  const gaps = phases.filter((phase, i) => next(i) - phase > PHASE_GAP).length;
  return standing + Math.max(1, gaps);
}

/** Groups that are connected by steps shorter than the limit. */
export function armModes(hands: readonly (readonly number[])[]): number {
  const group = hands.map((_, i) => i);
  const rootOf = (i: number): number => (group[i] === i ? i : rootOf(group[i]));
  for (let i = 0; i < hands.length; i++)
    for (let k = 0; k < i; k++) if (handsApart(hands[i], hands[k]) < HANDS_APART) group[rootOf(i)] = rootOf(k);
  return group.filter((at, i) => at === i).length;
}

/** m, of the hand that is further from the other's place */
function handsApart(a: readonly number[], b: readonly number[]): number {
  const apart = (o: number) => Math.hypot(a[o] - b[o], a[o + 1] - b[o + 1], a[o + 2] - b[o + 2]);
  return Math.max(apart(0), apart(3));
}

/** nats: ψ(N) − ψ(1) + ln V + (d/N) Σ ln ε, with the volume V of the unit ball in d dimensions and the distance ε to the nearest neighbour. */
export function neighbourEntropy(points: readonly (readonly number[])[]): number {
  const [count, size] = [points.length, points[0].length];
  let logs = 0;
  for (let i = 0; i < count; i++) {
    const distances = points
      .filter((_, k) => k !== i)
      .map((point) => Math.hypot(...point.map((x, j) => x - points[i][j])));
    logs += Math.log(Math.max(1e-6, Math.min(...distances)));
  }
  let harmonic = 0; // ψ(N) − ψ(1)
  for (let k = 1; k < count; k++) harmonic += 1 / k;
  return harmonic + logUnitBall(size) + (size / count) * logs;
}

/** ln of the volume of the unit ball: V(d) = V(d − 2) · 2π/d */
function logUnitBall(size: number): number {
  if (size === 0) return 0;
  if (size === 1) return Math.log(2);
  return logUnitBall(size - 2) + Math.log((2 * Math.PI) / size);
}

/** Share of the clips of the same path that some draw realises. */
function realised(env: Environment, draws: readonly Draw[], clip: number, frame: number): number | null {
  const siblings = siblingClips(clipsOf(env).heldOut, clip);
  if (siblings.length < 2) return null;
  const styles = siblings.map((sibling) => {
    const nq = sibling.qpos.length / sibling.frames;
    env.sim.qpos.set(sibling.qpos.subarray(frame * nq, (frame + 1) * nq));
    env.sim.kinematics();
    return partsSeenFromRoot(env).hands;
  });
  const met = styles.filter((style, s) =>
    draws.some(({ hands }) => {
      const distances = styles.map((other) => handsApart(hands, other));
      return distances[s] === Math.min(...distances) && handsApart(hands, style) < SAME_HANDS;
    }),
  );
  return met.length / styles.length;
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
