/** Turns a record of observation terms into one flat vector: layout, noise, scale, history and delay. Noise is drawn, not remembered. */

import { suggestion } from "../math/near-names.ts";
import type { Rng } from "../math/rng.ts";
import { UserError } from "../math/user-error.ts";
import type { ObservationTerm } from "./define-task.ts";
import { isOwnReading, type ReadingDelay, ReadingLine } from "./delays/reading-line.ts";
import type { AnyMoment, Value } from "./moment.ts";
import type { JointNoise, SensorNoise } from "./sensor-noise.ts";

/** Where a term stands in the vector. */
export interface ObservationSlice {
  readonly name: string;
  readonly offset: number;
  /** Values, all of the history together. */
  readonly size: number;
  readonly unit: string | null;
  /** The reading that the term passes on, such as "robot.gyro" or "command"; null where it computes something. */
  readonly source: string | null;
  /** Uniform noise ± this, in the unit of the reading: the largest where its values differ in it. */
  readonly noise: number;
  /** Noise of each value, repeated over the reading; absent where all have the same. */
  readonly noises?: readonly number[];
  /** What the noise is where it is not added to each value by itself: "turn", or "as jointAngle" for that of another term. */
  readonly noiseKind?: string;
  readonly scale: number;
  /** Number of latest values given, oldest first. */
  readonly history: number;
  /** Control steps by which the newest is old. */
  readonly delay: number;
}

interface BoundTerm {
  readonly of: (s: AnyMoment) => Value;
  readonly source: string | null;
  readonly width: number;
  readonly offset: number;
  /** [width] uniform in ± this */
  readonly noise: Float64Array;
  /** What disturbs all values together. */
  readonly jointNoise: JointNoise | undefined;
  /** [width] what the uniform noise came to in this step */
  readonly drawn: Float64Array;
  /** [width] what another term's noise came to; empty where it shares none */
  readonly shared: Float64Array;
  /** Where its readings take time to arrive. */
  readonly line: ReadingLine | undefined;
  /** [width] the reading with its noise */
  readonly measured: Float64Array;
  readonly scale: number;
  /** [history + delay, width] scaled values, oldest first; empty where only the present counts */
  readonly register: Float64Array;
  readonly history: number;
}

/** What of the way from readings to observations is in effect. */
export interface Sensing {
  noise: boolean;
  delay: boolean;
}

const ALL: Sensing = { noise: true, delay: true };

/** A group of observation terms of one environment slot: what the actor sees, or what only the critic sees. */
export class ObservationGroup {
  readonly layout: readonly ObservationSlice[];
  readonly size: number;
  /** [size] the latest observation */
  readonly values: Float32Array;
  readonly noisy: boolean;
  readonly #terms: readonly BoundTerm[];
  readonly #kept: { readonly from: number; readonly into: Float64Array }[] = [];
  #finite = true;

  /**
   * @param moment of a freshly reset environment, to learn how many values each term gives
   * @param noise false omits all noise
   * @param claim gives memory that is swapped with the environment
   * @param late how late readings are; absent for not at all
   */
  constructor(
    terms: Readonly<Record<string, ObservationTerm<AnyMoment>>>,
    moment: AnyMoment,
    noise: boolean,
    claim: (size: number) => Float64Array,
    late?: ReadingDelay,
  ) {
    const layout: ObservationSlice[] = [];
    const bound: BoundTerm[] = [];
    let offset = 0;
    for (const [name, term] of Object.entries(terms)) {
      const shared = sharedTerm(name, term.noise, layout, bound);
      const one = bindTerm(name, term, moment, { noise, offset, claim, late }, shared);
      bound.push(one);
      layout.push(describeTerm(name, term, one));
      offset += one.history * one.width;
    }
    this.layout = layout;
    this.#terms = bound;
    this.size = offset;
    this.values = new Float32Array(offset);
    this.noisy = bound.some((term) => term.jointNoise !== undefined || term.noise.some((level) => level > 0));
  }

  /** Whether the latest observation was finite. */
  get finite(): boolean {
    return this.#finite;
  }

  /** The first term whose latest value is not finite, or null. */
  firstBadTerm(): string | null {
    // What is delayed is not among the values yet.
    const bad = this.#terms.findIndex(({ line, register, offset, history, width }) => {
      const given = this.values.subarray(offset, offset + history * width);
      return [...(line?.newest ?? []), ...register, ...given].some((value) => !Number.isFinite(Math.fround(value)));
    });
    return this.layout[bad]?.name ?? null;
  }

  /**
   * Writes the values of a term into `into` as well whenever it observes, for what acts on them before the next time.
   * @throws UserError when there is no such term, or of another size
   */
  keep(name: string, into: Float64Array): void {
    const found = this.layout.find((slice) => slice.name === name);
    if (found?.size !== into.length) {
      const what = found ? `has ${found.size} values` : "is not there";
      const near = found
        ? ""
        : suggestion(
            name,
            this.layout.map((slice) => slice.name),
          );
      throw new UserError(`observation "${name}" ${what}, expected one of ${into.length} values to act on${near}`);
    }
    this.#kept.push({ from: found.offset, into });
  }

  /** Observes the moment. @param first of an episode: histories are filled with the present @param sensing what reaches the policy */
  observe(moment: AnyMoment, rng: Rng, first: boolean, sensing: Sensing = ALL): void {
    let sum = 0;
    for (let k = 0; k < this.#terms.length; k++) {
      const term = this.#terms[k];
      const value = term.of(moment);
      measure(term, term.line?.pass(value, first) ?? value, rng, sensing.noise);
      sum += term.line?.check() ?? 0;
      const isKept = term.register.length > 0;
      sum += isKept ? this.#observeRegister(term, first, sensing.delay) : this.#observePresent(term);
    }
    // Values are given in float32, where large ones are infinite.
    this.#finite = Number.isFinite(Math.fround(sum));
    for (let k = 0; k < this.#kept.length; k++) {
      const { from, into } = this.#kept[k];
      for (let i = 0; i < into.length; i++) into[i] = this.values[from + i];
    }
  }

  #observePresent({ measured, offset, scale }: BoundTerm): number {
    let sum = 0;
    for (let i = 0; i < measured.length; i++) {
      const seen = scale * measured[i];
      this.values[offset + i] = seen;
      sum += seen;
    }
    return sum;
  }

  #observeRegister({ measured, offset, register, history, scale }: BoundTerm, first: boolean, late: boolean): number {
    const width = measured.length;
    register.copyWithin(0, width);
    const newest = register.length - width;
    let sum = 0;
    for (let i = 0; i < width; i++) {
      register[newest + i] = scale * measured[i];
      sum += register[newest + i];
    }
    if (first) for (let at = 0; at < newest; at += width) register.copyWithin(at, newest);
    const given = history * width;
    const from = late ? 0 : register.length - given;
    for (let i = 0; i < given; i++) this.values[offset + i] = register[from + i];
    return sum;
  }
}

/** Writes the reading, with its noise where that is `noisy`. */
function measure(
  { measured, noise, drawn, shared, jointNoise }: BoundTerm,
  value: Value,
  rng: Rng,
  noisy: boolean,
): void {
  for (let i = 0; i < measured.length; i++) {
    measured[i] = typeof value === "number" ? value : value[i];
    if (!noisy || !(noise[i] > 0)) continue;
    drawn[i] = rng.uniform(-noise[i], noise[i]);
    measured[i] += drawn[i];
  }
  if (!noisy) return;
  for (let i = 0; i < shared.length; i++) measured[i] += shared[i];
  jointNoise?.disturb(measured, jointNoise.size, rng);
}

/** What all terms of a group are bound to. */
interface Place {
  readonly noise: boolean;
  readonly offset: number;
  readonly claim: (size: number) => Float64Array;
  readonly late: ReadingDelay | undefined;
}

function bindTerm(
  name: string,
  term: ObservationTerm<AnyMoment>,
  moment: AnyMoment,
  { noise, offset, claim, late }: Place,
  shared: BoundTerm | undefined,
): BoundTerm {
  const { history = 1, delay = 0 } = term;
  if (!(Number.isInteger(history) && history >= 1))
    throw new UserError(`observation "${name}": history must be 1 or more, got ${history}`);
  if (!(Number.isInteger(delay) && delay >= 0))
    throw new UserError(`observation "${name}": delay must be 0 or more steps, got ${delay}`);
  const value = term.of(moment);
  const width = widthOf(name, value);
  if (shared && shared.width !== width)
    throw new UserError(`observation "${name}": has ${width} values, the term whose noise it shares ${shared.width}`);
  const source = typeof value === "number" ? null : placeOf(value, moment);
  const isLate = late !== undefined && !(term.own ?? isOwnReading(source, late.trackers));
  return {
    of: term.of,
    source,
    width,
    offset,
    noise: noise ? noiseLevels(name, uniformNoise(term.noise), width) : new Float64Array(width),
    jointNoise: noise ? jointNoiseOf(term.noise) : undefined,
    drawn: new Float64Array(width),
    shared: shared?.drawn ?? new Float64Array(0),
    line: isLate ? new ReadingLine(width, late, claim) : undefined,
    measured: new Float64Array(width),
    scale: term.scale ?? 1,
    register: claim(history + delay > 1 ? (history + delay) * width : 0),
    history,
  };
}

/** The earlier term whose noise this one shares, if any. */
function sharedTerm(
  name: string,
  noise: SensorNoise | undefined,
  layout: readonly ObservationSlice[],
  bound: readonly BoundTerm[],
): BoundTerm | undefined {
  if (typeof noise !== "object" || !("as" in noise)) return undefined;
  const found = bound[layout.findIndex((slice) => slice.name === noise.as)];
  if (found) return found;
  const names = layout.map((slice) => slice.name);
  throw new UserError(
    `observation "${name}": shares the noise of "${noise.as}"; expected a term before it${suggestion(noise.as, names)}`,
  );
}

/** Noise that is added to each value by itself. */
function uniformNoise(noise: SensorNoise = 0): number | readonly number[] {
  return typeof noise === "object" && ("as" in noise || "kind" in noise) ? 0 : noise;
}

function jointNoiseOf(noise: SensorNoise | undefined): JointNoise | undefined {
  return typeof noise === "object" && "kind" in noise && noise.size > 0 ? noise : undefined;
}

/** [width] of each value. */
function noiseLevels(name: string, noise: number | readonly number[], width: number): Float64Array {
  const levels = [noise].flat();
  if (width % levels.length !== 0)
    throw new UserError(`observation "${name}": ${levels.length} noise levels do not fit ${width} values`);
  return Float64Array.from({ length: width }, (_, i) => levels[i % levels.length]);
}

function widthOf(name: string, value: Value | undefined): number {
  if (typeof value === "number") return 1;
  if (value && typeof value.length === "number" && value.length > 0 && typeof value[0] === "number")
    return value.length;
  throw new UserError(`observation "${name}": must give a number or an array of numbers, got ${String(value)}`);
}

/** Deeper readings are not searched. */
const DEEPEST_READING = 3;

/** Where in the readings this very array is found: "gait.signals"; null where it was made for the term. */
function placeOf(value: object, readings: object, depth = 1): string | null {
  for (const [name, reading] of Object.entries(readings)) {
    if (reading === value) return name;
    if (name === "sim" || depth === DEEPEST_READING || !isRecord(reading)) continue;
    const place = placeOf(value, reading, depth + 1);
    if (place !== null) return `${name}.${place}`;
  }
  return null;
}

function isRecord(reading: unknown): reading is object {
  return typeof reading === "object" && reading !== null && !Array.isArray(reading) && !ArrayBuffer.isView(reading);
}

function describeTerm(name: string, term: ObservationTerm<AnyMoment>, bound: BoundTerm): ObservationSlice {
  return {
    name,
    offset: bound.offset,
    size: bound.history * bound.width,
    unit: term.unit ?? null,
    source: bound.source,
    ...describeNoise(term.noise),
    scale: bound.scale,
    history: bound.history,
    delay: term.delay ?? 0,
  };
}

function describeNoise(noise: SensorNoise = 0): Pick<ObservationSlice, "noise" | "noises" | "noiseKind"> {
  if (typeof noise === "number") return { noise };
  if ("as" in noise) return { noise: 0, noiseKind: `as ${noise.as}` };
  if ("kind" in noise) return { noise: noise.size, noiseKind: noise.kind };
  return { noise: Math.max(...noise), noises: noise };
}
