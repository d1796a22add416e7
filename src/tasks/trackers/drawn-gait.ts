/**
 * A gait drawn for every episode: which one of a table, how fast, and how high the feet swing. Every foot has a clock; the gaits of a
 * table differ in where the clocks start. Source: MuJoCo Playground, gait.py and the gait tracking tasks of H1 and Spot.
 */
import { nearest } from "../../math/near-names.ts";
import type { Rng } from "../../math/rng.ts";
import { UserError } from "../../math/user-error.ts";
import type { AnyMoment } from "../moment.ts";
import { wrapPhase } from "./gait-phase.ts";
import type { BoundTracker, Tracker, TrackerContext } from "./tracker.ts";

type Range = readonly [number, number];
/** Phases of the feet, rad, by gait; a gait's id is its place. All gaits of a table have as many feet. */
export type GaitTable = Readonly<Record<string, readonly number[]>>;

/** Feet left, right. */
export const BIPED_GAITS = { walk: [0, Math.PI], jump: [0, 0] } as const;
/** Feet in the order front left, front right, hind left, hind right. */
export const QUADRUPED_GAITS = {
  trot: [0, Math.PI, Math.PI, 0],
  walk: [0, Math.PI / 2, Math.PI, (3 * Math.PI) / 2],
  pace: [0, Math.PI, 0, Math.PI],
  bound: [0, 0, Math.PI, Math.PI],
  pronk: [0, 0, 0, 0],
} as const;

/** Settings of `drawnGait`; ranges are uniform. */
export interface DrawnGaitSettings<Table extends GaitTable> {
  readonly table: Table;
  /** Gaits that occur, each as often as the others; default all of the table. */
  readonly gaits?: readonly (keyof Table & string)[];
  /** Steps of one foot per second. */
  readonly hz: Range;
  /** m, of a foot's site at the top of a step */
  readonly footHeight: Range;
}

/** Readings of the gait. */
export interface DrawnGaitReading {
  /** [feet] rad, in [−π, π) */
  readonly phase: Float64Array;
  /** [2 · feet] cos(phase) of every foot, then sin(phase) */
  readonly signals: Float64Array;
  /** Steps of one foot per second. */
  readonly hz: number;
  /** Place in the table, from 0. */
  readonly id: number;
  /** m */
  readonly footHeight: number;
}

/** A gait per episode. @throws UserError when the table has no gait of a name */
export function drawnGait<Table extends GaitTable>(settings: DrawnGaitSettings<Table>): Tracker<DrawnGaitReading> {
  const { table, hz, footHeight } = settings;
  const names = Object.keys(table);
  const gaits: readonly string[] = settings.gaits ?? names;
  const ids = gaits.map((gait) => gaitId(gait, names));
  if (ids.length === 0) throw new UserError(`drawnGait: gaits is empty; expected one of ${names.join(", ")}`);
  const feet = Object.values(table)[0].length;
  return {
    size: feet + 3,
    isOwn: true,
    description: { kind: "drawn-gait", gaits: Object.fromEntries(gaits.map((g) => [g, table[g]])), hz, footHeight },
    bind: (context) => new DrawnGait({ phases: Object.values(table), ids, hz, footHeight }, feet, context),
  };
}

function gaitId(gait: string, names: readonly string[]): number {
  const id = names.indexOf(gait);
  if (id >= 0) return id;
  throw new UserError(
    `drawnGait: there is no gait "${gait}"; expected one of ${names.join(", ")}${nearest(gait, names)}`,
  );
}

interface Draws {
  readonly phases: readonly (readonly number[])[];
  readonly ids: readonly number[];
  readonly hz: Range;
  readonly footHeight: Range;
}

class DrawnGait implements BoundTracker<DrawnGaitReading> {
  readonly reading: DrawnGaitReading;
  readonly #draws: Draws;
  readonly #dt: number;
  /** [rate in Hz, id, foot height] */
  readonly #drawn: Float64Array;

  constructor(draws: Draws, feet: number, { dt, slots }: TrackerContext) {
    const drawn = slots.subarray(feet);
    this.#draws = draws;
    this.#dt = dt;
    this.#drawn = drawn;
    this.reading = {
      phase: slots.subarray(0, feet),
      signals: new Float64Array(2 * feet),
      get hz() {
        return drawn[0];
      },
      get id() {
        return drawn[1];
      },
      get footHeight() {
        return drawn[2];
      },
    };
  }

  reset(_moment: AnyMoment, rng: Rng): void {
    const { phases, ids, hz, footHeight } = this.#draws;
    const { phase } = this.reading;
    this.#drawn[0] = rng.uniform(...hz);
    this.#drawn[1] = ids[rng.integer(ids.length)];
    this.#drawn[2] = rng.uniform(...footHeight);
    for (let foot = 0; foot < phase.length; foot++) phase[foot] = wrapPhase(phases[this.#drawn[1]][foot]);
    this.#readSignals();
  }

  /** Signals follow the slots, which another environment's step may have replaced since. */
  beforePhysics(): void {
    this.#readSignals();
  }

  afterReward(): void {
    const { phase } = this.reading;
    const advance = 2 * Math.PI * this.#drawn[0] * this.#dt;
    for (let foot = 0; foot < phase.length; foot++) phase[foot] = wrapPhase(phase[foot] + advance);
    this.#readSignals();
  }

  #readSignals(): void {
    const { phase, signals } = this.reading;
    for (let foot = 0; foot < phase.length; foot++) {
      signals[foot] = Math.cos(phase[foot]);
      signals[phase.length + foot] = Math.sin(phase[foot]);
    }
  }
}
