/** Why a robot fell, in words. */
import type { FallReport } from "./why.ts";

/** So many causes that save it one by one, none of which makes it fall alone, are chance. */
const EDGE = 3;

/** One sentence: what the fall takes. */
export function verdictWords({ smallest, causes, fall, controlHz }: FallReport): string {
  const when = `It fell after ${seconds(fall.step, controlHz)} (${fall.reason})`;
  if (causes.length === 0) return `${when}. Nothing acted on it that can be taken away: the policy falls by itself.`;
  if (smallest === null)
    return `${when}. It falls without all ${causes.length} causes, too: the policy falls by itself.`;
  const names = smallest.map(({ cause }) => cause.words).join(" and ");
  const saving = causes.filter(({ saves }) => saves);
  if (saving.length >= EDGE && !saving.some(({ suffices }) => suffices))
    return `${when}. Each of ${saving.length} causes taken away saves it, and none of them makes it fall alone: it was at the edge, and no single cause is to blame.`;
  const alone = smallest.length === 1 && smallest[0]!.suffices ? ", and with nothing else it still falls" : "";
  return `${when}. Without ${names} it does not fall${alone}.`;
}

/** One sentence: until when it could have been saved, and how; "" where that was not looked for. */
export function rescueWords(rescue: FallReport["rescue"]): string {
  if (rescue === undefined) return "";
  if (rescue === null) return "No short search for other actions saves it, as far as 1.6 s before the fall.";
  const { seconds: before, shared, saved, tried } = rescue;
  const how =
    shared.length === 0
      ? "the saving actions have no joint in common"
      : `what saves it: ${shared.map(({ name, direction }) => `${direction > 0 ? "more" : "less"} ${name}`).join(", ")}`;
  return `A short search still saves it ${before.toFixed(2)} s before the fall (${saved} of ${tried} actions); ${how}.`;
}

/** "3.24 s" */
export function seconds(steps: number, hz: number): string {
  return `${(steps / hz).toFixed(2)} s`;
}
