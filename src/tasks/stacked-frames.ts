/** Observations that are stacks of frames: the latest of all their terms, then those of a step before, and so on. */
import { UserError } from "../math/user-error.ts";
import type { ObservationTerm } from "./define-task.ts";

/** Terms of a frame; those of earlier frames have the age behind the name, in control steps: "gyro", then "gyro1", "gyro2" … */
export type StackedTerms<Name extends string, M> = Readonly<Record<Name | `${Name}${number}`, ObservationTerm<M>>>;

/**
 * The latest `count` frames of these terms, newest first: a frame is all terms in their order, with the noise that they were measured with.
 * An episode starts with copies of its first frame.
 * @throws UserError when `count` is not a whole number from 1
 */
export function stackedFrames<Name extends string, M>(
  count: number,
  frame: Readonly<Record<Name, ObservationTerm<M>>>,
): StackedTerms<Name, M> {
  if (!(Number.isInteger(count) && count >= 1))
    throw new UserError(`stackedFrames: found ${count} frames; expected a whole number from 1`);
  const terms = Object.entries<ObservationTerm<M>>(frame);
  const frames = Array.from({ length: count }, (_, age) => terms.map(([name, term]) => aged(name, term, age)));
  return Object.fromEntries(frames.flat()) as StackedTerms<Name, M>;
}

function aged<M>(name: string, term: ObservationTerm<M>, age: number): [string, ObservationTerm<M>] {
  if (age === 0) return [name, term];
  const delay = (term.delay ?? 0) + age;
  return [`${name}${age}`, { ...term, delay, ...(term.noise !== undefined && { noise: sameNoise(name, term.noise) }) }];
}

/** One measurement is seen once in every frame. Noise that comes from another term keeps coming from there. */
function sameNoise<M>(name: string, noise: NonNullable<ObservationTerm<M>["noise"]>): ObservationTerm<M>["noise"] {
  if (typeof noise === "object" && "kind" in noise)
    throw new UserError(`stackedFrames: the noise of "${name}" is ${noise.kind}; expected uniform noise`);
  return typeof noise === "object" && "as" in noise ? noise : { as: name };
}
