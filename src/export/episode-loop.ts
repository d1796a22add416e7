/** Whole episodes with any controller in the loop, side by side in one simulation. */
import { UserError } from "../math/user-error.ts";
import { EpisodeBatch, type EpisodeOutcomes, type EpisodePlan } from "../rollout/episode-batch.ts";
import { isAction, nonFiniteText } from "../rollout/non-finite.ts";
import { TrackingError, type TrackingSums } from "../rollout/tracking-error.ts";
import type { Environment } from "../tasks/index.ts";

/**
 * Fills the outputs of one control step.
 * @param obs raw [episodes, obsSize]; rows of ended episodes keep their last
 * @param tick control steps done
 * @param out [episodes, actionSize]
 * @param done [episodes] 1 where an episode has ended, whose outputs are ignored
 */
export type Act = (obs: Float32Array, tick: number, out: Float32Array, done: Uint8Array) => Promise<void>;

/** Looks at observations before they are acted on. @param done [episodes] 1 where an episode has ended */
export type ObservationObserver = (tick: number, obs: Float32Array, done: Uint8Array) => void;

/** What came of driven episodes. */
export interface DrivenOutcomes extends EpisodeOutcomes {
  /** One entry per episode; nothing is counted where the task commands no velocity */
  readonly tracking: readonly TrackingSums[];
}

/**
 * @param env takes what `act` gives: the policy's raw action, or as `playedTask` says
 * @param command held throughout; null draws commands as in training
 * @throws UserError where MuJoCo refuses to step the model
 */
export async function runEpisodes(
  env: Environment,
  plan: EpisodePlan,
  act: Act,
  observe: ObservationObserver = () => {},
  command: readonly number[] | null = null,
): Promise<DrivenOutcomes> {
  const errors = Array.from({ length: plan.episodes }, () => new TrackingError(env.controlHz));
  const twist = new Float64Array(3);
  const measure = (n: number) => {
    if (env.command !== undefined && env.measuredTwist(twist)) errors[n]!.add(env.command, twist);
  };
  const batch = new EpisodeBatch(env, plan, command, measure);
  const out = new Float32Array(plan.episodes * env.actionSize);
  while (batch.open > 0) {
    observe(batch.tick, batch.obs, batch.done);
    await act(batch.obs, batch.tick, out, batch.done);
    batch.step(out);
    if (batch.refusals.length > 0) throw new UserError(`scene ${env.sim.scene}, ${batch.refusals[0]}`);
  }
  const { returns, lengths, terminated, nonFinite } = batch;
  return { returns, lengths, terminated, nonFinite, tracking: errors.map(({ sums }) => sums) };
}

/**
 * @param who name of the policy, for messages
 * @throws UserError when it gave an action that is not finite: what follows from that is no controller
 */
export function checkActions(outcomes: readonly EpisodeOutcomes[], who: string): void {
  const broken = outcomes.flatMap(({ nonFinite }) => nonFinite.filter(isAction));
  const episodes = outcomes.reduce((sum, { returns }) => sum + returns.length, 0);
  if (broken.length > 0) throw new UserError(`${who}: ${nonFiniteText(broken, episodes)}; expected finite values`);
}
