/** Two short searches among actions that take no policy: which of them pays most, and which of them ends an episode soonest. */
import type { Act } from "../export/episode-loop.ts";
import { Rng, STREAM } from "../math/rng.ts";
import { type Behaviour, type Rehearsal, rehearse } from "./rehearsal.ts";
import type { Subject } from "./subject.ts";

/** Actions held, and swung about: action = middle + size · sin(2π·hz·t + phase), each [actionSize]. */
interface Wave {
  readonly hz: number;
  readonly middle: Float32Array;
  readonly size: Float32Array;
  readonly phase: Float32Array;
}

/** Starts of each candidate. */
const STARTS = 2;
const RATES = [0.5, 4] as const; // Hz
const SIZES = [0.2, 0.5, 1, 2] as const;
/** Spread of a second round about the best of the first, as a share of the size. */
const NEARBY = 0.3;
/** Actions that are tried for a fall: far enough to saturate every squash. */
const HARD = 3;
const HARD_TRIES = 8;
const SOON_SECONDS = 2;

/** The best of a few held and swung actions. */
export async function searched(subject: Subject): Promise<Behaviour> {
  const { candidates, rounds, seed } = subject.sizes;
  const rng = new Rng().seek(seed, STREAM.probe, 1);
  const { actionSize } = subject.env;
  let best = { wave: still(actionSize), value: -Infinity };
  for (let round = 0; round < rounds; round++) {
    const waves = Array.from({ length: candidates }, (_, i) => {
      const size = SIZES[i % SIZES.length]!;
      return round === 0 ? drawn(rng, actionSize, size) : near(rng, best.wave, NEARBY * size);
    });
    for (const wave of waves) {
      const { value } = await tried(subject, wave, subject.env.episodeSteps);
      if (value > best.value) best = { wave, value };
    }
  }
  const about = `the best of ${candidates * rounds} held and swung actions`;
  return { name: "short search", about, env: subject.env, act: waving(best.wave, subject) };
}

/** The held action after which episodes end soonest; null where none of them ends one. */
export async function soonestFall(subject: Subject): Promise<Behaviour | null> {
  const { env, sizes } = subject;
  const rng = new Rng().seek(sizes.seed, STREAM.probe, 2);
  const waves = Array.from({ length: HARD_TRIES }, (_, i) => {
    const sign = (): number => (i < 2 ? 1 - 2 * i : Math.sign(rng.uniform() - 0.5));
    const wave = still(env.actionSize);
    return { ...wave, middle: wave.middle.map(() => HARD * sign()) };
  });
  const limit = Math.min(env.episodeSteps, Math.round(SOON_SECONDS * env.controlHz));
  let soonest = { wave: waves[0]!, seconds: limit / env.controlHz };
  for (const wave of waves) {
    const { seconds } = await tried(subject, wave, limit);
    if (seconds < soonest.seconds) soonest = { wave, seconds };
  }
  if (soonest.seconds >= limit / env.controlHz) return null;
  const about = "the held action that ends episodes soonest";
  return { name: "fall at once", about, env, act: waving(soonest.wave, subject) };
}

/** One wave, from the same few starts as all others. @param limit control steps after which the rest is not of interest */
async function tried(subject: Subject, wave: Wave, limit: number): Promise<Rehearsal> {
  const { env, gamma, sizes } = subject;
  const behaviour = { name: "", about: "", env, act: waving(wave, subject) };
  return rehearse(behaviour, { seed: sizes.seed, episodes: STARTS, gamma, learns: true, limit });
}

function waving({ hz, middle, size, phase }: Wave, { env }: Subject): Act {
  const { actionSize, controlHz } = env;
  return async (_obs, tick, out) => {
    const turn = (2 * Math.PI * tick) / controlHz;
    for (let n = 0; n * actionSize < out.length; n++)
      for (let i = 0; i < actionSize; i++)
        out[n * actionSize + i] = middle[i]! + size[i]! * Math.sin(hz * turn + phase[i]!);
  };
}

function still(actionSize: number): Wave {
  const zeros = () => new Float32Array(actionSize);
  return { hz: 0, middle: zeros(), size: zeros(), phase: zeros() };
}

function drawn(rng: Rng, actionSize: number, scale: number): Wave {
  const values = (of: () => number) => Float32Array.from({ length: actionSize }, of);
  return {
    hz: rng.uniform(...RATES),
    middle: values(() => 0.5 * scale * rng.normal()),
    size: values(() => scale * rng.normal()),
    phase: values(() => rng.uniform(0, 2 * Math.PI)),
  };
}

function near(rng: Rng, { hz, middle, size, phase }: Wave, spread: number): Wave {
  const moved = (values: Float32Array, by: number) => values.map((value) => value + by * rng.normal());
  return {
    hz: Math.max(0, hz * Math.exp(0.2 * rng.normal())),
    middle: moved(middle, spread),
    size: moved(size, spread),
    phase: moved(phase, spread),
  };
}
