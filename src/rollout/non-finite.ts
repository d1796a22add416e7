/** Values that were not finite (NaN or infinity), each of which ended its episode: what they were, and the words for them. */
import type { Environment } from "../tasks/index.ts";

/** The step at which an episode met one. */
export interface NonFinite {
  /** Number of the episode, from 0 */
  readonly episode: number;
  /** Control step of the episode, from 1; 0: the episode's first observation */
  readonly step: number;
  /** What was not finite, such as 'action "slide"' or 'observation term "speed"' */
  readonly source: string;
}

/** What the environment met in the step, or the reset, that it just did; null where all was finite. */
export function nonFiniteOf(env: Environment, episode: number): NonFinite | null {
  return env.nan ? { episode, step: env.episodeStep, source: env.nanSource } : null;
}

/** Whether the policy itself gave one. */
export function isAction({ source }: Pick<NonFinite, "source">): boolean {
  return source.startsWith("action ");
}

/** All of them in one line: by source, in how many episodes, and where first. @param episodes that were run */
export function nonFiniteText(all: readonly NonFinite[], episodes: number): string {
  const sources = [...new Set(all.map(({ source }) => source))];
  const each = sources.map((source) => {
    const same = all.filter((one) => one.source === source);
    const { episode, step } = same[0];
    return `non-finite ${source} ended ${same.length} of ${episodes} episodes, first episode ${episode} at control step ${step}`;
  });
  return each.join("; ");
}
