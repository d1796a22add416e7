/** The simulation of a drive: the task as its setup wants it, without a time limit. */
import { Environment, resolveDriven, withoutCauses } from "../tasks/index.ts";
import type { DriveSetup } from "./drive-orders.ts";

/** Driving has no time limit; 2^53 would lose the count. */
const ENDLESS = 2 ** 40;

const NOTHING: ReadonlySet<string> = new Set();

/** The task of a driven simulation, or of one beside it whose states fit. @throws UserError where the task is at fault */
export async function driveEnvironment(setup: DriveSetup, off: ReadonlySet<string> = NOTHING): Promise<Environment> {
  const declared = await resolveDriven(setup.task, setup);
  const { disturbances, clip, without } = setup;
  const task = without === undefined ? declared : withoutCauses(declared, off);
  // A stretch of a training is one of the form that is trained on.
  const form = (clip && task.lesson?.training) ?? task;
  const options = { noise: disturbances, events: disturbances, randomise: disturbances };
  return Environment.create({ ...form, episodeSteps: clip?.episodeSteps ?? ENDLESS }, options);
}

/** The first termination that held. */
export function endOf({ terminationNames, terminationFlags }: Environment): string {
  return terminationNames[terminationFlags.indexOf(1)] ?? "";
}

/** A camel-case name in words. */
export function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
