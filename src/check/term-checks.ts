/** Reward terms one by one: constant, never paid, far larger than the others, against their names. */
import { type Check, fail, pass, warn } from "../export/doctor/check.ts";
import { type Evidence, learnable, listed, rehearsals } from "./evidence.ts";
import { number } from "./pay-checks.ts";
import { mean, type Rehearsal, type TermTally } from "./rehearsal.ts";

/** So many times as large as every other term. */
const OUTWEIGHS = 40;
/** Mean of a term that is paid regularly, as a share of its largest payment. */
const REGULAR = 0.02;
/** Relative. */
const SAME = 1e-9;
const CLEARLY = 1.02;

/** Names of what costs, and of what pays. */
const COSTS =
  /penal|cost|torque|energy|effort|power|slip|jerk|limit|collision|^fall|fell|error|deviation|drift|violation|^(action|joint)\w*(rate|acc|vel)/i;
const STAYS = /alive|surviv|healthy|success|bonus/i;
const TRACKS = /track|follow/i;

/** One term in everything that was run. */
interface TermHistory {
  readonly name: string;
  readonly weight: number;
  /** Weighted, of one step */
  readonly least: number;
  readonly most: number;
  /** Largest mean magnitude in what a learner may come across, per second */
  readonly magnitude: number;
}

function histories(evidence: Evidence): TermHistory[] {
  const { form } = evidence.subject;
  const all = [...rehearsals(evidence), evidence.scattered];
  const met = learnable(evidence);
  return evidence.still.terms.map(({ name }, k) => {
    const of = (runs: readonly Rehearsal[], pick: (term: TermTally) => number) =>
      runs.map(({ terms }) => pick(terms[k]!));
    return {
      name,
      weight: form.reward[name]!.weight,
      least: Math.min(...of(all, ({ least }) => least)),
      most: Math.max(...of(all, ({ most }) => most)),
      magnitude: Math.max(...of(met, ({ magnitude }) => magnitude)),
    };
  });
}

/** Terms that are the same whatever happens. One per step is what a task with ends pays for staying up. */
export function constantCheck(evidence: Evidence): Check {
  const name = "constant terms";
  const { env, form } = evidence.subject;
  const perStep = form.rewardPerSecond ? 1 / env.controlHz : 1;
  const hasEnds = Object.keys(form.terminate).length > 0;
  const constant = histories(evidence).filter(({ least, most, weight }) => {
    if (most === 0 || most - least > SAME * Math.abs(most)) return false;
    const value = most / (weight * perStep);
    return !(hasEnds && Math.abs(Math.abs(value) - 1) < 1e-6);
  });
  if (constant.length === 0) return pass(name, "none");
  const words = constant.map((term) => `${term.name} is always ${number(term.most)}`);
  return warn(name, listed(words), "check what it reads; remove it if nothing is missing: it teaches nothing");
}

/** Terms with a positive weight that were never paid, wherever an episode began. */
export function unpaidCheck(evidence: Evidence): Check {
  const name = "unpaid terms";
  const late = new Set(evidence.late.map((term) => term.name));
  const unpaid = histories(evidence).filter(
    ({ name: term, weight, least, most }) => weight > 0 && least === 0 && most === 0 && !late.has(term),
  );
  if (unpaid.length === 0) return pass(name, "none");
  return warn(
    name,
    `${listed(unpaid.map((term) => term.name))}: paid nothing in anything that was tried, from starts anywhere either`,
    "check its conditions; where it is right but rare, pay for coming closer too, or start some episodes near it",
  );
}

/** A term beside which no other counts. What is paid is compared with what else is paid, a cost with everything. */
export function balanceCheck(evidence: Evidence): Check {
  const name = "balance of terms";
  const terms = histories(evidence)
    .filter(({ magnitude }) => magnitude > 0)
    .sort((a, b) => b.magnitude - a.magnitude);
  const [top] = terms;
  if (top === undefined) return pass(name, "nothing was paid or charged");
  const isPaid = top.most > 0;
  const { env, form } = evidence.subject;
  const perStep = form.rewardPerSecond ? 1 / env.controlHz : 1;
  // A rare payment says nothing about its weight, nor does the far end of a smooth one.
  const isRegular = ({ magnitude, most, weight }: TermHistory) =>
    magnitude >= REGULAR * most * env.controlHz && most >= REGULAR * Math.abs(weight) * perStep;
  const others = terms.slice(1).filter((term) => !isPaid || (term.most > 0 && isRegular(term)));
  const [second] = others;
  if (second === undefined) return pass(name, isPaid ? "one term pays regularly" : "one term");
  const times = top.magnitude / second.magnitude;
  const found = `${top.name} is ${number(times)} times ${second.name}, the next`;
  if (times < OUTWEIGHS) return pass(name, found);
  return warn(name, found, `lower the weight of ${top.name}, or check its unit`);
}

/** Terms that pay for what their names call a cost, or the other way round. */
export function signsCheck(evidence: Evidence): Check {
  const name = "signs of terms";
  const terms = histories(evidence);
  const wrong = [
    ...terms.filter((term, k) => paysForCost(term, k, evidence)).map((term) => `${term.name} is paid for`),
    ...terms.filter(chargesForStaying).map((term) => `${term.name} is charged`),
    ...terms
      .filter((term, k) => paysForIgnoring(term, k, evidence))
      .map((term) => `${term.name} pays more where the command is ignored`),
  ];
  if (wrong.length === 0) return pass(name, "as their names say");
  return fail(name, listed(wrong), "turn the weight's sign round, or rename the term");
}

/** A cost in name, never charged, that pays more under random actions than for holding still: no kernel of it. */
function paysForCost({ name, least, most }: TermHistory, k: number, { still, random, untrained }: Evidence): boolean {
  if (!COSTS.test(name) || TRACKS.test(name) || STAYS.test(name) || least < 0 || most <= 0) return false;
  const noisy = Math.max(...[random, untrained].map(({ terms }) => terms[k]!.perSecond));
  return noisy > CLEARLY * still.terms[k]!.perSecond;
}

function chargesForStaying({ name, least, most }: TermHistory): boolean {
  return STAYS.test(name) && !COSTS.test(name) && least < 0 && most <= 0;
}

/** Holding still follows a zero command, and no other. */
function paysForIgnoring({ name }: TermHistory, k: number, { standing }: Evidence): boolean {
  if (!TRACKS.test(name) || standing === null) return false;
  const followed = standing.atZero.terms[k]!;
  const ignored = mean(standing.ignoring.map(({ terms }) => terms[k]!.perSecond));
  return ignored - followed.perSecond > 0.02 * Math.max(Math.abs(ignored), Math.abs(followed.perSecond));
}
