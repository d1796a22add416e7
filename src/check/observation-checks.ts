/** What the policy sees: the command, values that never change, values without scale, values that know what is to come. */
import { type Check, fail, pass, skip, warn } from "../export/doctor/check.ts";
import { type Evidence, learnable, listed, rehearsals, valueName, valueNames } from "./evidence.ts";
import { number } from "./pay-checks.ts";
import { extremes } from "./value-tally.ts";

/** Standard deviation of a value that networks of the usual size do not take well, even normalised: outliers remain. */
const UNSCALED = 100;
const SAME = 1e-9;
const COUNTS = 0.9999;

/** Whether the command can be seen. */
export function commandCheck({ subject, hiddenCommands }: Evidence): Check {
  const name = "command in the observation";
  if (subject.env.command === undefined) return skip(name, "the task has no command");
  if (hiddenCommands.length === 0) return pass(name, `all ${subject.env.commandSize} values`);
  return fail(
    name,
    `${listed(hiddenCommands)} changes nothing in the observation: the policy cannot know what it is paid for`,
    "observe it: command: { of: (s) => s.command }",
  );
}

/** Values that are the same wherever and however the robot moves. */
export function constantObservationCheck(evidence: Evidence): Check {
  const name = "constant observations";
  const { subject } = evidence;
  const tallies = [...rehearsals(evidence), evidence.scattered].map(({ observed }) => observed);
  const constant = indices(subject.env.obsSize).filter((i) => {
    const { least, most } = extremes(tallies, i);
    return most - least <= SAME * Math.max(1, Math.abs(most));
  });
  if (constant.length === 0) return pass(name, `none of ${subject.env.obsSize} values`);
  return warn(name, valueNames(subject, constant), "check what it reads; remove it if it cannot change");
}

/** Values whose spread is far from 1. */
export function scaleCheck(evidence: Evidence): Check {
  const name = "scale of observations";
  const { subject } = evidence;
  const met = learnable(evidence);
  const deviation = (i: number) => Math.max(...met.map(({ observed }) => observed.deviation(i)));
  const all = indices(subject.env.obsSize);
  const widest = all.reduce((a, b) => (deviation(b) > deviation(a) ? b : a));
  const found = `${valueName(subject, widest)} varies most, standard deviation ${number(deviation(widest))}`;
  if (deviation(widest) <= UNSCALED) return pass(name, found);
  const wide = all.filter((i) => deviation(i) > UNSCALED);
  const words = wide.map((i) => `${valueName(subject, i)} has standard deviation ${number(deviation(i))}`);
  return warn(name, listed(words), "give the term a scale, so that it varies by about 1");
}

/** Values that a robot could not know. */
export function foreknowledgeCheck(evidence: Evidence): Check {
  const name = "foreknowledge";
  const { subject, watch, revealing } = evidence;
  const words = [
    ...announced(evidence, "event", "announces a disturbance before it comes"),
    ...announced(evidence, "command", "announces a new command before it comes"),
    ...said(subject, counting(evidence), "counts the steps of the episode"),
    ...said(subject, revealing, "shows what the randomisation drew"),
  ];
  const fix = "move it to the critic's observation: no robot can measure it";
  if (words.length > 0) return warn(name, words.join("; "), fix);
  const seen = watch.events + watch.commands;
  return pass(name, seen === 0 ? "no value counts steps" : `none, over ${seen} disturbances and new commands`);
}

function announced({ subject, watch }: Evidence, kind: "event" | "command", words: string): string[] {
  const values = watch.announcements.filter(({ what }) => what === kind).map(({ value }) => value);
  return said(subject, values, words);
}

function said(subject: Evidence["subject"], values: readonly number[], words: string): string[] {
  return values.length === 0 ? [] : [`${valueNames(subject, values)} ${words}`];
}

/** Whatever the robot does. */
function counting({ subject, still, random, untrained }: Evidence): number[] {
  return indices(subject.env.obsSize).filter((i) =>
    [still, random, untrained].every(({ observed }) => Math.abs(observed.stepCorrelation(i)) > COUNTS),
  );
}

/** Whether every action does something. */
export function actionCheck({ subject, idleActions }: Evidence): Check {
  const name = "effect of actions";
  const count = subject.env.actionSize;
  if (idleActions.length === 0) return pass(name, `each of ${count} moves the robot`);
  return warn(
    name,
    `${listed(idleActions)} moves nothing`,
    "check the actuator's gains, its control range and the scale of the action",
  );
}

function indices(count: number): number[] {
  return [...Array(count).keys()];
}
