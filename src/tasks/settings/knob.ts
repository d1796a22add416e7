/** What of a declaration can be changed by a setting of a run: ranges, numbers, switches and texts, each with what it may be. */

/** Lowest and highest value. */
export type Range = readonly [number, number];
/** A setting's value. */
export type KnobValue = number | Range | boolean | string;

/** One value that a setting changes. */
export interface Knob {
  /** As declared. */
  readonly value: KnobValue;
  /** One sentence for help texts. */
  readonly about: string;
  readonly unit?: string;
  /** Smallest and largest allowed number, of ranges too; default any. */
  readonly least?: number;
  readonly most?: number;
  /** True: a single number n stands for the range from −n to n; default false: for the range from n to n. */
  readonly isSymmetric?: boolean;
  /** What a text may be; default any text. */
  readonly options?: readonly string[];
  /** Whether "off" removes what it belongs to. */
  readonly canBeOff?: boolean;
}

/** The values of a declaration that settings change, by name; "" for its only one. */
export interface Tuning<Declared> {
  readonly knobs: Readonly<Record<string, Knob>>;
  /** The declaration with other values; those that are not named stay. */
  with(values: Readonly<Record<string, KnobValue>>): Declared;
}

/** The tuning of a declaration that has one value. */
export function oneKnob<Value extends KnobValue, Declared>(
  knob: Knob & { readonly value: Value },
  remake: (value: Value) => Declared,
): Tuning<Declared> {
  return { knobs: { "": knob }, with: (values) => remake((values[""] ?? knob.value) as Value) };
}

/** The tuning of a range that has a smallest value. */
export function positive<Declared>(
  value: Range,
  about: string,
  remake: (range: Range) => Declared,
  least = 0,
): Tuning<Declared> {
  return oneKnob({ value, about, least }, remake);
}

/** The tuning of a number that stands for both signs. */
export function upTo<Declared>(
  value: number,
  about: string,
  unit: string,
  remake: (most: number) => Declared,
): Tuning<Declared> {
  return oneKnob({ value, about, unit, least: 0 }, remake);
}

/** A number alone as a range. */
export function asRange(value: number | Range, isSymmetric = false): Range {
  if (typeof value !== "number") return value;
  return isSymmetric ? [-Math.abs(value), Math.abs(value)] : [value, value];
}
