/** Rewards that multiply: what is gained shrinks with what it costs. */
import type { RewardTerm } from "../define-task.ts";

type Terms<Name extends string, M> = Readonly<Record<Name, RewardTerm<M>>>;

/**
 * Gains that costs shrink: the reward's sum is (Σ gains) · exp(sharpness · Σ costs), each weighted, costs negatively. Every gain becomes one
 * term, already shrunk. Source: MuJoCo Playground, the gait tracking tasks of H1 and Spot (sharpness 0.2).
 */
export function shrunk<Name extends string, M>(
  gains: Terms<Name, M>,
  costs: Terms<string, M>,
  sharpness: number,
): Terms<Name, M> {
  const terms = Object.values<RewardTerm<M>>(costs);
  const factor = (s: M) => {
    let sum = 0;
    for (let i = 0; i < terms.length; i++) sum += terms[i].weight * terms[i].of(s);
    return Math.exp(sharpness * sum);
  };
  const shrink = ([name, { weight, of }]: readonly [string, RewardTerm<M>]) =>
    [name, { weight, of: (s: M) => of(s) * factor(s) }] as const;
  return Object.fromEntries(Object.entries<RewardTerm<M>>(gains).map(shrink)) as Terms<Name, M>;
}
