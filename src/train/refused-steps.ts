/** Steps that MuJoCo refused in a training: reported once per iteration; ends the training if every episode ends this way. */
import { UserError } from "../math/user-error.ts";
import type { BrokenStep, EpisodeReport } from "../rollout/episodes.ts";

/** A training that ended because MuJoCo refused to step its model in every episode. What was learned is saved. */
export class TrainingRefused extends UserError {}

/** Counts refusals over iterations. */
export class RefusedSteps {
  readonly #scene: string;
  readonly #envs: number;
  /** Episodes in a row that ended by a refusal. */
  #row = 0;
  #last: BrokenStep | undefined;

  /** @param scene the scene's path, for messages @param envs environments of the run */
  constructor(scene: string, envs: number) {
    this.#scene = scene;
    this.#envs = envs;
  }

  /** Takes in an iteration. @returns the report; null if nothing was refused */
  add({ nans, returns }: Pick<EpisodeReport, "nans" | "returns">): string | null {
    const refused = nans.filter(({ refusal }) => refusal !== "");
    const [first] = refused;
    if (returns.length > refused.length) this.#row = 0;
    else this.#row += refused.length;
    if (first === undefined) return null;
    this.#last = refused.at(-1);
    const others = refused.length === 1 ? "" : ` and ${refused.length - 1} more in this iteration`;
    return `${placeOf(first)}${others}: ${first.refusal}; reset`;
  }

  /** Why the training is of no use any more, as many episodes in a row as there are environments having ended so; null while it is. */
  verdict(): TrainingRefused | null {
    if (this.#row < this.#envs || this.#last === undefined) return null;
    const all = `the last ${this.#row} episodes all ended this way; the training stops and is saved`;
    return new TrainingRefused(`scene ${this.#scene}, ${placeOf(this.#last)}: ${this.#last.refusal}; ${all}`);
  }
}

function placeOf({ env, step }: BrokenStep): string {
  return `environment ${env}, control step ${step}`;
}
