/** The control suite's mild preference for small controls. Source: dm_control suite, in walker.py, cartpole.py and others. */
import { tolerance } from "./tolerance.ts";

const gentle = tolerance({ margin: 1, sigmoid: "quadratic", valueAtMargin: 0 });

/** (4 + mean over the controls of 1 − aᵢ²) / 5, in [0.8, 1]; controls beyond ±1 count as 1. */
export function smallControl(action: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < action.length; i++) sum += gentle(action[i]);
  return (4 + sum / action.length) / 5;
}
