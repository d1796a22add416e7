/** From a log to an overlay: what fits, how sure that is, and what the log does not tell. */
import type { Overlay, OverlayFit, OverlayJoint } from "../config/overlay.ts";
import { OVERLAY_VERSION } from "../config/overlay.ts";
import { fitLog, type LogFit } from "./fit.ts";
import type { HungRobot } from "./hung-robot.ts";
import { FITTED, type Fitted, type FitValues, fitValuesOf, type Kept, physicsOf, scalesOf } from "./joint-fit.ts";
import { checkMotion, type JointLog } from "./joint-log.ts";

/** Relative half widths of intervals up to which a value is well or fairly determined. */
const GOOD = 0.05;
const FAIR = 0.2;
/** Values below this share of what is typical count as 0: their intervals are compared with it. */
const NOTHING = 0.1;

/** What was found. */
export interface Identification {
  readonly joints: Overlay["joints"];
  readonly fits: Readonly<Record<string, Readonly<Record<string, OverlayFit>>>>;
  /** Joints of the log that stand still in it; they keep the model's values. */
  readonly still: readonly string[];
  readonly fit: LogFit;
}

/** @throws UserError where a joint of the log is not the robot's, or none moves */
export async function identify(
  robot: HungRobot,
  log: JointLog,
  kept: Kept,
  tell?: (stage: string) => void,
): Promise<Identification> {
  const places = robot.placesOf(log);
  checkMotion(log);
  const fit = await fitLog(robot, log, kept, tell);
  const joints: Record<string, OverlayJoint> = {};
  const fits: Record<string, Record<string, OverlayFit>> = {};
  fit.fitted.forEach((joint, i) => {
    const name = log.joints[joint];
    const { physics, delay } = robot.modelOf(places[joint]);
    const model = fitValuesOf(physics, delay);
    const scales = scalesOf(model, robot.inertiaOf(places[joint]));
    joints[name] = rounded({ ...physicsOf(fit.values[i], physics, kept), delay: fit.values[i].delay });
    fits[name] = fitsOf(model, fit.values[i], fit.half[i], scales);
  });
  const still = log.joints.filter((_, joint) => !fit.fitted.includes(joint));
  return { joints, fits, still, fit };
}

/** The file. @param log name and SHA-256 of the recording's file */
export function overlayOf(
  { joints, fits, fit }: Identification,
  about: {
    readonly packageVersion: string;
    readonly robot: string;
    readonly seconds: number;
    readonly log: { name: string; sha256: string };
  },
): Overlay {
  const { rmsBefore, rmsAfter } = fit;
  const identified = { ...about, rmsBefore: short(rmsBefore), rmsAfter: short(rmsAfter), fits };
  return { overlay: OVERLAY_VERSION, joints, identified: identified as Overlay["identified"] };
}

function fitsOf(model: FitValues, values: FitValues, half: FitValues, scales: FitValues): Record<Fitted, OverlayFit> {
  const entries = FITTED.map((name): [Fitted, OverlayFit] => {
    const value = values[name];
    const relative = half[name] / Math.max(value, NOTHING * scales[name]);
    const excitation = relative <= GOOD ? "good" : relative <= FAIR ? "fair" : "weak";
    const ends = { low: short(Math.max(0, value - half[name])), high: short(value + half[name]) };
    return [name, { model: short(model[name]), value: short(value), ...ends, excitation }];
  });
  return Object.fromEntries(entries) as Record<Fitted, OverlayFit>;
}

function rounded(values: Readonly<Record<string, number>>): OverlayJoint {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, short(value)]));
}

/** Six digits are more than a log tells. */
function short(value: number): number {
  return Number(value.toPrecision(6));
}
