/** Height, duration and regularity of foot swings, and drift at a zero command: of one episode, one control step at a time. */
import type { Footing } from "../tasks/index.ts";

/** Shorter flights are no swings but chatter. */
const SHORTEST_SWING_SECONDS = 0.1;
const SETTLE_SECONDS = 1;
const STAND_SECONDS = 10;

/** Sums of one episode. */
export interface GaitSums {
  /** m, over the swings: how far the foot rose above where it stood before */
  readonly clearance: number;
  readonly clearanceSquares: number;
  /** s, over the swings */
  readonly swingSeconds: number;
  readonly swingSecondsSquares: number;
  readonly swings: number;
  /** [feet] s and number of each foot's swings */
  readonly swingSecondsByFoot: readonly number[];
  readonly swingsByFoot: readonly number[];
  /** m, over the stands: how far the base moved along the ground in 10 s of zero command, from 1 s after the command on */
  readonly drift: number;
  readonly stands: number;
}

/** A foot in the air. */
interface Flight {
  ground: number;
  peak: number;
  steps: number;
}

/** Measures of one episode. */
export class GaitMeasures {
  readonly #controlHz: number;
  readonly #shortestSwing: number;
  readonly #settleSteps: number;
  readonly #standSteps: number;
  readonly #flights: Flight[] = [];
  readonly #from = [0, 0];
  #standing = 0;
  #clearance = 0;
  #clearanceSquares = 0;
  #swingSeconds = 0;
  #swingSecondsSquares = 0;
  #swings = 0;
  readonly #swingSecondsByFoot: number[] = [];
  readonly #swingsByFoot: number[] = [];
  #drift = 0;
  #stands = 0;

  constructor(controlHz: number) {
    this.#controlHz = controlHz;
    this.#shortestSwing = Math.round(SHORTEST_SWING_SECONDS * controlHz);
    this.#settleSteps = Math.round(SETTLE_SECONDS * controlHz);
    this.#standSteps = Math.round(STAND_SECONDS * controlHz);
  }

  /** Takes in one control step. command: what the robot is asked to do; all zeros is to stand */
  add(command: ArrayLike<number>, footing: Footing): void {
    for (let foot = 0; foot < footing.contact.length; foot++) this.#addFoot(foot, footing);
    this.#addStand(
      Array.from(command).every((value) => value === 0),
      footing.position,
    );
  }

  get sums(): GaitSums {
    return {
      clearance: this.#clearance,
      clearanceSquares: this.#clearanceSquares,
      swingSeconds: this.#swingSeconds,
      swingSecondsSquares: this.#swingSecondsSquares,
      swings: this.#swings,
      swingSecondsByFoot: this.#swingSecondsByFoot,
      swingsByFoot: this.#swingsByFoot,
      drift: this.#drift,
      stands: this.#stands,
    };
  }

  #addFoot(foot: number, { footHeight, contact }: Footing): void {
    const height = footHeight[foot];
    // A foot that has not touched in this episode has no ground to rise from.
    if (this.#flights[foot] === undefined) {
      this.#flights[foot] = { ground: Number.NaN, peak: Number.NaN, steps: 0 };
      this.#swingSecondsByFoot[foot] = 0;
      this.#swingsByFoot[foot] = 0;
    }
    const flight = this.#flights[foot];
    if (contact[foot] === 0) {
      flight.peak = Math.max(flight.peak, height);
      flight.steps++;
      return;
    }
    if (flight.steps >= this.#shortestSwing && !Number.isNaN(flight.ground)) this.#addSwing(foot, flight);
    Object.assign(flight, { ground: height, peak: height, steps: 0 });
  }

  #addSwing(foot: number, { peak, ground, steps }: Flight): void {
    const rise = peak - ground;
    const seconds = steps / this.#controlHz;
    this.#clearance += rise;
    this.#clearanceSquares += rise * rise;
    this.#swingSeconds += seconds;
    this.#swingSecondsSquares += seconds * seconds;
    this.#swings++;
    this.#swingSecondsByFoot[foot] += seconds;
    this.#swingsByFoot[foot]++;
  }

  #addStand(isToStand: boolean, position: ArrayLike<number>): void {
    const [x, y] = [position[0], position[1]];
    this.#standing = isToStand ? this.#standing + 1 : 0;
    const since = this.#standing - this.#settleSteps;
    if (since > 0 && since % this.#standSteps === 0) {
      this.#drift += Math.hypot(x - this.#from[0], y - this.#from[1]);
      this.#stands++;
    }
    if (since >= 0 && since % this.#standSteps === 0) {
      this.#from[0] = x;
      this.#from[1] = y;
    }
  }
}

/** By how much mean swings of a robot's feet differ in time: the longest less the shortest, over their mean; null without two feet that swing. */
export function swingAsymmetry(
  episodes: readonly Pick<GaitSums, "swingSecondsByFoot" | "swingsByFoot">[],
): number | null {
  const feet = Math.max(0, ...episodes.map(({ swingsByFoot }) => swingsByFoot.length));
  const total = (of: "swingSecondsByFoot" | "swingsByFoot", foot: number) =>
    episodes.reduce((sum, sums) => sum + (sums[of][foot] ?? 0), 0);
  const means = Array.from(
    { length: feet },
    (_, foot) => total("swingSecondsByFoot", foot) / total("swingsByFoot", foot),
  );
  if (means.length < 2 || !means.every(Number.isFinite)) return null;
  return (Math.max(...means) - Math.min(...means)) / (means.reduce((sum, mean) => sum + mean) / means.length);
}
