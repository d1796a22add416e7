/** What shows only when the controller runs: its normaliser against what it sees, saturation, and what small changes of the conditions cost. */

import { isAction, nonFiniteText } from "../../rollout/non-finite.ts";
import type { Contract } from "../contract/contract-schema.ts";
import { relativeLoss } from "../report/closed-loop.ts";
import { type Check, fail, pass, skip, warn } from "./check.ts";
import type { Observed } from "./observed.ts";
import type { TrialResult } from "./trial.ts";

/** The normaliser that the file holds against the observations of the running controller. */
export function normaliserCheck({ normaliser, task, adapter }: Contract, observed: Observed): Check {
  const name = "normaliser";
  const { mean, std, inside } = normaliser;
  const fix = "export with the normaliser of the weights' own checkpoint";
  if (!inside || (mean.every((value) => value === 0) && std.every((value) => value === 1)))
    return adapter === undefined
      ? fail(name, "missing: the network gets raw observations", fix)
      : skip(name, `not checkable: none was found at the input of ${adapter.file}`);
  const flat = std.findIndex((value) => !(value > 1e-6));
  if (flat >= 0)
    return fail(name, `the standard deviation of value ${flat} (${termOf(task, flat)}) is ${std[flat]}`, fix);
  const spread = observed.std;
  const far = std.map((value, i) => Math.abs(observed.mean[i]! - mean[i]!) / value);
  const at = far.indexOf(Math.max(...far));
  if (far[at]! > MEAN_FAR)
    return warn(
      name,
      `${termOf(task, at)} is on average ${far[at]!.toFixed(1)} standard deviations from the normaliser's mean`,
      "check the units and offsets of that reading; an outdated normaliser has the same effect",
    );
  const wide = std.findIndex((value, i) => spread[i]! > SPREAD_WIDE * value);
  if (wide >= 0)
    return warn(
      name,
      `${termOf(task, wide)} varies ${(spread[wide]! / std[wide]!).toFixed(1)} times as much as the normaliser expects`,
      "check the unit of that reading; an outdated normaliser has the same effect",
    );
  return pass(name, "inside the file, and it fits the measured observations");
}

/** Deviations between the means, and ratio of deviations, that are no longer chance. */
const MEAN_FAR = 5;
const SPREAD_WIDE = 5;

function termOf({ observation }: Contract["task"], index: number): string {
  const term = observation.find(({ offset, size }) => index >= offset && index < offset + size);
  return term === undefined ? `value ${index}` : `${term.name}[${index - term.offset}]`;
}

/** Whether the controller keeps the robot up where nothing disturbs it. */
export function staysUpCheck({ survived, returnMean }: TrialResult): Check {
  const name = "stays up";
  const found = `${(100 * survived).toFixed(0)} % of undisturbed episodes, mean return ${Number(returnMean.toPrecision(4))}`;
  if (survived > 0.9) return pass(name, found);
  return warn(name, found, "train longer: the checks below say little about a robot that falls anyway");
}

/** Whether everything stayed finite where nothing disturbs the robot. @param episodes that were run */
export function finiteCheck({ nonFinite }: TrialResult, episodes: number): Check {
  const name = "finite values";
  if (nonFinite.length === 0) return pass(name, "actions, observations and rewards are finite");
  const fix = nonFinite.some(isAction)
    ? "retrain from a checkpoint before the weights broke"
    : "check the task: it must compute finite values in every state";
  return fail(name, nonFiniteText(nonFinite, episodes), fix);
}

/** How often outputs sit at their limits, and whether they are numbers. */
export function saturationCheck({ saturation, broken }: Observed): Check {
  const name = "action saturation";
  if (broken > 0)
    return fail(name, `${broken} outputs are not finite`, "retrain from a checkpoint before the weights broke");
  const found = `${(100 * saturation).toFixed(1)} % of outputs are at a limit`;
  if (saturation > 0.4) return fail(name, found, "penalise large actions in training, or train with wider limits");
  if (saturation > 0.1)
    return warn(name, found, "expect chatter on the robot; penalise action size and rate in training");
  return pass(name, found);
}

/** A changed condition, and the results under it. */
export interface Sensitivity {
  readonly name: string;
  /** What was changed in each trial, and its result. */
  readonly trials: readonly {
    readonly what: string;
    readonly result: TrialResult;
    /** More than a robot should meet, so that it never fails. */
    readonly harsh: boolean;
  }[];
  readonly fix: string;
}

/** Warns from a tenth of the return on, fails from a half; also for additional falls. */
export function sensitivityCheck({ name, trials, fix }: Sensitivity, nominal: TrialResult): Check {
  const losses = trials.map(({ what, result, harsh }) => {
    const loss = relativeLoss(nominal.returnMean, result.returnMean);
    const falls = nominal.survived - result.survived;
    const badness = Math.max(loss, falls);
    return { what, loss, falls, badness: harsh ? Math.min(badness, 0.49) : badness };
  });
  const worst = losses.reduce((a, b) => (b.badness > a.badness ? b : a));
  const fell = worst.falls > 0 ? `, ${(100 * worst.falls).toFixed(0)} % more falls` : "";
  const found = `${worst.what}: ${(100 * worst.loss).toFixed(1)} % of the return lost${fell}`;
  if (worst.badness >= 0.5) return fail(name, found, fix);
  if (worst.badness >= 0.1) return warn(name, found, fix);
  return pass(name, found);
}
