/** Settings that change while a policy learns. */

/** From `start` to `end` in a straight line while `at` goes from 0 to `over`, then `end`; `start` for ever where `over` is 0. */
export function ramp(start: number, end: number, over: number, at: number): number {
  return over === 0 ? start : start + (end - start) * Math.min(1, at / over);
}
