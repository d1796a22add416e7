/**
 * Delays between robot and controller that differ from episode to episode: between controls and drives, and between readings and
 * policy. Declared as fields of a task's `randomise`; as settings every task has them.
 */
import { UserError } from "../../math/user-error.ts";
import type { Randomiser } from "../randomisation.ts";
import { oneKnob, type Range } from "../settings/knob.ts";

/** What a delay holds up. */
export type Delayed = "actions" | "observations";

/** A delay as an environment reads it. */
export interface Delay {
  readonly of: Delayed;
  /** Control steps, of which parts count too: one value uniform in the range for each episode. */
  readonly controlSteps: Range;
  /** Whether the range grows from 0 with the curriculum of commands. */
  readonly grows?: boolean;
  /** Says, step by step, whether there is no delay after all. */
  readonly isOff?: () => boolean;
}

/** Longer ones are mistakes: at 50 Hz these are 1 s. */
const LONGEST = 50;

/** Names under which every task has the delays as settings. */
export const DELAY_NAMES: Readonly<Record<string, (range: Range) => Randomiser>> = {
  actionDelay: (range) => actionDelay(range),
  observationDelay: (range) => observationDelay(range),
};

/**
 * Controls reach the drives late, by one time for all that is drawn anew for every episode. Until the first arrive, the controls that the
 * episode starts with act. What the policy sees as its last action is what it gave.
 * @param controlSteps from least to most, such as [0, 1.5]; rounded to whole physics steps
 * @throws UserError when the range is not within 0 and 50
 */
export function actionDelay(controlSteps: Range): Randomiser {
  return delayOf("actions", controlSteps, "Delay between actions and drives.", actionDelay);
}

/**
 * The policy sees readings as they were some time ago, by one time for all that is drawn anew for every episode; between control steps they
 * are interpolated. An episode begins with its first readings, as if they had always been so. What the controller makes itself comes at once:
 * commands, last actions, clocks (`isOwn` of trackers and `own` of terms). The critic sees everything at once. Noise is that of the reading.
 * @param controlSteps from least to most, such as [0, 1]
 * @throws UserError when the range is not within 0 and 50
 */
export function observationDelay(controlSteps: Range): Randomiser {
  return delayOf("observations", controlSteps, "Delay between readings and policy.", observationDelay);
}

function delayOf(of: Delayed, range: Range, about: string, remake: (range: Range) => Randomiser): Randomiser {
  const [least, most] = range;
  if (!(least >= 0 && least <= most && most <= LONGEST))
    throw new UserError(`randomisation: delay of ${of} is [${range}]; expected low, high from 0 to ${LONGEST} steps`);
  return {
    description: { kind: `${of === "actions" ? "action" : "observation"}-delay`, controlSteps: range },
    tuning: oneKnob({ value: range, about, unit: "control steps", least: 0, most: LONGEST }, remake),
    delay: { of, controlSteps: range },
    bind: () => ({ elements: [], draw: () => {} }),
  };
}
