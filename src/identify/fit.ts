/**
 * Least squares: the values of joints with which the hung robot moves as it was recorded. Levenberg and Marquardt's method (Marquardt, "An
 * algorithm for least-squares estimation of nonlinear parameters", 1963) on all values together, with slopes by finite differences; a column
 * of slopes is simulated only while its joint is driven. Every value is drawn weakly to the model's, so that what a log does not tell stays there.
 */
import { choleskyFactor, choleskySolve, inverseDiagonal } from "../math/cholesky.ts";
import { PhysicsError } from "../physics/physics-error.ts";
import type { HungRobot } from "./hung-robot.ts";
import { FITTED, type FitValues, fitValuesOf, type Kept, LIMITS, physicsOf, scalesOf, startOf } from "./joint-fit.ts";
import { isMoved, type JointLog } from "./joint-log.ts";

/** rad, error of a measured position that is taken for granted: a 14-bit encoder's. */
const ENCODER = 1e-4;
/** Step of finite differences, in scaled values. */
const STEP = 1e-3;
/** s, before and after a joint is driven, that count as driven. */
const MARGIN = 0.1;
const MOST_ITERATIONS = 25;
/** The fit ends when the error decreases by a smaller share than this. */
const LITTLE = 1e-4;
const MOST_TRIES = 8;
/** Standard deviations of a 95 % interval. */
const CONFIDENCE = 1.96;

/** What fits a log. */
export interface LogFit {
  /** Places of the fitted joints among those of the log; others do not move in it. */
  readonly fitted: readonly number[];
  /** [fitted] */
  readonly values: readonly FitValues[];
  /** [fitted] half of the 95 % interval */
  readonly half: readonly FitValues[];
  /** rad, error of positions with the model's values and with those that fit. */
  readonly rmsBefore: number;
  readonly rmsAfter: number;
  readonly iterations: number;
  /** Simulated seconds. */
  readonly simulated: number;
}

/** Physics steps from `from` up to `to`. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A column of slopes: how the positions change with one value. */
interface Column {
  /** Rows from here on */
  readonly first: number;
  /** [rows of its stretch, joints] */
  readonly slopes: Float64Array;
}

/** @param tell receives the present stage in a few words */
export async function fitLog(
  robot: HungRobot,
  log: JointLog,
  kept: Kept,
  tell: (stage: string) => void = () => {},
): Promise<LogFit> {
  const search = new Search(robot, log, kept);
  tell(`fitting ${search.fitted.length} joints to ${log.time.length} rows`);
  const rmsBefore = search.simulate(search.model).rms;
  let best = search.simulate(search.start);
  let damping = 1e-3;
  let iterations = 0;
  for (let isBetter = true; isBetter && iterations < MOST_ITERATIONS; ) {
    iterations++;
    const found = search.improve(best, damping);
    isBetter = found !== null && found.trial.cost < (1 - LITTLE) * best.cost;
    if (found !== null && found.trial.cost < best.cost) best = search.reweighed(found.trial);
    damping = found === null ? damping : Math.max(1e-7, found.damping / 10);
    tell(`iteration ${iterations}: error ${(1000 * best.rms).toFixed(3)} mrad`);
    await new Promise((done) => setImmediate(done));
  }
  const { fitted, simulated } = search;
  const values = search.valuesOf(best.scaled);
  return { fitted, values, half: search.halfWidths(best), rmsBefore, rmsAfter: best.rms, iterations, simulated };
}

/** Values, and how well they fit. */
interface Trial {
  readonly scaled: Float64Array;
  /** [rows, joints] simulated less measured while the joint is driven, 0 else; empty where the simulation failed */
  readonly errors: Float64Array;
  readonly rms: number;
  /** rad, the error that one reading is taken to have */
  readonly sigma: number;
  readonly cost: number;
}

class Search {
  readonly fitted: readonly number[];
  /** [values] scaled: those of all fitted joints, in the order of FITTED */
  readonly model: Float64Array;
  readonly start: Float64Array;
  readonly #robot: HungRobot;
  readonly #log: JointLog;
  readonly #kept: Kept;
  /** Of the log's joints among the robot's */
  readonly #places: readonly number[];
  /** [values] */
  readonly #scales: Float64Array;
  /** [fitted] physics steps in which a joint is driven */
  readonly #driven: readonly Stretch[];
  /** [rows, joints] 1 where a joint is fitted and driven: where one sticks after that is chance */
  readonly #counts: Uint8Array;
  /** Readings that count */
  readonly #readings: number;
  simulated = 0;

  constructor(robot: HungRobot, log: JointLog, kept: Kept) {
    this.#robot = robot;
    this.#log = log;
    this.#kept = kept;
    this.#places = robot.placesOf(log);
    this.fitted = log.joints.flatMap((_, joint) => (isMoved(log, joint) ? [joint] : []));
    const models = this.fitted.map((joint) => {
      const { physics, delay } = robot.modelOf(this.#places[joint]);
      return fitValuesOf(physics, delay);
    });
    const scales = models.map((model, i) => scalesOf(model, robot.inertiaOf(this.#places[this.fitted[i]])));
    this.#scales = flat(scales);
    this.model = this.#scaled(flat(models));
    this.start = this.#scaled(flat(models.map((model, i) => startOf(model, scales[i]))));
    this.#driven = this.fitted.map((joint) => this.#drivenSteps(joint));
    this.#counts = this.#countedReadings();
    this.#readings = this.#counts.reduce((sum, one) => sum + one, 0);
  }

  /** [fitted] */
  valuesOf(scaled: Float64Array): FitValues[] {
    return this.fitted.map((_, i) => {
      const entries = FITTED.map((name, k) => [
        name,
        scaled[i * FITTED.length + k] * this.#scales[i * FITTED.length + k],
      ]);
      return Object.fromEntries(entries) as unknown as FitValues;
    });
  }

  /** Follows the whole log. @param sigma of the trial that it is compared with; default what its own errors say */
  simulate(scaled: Float64Array, sigma?: number, passed?: (step: number) => void): Trial {
    this.#write(scaled);
    const { positions } = this.#log;
    const found = new Float64Array(positions.length);
    const failed = { scaled, errors: new Float64Array(0), rms: Infinity, sigma: sigma ?? ENCODER, cost: Infinity };
    try {
      this.#robot.begin(this.#log, this.#places);
      this.#follow({ from: 0, to: this.#robot.stepsOf(this.#log) }, found, passed);
    } catch (error) {
      if (error instanceof PhysicsError) return failed;
      throw error;
    }
    const errors = found.map((at, i) => this.#counts[i] * (at - positions[i]));
    const square = errors.reduce((sum, error) => sum + error * error, 0);
    if (!Number.isFinite(square)) return failed;
    const rms = Math.sqrt(square / this.#readings);
    return this.reweighed({ scaled, errors, rms, sigma: sigma ?? Math.max(ENCODER, rms), cost: 0 }, sigma);
  }

  /** The trial with the error of readings that its own errors say, or another. */
  reweighed(trial: Trial, sigma = Math.max(ENCODER, trial.rms)): Trial {
    const square = trial.errors.reduce((sum, error) => sum + error * error, 0);
    const drawn = trial.scaled.reduce((sum, value, i) => sum + (value - this.model[i]) ** 2, 0);
    return { ...trial, sigma, cost: square / sigma ** 2 + drawn };
  }

  /** One step of Levenberg and Marquardt; null where none of the tries is better. */
  improve(best: Trial, damping: number): { readonly trial: Trial; readonly damping: number } | null {
    const columns = this.#columns(best);
    const normal = this.#normal(columns, best.sigma);
    const slope = this.#slope(columns, best);
    for (let tries = 0; tries < MOST_TRIES; tries++, damping = 10 * damping) {
      const scaled = this.#stepped(best.scaled, normal, slope, damping);
      const trial = scaled && this.simulate(scaled, best.sigma);
      if (trial && trial.cost < best.cost) return { trial, damping };
    }
    return null;
  }

  /** Half of the 95 % intervals, from the curvature of the error. Errors that follow each other count as fewer. */
  halfWidths(best: Trial): FitValues[] {
    const sigma = best.sigma * Math.sqrt(this.#sameness(best));
    const normal = this.#normal(this.#columns(best), sigma);
    const size = best.scaled.length;
    const factor = choleskyFactor(normal, size);
    const variance = factor === null ? new Float64Array(size).fill(1) : inverseDiagonal(factor, size);
    return this.valuesOf(variance.map((value) => CONFIDENCE * Math.sqrt(value)));
  }

  /** How many errors that follow each other are worth one: (1 + ρ)/(1 − ρ) with their correlation ρ. */
  #sameness({ errors }: Trial): number {
    const size = this.#places.length;
    let [same, all] = [0, 0];
    for (let i = size; i < errors.length; i++) {
      same += errors[i] * errors[i - size];
      all += errors[i] * errors[i];
    }
    const correlation = all > 0 ? Math.min(0.99, Math.max(0, same / all)) : 0;
    return (1 + correlation) / (1 - correlation);
  }

  /** Solves (A + damping·diag A)·step = −slope and limits what comes out; null where A is singular. */
  #stepped(from: Float64Array, normal: Float64Array, slope: Float64Array, damping: number): Float64Array | null {
    const size = from.length;
    const damped = normal.slice();
    for (let i = 0; i < size; i++) damped[i * size + i] *= 1 + damping;
    const factor = choleskyFactor(damped, size);
    if (factor === null) return null;
    const step = choleskySolve(factor, slope);
    return from.map((value, i) => {
      const [least, most] = LIMITS[FITTED[i % FITTED.length]];
      const scale = this.#scales[i];
      return Math.min(most / scale, Math.max(least / scale, value - step[i]));
    });
  }

  /** JᵀJ/σ² and, for the pull to the model, 1 on the diagonal. */
  #normal(columns: readonly Column[], sigma: number): Float64Array {
    const size = columns.length;
    const normal = new Float64Array(size * size);
    for (let row = 0; row < size; row++)
      for (let column = 0; column <= row; column++) {
        const sum = product(columns[row], columns[column], this.#places.length) / sigma ** 2;
        normal[row * size + column] = normal[column * size + row] = sum + (row === column ? 1 : 0);
      }
    return normal;
  }

  #slope(columns: readonly Column[], { scaled, errors, sigma }: Trial): Float64Array {
    const whole = { first: 0, slopes: errors };
    const size = this.#places.length;
    return Float64Array.from(
      columns,
      (column, i) => product(column, whole, size) / sigma ** 2 + scaled[i] - this.model[i],
    );
  }

  /** The slopes of all values, each from where its joint begins to be driven. */
  #columns({ scaled, errors, sigma }: Trial): Column[] {
    const states = new Map<number, Float64Array>(
      this.#driven.map(({ from }) => [from, new Float64Array(this.#robot.sim.stateSize)]),
    );
    this.simulate(scaled, sigma, (step) => {
      const state = states.get(step);
      if (state) this.#robot.sim.readState(state, 0);
    });
    const size = this.#places.length;
    return Array.from(scaled, (value, i) => {
      const driven = this.#driven[Math.floor(i / FITTED.length)];
      const [first, end] = [driven.from, driven.to].map((step) => this.#rowAt(step));
      const changed = scaled.slice();
      changed[i] = value + STEP;
      this.#write(changed);
      this.#robot.sim.writeState(states.get(driven.from)!, 0);
      const found = new Float64Array(errors.length);
      this.#follow(driven, found);
      const { positions } = this.#log;
      const slopes = new Float64Array((end - first) * size);
      for (let k = 0; k < slopes.length; k++) {
        const at = first * size + k;
        slopes[k] = (this.#counts[at] * (found[at] - positions[at]) - errors[at]) / STEP;
      }
      return { first, slopes };
    });
  }

  /** The first row that a physics step's stretch gives. */
  #rowAt(step: number): number {
    const { time } = this.#log;
    const row = time.findIndex((at) => at > step * this.#robot.sim.timestep + 1e-9);
    return step === 0 ? 0 : row < 0 ? time.length : row;
  }

  #follow(stretch: Stretch, out: Float64Array, passed?: (step: number) => void): void {
    this.#robot.follow(this.#log, this.#places, stretch, out, passed);
    this.simulated += (stretch.to - stretch.from) * this.#robot.sim.timestep;
  }

  #write(scaled: Float64Array): void {
    for (const [i, values] of this.valuesOf(scaled).entries()) {
      const place = this.#places[this.fitted[i]];
      this.#robot.write(place, physicsOf(values, this.#robot.modelOf(place).physics, this.#kept), values.delay);
    }
    this.#robot.settle();
  }

  #scaled(values: Float64Array): Float64Array {
    return values.map((value, i) => value / this.#scales[i]);
  }

  #countedReadings(): Uint8Array {
    const { time, joints } = this.#log;
    const counts = new Uint8Array(time.length * joints.length);
    this.fitted.forEach((joint, i) => {
      const [first, end] = [this.#driven[i].from, this.#driven[i].to].map((step) => this.#rowAt(step));
      for (let row = first; row < end; row++) counts[row * joints.length + joint] = 1;
    });
    return counts;
  }

  /** From shortly before the joint's target changes for the first time until after the last. */
  #drivenSteps(joint: number): Stretch {
    const { time, targets, joints } = this.#log;
    const { timestep } = this.#robot.sim;
    const changes = [...time.keys()].filter(
      (row) => row > 0 && targets[row * joints.length + joint] !== targets[(row - 1) * joints.length + joint],
    );
    const all = this.#robot.stepsOf(this.#log);
    if (changes.length === 0) return { from: 0, to: all };
    const from = Math.max(0, Math.floor((time[changes[0]] - MARGIN) / timestep));
    const to = Math.min(all, Math.ceil((time[changes.at(-1)!] + MARGIN) / timestep));
    return { from, to };
  }
}

/** Sum of products over the rows that both have. */
function product(a: Column, b: Column, size: number): number {
  const first = Math.max(a.first, b.first);
  const end = Math.min(a.first + a.slopes.length / size, b.first + b.slopes.length / size);
  const [fromA, fromB] = [(first - a.first) * size, (first - b.first) * size];
  let sum = 0;
  for (let k = 0; k < (end - first) * size; k++) sum += a.slopes[fromA + k] * b.slopes[fromB + k];
  return sum;
}

function flat(all: readonly FitValues[]): Float64Array {
  return Float64Array.from(all.flatMap((values) => FITTED.map((name) => values[name])));
}
