/**
 * Asks a user which axes of a gamepad steer: first hands off, then one stick after the other, there and back. An axis counts that leaves its rest
 * and returns to it; one that jumps and stays, as triggers do with their first report, does not. Time comes in as an argument.
 */
import type { Axes } from "./axes.ts";
import { type AxisBinding, axisAt, END, type PadLayout } from "./pad-layout.ts";

/** Directions that a person is asked for, in this order. */
export const MAPPED = ["forward", "left", "turn"] as const satisfies readonly (keyof Axes)[];
/** The present question: hands off, or a direction. */
export type MappingStep = "rest" | (typeof MAPPED)[number];

/** So long nothing moves before it counts as rest, and after a stick has returned. */
const STILL_MS = 500;
const RETURN_MS = 150;
/** Smallest change that counts as a movement, and how near to its rest a stick returns. */
const NOISE = 0.08;
const MOVED = 0.5;
const RETURNED = 0.2;

/** Since when a pad's values have been the same. */
class Stillness {
  private values: readonly number[] = [];
  private sinceMs = 0;

  /** @returns for how long, ms */
  note(values: readonly number[], nowMs: number): number {
    const isSame =
      values.length === this.values.length && values.every((v, n) => Math.abs(v - this.values[n]) <= NOISE);
    if (!isSame) Object.assign(this, { values, sinceMs: nowMs });
    return nowMs - this.sinceMs;
  }
}

interface Excursion {
  readonly axis: number;
  /** The farthest value from the rest. */
  farthest: number;
}

/** One dialogue about a gamepad's axes. */
export class PadMapping {
  step: MappingStep = "rest";
  /** Whether a stick is away from its rest. */
  isMoved = false;
  private readonly found: Record<keyof Axes, AxisBinding | null> = { forward: null, left: null, turn: null };
  private rests: readonly number[] = [];
  private readonly stillness = new Stillness();
  private excursions: Excursion[] = [];
  /** The direction of the question when the pad is at rest. */
  private next: MappingStep | "done" = MAPPED[0];

  /** Looks at a reading. @returns the layout once all is known, null before */
  look(axes: readonly number[], nowMs: number): PadLayout | null {
    const values = Array.from(axes, (_, axis) => axisAt(axes, axis, 0));
    const stillMs = this.stillness.note(values, nowMs);
    if (this.step === "rest") return stillMs < STILL_MS ? null : this.begin(values);
    this.follow(values);
    if (stillMs >= RETURN_MS) this.judge(values);
    return null;
  }

  /** Leaves the present direction without an axis. */
  skip(): void {
    if (this.step !== "rest") this.proceed(null);
  }

  /** At rest: the next direction, or the end. */
  private begin(values: readonly number[]): PadLayout | null {
    if (!this.isAtKnownRest(values)) this.restart();
    if (this.next === "done") return this.found;
    this.rests = values;
    this.excursions = [];
    this.step = this.next;
    return null;
  }

  /** What was bound before must rest where it did: else a stick was held while it was taken for at rest. */
  private isAtKnownRest(values: readonly number[]): boolean {
    return MAPPED.every((name) => {
      const binding = this.found[name];
      return binding === null || Math.abs(axisAt(values, binding.axis, binding.rest) - binding.rest) <= RETURNED;
    });
  }

  private restart(): void {
    for (const name of MAPPED) this.found[name] = null;
    this.next = MAPPED[0];
  }

  private follow(values: readonly number[]): void {
    values.forEach((value, axis) => {
      const rest = this.rests[axis] ?? 0;
      if (Math.abs(rest) > END || Math.abs(value) > END) return;
      const away = Math.abs(value - rest);
      const known = this.excursions.find((excursion) => excursion.axis === axis);
      if (!known && away > MOVED) this.excursions.push({ axis, farthest: value });
      else if (known && away > Math.abs(known.farthest - rest)) known.farthest = value;
    });
    this.isMoved = this.excursions.length > 0;
  }

  /** The axis that went farthest and came back. */
  private judge(values: readonly number[]): void {
    const returned = this.excursions.filter(({ axis }) => Math.abs(values[axis] - (this.rests[axis] ?? 0)) <= RETURNED);
    const best = returned.toSorted((a, b) => this.reach(b) - this.reach(a))[0];
    if (best) this.proceed(this.bindingOf(best));
  }

  private reach({ axis, farthest }: Excursion): number {
    return Math.abs(farthest - (this.rests[axis] ?? 0));
  }

  private bindingOf({ axis, farthest }: Excursion): AxisBinding {
    const rest = this.rests[axis] ?? 0;
    return { axis, rest, sign: farthest > rest ? 1 : -1 };
  }

  private proceed(binding: AxisBinding | null): void {
    if (this.step === "rest") return;
    this.found[this.step] = binding;
    this.next = MAPPED[MAPPED.indexOf(this.step) + 1] ?? "done";
    this.step = "rest";
    this.isMoved = false;
  }
}
