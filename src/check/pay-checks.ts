/** What a learner finds first: standing still, falling at once, an end before the reward, noise that topples, a clip that hides. */
import { type Check, fail, pass, skip, warn } from "../export/doctor/check.ts";
import { median } from "../math/median.ts";
import { type Evidence, learnable, listed, type Standing } from "./evidence.ts";
import { mean, type Rehearsal } from "./rehearsal.ts";

/** Share of what following a command earns, from which on standing still is a place to stay. */
const STANDING_PAYS = 0.85;
/** Share of episodes in which a robot must stay up to count as one that stands. */
const STANDS = 0.5;
/** s: no robot does anything in less. */
const AT_ONCE = 0.2;
const TOPPLES = 0.5;
/** So many times as long must it stay up without noise. */
const STEADIER = 3;
/** Share of steps whose reward a clip may raise in everything that is tried. */
const HIDDEN = 0.95;

/** Standing still against following the command. */
export function standingCheck({ standing }: Evidence): Check {
  const name = "standing still";
  if (standing === null) return skip(name, "the task follows no velocity command");
  const { atZero, ignoring, policy, commands } = standing;
  if (atZero.survived < STANDS) return skip(name, `zero actions fall after ${seconds(atZero.seconds)}`);
  if (ignoring.length === 0) return skip(name, "zero actions fall as the lesson starts them");
  const earned = mean(ignoring.map(({ perSecond }) => perSecond));
  const isMeasured = policy.length > 0;
  const reference = isMeasured ? mean(policy.map(({ perSecond }) => perSecond)) : earned + followingAdds(standing);
  const than = isMeasured ? "what the policy earns" : "what following it would earn at the same cost";
  if (!(reference > 0)) return skip(name, `nothing to compare with: ${than} is ${number(reference)} per second`);
  const found = `ignoring the command earns ${percent(earned / reference)} of ${than} (${commands.length} commands)`;
  if (earned / reference < STANDING_PAYS) return pass(name, found);
  return warn(
    name,
    found,
    "narrow the kernel of the tracking terms, raise their weights, or lower what is paid for being upright",
  );
}

/** Per second, what terms pay more at a zero command, which standing still follows. Terms that charge for moving there do not count. */
function followingAdds({ atZero, ignoring }: Standing): number {
  const gains = atZero.terms.map(({ perSecond }, k) =>
    Math.max(0, perSecond - mean(ignoring.map(({ terms }) => terms[k]!.perSecond))),
  );
  return gains.reduce((sum, gain) => sum + gain, 0);
}

/** Falling at once against whatever stays up longest. */
export function fallingCheck(evidence: Evidence): Check {
  const name = "falling at once";
  const { fall } = evidence;
  if (fall === null) return skip(name, "no action that was tried ends an episode");
  const others = learnable(evidence).filter((one) => one !== fall);
  const longest = others.reduce((a, b) => (b.seconds > a.seconds ? b : a));
  const [short, long] = [fall.value, longest.value];
  const found = `falling after ${seconds(fall.seconds)} is worth ${number(short)}, ${longest.name} for ${seconds(longest.seconds)} ${number(long)}`;
  if (longest.seconds <= 2 * fall.seconds) return skip(name, "nothing that was tried stays up much longer");
  // An end that pays where staying costs nothing is a goal.
  if (longest.perSecond >= 0 || short <= long + 1e-3 * Math.abs(long)) return pass(name, found);
  return fail(
    name,
    `${found}: the shorter the episode, the better`,
    "pay for every step that the robot stays up, lower the costs, or charge the termination",
  );
}

/** Whether episodes last until something is paid. */
export function reachCheck(evidence: Evidence): Check {
  const name = "reach of the reward";
  const { late, subject } = evidence;
  const tried = [...learnable(evidence), ...(evidence.policy === null ? [] : [evidence.policy])];
  const longest = tried.reduce((a, b) => (b.seconds > a.seconds ? b : a));
  const limit = subject.limit / subject.env.controlHz;
  const fix = "let episodes last longer, end them later, or start them nearer to what is paid";
  if (longest.seconds < Math.min(AT_ONCE, limit))
    return fail(name, `every episode ends within ${seconds(longest.seconds)}, by ${longest.end}`, fix);
  if (late.length > 0) {
    const terms = late.map((term) => `${term.name} first pays after ${seconds(term.seconds)}`);
    return fail(name, `${listed(terms)}, when every episode that was tried is over`, fix);
  }
  return pass(name, `episodes last up to ${seconds(longest.seconds)}, time limit ${seconds(limit)}`);
}

/** Whether the robot survives the noise with which the policy begins. */
export function noiseCheck({ subject, untrained, script, still }: Evidence): Check {
  const name = "noise of the preset";
  const calm = script ?? still;
  const up = ({ lengths }: Rehearsal) => median(lengths) / subject.env.controlHz;
  const [noisy, quiet] = [up(untrained), up(calm)];
  const found = `the untrained policy is up for ${seconds(noisy)}, ${calm.name} for ${seconds(quiet)}`;
  if (noisy >= TOPPLES || quiet < STEADIER * noisy) return pass(name, found);
  return warn(
    name,
    `${found}: it never sees what it could learn`,
    "lower the scale of actions or the noise (--algorithm.action-noise, --noise-period), or end episodes later",
  );
}

/** Whether a limit of the summed reward makes everything equal. */
export function clipCheck(evidence: Evidence): Check {
  const name = "reward clip";
  const { form } = evidence.subject;
  if (form.rewardClip === undefined) return pass(name, "none");
  const tried = learnable(evidence);
  const least = Math.min(...tried.map(({ clipped }) => clipped));
  const found = `raises the reward in ${percent(least)} of the steps or more, whatever is done`;
  if (least < HIDDEN) return pass(name, found);
  return warn(
    name,
    `${found}: costs outweigh what is paid, and better actions earn nothing more`,
    "lower the costs or the clip's lower end",
  );
}

/** Whether everything stayed finite. */
export function finiteCheck(evidence: Evidence): Check {
  const name = "finite values";
  const broken = learnable(evidence).find((one) => one.broken !== "");
  if (broken === undefined) return pass(name, "observations, rewards and physics");
  return fail(
    name,
    `${broken.broken}, under ${broken.name}`,
    "guard divisions, roots and logarithms, and end episodes before the physics breaks",
  );
}

/** "1.25 s" */
export function seconds(value: number): string {
  return `${number(value)} s`;
}

/** Three digits. */
export function number(value: number): string {
  return String(Number(value.toPrecision(3))).replace("-", "−");
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`.replace("-", "−");
}
